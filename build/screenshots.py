"""Pictures of every page and of the running window, in both languages, light and dark.

Run as ``python build/screenshots.py --out DIR``; the data comes from the script that the window's tests use, so that
the pictures are the same every time.
"""

from __future__ import annotations

import argparse
import gettext
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QFont, QFontDatabase  # noqa: E402  after the path and the platform are set
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from dynsync_gui.domain.text import use_language  # noqa: E402
from dynsync_gui.ui.theme import Scheme, Theme  # noqa: E402
from tests.ui.scenes import Scenes  # noqa: E402

FACES = ("Inter", "Segoe UI", "Noto Sans", "Open Sans", "Cantarell")
"""Faces for the pictures where the computer has no desktop that names one, best first."""


def main() -> int:
    """Parse the options and make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "pictures", help="folder for the pictures")
    parser.add_argument("--language", choices=("en", "fr", "both"), default="both")
    parser.add_argument("--scheme", choices=("light", "dark", "both"), default="both")
    parser.add_argument("--size", default="920x680", help="width x height of the window")
    parser.add_argument("--face", default="", help="typeface, instead of the computer's own")
    parser.add_argument("--only", default="", help="only pictures whose name holds this")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    app = QApplication([])
    _dress(app, options.face)
    width, height = (int(part) for part in options.size.split("x"))
    for language in ("en", "fr") if options.language == "both" else (options.language,):
        _speak(language)
        for scheme in ("light", "dark") if options.scheme == "both" else (options.scheme,):
            for path in render_pages(options.out, language, scheme, (width, height), options.only):
                print(path)
    return 0


def render_pages(out: Path, language: str, scheme: str, size: tuple[int, int], only: str = "") -> Iterator[Path]:
    """Make the pictures of one language and scheme, one after the other."""
    app = QApplication.instance()
    theme = app.findChild(Theme) or Theme(app)
    theme.use(Scheme(scheme))
    for name, arrange in _scenes(language):
        if only not in name:
            continue
        window, service = arrange()
        window.resize(*size)
        front = Scenes.front(window)
        settle(front)
        path = out / f"{name}-{language}-{scheme}.png"
        front.grab().save(str(path))
        window.close()
        _until(lambda closed=service.closed: closed.is_set())
        window.bridge.join()
        window.deleteLater()
        yield path


def settle(window: Any) -> None:
    """Let the layout and the queued events come to rest."""
    for _ in range(4):
        QTest.qWait(30)
    window.repaint()


def _until(condition: Callable[[], bool]) -> None:

    for _ in range(500):
        if condition():
            return
        QTest.qWait(10)
    raise SystemExit("a picture's scene did not come about")


def _dress(app: Any, face: str) -> None:

    known = set(QFontDatabase.families())
    wanted = [name for name in ((face,) if face else FACES) if name in known]
    if wanted and (face or sys.platform.startswith("linux")):
        app.setFont(QFont(wanted[0], 10))


def _speak(language: str) -> None:

    found = gettext.translation("dynsync", ROOT / "resources" / "translations", [language], fallback=True)
    use_language(language, found)


def _scenes(language: str) -> Iterator[tuple[str, Callable[[], tuple[Any, Any]]]]:

    scenes = Scenes(language, _until)
    for name in scenes.names():
        yield name, getattr(scenes, name)


if __name__ == "__main__":
    sys.exit(main())

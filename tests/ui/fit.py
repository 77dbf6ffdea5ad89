"""Looks at every scene in three languages and two sizes, and says what does not fit.

Run as ``python -m tests.ui.fit`` with ``QT_SCALE_FACTOR`` set: Qt reads the scale when it starts.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dynsync_gui.domain.text import use_language
from dynsync_gui.ui.theme import Theme
from tests.ui.audit import cut
from tests.ui.languages import catalogue
from tests.ui.scenes import Scenes

SIZES = ((920, 680), (720, 540))


def wait(condition: object) -> None:
    for _ in range(1_000):
        if condition():  # type: ignore[operator]
            return
        QTest.qWait(5)
    raise SystemExit("a scene did not come about")


def main() -> int:
    app = QApplication([])
    Theme(app)
    found = seen = 0
    for language in sys.argv[1:] or ("en", "fr", "longer"):
        use_language("fr" if language == "fr" else "en", catalogue(language))
        scenes = Scenes("fr" if language == "fr" else "en", wait)
        for name in scenes.names():
            window, service = getattr(scenes, name)()
            front = scenes.front(window)
            for size in SIZES:
                front.resize(*size)
                for _ in range(3):
                    QTest.qWait(5)
                seen += 1
                for problem in cut(front):
                    found += 1
                    print(f"{language} {name} {size[0]}: {problem}")
            window.close()
            wait(service.closed.is_set)
            window.bridge.join()
            window.deleteLater()
    print(f"{seen} views, {found} texts that do not fit, at {app.devicePixelRatio():g}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

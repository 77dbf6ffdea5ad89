"""Looks at every scene in three languages and two sizes, and says what does not fit.

Run as ``python -m tests.ui.fit`` with ``QT_SCALE_FACTOR`` set: Qt reads the scale when it starts.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dynsync_gui.domain.text import use_language
from dynsync_gui.ui.theme import Theme
from tests.ui.audit import SIZES, cut_in_any_size
from tests.ui.languages import LANGUAGES, catalogue
from tests.ui.scenes import Scenes


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("a scene did not come about")
        QTest.qWait(1)


def main() -> int:
    app = QApplication([])
    Theme(app)
    found = seen = 0
    for language in LANGUAGES:
        use_language("fr" if language == "fr" else "en", catalogue(language))
        scenes = Scenes("fr" if language == "fr" else "en", wait)
        for name in scenes.names():
            window, service = getattr(scenes, name)()
            seen += len(SIZES)
            for problem in cut_in_any_size(scenes.front(window)):
                found += 1
                print(f"{language} {name} {problem}")
            window.close()
            wait(service.closed.is_set)
            window.bridge.join()
            window.deleteLater()
    print(f"{seen} views, {found} texts that do not fit, at {app.devicePixelRatio():g}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

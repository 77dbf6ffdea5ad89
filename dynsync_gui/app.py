"""Opens the window: the composition root of the GUI."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from dynsync_gui import __version__
from dynsync_gui.domain.text import language
from dynsync_gui.system.language import LANGUAGES, choose_language, speak
from dynsync_gui.system.logging import start_logging
from dynsync_gui.system.paths import profile_of
from dynsync_gui.system.resources import read_help, read_parts
from dynsync_gui.ui.start import Window, open_window
from dynsync_gui.ui.system_proxy import qt_proxy
from dynsync_gui.ui.windows.first import FirstWindow, call_first

_DESKTOP_FILE = "io.github.dynsync.DynSync"
"""By which desktops on Linux find the name and the icon of the window, without its ending."""

_UNSEEN_MS = 500
"""After so long the work begins even where nobody sees the window, as on another desktop."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed and return the exit status.

    Args:
        arguments: As after the program's name; the process's own where None.
    """
    options, rest = _parser().parse_known_args(sys.argv[1:] if arguments is None else arguments)
    speak(options.language or choose_language())
    logs = start_logging()
    folder = profile_of(options.profile)
    if folder.folder.is_dir():
        logs.to_folder(folder.log_folder)
    logs.catch_crashes()
    app = _Application([sys.argv[0], *rest])
    app.setApplicationName("DynSync")
    app.setApplicationDisplayName("DynSync")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName(_DESKTOP_FILE)
    app.setQuitOnLastWindowClosed(False)
    if not options.rehearse and call_first(folder.id):
        logs.stop()
        return 0
    window = open_window(lambda topic: read_help(topic, language()), read_parts, rehearse=options.rehearse)
    window.painted.connect(lambda: _serve(window, options), Qt.ConnectionType.QueuedConnection)
    QTimer.singleShot(_UNSEEN_MS, lambda: _serve(window, options))
    window.ended.connect(lambda: app.exit(0), Qt.ConnectionType.QueuedConnection)  # heard only once the loop runs
    app.quit_wanted.connect(window.quit)
    if not options.rehearse:
        first = FirstWindow(window, folder.id)
        first.wanted.connect(window.reopen)
        window.ended.connect(first.close)
    _heed_signals(window.quit)
    try:
        return app.exec()
    finally:
        logs.stop()


def _serve(window: Window, options: argparse.Namespace) -> None:
    """Give the window its service, once."""
    if not window.waits:
        return
    # It takes as long to load as the window: that is painted first.
    from dynsync_gui.composition import Options, open_service  # noqa: PLC0415

    window.use(open_service(Options(options.profile, records=options.records, seed=options.seed, proxy=qt_proxy)))
    # What the start made lives as long as the program: a full collection that looks at all of it holds up the window.
    QTimer.singleShot(0, gc.freeze)


class _Application(QApplication):
    """Tells when the desktop wants it to quit, which has to be done in order, and not by closing windows."""

    quit_wanted = Signal()

    def event(self, event: QEvent) -> bool:
        """Take a wish to quit for ourselves."""
        if event.type() is QEvent.Type.Quit:
            self.quit_wanted.emit()
            return True
        return super().event(event)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dynsync-gui", allow_abbrev=False)
    parser.add_argument("--profile", type=Path, help="the folder that holds all state")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="")
    parser.add_argument("--rehearse", action="store_true", help="open the set-up with the rehearsal systems")
    parser.add_argument("--records", type=int, default=2_000, help="size of the rehearsal world")
    parser.add_argument("--seed", type=int, default=1, help="which rehearsal world")
    return parser


def _heed_signals(close: object) -> None:
    """Close in order on Ctrl-C and SIGTERM; Python hears them only while it runs now and then."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: close())  # type: ignore[operator]
    timer = QTimer(QApplication.instance())
    timer.timeout.connect(lambda: None)
    timer.start(500)


if __name__ == "__main__":
    sys.exit(main())

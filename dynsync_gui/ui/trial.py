"""Opens a small window, for the self-test of an installation."""

from __future__ import annotations

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QLibraryInfo, QTranslator, qVersion
from PySide6.QtGui import QColor, QImage, QImageReader, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID, Theme
from dynsync_gui.ui.widgets.boxes import column

_MILLISECONDS = 20_000


def paint(platform: str) -> str:
    """Show a window until it is painted, and say with what.

    Args:
        platform: Qt's plugin for the screen, such as ``xcb``.

    Raises:
        RuntimeError: A part of Qt is missing.
    """
    app = QApplication(["DynSync", "-platform", platform])
    Theme(app)
    window = _Trial()
    layout = column(window, margin=2 * GRID)
    layout.addWidget(Picture("logo", "accent", 96))
    layout.addWidget(QLabel(tr("Self-test of DynSync")))
    window.setWindowTitle("DynSync")
    window.show()
    end = QDeadlineTimer(_MILLISECONDS)
    while not window.painted:
        if end.hasExpired():
            raise RuntimeError("the window did not appear")
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
    if not _has_colours(window.grab().toImage()):
        raise RuntimeError("the window stayed empty")
    if b"svg" not in [bytes(kind.data()) for kind in QImageReader.supportedImageFormats()]:
        raise RuntimeError("Qt's plugin for drawings is missing")
    if not QTranslator(app).load("qtbase_fr", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        raise RuntimeError("Qt's own translations are missing")
    return f"Qt {qVersion()}, {app.platformName()}"


def show(title: str, text: str) -> None:
    """Show a text in a window of its own, where there is no console to write it to."""
    app = QApplication.instance() or QApplication(["DynSync"])
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text)
    box.exec()
    app.processEvents()


class _Trial(QWidget):
    """Knows whether the screen asked for it."""

    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Take note."""
        self.painted = True
        super().paintEvent(event)


def _has_colours(image: QImage) -> bool:
    """Whether a picture shows more than one colour."""
    first = QColor(image.pixel(0, 0))
    return any(
        QColor(image.pixel(x, y)) != first for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
    )

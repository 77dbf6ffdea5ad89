"""Own drawings, in whichever colour the role has, sharp at any scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from dynsync_gui.ui.pressed import PressButton
from dynsync_gui.ui.resources import icon_path
from dynsync_gui.ui.theme import roles

_SCALES = (1.0, 1.25, 1.5, 2.0, 3.0)
_LOGO_SIZES = (16, 24, 32, 48, 64, 128)
"""What title bars, task bars and switchers of windows ask for."""


@cache
def _drawing(name: str) -> str:
    return icon_path(name).read_text(encoding="utf-8")


@cache
def renderer(name: str, colour: str) -> QSvgRenderer:
    """What paints an icon; ``currentColor`` in the drawing becomes the colour."""
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))


def colour_of(role: str) -> str:
    """The colour that a role has now."""
    return str(getattr(roles(), role))


def icon(name: str, role: str = "text", size: int = 16) -> QIcon:
    """An icon for buttons and window titles, with a picture for each usual scale."""
    result = QIcon()
    drawing = renderer(name, colour_of(role))
    for scale in _SCALES:
        pixmap = _painted(drawing, round(size * scale))
        pixmap.setDevicePixelRatio(scale)
        result.addPixmap(pixmap)
    return result


def window_icon() -> QIcon:
    """The logo, in each size that a desktop shows of a window."""
    result = QIcon()
    for size in _LOGO_SIZES:
        result.addPixmap(_painted(renderer("logo", colour_of("text")), size))
    return result


def _painted(drawing: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(pixmap.rect()))
    painter.end()
    return pixmap


class Picture(QWidget):
    """Shows one icon; decoration only, what it means stands beside it in words."""

    def __init__(self, name: str, role: str = "text", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_icon(self, name: str, role: str = "text") -> None:
        """Show another icon, or the same in another colour."""
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  Qt's signature
        """Paint it at the real resolution of the screen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer(self._name, colour_of(self._role)).render(painter, QRectF(self.rect()))
        painter.end()


class IconButton(PressButton):
    """A button with an icon that follows the colours; without a text its name is for screen readers and on hover.

    Args:
        name: The icon.
        text: Shown text; empty for a button that shows the icon only.
        label: What a screen reader says where no text is shown.
        role: Colour of the icon.
        kind: Look of the button in the style sheet.
    """

    def __init__(self, name: str, text: str = "", label: str = "", *, role: str = "text", kind: str = "") -> None:
        super().__init__(text)
        self._name, self._role = name, role
        self._drawn = ("", "")
        self.setAccessibleName(label or text)
        if kind or not text:
            self.setProperty("kind", kind or "tool")
        if not text:
            self.setToolTip(label)
        self._draw()

    def show_icon(self, name: str, role: str = "text") -> None:
        """Show another icon."""
        self._name, self._role = name, role
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew when the colours change."""
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        """Where it is another one: while a window is built, Qt tells each button several times that colours change."""
        wanted = (self._name, colour_of(self._role))
        if wanted != self._drawn:
            self._drawn = wanted
            self.setIcon(icon(self._name, self._role))

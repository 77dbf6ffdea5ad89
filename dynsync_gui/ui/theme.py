"""Colours and type of the whole window, in one place.

Every colour has a role. `Theme` picks the set of roles that fits the desktop (light, dark, or whatever a
high-contrast desktop dictates), and builds the palette and the one style sheet from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from dynsync_gui.ui.stylesheet import style_sheet

GRID = 8
"""All distances are multiples of it, in device-independent pixels; half of it inside a control."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The colours by what they mean, as ``#rrggbb``.

    `line` only separates what already differs by its ground, so it needs no contrast of its own.
    """

    window: str
    surface: str
    edge: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    attention: str
    bad: str
    selection: str
    hover: str
    dark: bool = False


LIGHT = Roles(
    window="#F5F6F8",
    surface="#FFFFFF",
    edge="#858E9A",
    line="#DFE3E8",
    text="#1B1F24",
    muted="#57606A",
    accent="#0B5CAD",
    on_accent="#FFFFFF",
    good="#1A7F37",
    attention="#8A5A00",
    bad="#B42318",
    selection="#DCEBFA",
    hover="#EDF1F5",
)
DARK = Roles(
    window="#15181C",
    surface="#1E2227",
    edge="#727C88",
    line="#30363D",
    text="#E8EBEF",
    muted="#A7B0BB",
    accent="#6CB2FF",
    on_accent="#0B1B2B",
    good="#4AC26B",
    attention="#E0A93B",
    bad="#FF8A80",
    selection="#22384F",
    hover="#2A3037",
    dark=True,
)


class Scheme(StrEnum):
    """Which set of roles to use."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_current = LIGHT


def roles() -> Roles:
    """The roles in use; widgets that paint ask again whenever their palette changes."""
    return _current


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (W3C, WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def from_palette(palette: QPalette) -> Roles:
    """The roles of a high-contrast desktop: nothing but its own colours."""

    def name(role: QPalette.ColorRole) -> str:
        return palette.color(role).name()

    text, window = name(QPalette.ColorRole.WindowText), name(QPalette.ColorRole.Window)
    return Roles(
        window=window,
        surface=name(QPalette.ColorRole.Base),
        edge=text,
        line=text,
        text=text,
        muted=text,
        accent=name(QPalette.ColorRole.Highlight),
        on_accent=name(QPalette.ColorRole.HighlightedText),
        good=text,
        attention=text,
        bad=text,
        selection=window,
        hover=window,
        dark=_luminance(window) < _luminance(text),
    )


def to_palette(roles: Roles) -> QPalette:
    """The palette that holds the roles for everything that the style sheet leaves alone."""
    role = QPalette.ColorRole
    palette = QPalette(QColor(roles.window))
    for target, colour in (
        (role.Window, roles.window),
        (role.WindowText, roles.text),
        (role.Base, roles.surface),
        (role.AlternateBase, roles.window),
        (role.Text, roles.text),
        (role.Button, roles.surface),
        (role.ButtonText, roles.text),
        (role.BrightText, roles.bad),
        (role.Highlight, roles.accent),
        (role.HighlightedText, roles.on_accent),
        (role.Accent, roles.accent),
        (role.Link, roles.accent),
        (role.LinkVisited, roles.accent),
        (role.PlaceholderText, roles.muted),
        (role.ToolTipBase, roles.surface),
        (role.ToolTipText, roles.text),
        (role.Mid, roles.edge),
    ):
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(roles.muted))
    return palette


def figures(font: QFont) -> QFont:
    """The same font with digits of one width, for numbers that change in place."""
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


class Theme(QObject):
    """Keeps the application's colours in line with the desktop.

    Args:
        app: The application; the theme belongs to it.
        scheme: Follow the desktop, or force light or dark.
    """

    def __init__(self, app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        if app.style().objectName() != "fusion":
            app.setStyle("Fusion")
        # Both are kept: PySide forgets that the application owns them once their wrappers are gone.
        self._hints = app.styleHints()
        self._accessibility = self._hints.accessibility()
        self._hints.colorSchemeChanged.connect(self.apply)
        self._accessibility.contrastPreferenceChanged.connect(self.apply)
        self.use(scheme)

    def use(self, scheme: Scheme) -> None:
        """Follow the desktop, or force light or dark from now on."""
        self._scheme = scheme
        wanted = {Scheme.LIGHT: Qt.ColorScheme.Light, Scheme.DARK: Qt.ColorScheme.Dark}
        self._hints.setColorScheme(wanted.get(scheme, Qt.ColorScheme.Unknown))
        self.apply()

    def apply(self, *_: object) -> None:
        """Work out the roles again and put them on."""
        global _current  # noqa: PLW0603  one window, one look
        roles = self._roles()
        base = QFontInfo(self._app.font()).pointSizeF()
        _current = roles
        self._app.setPalette(to_palette(roles))
        self._app.setStyleSheet(style_sheet(roles, base))

    def _roles(self) -> Roles:
        if self._accessibility.contrastPreference() is Qt.ContrastPreference.HighContrast:
            self._app.setPalette(QPalette())
            return from_palette(self._app.palette())
        if self._scheme is not Scheme.SYSTEM:
            return DARK if self._scheme is Scheme.DARK else LIGHT
        return DARK if self._hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT

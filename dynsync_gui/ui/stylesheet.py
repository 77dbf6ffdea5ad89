"""The one style sheet, written once for all sets of roles."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from dynsync_gui.ui.resources import icon_path

if TYPE_CHECKING:
    from dynsync_gui.ui.theme import Roles

_SHEET = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, QWizard, QWizard > QWidget, QWizardPage, QStackedWidget, *[kind="window"] { background: $window; }
QLabel { background: transparent; }
QLabel[kind="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[kind="section"] { font-size: ${section}pt; font-weight: 600; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="label"] { font-weight: 500; }
QLabel[kind="hint"] { font-size: ${hint}pt; color: $muted; }
QLabel[kind="muted"] { color: $muted; }
QLabel[kind="figure"] { font-size: ${title}pt; font-weight: 600; }
QLabel[kind="code"] { font-size: ${code}pt; font-weight: 600; font-family: monospace; letter-spacing: 2px; }
QLabel[kind="number"] { font-weight: 600; color: $muted; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="attention"] { color: $attention; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="muted"] { color: $muted; }

QFrame[kind="card"] { background: $surface; border: 1px solid $line; border-radius: 6px; }
QFrame[kind="choice"] { background: $surface; border: 1px solid $edge; border-radius: 6px; }
QFrame[kind="choice"]:hover { background: $hover; }
QFrame[kind="choice"][chosen="true"] { background: $selection; border: 1px solid $accent; }
QFrame[kind="banner"] { background: $surface; border: 1px solid $line; border-left: 4px solid $accent; border-radius: 6px; }
QFrame[kind="banner"][tone="bad"] { border-left-color: $bad; }
QFrame[kind="banner"][tone="attention"] { border-left-color: $attention; }
QFrame[kind="banner"][tone="good"] { border-left-color: $good; }
QFrame[kind="side"] { background: $surface; border: none; border-right: 1px solid $line; }
QFrame[kind="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[kind="step"] { border: none; border-radius: 6px; background: transparent; }
QFrame[kind="step"][current="true"] { background: $selection; }
QFrame[kind="chip"] { background: $window; border: 1px solid $line; border-radius: 6px; }
QFrame[kind="chip"] QLabel { font-size: ${hint}pt; font-weight: 600; }

QPushButton {
    background: $surface; border: 1px solid $edge; border-radius: 6px; padding: 6px 16px; min-height: 1.3em;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selection; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 15px; }
QPushButton:disabled { color: $muted; border-color: $line; background: $window; }
QPushButton[kind="filled"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="filled"]:hover { background: $accent; border-color: $text; }
QPushButton[kind="filled"]:focus { border: 2px solid $text; }
QPushButton[kind="filled"]:disabled { background: $line; border-color: $line; color: $muted; }
QPushButton[kind="link"] {
    background: transparent; border: 1px solid transparent; color: $accent; padding: 1px 3px;
    font-size: ${hint}pt; text-align: left; min-height: 0;
}
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; border-radius: 3px; }
QPushButton[kind="nav"] {
    background: transparent; border: 2px solid transparent; padding: 7px 10px; text-align: left;
}
QPushButton[kind="nav"]:hover { background: $hover; }
QPushButton[kind="nav"]:checked { background: $selection; font-weight: 600; }
QPushButton[kind="nav"]:focus { border-color: $accent; }
QPushButton[kind="tool"] { padding: 4px; min-width: 24px; min-height: 1.3em; }
QPushButton[kind="tool"]:focus { padding: 3px; }
QPushButton[kind="filter"] { padding: 4px 10px; border-color: $line; }
QPushButton[kind="filter"]:checked { background: $selection; border-color: $accent; font-weight: 600; }
QPushButton[kind="filter"]:focus { border: 2px solid $accent; padding: 3px 9px; }

QLineEdit, QComboBox {
    background: $surface; border: 1px solid $edge; border-radius: 6px; padding: 5px 8px; min-height: 1.4em;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QComboBox:focus { border: 2px solid $accent; padding: 4px 7px; }
QLineEdit[wrong="true"] { border: 2px solid $bad; padding: 4px 7px; }
QLineEdit:read-only, QLineEdit:disabled, QComboBox:disabled {
    background: $window; color: $muted; border-color: $line;
}
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: $surface; border: 1px solid $edge; outline: none; padding: 4px;
    selection-background-color: $selection; selection-color: $text;
}

QCheckBox, QRadioButton { spacing: 8px; padding: 3px; border: 1px solid transparent; border-radius: 4px; background: transparent; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid $accent; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $edge; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox::indicator:disabled { border-color: $line; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $edge; border-radius: 9px; background: $surface; }
QRadioButton::indicator:checked { background: $surface; border: 5px solid $accent; width: 8px; height: 8px; }

QTabWidget::pane { border: none; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { padding: 8px 12px; border: none; border-bottom: 2px solid transparent; color: $muted; background: transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; font-weight: 600; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { background: $selection; }

QTableView, QTreeView, QListView {
    background: $surface; border: 1px solid $line; border-radius: 6px; outline: none; gridline-color: transparent;
    selection-background-color: $selection; selection-color: $text;
}
QTableView::item { padding: 0 8px; }
QListView::item { padding: 4px 8px; }
QListView::item:selected { background: $selection; color: $text; }
QListView::item:disabled { color: $muted; }
QListView:focus { border: 1px solid $accent; }
QTableView:focus, QTreeView:focus { border: 1px solid $accent; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    background: $surface; color: $muted; border: none; border-bottom: 1px solid $line; padding: 6px 8px; font-weight: 600;
}
QTreeView::item { padding: 4px; border: none; }
QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[tone="attention"]::chunk { background: $attention; }

QScrollArea, QScrollArea > QWidget > QWidget[kind="body"] { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 3px; min-height: 32px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { width: 0; height: 0; background: transparent; }
QTextBrowser, QPlainTextEdit { background: $surface; border: 1px solid $line; border-radius: 6px; padding: 8px; selection-background-color: $accent; }
QMenu { background: $surface; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 6px 24px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QToolTip { background: $surface; color: $text; border: 1px solid $edge; padding: 4px; }
""")  # noqa: E501  one rule a line


def style_sheet(roles: Roles, base: float) -> str:
    """The style sheet for a set of roles.

    Args:
        roles: The colours.
        base: Size of the platform's own face, in points.
    """
    shade = "dark" if roles.dark else "light"
    colours = {name: getattr(roles, name) for name in roles.__slots__ if name != "dark"}
    return _SHEET.substitute(
        colours,
        title=round(base * 1.5, 1),
        code=round(base * 2.2, 1),
        section=round(base * 1.2, 1),
        hint=round(base * 0.9, 1),
        tick=_url(icon_path(f"tick-{shade}")),
        chevron=_url(icon_path(f"chevron-{shade}")),
    )


def _url(path: Path) -> str:
    return path.as_posix().replace('"', '\\"')

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from dynsync_gui.ui import theme as themes
from dynsync_gui.ui.icons import Picture, icon
from dynsync_gui.ui.resources import icon_path
from dynsync_gui.ui.theme import DARK, LIGHT, Roles, Scheme, Theme, contrast

GROUNDS = ("window", "surface")


def test_contrast_is_measured_as_the_w3c_defines_it() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("roles", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", ["text", "muted", "accent", "good", "attention", "bad"])
def test_every_colour_of_words_can_be_read(roles: Roles, ground: str, role: str) -> None:
    assert contrast(getattr(roles, role), getattr(roles, ground)) >= 4.5


@pytest.mark.parametrize("roles", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["selection", "hover"])
@pytest.mark.parametrize("role", ["text", "muted", "accent"])
def test_words_can_be_read_where_something_is_chosen(roles: Roles, ground: str, role: str) -> None:
    assert contrast(getattr(roles, role), getattr(roles, ground)) >= 4.5


@pytest.mark.parametrize("roles", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_and_filled_buttons_stand_out(roles: Roles) -> None:
    assert all(contrast(roles.edge, getattr(roles, ground)) >= 3 for ground in GROUNDS)
    assert contrast(roles.on_accent, roles.accent) >= 4.5


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_an_empty_field_has_an_edge_that_can_be_seen(qtbot: Any, theme: Theme, scheme: Scheme) -> None:
    theme.use(scheme)
    page = QWidget()
    qtbot.addWidget(page)
    page.setProperty("kind", "window")
    field = QLineEdit()
    QVBoxLayout(page).addWidget(field)
    page.resize(200, 80)
    page.show()
    page.setFocus()
    picture = page.grab().toImage()
    middle = field.geometry().center().x()
    column = [picture.pixelColor(middle, y).name().upper() for y in range(picture.height())]
    assert themes.roles().edge.upper() in column


def test_the_colours_follow_an_override(qapp: QApplication, theme: Theme) -> None:
    theme.use(Scheme.DARK)
    assert themes.roles() is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
    theme.use(Scheme.LIGHT)
    assert themes.roles() is LIGHT
    assert LIGHT.accent in qapp.styleSheet()


def test_a_high_contrast_desktop_gives_every_colour() -> None:
    palette = QPalette(QColor("#000000"))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
        palette.setColor(role, QColor("#FFFF00"))
    palette.setColor(QPalette.ColorRole.Window, QColor("#000000"))
    roles = themes.from_palette(palette)
    assert roles.bad == roles.good == roles.edge == roles.muted == "#ffff00"
    assert roles.window == "#000000"
    assert roles.dark


def test_icons_take_the_colour_of_their_role(qtbot: Any, theme: Theme) -> None:
    picture = Picture("ticked", "accent", 20)
    qtbot.addWidget(picture)
    seen = set()
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme.use(scheme)
        image = picture.grab().toImage()
        seen.add(image.pixelColor(10, 3).name().upper())
    assert seen == {LIGHT.accent.upper(), DARK.accent.upper()}


def test_icons_are_drawn_for_every_scale(theme: Theme) -> None:
    sizes = {size.width() for size in icon("play").availableSizes()}
    assert {16, 24, 32, 48} <= sizes


def test_every_icon_is_an_own_drawing_without_a_fixed_colour() -> None:
    fixed = {"logo"} | {f"{name}-{shade}" for name in ("tick", "chevron") for shade in ("light", "dark")}
    for path in icon_path("logo").parent.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert ("currentColor" in text) != (path.stem in fixed), path.name

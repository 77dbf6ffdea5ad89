"""The window is painted before there is a service, and can be closed by then."""

from __future__ import annotations

from typing import Any

import pytest

from dynsync_gui.domain.events import ProblemsRead
from dynsync_gui.ui.start import open_window
from dynsync_gui.ui.windows.main_window import MainView
from tests.ui import demo_world as world
from tests.ui.scripted_service import ScriptedService

pytestmark = pytest.mark.usefixtures("theme")


def test_it_is_painted_and_works_with_the_service_that_comes_then(qtbot: Any) -> None:
    window = open_window(str)
    seen: list[bool] = []
    window.painted.connect(lambda: seen.append(window.waits))
    qtbot.waitUntil(lambda: bool(seen))
    assert window.wizard is None
    service = ScriptedService(**world.SCRIPTS)
    window.use(service)
    assert not window.waits
    qtbot.waitUntil(lambda: window.wizard is not None)
    window.repaint()
    assert seen == [True]
    with qtbot.waitSignal(window.ended):
        window.quit()
    assert service.closed.is_set()


def test_the_main_view_is_made_while_the_set_up_is_filled_in_and_hears_nothing_before_it_is_shown(qtbot: Any) -> None:
    """One view a turn: made together they would hold up the window when Start is pressed."""
    window = open_window(str)
    window.use(ScriptedService(**world.SCRIPTS))
    qtbot.waitUntil(lambda: window.findChild(MainView) is not None)
    ahead = window.findChild(MainView)
    assert window.main is None
    assert not ahead.isVisible()
    named = ahead.rooms.links[1].text()
    window.bridge.heard.emit(ProblemsRead(0, world.PROBLEMS, world.STATUS))
    assert ahead.rooms.links[1].text() == named
    assert window.show_main() is ahead
    assert ahead.isVisible()
    window.bridge.heard.emit(ProblemsRead(0, world.PROBLEMS, world.STATUS))
    assert ahead.rooms.links[1].text() != named
    assert len(window.findChildren(MainView)) == 1
    with qtbot.waitSignal(window.ended):
        window.quit()


def test_its_icon_has_every_size_that_desktops_show(qtbot: Any) -> None:
    window = open_window(str)
    qtbot.addWidget(window)
    assert [size.width() for size in window.windowIcon().availableSizes()] == [16, 24, 32, 48, 64, 128]


def test_closed_before_there_is_a_service_it_wants_none(qtbot: Any) -> None:
    window = open_window(str)
    assert window.waits
    with qtbot.waitSignal(window.ended):
        window.quit()
    assert not window.waits
    assert not window.isVisible()

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QSystemTrayIcon

from dynsync_gui.domain.events import ProfileRead
from dynsync_gui.domain.schedule import BackgroundState
from dynsync_gui.ui.start import Window
from dynsync_gui.ui.theme import LIGHT
from dynsync_gui.ui.windows.question import Question
from dynsync_gui.ui.windows.tray import Tray, TrayState, tray_icon
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import ScriptedService

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "does not support raise", extend=True)


@pytest.fixture
def with_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desktop with a place for icons; the offscreen one has none, and ignores that one is shown."""
    monkeypatch.setattr(Tray, "available", staticmethod(lambda: True))


@pytest.fixture
def opened(scenes: Scenes, with_tray: None) -> Iterator[tuple[Window, ScriptedService]]:
    window, service = scenes.open_stored()
    scenes._wait(lambda: window.main.watch.state is not None)
    yield window, service
    window.quit()  # as scenes close it, which would hide it otherwise


def picture(state: TrayState, size: int = 32) -> QImage:
    return tray_icon(state).pixmap(size, size).toImage()


def grey(image: QImage) -> QImage:
    return image.convertToFormat(QImage.Format.Format_Grayscale8)


@pytest.mark.parametrize("size", [16, 22, 32])
def test_every_state_has_a_shape_of_its_own_without_its_colour(qapp: Any, size: int) -> None:
    shapes = [grey(picture(state, size)) for state in TrayState]
    for place, one in enumerate(shapes):
        assert all(one != other for other in shapes[place + 1 :])


def test_every_badge_has_a_colour_of_its_own(qapp: Any) -> None:
    colours = {state: state.value[1] for state in TrayState if state.value[0]}
    assert len(set(colours.values())) == len(colours) == 4
    assert set(colours.values()) == {LIGHT.accent, LIGHT.muted, LIGHT.attention, LIGHT.bad}


@pytest.mark.parametrize(
    ("icon", "state"),
    [
        ("passed", TrayState.IDLE),
        ("clock", TrayState.IDLE),
        ("update", TrayState.SYNCING),
        ("pause", TrayState.PAUSED),
        ("attention", TrayState.ATTENTION),
        ("failed", TrayState.PROBLEM),
    ],
)
def test_the_icon_follows_the_overview(qapp: Any, icon: str, state: TrayState) -> None:
    parent = QObject()
    tray = Tray(parent)
    tray.show_state(icon, "In step.")
    assert tray.state is state
    assert tray.icon.toolTip() == "DynSync: In step."
    tray.close()


def test_closing_explains_itself_once_and_hides(opened: tuple[Window, ScriptedService], scenes: Scenes) -> None:
    window, service = opened
    window.close()
    (question,) = window.findChildren(Question)
    assert window.isVisible()
    question.findChild(QPushButton, "stay").click()
    assert not window.isVisible()
    scenes._wait(lambda: window.main.watch.state.explained)
    assert [name for name, _ in service.background.calls].count("note_explained") == 1
    assert not service.closed.is_set()
    window._tray.open.trigger()
    assert window.isVisible()
    window.close()
    assert not window.isVisible()
    assert not service.closed.is_set()


def test_the_explanation_offers_to_quit_instead(
    opened: tuple[Window, ScriptedService], scenes: Scenes, qtbot: Any
) -> None:
    window, service = opened
    window.close()
    (question,) = window.findChildren(Question)
    with qtbot.waitSignal(window.ended):
        question.findChild(QPushButton, "go").click()
    assert service.closed.is_set()
    assert not window._tray.icon.isVisible()


def test_quit_in_the_menu_ends_in_order(opened: tuple[Window, ScriptedService], qtbot: Any) -> None:
    window, service = opened
    window.hide()
    with qtbot.waitSignal(window.ended):
        window._tray.quit.trigger()
    assert service.closed.is_set()


def test_the_menu_offers_what_can_be_done(scenes: Scenes, with_tray: None) -> None:
    window, service = scenes.running()
    tray = window._tray
    assert tray is not None
    assert tray.state is TrayState.SYNCING
    assert (tray.sync.isEnabled(), tray.pause.isEnabled(), tray.resume.isVisible()) == (False, True, False)
    tray.pause.trigger()
    assert tray.state is TrayState.PAUSED
    assert (tray.pause.isVisible(), tray.resume.isVisible()) == (False, True)
    tray.resume.trigger()
    assert tray.state is TrayState.SYNCING
    assert [name for name, _ in service.calls[-2:]] == ["pause", "resume"]
    window.quit()


def test_sync_now_from_the_menu(opened: tuple[Window, ScriptedService], scenes: Scenes) -> None:
    window, service = opened
    window.hide()
    assert window._tray.sync.isEnabled()
    before = len(service.asked("follow"))
    window._tray.sync.trigger()
    scenes._wait(lambda: not window.main.running)
    assert len(service.asked("follow")) == before + 1
    assert window._tray.state is TrayState.ATTENTION  # some records need a look


def test_a_run_that_could_not_go_on_is_a_problem(scenes: Scenes, with_tray: None) -> None:
    window, _ = scenes.open_stored(follow=[world.refused])
    window._tray.sync.trigger()
    scenes._wait(lambda: not window.main.running)
    assert window._tray.state is TrayState.PROBLEM
    window.quit()


def test_a_rehearsal_and_a_set_up_end_with_their_window(scenes: Scenes, with_tray: None) -> None:
    window, _ = scenes.open()
    assert not window.stays
    profile = [lambda job: ProfileRead(job, world.REHEARSAL, world.STATUS)]
    service = ScriptedService(read_profile=profile)
    rehearsal = Window(service, str)
    scenes.made.append((rehearsal, service))
    rehearsal.show()
    scenes._wait(lambda: rehearsal.main is not None and rehearsal.main._reading is None)
    assert not rehearsal.stays


def test_notices_come_from_the_same_icon(opened: tuple[Window, ScriptedService]) -> None:
    window, _ = opened
    assert window.main.notice._tray is window._tray.icon
    assert len(window.findChildren(QSystemTrayIcon)) == 1
    assert isinstance(window.main.watch.state, BackgroundState)

"""A set-up that is left half-way goes on where it was, by the page's name, and never with a secret on disk."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from dynsync_gui.domain.events import ProfileRead
from dynsync_gui.domain.setup import HalfDone, Step, half_done
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import ScriptedService


def left_at(step: Step) -> list[Any]:
    return [lambda job: ProfileRead(job, None, world.EMPTY, HalfDone(world.OWN, step))]


def test_cancel_keeps_what_was_entered_and_the_page(scenes: Scenes) -> None:
    window, service = scenes.page2_fields()
    window.wizard.reject()
    window.findChild(QPushButton, "go").click()
    scenes._wait(service.closed.is_set)
    ((left,),) = service.asked("keep_half_done")
    assert left == half_done(window.wizard.flow.draft.settings, Step.FIELDS)
    assert left.settings.dynamics == world.OWN.dynamics
    assert not any(secret in repr(left) for secret in world.OWN_SECRETS.values())


def test_closing_the_window_keeps_it_too_before_the_service_ends(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.type(window, "dynamics.url", "https://contoso.crm4.dynamics.com")
    window.close()
    scenes._wait(service.closed.is_set)
    ((left,),) = service.asked("keep_half_done")
    assert (left.step, left.settings.dynamics.url) == (Step.CREDENTIALS, "https://contoso.crm4.dynamics.com")


def test_nothing_is_kept_of_a_set_up_in_which_nothing_was_entered(scenes: Scenes) -> None:
    window, service = scenes.open()
    window.close()
    scenes._wait(service.closed.is_set)
    assert service.asked("keep_half_done") == []


@pytest.mark.parametrize("step", [Step.FIELDS, Step.ENABLE])
def test_it_goes_on_at_the_page_that_was_shown(scenes: Scenes, step: Step) -> None:
    window, _ = scenes.open(read_profile=left_at(step))
    page = window.wizard.credentials
    name = {Step.FIELDS: "Fields", Step.ENABLE: "Enable sync"}[step]
    assert f"You left the set-up at “{name}”." in page.banner.says
    assert page.dynamics.text("dynamics.url") == world.OWN.dynamics.url
    assert window.focusWidget() is page.forms.rows["dynamics.client_secret"].target
    scenes.type(window, "dynamics.client_secret", "CANARY-1")
    scenes.type(window, "marketo.client_secret", "CANARY-2")
    page.test.click()
    scenes._wait(page.identity.isVisible)
    page.identity.confirm.setChecked(True)
    window.wizard.next()
    scenes._wait(lambda: window.wizard.page_now.step is step)
    if step is Step.ENABLE:
        scenes._wait(lambda: window.wizard.flow.draft.plan is not None)
        window.wizard.back()
        scenes._wait(lambda: window.wizard.page_now.step is Step.FIELDS)


def test_setting_up_again_goes_on_in_the_same_session(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    window.main.setup.click()
    scenes.type(window, "marketo.client_id", "other-service")
    window.wizard.reject()
    window.findChild(QPushButton, "go").click()
    assert window.wizard is None
    assert isinstance(service, ScriptedService)
    window.main.setup.click()
    assert window.wizard.credentials.marketo.text("marketo.client_id") == "other-service"
    assert "You left the set-up at “Credentials”." in window.wizard.credentials.banner.says

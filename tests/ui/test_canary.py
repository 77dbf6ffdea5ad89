"""The careful start: chosen on the last page, told in the progress, agreed to where it stopped."""

from __future__ import annotations

from dynsync_gui.domain.canary import CanaryCount, canary_guard
from dynsync_gui.domain.events import CanaryStep, JobFailed, ProfileRead
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import msg
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate
from tests.ui.test_main_window import texts


def test_a_careful_start_is_chosen_and_its_steps_are_told(scenes: Scenes) -> None:
    counts = (CanaryCount(Entity.CONTACT, 9, 1), CanaryCount(Entity.LEAD, 10, 0))
    window, service = scenes.page3_plan(start=[world.progress(0.1), lambda job: CanaryStep(job, 10, counts), Gate()])
    page = window.wizard.enable
    assert not page.canary.isChecked()
    page.canary.click()
    scenes.start(window)
    scenes._wait(window.main.overview.progress.step.isVisible)
    settings = service.asked("start")[0][0]
    assert settings.enable.canary is True
    assert "The first 10 of each table: 19 taken, 1 refused." in texts(window.main.overview.progress)


def test_where_it_stopped_the_user_agrees_and_it_goes_on(scenes: Scenes) -> None:
    stop = canary_guard(1, 10, msg("Marketo refused 5 of 20 records"))
    window, service = scenes.finished(start=[world.progress(0.1), lambda job: JobFailed(job, stop)])
    service.scripts["accept_guard"] = [lambda job: ProfileRead(job, world.SETTINGS, world.STATUS)]
    view = window.main.overview
    assert view.banner.says.startswith("DynSync stopped by itself after the first 10 records of each table.")
    agree = next(button for button in view.banner._buttons if button.objectName() == "agree")
    agree.click()
    scenes._wait(lambda: bool(service.asked("follow")))
    assert service.asked("accept_guard") == [("1.canary-10",)]

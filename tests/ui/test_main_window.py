from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView

from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.events import (
    CycleEnded,
    JobCancelled,
    JobFailed,
    ProblemsRead,
    ProfileRead,
    RunEnded,
    Waiting,
)
from dynsync_gui.domain.findings.marketo import QUOTA
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.report import Difference, Proof, RunState, Status
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.text import msg
from dynsync_gui.ui.announce import PAUSE, Announcer
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_progress_is_shown_per_kind_with_rate_rest_and_calls(scenes: Scenes) -> None:
    window, _ = scenes.running()
    shown = texts(window.main.overview.progress)
    for part in ("212 of 212", "1,062 of 1,204", "0 of 640", "31 records a second", "820 of 50,000", "5 need a look"):
        assert part in shown
    assert "Dynamics asked us to slow down. DynSync goes on in 12 seconds." in shown
    assert window.wizard is None


def test_people_on_their_way_in_files_are_told_of(scenes: Scenes) -> None:
    window, _ = scenes.running()
    pane = window.main.overview.progress
    assert "files" not in texts(pane)
    pane.show_progress(replace(world.progress(0.3)(1), away=100_000))
    assert "Marketo is reading 100,000 people out of files" in texts(pane)


def test_waiting_is_counted_down(scenes: Scenes) -> None:
    window, _ = scenes.running()
    window.main.overview.progress.waits.tick.timeout.emit()
    assert "goes on in 11 seconds" in texts(window.main.overview.progress)


def test_what_was_not_answered_is_waited_for_while_the_rest_goes_on(scenes: Scenes) -> None:
    window, _ = scenes.page3_plan(start=[world.progress(0.4), Gate()])
    scenes.start(window)
    view, tell = window.main.overview, window.main._run_told
    view.progress.waits.tick.setInterval(3_600_000)  # it ticks when the test says so
    tell(Waiting(1, System.MARKETO, 95, WaitCause.UNHEARD))
    tell(world.progress(0.5)(1))
    assert "Marketo did not answer a call that creates people." in texts(view.progress)
    assert "at most 95 seconds" in texts(view.progress)
    tell(world.waiting(1))
    assert "Dynamics asked us to slow down" in texts(view.progress), "what holds up everything goes first"
    view.progress.waits.tick.timeout.emit()
    tell(world.progress(0.6)(1))
    assert "at most 94 seconds" in texts(view.progress)
    tell(Waiting(1, System.MARKETO, 0, WaitCause.UNHEARD))
    assert not view.progress.waits.isVisible()
    assert not view.progress.waits.tick.isActive()


def test_a_look_that_has_to_wait_for_a_call_shows_its_work(scenes: Scenes) -> None:
    window, _ = scenes.open_stored(follow=[world.quiet, Gate()])
    window.main.overview.go_on.click()
    scenes._wait(lambda: window.main._resting)
    window.main._run_told(Waiting(1, System.MARKETO, 95, WaitCause.UNHEARD))
    assert window.main.overview.progress.waits.isVisible()


def test_pause_resume_and_stop(scenes: Scenes) -> None:
    gate = Gate()
    stopped = replace(world.REPORT, state=RunState.STOPPED, acknowledged=1_000, outbox=947)
    window, service = scenes.page3_plan(start=[world.progress(0.5), gate, lambda job: RunEnded(job, stopped)])
    scenes.start(window)
    view = window.main.overview
    view.pause.click()
    assert view.state.text() == "Paused"
    assert view.resume.isVisible()
    assert not view.pause.isVisible()
    view.resume.click()
    assert [name for name, _ in service.calls[-2:]] == ["pause", "resume"]
    job = service.jobs[-1]
    view.stop.click()
    assert job.cancelled
    scenes._wait(lambda: not window.main.running)


def test_a_run_that_ends_while_it_is_stopped_tells_what_is_left(scenes: Scenes) -> None:
    stopped = replace(world.REPORT, state=RunState.STOPPED, acknowledged=1_000, outbox=947)
    window, _ = scenes.finished(start=[world.progress(0.5), lambda job: RunEnded(job, stopped)])
    assert window.main.overview.state.text() == "1,010 records are in step. 947 are still to be sent."
    assert window.main.overview.go_on.text().replace("&", "") == "Go on"


def test_the_end_tells_the_report_the_equation_the_proof_and_the_mail(scenes: Scenes) -> None:
    window, _ = scenes.finished()
    shown = texts(window.main.overview)
    assert "1,957 records are in step. 5 need a look." in shown
    assert "Read from Dynamics: 2,056 = 1,947 + 10 + 94 + 5 + 0" in shown
    assert "Proved: every record that belongs in Marketo is there once, with equal values." in shown
    assert "An e-mail was sent to admin@contoso.com." in shown


def test_the_end_tells_what_was_cut_or_left_out_by_choice(scenes: Scenes) -> None:
    report = replace(world.REPORT, cut=1, left_out=1_200)
    window, _ = scenes.finished(start=[lambda job: RunEnded(job, report)])
    shown = texts(window.main.overview)
    assert "1,200 values were left out because they do not fit their Marketo field, as you chose." in shown
    assert "1 value was cut to fit its Marketo field, as you chose." in shown


def test_a_proof_that_does_not_hold_is_not_called_one(scenes: Scenes) -> None:
    proof = Proof(10, 9, 9, 0, 0, (Difference(Entity.LEAD, "abc", msg("not there")),))
    window, _ = scenes.finished(start=[lambda job: RunEnded(job, world.REPORT, proof)])
    shown = texts(window.main.overview)
    assert "Proved" not in shown
    assert "People from leads abc: not there" in shown


def test_a_proof_counts_what_differs_by_a_rule_and_lists_only_what_is_left(scenes: Scenes) -> None:
    by_rule = Difference(Entity.LEAD, "abc", msg("is kept"), "title", explained=True, by_rule=True)
    proof = Proof(10, 10, 8, 0, 0, (by_rule,), kept=2)
    window, _ = scenes.finished(start=[lambda job: RunEnded(job, world.REPORT, proof)])
    shown = texts(window.main.overview)
    assert "Proved: every record that belongs in Marketo is there once, and what differs has its reason." in shown
    assert "2 of them keep a value of Marketo's by a rule, or go without one of Dynamics'." in shown
    assert "is kept" not in shown


def test_a_mail_that_was_not_sent_is_said_and_fails_nothing(scenes: Scenes) -> None:
    script = [world.progress(1), world.mail_failed]
    window, _ = scenes.finished(start=script)
    shown = texts(window.main.overview)
    assert "its e-mail was not sent: The mail server did not accept the password." in shown
    assert "1,957 records are in step." in shown


def test_a_run_that_breaks_off_keeps_its_work_and_goes_on(scenes: Scenes) -> None:
    window, service = scenes.finished(start=[world.progress(0.5), world.refused])
    view = window.main.overview
    assert view.banner.says.startswith("Marketo does not answer.")
    view.go_on.click()
    assert len(service.asked("follow")) == 1
    assert view.banner.isHidden()
    scenes._wait(lambda: not window.main.running)


def test_problems_are_grouped_by_cause_with_their_records(scenes: Scenes) -> None:
    window, _ = scenes.problems()
    view = window.main.problems
    shown = texts(view)
    assert shown.index("not one that Marketo takes") < shown.index("longer than the Marketo field")
    assert "3 records" in shown
    assert window.main.rooms.links[1].text().replace("&", "") == "To look at  5"
    view._cards[1]._button.click()
    table = view._cards[1].findChild(QTableView)
    names = [table.model().index(row, 0).data() for row in range(table.model().rowCount())]
    assert names == ["Fourth Coffee", "<b>Litware</b> & Söhne"]
    tip = table.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "1077" in tip


def test_the_list_of_problems_is_exported_where_the_user_says(scenes: Scenes, tmp_path: Path) -> None:
    window, service = scenes.problems()
    target = tmp_path / "problems.csv"
    window.main.problem_work.export_to(str(target))
    scenes._wait(window.main.problems.banner.isVisible)
    assert service.asked("export_problems") == [(target,)]
    assert window.main.problems.banner.says == f"The list was saved. {target}"


def test_a_refused_export_says_why(scenes: Scenes, tmp_path: Path) -> None:
    window, service = scenes.problems()
    service.scripts["export_problems"] = [world.refused]
    window.main.problem_work.export_to(str(tmp_path / "problems.csv"))
    scenes._wait(window.main.problems.banner.isVisible)
    assert window.main.problems.banner.property("tone") == "bad"


def test_a_stored_profile_opens_where_it_was(scenes: Scenes) -> None:
    window, service = scenes.open_stored(Status("interrupted", (replace(world.REPORT, outbox=947),)))
    view = window.main.overview
    assert window.wizard is None
    assert view.state.text() == "The last sync was interrupted. It goes on where it was."
    assert len(service.asked("follow")) == 1


def test_a_cycle_that_finds_nothing_leaves_the_last_run_in_sight(scenes: Scenes) -> None:
    window, service = scenes.finished()
    view = window.main.overview
    scenes._wait(lambda: view.fresh.text().startswith("Goes on at"))
    assert view.state.text() == "1,957 records are in step. 5 need a look."
    assert [button.isVisible() for button in (view.go_on, view.stop, view.pause)] == [True, True, False]
    assert window.main.setup.isEnabled()
    view.go_on.click()
    assert len(service.asked("follow")) == 2
    assert service.jobs[-2].cancelled or service.jobs[-3].cancelled


def test_passing_trouble_is_told_with_the_next_try_and_work_is_shown_when_it_comes(scenes: Scenes) -> None:
    gate = Gate()
    script = [world.trouble, gate, world.progress(0.4), Gate()]
    window, _ = scenes.open_stored(follow=script)
    view = window.main.overview
    scenes._wait(view.banner.isVisible)
    assert view.banner.says.startswith("Marketo does not answer.")
    assert view.banner.property("tone") == "attention"
    gate.open.set()
    scenes._wait(view.progress.isVisible)
    assert window.main.running
    assert not window.main.setup.isEnabled()


def test_the_new_day_of_marketo_is_told_by_this_computers_clock(scenes: Scenes) -> None:
    until = world.NOW + timedelta(hours=7)
    script = [lambda job: CycleEnded(job, None, GuardStop("quota", QUOTA), world.NOW + timedelta(minutes=30), until)]
    window, _ = scenes.open_stored(follow=[*script, Gate()])
    view, time = window.main.overview, until.astimezone().strftime("%H:%M")
    scenes._wait(view.banner.isVisible)
    assert f"Marketo takes calls again at {time} by this computer's clock." in view.banner.says
    assert view.fresh.text() == f"Goes on at {time}"


def test_leaving_the_set_up_goes_on_with_the_sync(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    window.main.setup.click()
    assert next(job for job in service.jobs if job.number == 3).cancelled or service.jobs[-1].cancelled
    window.wizard.left.emit(None)
    assert len(service.asked("follow")) == 2


def test_set_up_again_is_filled_in_and_leaving_it_comes_back(scenes: Scenes) -> None:
    window, _ = scenes.open_stored()
    window.main.setup.click()
    page = window.wizard.credentials
    assert page.dynamics.text("dynamics.url") == world.OWN.dynamics.url
    assert page.marketo.text("marketo.client_id") == world.OWN.marketo.client_id
    assert window.wizard.enable.mail.email.text() == "admin@contoso.com"
    window.wizard.reject()
    assert window.wizard is None
    assert window.main.isVisible()


def test_closing_stops_everything_off_the_windows_thread_and_says_so(scenes: Scenes, qtbot: Any) -> None:
    window, service = scenes.running()
    with qtbot.waitSignal(window.ended):
        window.close()
        assert window.isVisible()
        assert "Finishing what is in flight" in texts(window)
    assert not window.isVisible()
    assert service.closed_on == "dynsync-close"
    assert all(job.cancelled for job in service.jobs)


def test_a_profile_that_cannot_be_read_says_why_and_can_be_tried_again(scenes: Scenes) -> None:
    from dynsync_gui.ui.start import Window  # noqa: PLC0415
    from tests.ui.scripted_service import ScriptedService  # noqa: PLC0415

    service = ScriptedService(read_profile=[world.refused])
    window = Window(service, str)
    scenes.made.append((window, service))
    window.show()
    scenes._wait(window._note.banner.isVisible)
    service.scripts["read_profile"] = world.SCRIPTS["read_profile"]
    window._note.banner._buttons[0].click()
    scenes._wait(lambda: window.wizard is not None)


def test_a_cancelled_job_leaves_the_window_ready(scenes: Scenes) -> None:
    window, _ = scenes.finished(start=[world.progress(0.5), JobCancelled])
    assert window.main.setup.isEnabled()
    assert window.main.overview.go_on.isVisible()


def test_screen_readers_hear_of_progress_at_most_every_five_seconds(qtbot: Any) -> None:
    from PySide6.QtWidgets import QWidget  # noqa: PLC0415

    widget = QWidget()
    qtbot.addWidget(widget)
    said: list[str] = []
    now = [100.0]
    announcer = Announcer(widget, said.append, lambda: now[0])
    for number in range(5):
        announcer.announce(str(number))
    assert said == ["0"]
    now[0] += PAUSE
    announcer.announce("5")
    assert said == ["0", "5"]


def test_job_failed_is_no_mail_unless_it_says_so(scenes: Scenes) -> None:
    window, service = scenes.finished()
    before = window.main.overview.mail.text()
    service.tell(JobFailed(99, world.refused(99).error))
    scenes._wait(lambda: True)
    assert window.main.overview.mail.text() == before


def test_what_is_only_worth_knowing_is_not_counted_as_needing_a_look(scenes: Scenes) -> None:
    notice = replace(world.PROBLEMS[0], code="shared-email", title=msg("Shared."), aside=False)
    listed = (*world.PROBLEMS, notice)
    window, _ = scenes.finished(read_problems=[lambda job: ProblemsRead(job, listed, world.STATUS)])
    assert window.main.rooms.links[1].text().replace("&", "").endswith(str(len(world.PROBLEMS)))
    shown = texts(window.main.problems)
    assert shown.index("Worth knowing") < shown.index("Shared.")


@pytest.mark.parametrize(
    ("days", "words"), [(31, ""), (30, "expires in 30 days"), (1, "in 1 day."), (-1, "has expired")]
)
def test_the_end_of_the_secret_is_warned_of(scenes: Scenes, days: int, words: str) -> None:
    ends = datetime.now(UTC).date() + timedelta(days)
    settings = replace(world.SETTINGS, dynamics=replace(world.SETTINGS.dynamics, secret_expires=ends))
    profile = [lambda job: ProfileRead(job, settings, world.STATUS)]
    window, _ = scenes.open_stored(read_profile=profile)
    expiry = window.main.expiry
    assert words in expiry.says
    assert expiry.isVisible() is bool(words)
    if words:
        expiry.findChild(QPushButton, "renew").click()
        assert window.main.renewal.isVisible()

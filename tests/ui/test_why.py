"""The view that says why a person is not in Marketo."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from dynsync_gui.domain.events import Explained, Waiting
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.schema import System
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate
from tests.ui.test_main_window import texts
from tests.ui.why_world import ANSWER


def test_the_chain_is_shown_with_its_reason_and_the_fields_that_differ(scenes: Scenes) -> None:
    window, service = scenes.why()
    view = window.main.why
    assert service.asked("why") == [("anna@litware.com",)]
    shown = texts(view)
    for part in ("<b>Anna</b> Wallace", "Passed", "Stopped here", "Look at this", "A lead has it."):
        assert part in shown
    assert view._cards[0].verdict.says.startswith("“Job Title” is not the same")
    model = view._cards[0].findChild(QTableView).model()
    cells = [model.index(0, column).data() for column in range(model.columnCount())]
    assert cells == ["Job Title", "Head of Marketing", "?", "Intern"]
    assert model.rowCount() == 1
    assert "Dynamics fills Job Title." in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_tab_leads_through_the_answer_before_what_stands_below_it(scenes: Scenes) -> None:
    window, _ = scenes.why()
    view = window.main.why
    (card,) = view._cards
    stop, met = view.ask, []
    for _ in range(60):
        stop = stop.nextInFocusChain()
        if stop in {card.sync, card.fields, view.compare.start}:
            met.append(stop)
    assert met[:3] == [card.sync, card.fields, view.compare.start]


def test_nothing_is_asked_without_a_name_and_a_refusal_is_said(scenes: Scenes) -> None:
    window, service = scenes.open_stored(why=[world.refused])
    view = window.main.why
    window.main.rooms.links[4].click()
    view.ask.click()
    assert service.asked("why") == []
    assert "Enter an e-mail address or an id." in texts(view)
    view.field.setText("x@y.example")
    view.field.returnPressed.emit()
    scenes._wait(lambda: not view.waiting)
    assert view.banner.says.startswith("Marketo does not answer.")


def test_both_sides_are_compared_into_a_file_of_the_users_choice(scenes: Scenes, tmp_path: Path) -> None:
    window, service = scenes.open_stored()
    window.main.rooms.links[4].click()
    view = window.main.why.compare
    view.compare_to(str(tmp_path / "certificate.txt"))
    assert not view.start.isEnabled()
    scenes._wait(lambda: not view.waiting)
    assert service.asked("reconcile") == [(0, tmp_path / "certificate.txt")]
    assert view.banner.says.startswith("1 record differs without a known reason.")
    assert view.start.isEnabled()


def test_records_that_were_set_aside_are_sent_again_one_cause_or_all(scenes: Scenes) -> None:
    window, service = scenes.problems()
    view = window.main.problems
    before = len(service.asked("follow"))
    view._cards[1].retry.click()
    scenes._wait(lambda: not window.main.problem_work.busy)
    assert service.asked("retry") == [(view._cards[1].ids,)]
    assert len(view._cards[1].ids) > 0
    scenes._wait(lambda: len(service.asked("follow")) == before + 1)
    view.retry_all.click()
    scenes._wait(lambda: not window.main.problem_work.busy)
    assert service.asked("retry")[-1] == ((),)


def test_records_go_without_the_value_that_is_refused_where_there_is_one(scenes: Scenes) -> None:
    window, service = scenes.problems()
    view = window.main.problems
    before = len(service.asked("follow"))
    for card in view._cards:
        assert card.without.isVisible() is all(problem.field for problem in card._problems)
    card = next(card for card in view._cards if card.without.isVisible())
    assert card.without.accessibleDescription().startswith("Everything else of them is sent.")
    card.without.click()
    scenes._wait(lambda: not window.main.problem_work.busy)
    assert service.asked("withhold") == [(card.ids,)]
    scenes._wait(lambda: len(service.asked("follow")) == before + 1)


def test_one_record_is_synced_from_its_answer(scenes: Scenes) -> None:
    window, service = scenes.why()
    view = window.main.why
    view._cards[0].sync.click()
    scenes._wait(lambda: not view.waiting)
    assert service.asked("sync_one") == [("contact", "3f0c2b9e-1111-4222-8333-444455556666")]
    assert len(view._cards) == 1


def test_an_order_that_has_to_wait_says_what_for_whoever_carries_it_out(scenes: Scenes) -> None:
    carried_out = Gate()
    window, _ = scenes.why(sync_one=[carried_out, lambda job: Explained(job, ANSWER)])
    view = window.main.why
    view.waits.tick.setInterval(3_600_000)  # it ticks when the test says so
    view._heard(Waiting(0, System.MARKETO, 95, WaitCause.UNHEARD))  # of a sync that is under way
    assert not view.waits.isVisible(), "nothing of this view waits for it"
    view._cards[0].sync.click()
    assert "Marketo did not answer a call that creates people." in texts(view.waits)
    view.waits.tick.timeout.emit()
    assert "at most 94 seconds" in texts(view.waits)
    view._heard(Waiting(0, System.MARKETO, 0, WaitCause.UNHEARD))
    assert not view.waits.isVisible()
    view._heard(Waiting(view._job.number, System.MARKETO, 95, WaitCause.UNHEARD))
    assert "at most 95 seconds" in texts(view.waits)
    carried_out.open.set()
    scenes._wait(lambda: not view.waiting)
    assert not view.waits.isVisible()

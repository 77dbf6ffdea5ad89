"""An own table of the organisation on page 2: found, added, its columns ticked, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.events import ChecksEnded, ChoiceImported, TablesFound
from dynsync_gui.domain.mapping import own_offers
from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, SourceField, System
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.text import msg
from dynsync_gui.ui.widgets.field_model import View
from dynsync_gui.ui.wizard.field_jobs import Work
from dynsync_gui.ui.wizard.field_tab import FieldTab
from dynsync_gui.ui.wizard.own_table import OwnTableDialog
from tests.ui import demo_world as world
from tests.ui import field_world as fields
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate
from tests.ui.test_field_checks import words

OWN = fields.OWN


def dialog_of(window: Any) -> OwnTableDialog:
    return next(each for each in window.findChildren(OwnTableDialog) if each.isVisible())


def added(scenes: Scenes, checks: Sequence[Check] = ()) -> tuple[Any, Any, FieldTab]:
    window, service = scenes.page2_fields()
    pane = window.wizard.fields.pane
    pane.add_table.click()
    scenes._wait(lambda: any(each.isVisible() for each in window.findChildren(OwnTableDialog)))
    service.scripts["describe"] = [fields.described_with_own]
    service.scripts["check"] = [lambda job: ChecksEnded(job, tuple(checks), None)]
    dialog = dialog_of(window)
    QTest.keyClicks(dialog.search, "subscr")
    assert dialog.model.rowCount() == 2, "the one that belongs to it is found, too"
    QTest.keyClick(dialog.search, Qt.Key.Key_Down)
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    scenes._wait(lambda: pane.tab(OWN) is not None)
    tab = pane.tab(OWN)
    assert tab is not None
    return window, service, tab


def test_a_table_is_found_by_name_and_added_with_its_own_columns_ticked(scenes: Scenes) -> None:
    window, service, tab = added(scenes)
    page = window.wizard.fields
    assert page.pane.tabs.currentWidget() is tab
    assert tab.name == "Subscription"
    settings, _ = service.asked("describe")[-1]
    assert settings.objects.custom == (OWN,)
    chosen = [choice.name for choice in window.wizard.flow.draft.settings.fields.chosen[OWN]]
    assert {"new_name", "new_plan", "new_notes", "statecode"} <= set(chosen)
    assert not {"ownerid", "createdon", "new_amount_base", "new_contactid", "new_synctomkto"} & set(chosen)
    assert window.wizard.flow.draft.offers[OWN]
    assert tab.model.count(View.SELECTED) == len(chosen)
    assert tab.model.count(View.CUSTOM) > 5
    assert len(service.asked("sample")) == 2, "what its columns hold is read as well"


def warned(window: Any) -> list[str]:
    """What is said above the tabs about a table that was added."""
    return [text for text in words(window.wizard.fields.pane) if "DynSync lacks" in text]


def test_a_right_that_it_takes_is_named_when_it_is_added(scenes: Scenes) -> None:
    lacks = Check(
        f"dynamics.read.{OWN}",
        System.DYNAMICS,
        CheckState.ATTENTION,
        msg("Reading"),
        msg("DynSync lacks prvReadnew_Subscription."),
        msg("Ask for it."),
    )
    others = [replace(lacks, id="dynamics.read.lead"), replace(lacks, id=f"dynamics.tracking.{OWN}")]
    passed = replace(lacks, id="marketo.custom-rows", state=CheckState.PASSED)
    window, service, _ = added(scenes, [*others, passed, lacks])
    scenes._wait(lambda: bool(warned(window)))
    assert warned(window) == ["DynSync lacks prvReadnew_Subscription. Ask for it."]
    settings, _ = service.asked("check")[-1]
    assert settings.synced_objects.custom == (OWN,)


def test_where_nothing_is_lacking_nothing_is_said(scenes: Scenes) -> None:
    window, service, _ = added(scenes)
    asked = len(service.asked("check"))
    scenes._wait(lambda: not window.wizard.fields.pane.jobs.runs(Work.RIGHTS))
    assert len(service.asked("check")) == asked > 0
    assert warned(window) == []


def test_its_columns_go_to_attributes_of_their_own_name_and_to_marketo_only(scenes: Scenes) -> None:
    _, _, tab = added(scenes)
    tab.go_to(RowKey("new_notes"))
    goal = tab.goal(RowKey("new_notes"))
    assert (goal.field.name, goal.field.type, goal.known) == ("new_notes", "text", True)
    assert not tab.detail.target.isEnabled()
    assert not tab.detail.new.isEnabled()
    assert "attribute of a custom object" in tab.detail.target.accessibleDescription()
    told = "Dynamics fills Notes. It is the attribute “new_notes” of the custom object."
    assert told in words(tab.detail)
    form = tab.detail.form
    assert [form.direction.itemText(place) for place in range(form.direction.count())] == ["To Marketo"]
    tab.go_to(RowKey("new_contactid"))
    assert any("linked by it in any case" in text for text in words(tab.detail))


def test_adding_is_one_step_back_and_forth(scenes: Scenes) -> None:
    window, _, tab = added(scenes)
    pane, flow = window.wizard.fields.pane, window.wizard.flow
    before = flow.draft.settings.fields.chosen[OWN]
    pane.panels.undo.click()
    assert OWN not in flow.draft.settings.fields.chosen
    assert tab.model.count(View.SELECTED) == 0
    assert flow.draft.settings.synced_objects.custom == ()
    pane.panels.redo.click()
    assert flow.draft.settings.fields.chosen[OWN] == before
    assert flow.draft.settings.synced_objects.custom == (OWN,)


def test_too_many_columns_are_refused_before_next(scenes: Scenes, monkeypatch) -> None:
    window, _, _ = added(scenes)
    pane = window.wizard.fields.pane
    assert pane.blocking() is None
    monkeypatch.setattr("dynsync_gui.domain.mapping.attributes.MOST_ATTRIBUTES", 3)
    pane.edited(OWN)
    problem = pane.blocking()
    assert problem is not None
    assert "a custom object has room for 3" in str(problem.title)
    assert not window.wizard.fields.validatePage()


def test_trouble_is_told_and_nothing_is_added(scenes: Scenes) -> None:
    window, service = scenes.page2_fields(find_tables=[world.refused])
    pane = window.wizard.fields.pane
    pane.add_table.click()
    scenes._wait(lambda: pane._status.isVisible() and "Looking" not in pane._status.text())
    assert pane._status.text()
    service.scripts["find_tables"] = [lambda job: TablesFound(job, ())]
    pane.add_table.click()
    scenes._wait(lambda: "no further table" in pane._status.text())
    service.scripts["find_tables"] = [lambda job: TablesFound(job, fields.RELATED)]
    pane.add_table.click()
    scenes._wait(lambda: any(each.isVisible() for each in window.findChildren(OwnTableDialog)))
    dialog_of(window).accept()
    scenes._wait(lambda: "does not give “Delivery”" in pane._status.text())
    assert [tab.entity for tab in pane.all_tabs()] == [Entity.LEAD, Entity.CONTACT, Entity.ACCOUNT]


def test_a_file_with_an_own_table_shows_its_tab(scenes: Scenes) -> None:
    choice = FieldSettings({OWN: (FieldChoice("new_name"), FieldChoice("new_seats"))})
    window, service = scenes.fields_later(import_choice=[lambda job: ChoiceImported(job, choice)])
    dialog = window.fields
    service.scripts["describe"] = [fields.described_with_own]
    dialog.import_from("choice.toml")
    scenes._wait(lambda: dialog.pane.tab(OWN) is not None)
    tab = dialog.pane.tab(OWN)
    assert tab.model.count(View.SELECTED) == 2
    assert tab.name == "Subscription"
    assert dialog.save.isEnabled()
    assert dialog.banner.says.startswith("The choice of the file is shown.")


def test_a_table_whose_rows_belong_to_one_that_is_not_synced_says_so(scenes: Scenes) -> None:
    window, _, _ = added(scenes)
    pane = window.wizard.fields.pane
    delivery = Entity("new_delivery")
    links = SourceField("new_subscriptionid", "Subscription", FieldType.LOOKUP, custom=True, targets=(OWN,))
    name = SourceField("new_name", "Name", FieldType.STRING, 100, custom=True)
    table = EntitySchema(delivery, "Delivery", "new_deliveries", "new_deliveryid", (links, name))
    pane.sheet.add_table(delivery, own_offers(table), table)
    pane.table_added(delivery)
    assert pane.blocking() is None
    pane.sheet.edits.choose(OWN, ())
    pane.edited()
    problem = pane.blocking()
    assert problem is not None
    assert str(problem.title) == "The rows of “Delivery” belong to “Subscription”, which is not synced."


def test_next_waits_for_the_columns_so_that_the_plan_holds_them(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.page2_fields()
    pane = window.wizard.fields.pane
    pane.add_table.click()
    scenes._wait(lambda: any(one.isVisible() for one in window.findChildren(OwnTableDialog)))
    service.scripts["describe"] = [gate, fields.described_with_own]
    dialog = next(one for one in window.findChildren(OwnTableDialog) if one.isVisible())
    dialog.search.setText("new_subscription")
    dialog.accept()
    window.wizard.next()
    assert window.wizard.fields.isVisible()
    gate.open.set()
    scenes._wait(lambda: pane.tab(fields.OWN) is not None)
    window.wizard.next()
    scenes._wait(lambda: window.wizard.flow.draft.plan is not None)
    assert fields.OWN in service.asked("plan")[-1][0].fields.chosen


def test_the_list_of_tables_does_not_open_over_the_next_page(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.page2_fields(find_tables=[gate, lambda job: TablesFound(job, fields.RELATED)])
    window.wizard.fields.pane.add_table.click()
    window.wizard.next()
    scenes._wait(lambda: window.wizard.flow.draft.plan is not None)
    gate.open.set()
    scenes._wait(lambda: not any(job.thread.is_alive() for job in service.jobs))
    assert not any(one.isVisible() for one in window.findChildren(OwnTableDialog))

"""Page 2 over the real service and the rehearsal systems: samples, the filter's column, a fit check, a later change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.filter_state import FilterColumn
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.schema import Entity, TargetType
from dynsync_gui.domain.text import use_language
from dynsync_gui.system.secrets import SecretSource
from dynsync_gui.ui.start import Window
from dynsync_gui.ui.theme import Theme
from dynsync_gui.ui.windows.choice_history import ChoiceHistory
from dynsync_gui.ui.wizard.filter_create import CreateFilterDialog
from dynsync_gui.ui.wizard.own_table import OwnTableDialog
from tests.ui.languages import catalogue

LEAD, CONTACT = Entity.LEAD, Entity.CONTACT
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def until(qtbot: Any) -> Until:
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=60_000)


@pytest.fixture
def window(qapp: Any, qtbot: Any, until: Until, tmp_path: Path) -> Iterator[Window]:
    """The set-up at page 2 of a rehearsal with 300 records."""
    use_language("en", catalogue("en"))
    _ = qapp.findChild(Theme) or Theme(qapp)
    service = open_service(Options(tmp_path, SecretSource.SESSION, 300))
    made = Window(service, lambda topic: topic, rehearse=True)
    made.show()
    until(lambda: made.wizard is not None and made.wizard.flow.draft.settings.rehearsal)
    until(lambda: made.wizard is not None and made.wizard.credentials.job is None)
    assert made.wizard is not None
    credentials = made.wizard.credentials
    credentials.test.click()
    until(credentials.identity.isVisible)
    credentials.identity.confirm.setChecked(True)
    made.wizard.next()
    until(lambda: made.wizard is not None and made.wizard.fields.pane.tabs.count() >= 3)
    yield made
    ended: list[bool] = []
    made.ended.connect(lambda: ended.append(True))
    if made.fields is not None:
        made.fields._leave()
    made.close()
    until(lambda: ended)
    made.deleteLater()
    qtbot.wait(0)


def test_page_2_reads_checks_creates_and_is_changed_later(window: Window, until: Until) -> None:
    wizard = window.wizard
    assert wizard is not None
    pane = wizard.fields.pane
    leads = pane.tab(LEAD)
    assert leads is not None

    # What the columns hold, and whom the filter keeps out.
    row = leads.model.row_of(RowKey("lastname"))
    until(lambda: leads.model.data(leads.model.index(row, 2), Qt.ItemDataRole.UserRole))
    assert str(leads.model.data(leads.model.index(row, 2), Qt.ItemDataRole.UserRole)).endswith("9 % filled in")
    assert leads.model.data(leads.model.index(row, 2))
    until(lambda: LEAD in pane.checks.states)
    state = pane.checks.states[LEAD]
    assert state.column is FilterColumn.PRESENT
    assert (state.no or 0) > 0

    # Where a table has no filter column it is created after a confirmation.
    missing = [entity for entity, each in pane.checks.states.items() if each.may_create]
    if missing:
        pane.panels.filter.create_wanted.emit(missing[0])
        dialog = window.findChild(CreateFilterDialog)
        assert dialog is not None
        dialog.accept()
        until(lambda: pane.checks.states[missing[0]].column is FilterColumn.PRESENT)

    # A new field, and a fit check of the whole choice.
    assert pane.sheet is not None
    pane.sheet.create(LEAD, RowKey("jobtitle"), NewField("roleAtWork", "Role at work", TargetType.STRING))
    pane.edited(LEAD)
    assert pane.blocking() is None
    pane.checks.check(everything=True)
    until(lambda: pane.sheet is not None and pane.sheet.report is not None)
    report = pane.sheet.report
    assert report is not None
    assert report.complete
    assert report.rows[LEAD] > 0

    # One of the organisation's own tables.
    own = Entity("new_subscription")
    pane.add_table.click()
    until(lambda: any(each.isVisible() for each in window.findChildren(OwnTableDialog)))
    dialog = next(each for each in window.findChildren(OwnTableDialog) if each.isVisible())
    dialog.search.setText(own.value)
    dialog.accept()
    until(lambda: pane.tab(own) is not None)
    assert pane.blocking() is None

    # The whole set-up, then another field later.
    wizard.next()
    until(lambda: wizard.flow.draft.plan is not None)
    assert {each.entity: each.create for each in wizard.flow.draft.plan.entities}[own] > 0
    assert "roleAtWork" in {field.name for field in wizard.flow.draft.plan.new_fields}
    wizard.enable.accept.setChecked(True)
    wizard.enable.mail.email.setText("admin@contoso.example")
    wizard.enable.mail.email.textEdited.emit("admin@contoso.example")
    wizard.enable.validatePage()
    until(lambda: window.main is not None and not window.main.running)
    main = window.main
    assert main is not None
    main.fields.click()
    later = window.fields
    assert later is not None
    until(lambda: later.pane.tabs.count() >= 3 or later.banner.isVisible())
    assert later.banner.says == ""
    assert later.pane.sheet is not None
    ticked = later.pane.sheet.edits.choices(LEAD)
    assert ticked[RowKey("jobtitle")].target == "roleAtWork"
    assert later.pane.tab(own) is not None
    assert RowKey("new_plan") in later.pane.sheet.edits.choices(own)
    later.pane.sheet.edits.tick(LEAD, {RowKey("websiteurl")}, on=True)
    later.pane.edited(LEAD)
    until(later.estimate.isVisible)
    assert "1 changed field" in later.estimate.text()
    later.save.click()
    until(lambda: later.banner.says.startswith("The choice is saved."))
    later.history.click()
    until(lambda: later.findChild(ChoiceHistory) is not None)
    history = later.findChild(ChoiceHistory)
    assert history is not None
    assert "websiteurl" in history.text.toPlainText()
    history.reject()

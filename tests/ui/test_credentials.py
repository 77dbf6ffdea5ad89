from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit

from dynsync_gui.domain.events import ChecksEnded
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import SignIn
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def test_a_pasted_address_is_made_exact_and_the_change_is_shown(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.open()
    form = window.wizard.credentials.dynamics
    edit = window.findChild(QLineEdit, "dynamics.url")
    edit.setFocus()
    QGuiApplication.clipboard().setText(" https://contoso.crm4.dynamics.com/main.aspx?appid=1#x ")
    qtbot.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    edit.editingFinished.emit()
    assert edit.text() == "https://contoso.crm4.dynamics.com"
    assert "Shortened to https://contoso.crm4.dynamics.com." in texts(form.rows["dynamics.url"])


def test_an_address_of_the_other_system_is_refused_in_words(scenes: Scenes) -> None:
    window, _ = scenes.open()
    scenes.type(window, "dynamics.url", "123-ABC-456.mktorest.com")
    window.findChild(QLineEdit, "dynamics.url").editingFinished.emit()
    row = window.wizard.credentials.dynamics.rows["dynamics.url"]
    assert "This is an address of Marketo" in texts(row)
    assert row.target.property("wrong") is True


def test_next_goes_to_the_first_empty_field_and_says_so_below_it(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.type(window, "dynamics.url", world.OWN.dynamics.url)
    window.wizard.next()
    row = window.wizard.credentials.dynamics.rows["dynamics.client_id"]
    assert window.wizard.currentId() == 0
    assert "Enter the client id." in texts(row)
    assert window.focusWidget() is row.target
    assert row.target.accessibleDescription() == "Enter the client id."
    assert service.asked("check") == []


def test_next_wants_a_passed_test_of_exactly_these_inputs(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.fill(window)
    page = window.wizard.credentials
    window.wizard.next()
    assert window.wizard.currentId() == 0
    assert page.status.text() == "Test the connections first."
    assert window.focusWidget() is page.test
    page.test.click()
    scenes._wait(lambda: page.job is None)
    window.wizard.next()
    assert window.wizard.currentId() == 0
    assert "Confirm that these are the right two systems." in texts(page.identity)
    page.identity.confirm.click()
    scenes.type(window, "marketo.client_id", "another")
    assert page.identity.isHidden()
    assert not page.identity.confirm.isChecked()
    window.wizard.next()
    assert window.wizard.currentId() == 0
    assert service.asked("check") == [(replace(world.OWN), world.OWN_SECRETS)]


def test_checks_appear_one_after_another_and_a_failed_one_opens_with_its_cure(scenes: Scenes) -> None:
    gate = Gate()
    script = world.checks(world.FAILED, None)
    window, _ = scenes.open(check=[*script[:3], gate, *script[3:]])
    scenes.fill(window)
    page = window.wizard.credentials
    page.test.click()
    scenes._wait(lambda: page.dynamics.checks.row_of("dynamics.sign-in") is not None)
    row = page.dynamics.checks.row_of("dynamics.sign-in")
    assert "Running" in texts(row)
    assert not row.opened
    assert page.dynamics.checks.row_of("dynamics.rights") is None
    gate.open.set()
    scenes._wait(lambda: page.job is None)
    assert row.opened
    assert "Stopped here" in texts(row)
    assert "Make a new secret" in texts(row)
    assert "Your Microsoft Entra administrator can do this." in texts(row)
    row._copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "AADSTS7000215" in copied
    assert "4f1f2f0e-8d2a-4a5e-9a70-0f3a3b1a5c11" in copied
    assert world.OWN_SECRETS.dynamics_client_secret not in copied
    assert page.identity.isHidden()


def test_editing_during_a_test_cancels_it_and_its_late_result_is_ignored(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.open(check=[gate, lambda job: ChecksEnded(job, world.CHECKS, world.CARD)])
    scenes.fill(window)
    page = window.wizard.credentials
    page.test.click()
    gate.reached.wait(60)
    scenes.type(window, "dynamics.client_id", "changed")
    job = service.jobs[-1]
    assert job.cancelled
    job.wait(60)
    service.tell(ChecksEnded(job.number, world.CHECKS, world.CARD))
    scenes._wait(page.test.isVisible)
    assert window.wizard.flow.draft.proven == ""


def test_the_identity_card_tells_both_systems_apart(scenes: Scenes) -> None:
    window, _ = scenes.page1_passed()
    shown = texts(window.wizard.credentials.identity)
    for part in ("Contoso Ltd", "Production", "48,210", "5,000 or more", "Yvonne McKay", "123-ABC-456", "李小龙"):
        assert part in shown


@pytest.mark.parametrize(("card", "marked"), [(world.NAMED, True), (world.REHEARSAL_CARD, False)])
def test_a_named_host_is_marked_unless_it_is_a_rehearsal(scenes: Scenes, card: Any, marked: bool) -> None:
    window, _ = scenes.page1_passed(check=world.checks(world.CHECKS, card))
    view = window.wizard.credentials.identity
    addresses = [label for label in view.findChildren(QLabel) if label.text() == card.dynamics.address]
    assert [label.property("tone") for label in addresses] == ["bad" if marked else "muted"]
    assert ("This is not an address of Microsoft or Adobe" in texts(view)) is marked


def test_password_sign_in_says_whose_id_is_used_when_none_is_given(scenes: Scenes) -> None:
    window, _ = scenes.page1_password()
    form = window.wizard.credentials.dynamics
    assert form.notice.isVisible()
    assert "Microsoft's own samples" in texts(form.notice)
    form.sign_in.setCurrentIndex(form.sign_in.findData(SignIn.APPLICATION))
    assert form.notice.isHidden()
    assert form.rows["dynamics.password"].isHidden()


def test_a_secrets_id_is_recognised_before_the_server_does(scenes: Scenes) -> None:
    window, _ = scenes.open()
    scenes.type(window, "dynamics.client_secret", "0f9b4c2a-6d1e-4a57-9c33-5f0e8a1b7d42")
    window.findChild(QLineEdit, "dynamics.client_secret").editingFinished.emit()
    assert "secret's ID" in texts(window.wizard.credentials.dynamics.rows["dynamics.client_secret"])


def test_a_secret_is_pasted_trimmed_shown_on_wish_and_never_copied(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.open()
    field = window.wizard.credentials.marketo.secret("marketo.client_secret")
    control = Qt.KeyboardModifier.ControlModifier
    QGuiApplication.clipboard().setText(" s3cret-value \n")
    qtbot.keyClick(field.edit, Qt.Key.Key_V, control)
    assert field.edit.text() == "s3cret-value"
    assert field.edit.displayText() != "s3cret-value"
    field._eye.click()
    assert field.edit.displayText() == "s3cret-value"
    QGuiApplication.clipboard().setText("untouched")
    field.edit.selectAll()
    qtbot.keyClick(field.edit, Qt.Key.Key_C, control)
    qtbot.keyClick(field.edit, Qt.Key.Key_X, control)
    assert QGuiApplication.clipboard().text() == "untouched"
    assert field.edit.text() == "s3cret-value"


def test_secrets_leave_the_fields_on_next_and_everything_is_still_there_on_back(scenes: Scenes) -> None:
    window, service = scenes.page2_fields()
    page = window.wizard.credentials
    assert page.dynamics.secret("dynamics.client_secret").edit.text() == ""
    assert page.marketo.secret("marketo.client_secret").edit.text() == ""
    window.wizard.back()
    assert page.dynamics.text("dynamics.client_id") == world.OWN.dynamics.client_id
    assert page.identity.isVisible()
    assert page.identity.confirm.isChecked()
    window.wizard.next()
    assert window.wizard.currentId() == 1
    assert window.wizard.flow.draft.secrets == world.OWN_SECRETS
    assert len(service.asked("check")) == 1
    assert len(service.asked("describe")) == 1


def test_rehearsal_fills_and_locks_the_fields_and_is_labelled(scenes: Scenes) -> None:
    window, _ = scenes.open()
    scenes.fill(window)
    page = window.wizard.credentials
    page.start_rehearsal()
    scenes._wait(lambda: page.job is None)
    url = window.findChild(QLineEdit, "dynamics.url")
    assert url.text() == world.REHEARSAL.dynamics.url
    assert url.isReadOnly()
    assert not page.dynamics.sign_in.isEnabled()
    assert window.wizard._side.rehearsal.isVisible()
    assert page.dynamics.secret("dynamics.client_secret").edit.text() == ""
    assert window.wizard.flow.draft.secrets == world.OWN_SECRETS
    page.connect_own.button.click()
    assert url.text() == world.OWN.dynamics.url
    assert not url.isReadOnly()
    assert not window.wizard._side.rehearsal.isVisible()
    page.collect()
    assert window.wizard.flow.draft.secrets == world.OWN_SECRETS


def test_no_secret_is_a_wizard_field_and_closing_empties_every_field(scenes: Scenes) -> None:
    window, _ = scenes.page1_failed()
    wizard = window.wizard
    edits = [wizard.credentials.dynamics.secret("dynamics.client_secret").edit, wizard.enable.mail.password.edit]
    assert edits[0].text()
    window.close()
    assert [edit.text() for edit in edits] == ["", ""]
    assert wizard.flow.draft.secrets == Secrets()


def test_cancel_asks_only_when_something_would_be_lost(scenes: Scenes, qtbot: Any) -> None:
    from dynsync_gui.ui.windows.question import Question  # noqa: PLC0415

    window, service = scenes.open()
    scenes.type(window, "dynamics.url", "contoso")
    qtbot.keyClick(window.wizard, Qt.Key.Key_Escape)
    question = window.findChild(Question)
    assert question.isVisible()
    question.reject()
    assert window.isVisible()
    scenes.type(window, "dynamics.url", "")
    qtbot.keyClick(window.wizard, Qt.Key.Key_Escape)
    scenes._wait(service.closed.is_set)
    assert {name for name, _ in service.calls} == {"read_profile"}


def test_f1_and_the_link_open_the_help_of_the_field(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.open()
    edit = window.findChild(QLineEdit, "marketo.client_id")
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_F1)
    assert window._help.browser.toPlainText() == "marketo-service"
    window.wizard.credentials.dynamics.rows["dynamics.url"].help_wanted.emit("dynamics-address")
    assert window._help.browser.toPlainText() == "dynamics-address"


def test_a_second_test_voids_the_first_at_once(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.page1_passed()
    service.scripts["check"] = [gate]
    window.wizard.credentials.test.click()
    assert window.wizard.flow.draft.proven == ""
    assert window.wizard.credentials.identity.isHidden()
    window.wizard.credentials.stop.click()
    assert service.jobs[-1].cancelled
    assert window.wizard.credentials.status.text() == "The test was stopped."


def test_the_demo_opens_with_the_practice_systems_filled_in(scenes: Scenes) -> None:
    from dynsync_gui.ui.start import Window  # noqa: PLC0415
    from tests.ui.scripted_service import ScriptedService  # noqa: PLC0415

    service = ScriptedService()
    window = Window(service, str, rehearse=True)
    scenes.made.append((window, service))
    window.show()
    scenes._wait(lambda: window.wizard is not None and window.wizard.credentials.job is None)
    assert window.wizard.credentials.dynamics.text("dynamics.url") == world.REHEARSAL.dynamics.url
    assert window.focusWidget() is window.wizard.credentials.test


def test_checks_that_passed_are_folded_and_can_be_seen(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields()
    window.wizard.back()
    checks = window.wizard.credentials.dynamics.checks
    passed = [row for row in checks._rows.values() if row.passed]
    assert passed
    assert not any(row.isVisible() for row in passed)
    assert str(len(passed)) in checks.unfold.text()
    checks.unfold.click()
    assert all(row.isVisible() for row in passed)
    assert not checks.unfold.isVisible()

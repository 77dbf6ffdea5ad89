"""A person who knows no address finds it by name; whoever waits for a sign-in is shown it wherever it happens."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from dynsync_gui.domain.events import EnvironmentsFound, JobFailed
from dynsync_gui.domain.settings import DynamicsSettings, SignIn
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def test_the_address_is_chosen_by_name_with_the_keyboard(scenes: Scenes) -> None:
    window, service = scenes.page1_environments()
    page = window.wizard.credentials
    found = page.dynamics.environments
    assert service.asked("environments")[0][0].dynamics.sign_in is SignIn.BROWSER
    assert window.focusWidget() is found.list
    assert [found.list.item(row).text() for row in range(3)] == [
        "Contoso Ltd\nProduction · contoso.crm4.dynamics.com",
        "Contoso Test\nSandbox · contosotest.crm4.dynamics.com",
        "Fabrikam (old)\nSandbox · cannot be used now",
    ]
    QTest.keyClick(found.list, Qt.Key.Key_Down)
    QTest.keyClick(found.list, Qt.Key.Key_Return)
    assert window.wizard.currentId() == 0
    assert found.list.isHidden()
    assert page.dynamics.text("dynamics.url") == "https://contosotest.crm4.dynamics.com"
    assert "This is “Contoso Test”." in texts(page.dynamics.rows["dynamics.url"])
    assert page.flow.draft.settings.dynamics.url == "https://contosotest.crm4.dynamics.com"
    assert window.focusWidget() is page.marketo.line_edit("marketo.endpoint")


def test_one_that_cannot_be_used_is_not_taken_and_a_click_takes_one(scenes: Scenes) -> None:
    window, _ = scenes.page1_environments()
    page = window.wizard.credentials
    names = page.dynamics.environments.list
    for row, url in ((2, ""), (0, "https://contoso.crm4.dynamics.com")):
        place = names.visualItemRect(names.item(row)).center()
        QTest.mouseClick(names.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert page.dynamics.text("dynamics.url") == url


def test_an_application_is_found_by_a_person_too(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.type(window, "dynamics.client_id", "app")
    scenes.type(window, "dynamics.client_secret", "CANARY")
    page = window.wizard.credentials
    page.dynamics.environments.button.click()
    scenes._wait(page.dynamics.environments.list.isVisible)
    settings, _ = service.asked("environments")[0]
    assert settings.dynamics == DynamicsSettings(sign_in=SignIn.BROWSER)
    assert page.dynamics.way is SignIn.APPLICATION


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([lambda job: EnvironmentsFound(job, ())], "knows no environment for this person"),
        ([world.refused], "Marketo does not answer. Look at the network"),
    ],
)
def test_nothing_found_and_trouble_are_told_where_it_was_asked(scenes: Scenes, script: Any, words: str) -> None:
    window, _ = scenes.open(environments=script)
    choice = window.wizard.credentials.dynamics.environments
    choice.button.click()
    scenes._wait(lambda: words in choice.message.text())
    assert choice.job is None
    assert choice.list.isHidden()
    assert choice.button.text().replace("&", "") == "Find it by signing in"


def test_the_search_is_stopped_by_its_own_button(scenes: Scenes) -> None:
    window, service = scenes.open(environments=[Gate(), lambda job: EnvironmentsFound(job, world.ENVIRONMENTS)])
    choice = window.wizard.credentials.dynamics.environments
    choice.button.click()
    assert choice.button.text().replace("&", "") == "Stop looking"
    choice.button.click()
    assert service.jobs[-1].cancelled
    assert choice.message.isHidden()


def test_the_sign_in_of_a_search_is_shown_and_given_up(scenes: Scenes) -> None:
    window, service = scenes.open(environments=[world.browser, Gate()])
    page = window.wizard.credentials
    page.dynamics.environments.button.click()
    scenes._wait(page.sign_in.isVisible)
    page.sign_in.stop.click()
    assert service.jobs[-1].cancelled
    assert page.sign_in.isHidden()
    assert "You stopped the sign-in." in page.dynamics.environments.message.text()


def test_what_is_typed_meanwhile_does_not_hide_a_sign_in_that_waits(scenes: Scenes) -> None:
    window, service = scenes.open(environments=[world.browser, Gate()])
    page = window.wizard.credentials
    page.dynamics.environments.button.click()
    scenes._wait(page.sign_in.isVisible)
    scenes.type(window, "marketo.client_id", "service")
    QTest.qWait(0)
    assert page.sign_in.isVisible()
    assert not service.jobs[-1].cancelled
    page.dynamics.environments.button.click()
    assert service.jobs[-1].cancelled
    scenes._wait(page.sign_in.isHidden)


def test_a_sign_in_on_page_2_can_be_given_up_and_tried_again(scenes: Scenes) -> None:
    window, service = scenes.page1_passed(describe=[world.device, Gate()])
    window.wizard.next()
    page = window.wizard.fields
    scenes._wait(page.sign_in.isVisible)
    assert page.sign_in.code.text() == "GPQ7-K2MX"
    page.sign_in.stop.click()
    assert service.jobs[-1].cancelled
    assert "You stopped the sign-in." in page.banner.says
    assert page.busy.isHidden()


def test_a_sign_in_for_the_plan_and_for_the_test_message(scenes: Scenes) -> None:
    window, service = scenes.page2_fields(plan=[world.browser, Gate()], send_test_mail=[world.browser, Gate()])
    window.wizard.next()
    page = window.wizard.enable
    scenes._wait(page.sign_in.isVisible)
    page.sign_in.stop.click()
    assert "You stopped the sign-in." in page.banner.says
    assert page.job is None
    scenes.type(window, "email", "admin@contoso.com")
    page.mail.test.click()
    scenes._wait(page.sign_in.isVisible)
    page.sign_in.stop.click()
    assert service.jobs[-1].cancelled
    assert "You stopped the sign-in." in page.mail.result.text()
    assert page._mail is None


def test_a_sign_in_in_the_main_window(scenes: Scenes) -> None:
    window, service = scenes.main_changed(confirm_identity=[world.browser, Gate()])
    guard, panel = window.main.overview.guard, window.main.sign_in
    guard.name.setText("Contoso Ltd")
    guard.confirm.click()
    scenes._wait(panel.isVisible)
    assert window.focusWidget() is panel.copy_link
    panel.stop.click()
    assert service.jobs[-1].cancelled
    assert panel.isHidden()
    assert "You stopped the sign-in." in texts(guard)
    assert guard.confirm.isEnabled()


def test_nobody_is_asked_for_a_job_of_somebody_else(scenes: Scenes) -> None:
    window, service = scenes.open()
    service.tell(world.browser(99))
    service.tell(JobFailed(99, world.NO_MAIL))
    QTest.qWait(0)
    assert window.wizard.credentials.sign_in.isHidden()


def test_the_network_is_entered_where_it_is_needed(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.fill(window)
    page = window.wizard.credentials
    network = page.forms.network
    assert not network.fold.is_open
    network.fold.button.click()
    scenes.type(window, "network.proxy", "proxy.contoso.com:8080/x y")
    page.test.click()
    assert "Write host and port" in texts(page.forms.rows["network.proxy"])
    scenes.type(window, "network.proxy", "proxy.contoso.com:8080")
    scenes.type(window, "network.proxy_username", "CONTOSO\\sync")
    network.fold.open(open_=False)
    page.test.click()
    assert network.fold.is_open
    assert window.focusWidget() is page.forms.rows["network.proxy_password"].target
    assert service.asked("check") == []
    scenes.type(window, "network.proxy_password", "CANARY")
    scenes.type(window, "network.ca_bundle", "/etc/corp.pem")
    scenes.type(window, "dynamics.tenant", "contoso.onmicrosoft.com")
    page.test.click()
    scenes._wait(lambda: page.job is None)
    settings, secrets = service.asked("check")[0]
    assert settings.network.proxy == "http://proxy.contoso.com:8080"
    assert (settings.network.proxy_username, settings.network.ca_bundle) == ("CONTOSO\\sync", "/etc/corp.pem")
    assert settings.dynamics.tenant == "contoso.onmicrosoft.com"
    assert secrets.proxy_password == "CANARY"
    page.identity.confirm.setChecked(True)
    window.wizard.next()
    assert network.secret("network.proxy_password").edit.text() == ""


def test_a_password_without_a_user_of_the_proxy_is_asked_about(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.fill(window)
    scenes.type(window, "network.proxy_password", "CANARY")
    page = window.wizard.credentials
    page.test.click()
    assert "or remove the password" in texts(page.forms.rows["network.proxy_username"])
    assert service.asked("check") == []


@pytest.mark.parametrize(
    ("dropped", "taken"),
    [
        ([QUrl.fromLocalFile("/keys/dynsync.pfx")], "/keys/dynsync.pfx"),
        ([QUrl("https://contoso.example/x.pfx")], ""),
        ([QUrl.fromLocalFile("/a"), QUrl.fromLocalFile("/b")], ""),
    ],
)
def test_a_file_is_dropped_on_the_field(scenes: Scenes, dropped: list[QUrl], taken: str) -> None:
    window, _ = scenes.page1_certificate()
    page = window.wizard.credentials
    scenes.type(window, "dynamics.certificate", "")
    field = page.dynamics.certificate
    data = QMimeData()
    data.setUrls(dropped)
    args = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    place = field.rect().center()
    entering = QDragEnterEvent(QPoint(place), Qt.DropAction.CopyAction, *args)
    entering.setAccepted(False)
    QApplication.sendEvent(field, entering)
    assert entering.isAccepted() is bool(taken)
    if entering.isAccepted():
        QApplication.sendEvent(field, QDropEvent(place.toPointF(), Qt.DropAction.CopyAction, *args))
    assert field.edit.text() == taken
    page.collect()
    assert page.flow.draft.settings.dynamics.certificate == taken


@pytest.mark.parametrize("locked_first", [True, False])
def test_a_locked_field_takes_no_file(scenes: Scenes, *, locked_first: bool) -> None:
    window, _ = scenes.page1_certificate()
    field = window.wizard.credentials.dynamics.certificate
    field.set_read_only(locked_first)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/keys/other.pfx")])
    args = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    place = field.rect().center()
    entering = QDragEnterEvent(QPoint(place), Qt.DropAction.CopyAction, *args)
    entering.setAccepted(False)
    QApplication.sendEvent(field, entering)
    assert entering.isAccepted() is not locked_first
    field.set_read_only(True)
    QApplication.sendEvent(field, QDropEvent(place.toPointF(), Qt.DropAction.CopyAction, *args))
    assert field.edit.text() == "/home/admin/dynsync.pem"

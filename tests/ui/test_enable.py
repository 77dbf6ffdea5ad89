from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from dynsync_gui.domain.events import PlanReady
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailSecurity, MailSettings
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_the_plan_is_told_in_numbers(scenes: Scenes) -> None:
    window, _ = scenes.page3_plan()
    shown = texts(window.wizard.enable.plan)
    for part in ("1,812", "140", "94", "5", "36", "4 fields will be created in Marketo", "About 2 minutes"):
        assert part in shown
    assert "ms_donotphone" not in shown
    next(b for b in window.wizard.enable.plan.findChildren(QPushButton) if b.text() == "Show the fields").click()
    assert "ms_donotphone" in texts(window.wizard.enable.plan)
    assert "Subscription" not in shown
    assert "1 custom object will be created or extended in Marketo." in shown
    buttons = window.wizard.enable.plan.findChildren(QPushButton)
    next(b for b in buttons if b.text() == "Show the custom objects").click()
    assert "Subscription (new_subscription): 6 attributes" in texts(window.wizard.enable.plan)
    assert "36 people share an e-mail address" in texts(window.wizard.enable.warnings)


def test_the_plan_can_be_stopped_and_made_again(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.page2_fields(plan=[world.progress(0.3), gate, lambda job: PlanReady(job, world.PLAN)])
    window.wizard.next()
    page = window.wizard.enable
    scenes._wait(lambda: "616" in page.plan._doing.text())
    page.plan.stop.click()
    assert service.jobs[-1].cancelled
    assert page.plan.again.isVisible()
    service.scripts["plan"] = world.SCRIPTS["plan"]
    page.plan.again.click()
    scenes._wait(page.plan.working.isHidden)
    assert window.wizard.flow.draft.plan == world.PLAN


def test_a_new_choice_makes_a_new_plan_and_the_same_choice_does_not(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    window.wizard.back()
    window.wizard.next()
    assert len(service.asked("plan")) == 1
    window.wizard.back()
    window.wizard.fields.tabs.currentWidget().model.toggle(0)
    window.wizard.next()
    scenes._wait(window.wizard.enable.plan.working.isHidden)
    assert len(service.asked("plan")) == 2


def test_start_wants_the_tick_and_an_address_one_after_the_other(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    page = window.wizard.enable
    page.validatePage()
    assert window.focusWidget() is page.accept
    assert page._accept_message.text() == "Read the three points and tick the box."
    page.accept.click()
    page.validatePage()
    assert window.focusWidget() is page.mail.email
    assert "Enter an e-mail address" in texts(page.mail.rows["email"])
    scenes.type(window, "email", "admin@contoso.com")
    page.mail.server.button.click()
    page.validatePage()
    assert window.focusWidget() is page.mail.host
    assert service.asked("start") == []


def test_start_hands_over_what_was_entered_and_forgets_the_secrets(scenes: Scenes) -> None:
    window, service = scenes.page3_mail()
    page = window.wizard.enable
    scenes.type(window, "mail.port", "465")
    page.mail.security.setCurrentIndex(1)
    scenes.type(window, "mail.username", "dynsync@contoso.com")
    scenes.type(window, "mail.password", "m4il-secret")
    flow, password = window.wizard.flow, page.mail.password.edit
    scenes.start(window)
    settings, secrets = service.asked("start")[0]
    assert settings.mail == MailSettings("smtp.contoso.com", 465, MailSecurity.TLS, "dynsync@contoso.com")
    assert settings.enable.email == "admin@contoso.com"
    assert settings.enable.accept
    assert secrets.mail_password == "m4il-secret"
    assert secrets.marketo_client_secret == world.OWN_SECRETS.marketo_client_secret
    assert flow.draft.secrets == Secrets()
    assert password.text() == ""


def test_a_notice_needs_no_mail_server(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    scenes.start(window)
    settings, secrets = service.asked("start")[0]
    assert settings.mail.host == ""
    assert secrets.mail_password == ""


def test_a_test_mail_is_sent_and_its_refusal_is_told(scenes: Scenes) -> None:
    window, service = scenes.page3_mail()
    page = window.wizard.enable
    assert page.mail.result.text() == "Sent to admin@contoso.com. Look into the inbox."
    service.scripts["send_test_mail"] = [world.test_mail_failed]
    page.mail.test.click()
    scenes._wait(lambda: page._mail is None)
    assert page.mail.result.text().startswith("The mail server did not accept the password.")
    assert page.mail.result.property("tone") == "bad"


def test_a_locked_keychain_can_be_tried_again_or_passed_by(scenes: Scenes) -> None:
    window, service = scenes.page3_keychain()
    page = window.wizard.enable
    assert page.banner.says.startswith("The keychain of this computer is locked.")
    page.banner._buttons[0].click()
    scenes._wait(lambda: not page.starting)
    assert len(service.asked("start")) == 2
    page.banner._buttons[1].click()
    scenes._wait(lambda: window.main is not None)
    assert len(service.asked("start_session")) == 1
    assert service.asked("start_session")[0][1] == world.OWN_SECRETS


def test_another_refusal_keeps_the_page_and_everything_on_it(scenes: Scenes) -> None:
    window, _ = scenes.page3_plan(start=[world.refused])
    page = window.wizard.enable
    page.accept.setChecked(True)
    scenes.type(window, "email", "admin@contoso.com")
    page.validatePage()
    scenes._wait(lambda: not page.starting)
    assert page.banner.says.startswith("Marketo does not answer.")
    assert page.banner._buttons == []
    assert window.findChild(QLineEdit, "email").text() == "admin@contoso.com"
    assert window.main is None


def test_start_is_pressed_once_however_often_it_is_clicked(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.page3_plan(start=[gate, *world.RUN])
    page = window.wizard.enable
    page.accept.setChecked(True)
    scenes.type(window, "email", "admin@contoso.com")
    for _ in range(3):
        page.validatePage()
    assert len(service.asked("start")) == 1
    gate.open.set()
    scenes._wait(lambda: window.main is not None)


def test_people_who_travel_in_files_are_told_of_with_what_it_spares(scenes: Scenes) -> None:
    window, _ = scenes.page3_plan()
    view = window.wizard.enable.plan
    assert "files" not in texts(view)
    view.show_plan(replace(world.PLAN, calls=34, by_file=100_000, single_calls=412))
    assert "100,000 people go to Marketo in files, which spares calls (412 otherwise)" in texts(view)
    assert "34 of 50,000 Marketo calls" in texts(view)

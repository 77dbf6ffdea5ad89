from __future__ import annotations

from dynsync_gui.domain.settings import MailKind, MailSettings, SignIn
from tests.ui.scenes import Scenes


def test_dynamics_sends_without_a_mail_server(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    page = window.wizard.enable
    assert page.mail.graph.isHidden()
    page.mail.server.button.setChecked(True)
    scenes.type(window, "mail.host", "smtp.contoso.com")
    page.mail.dynamics.button.click()
    assert page.mail._server.isHidden()
    scenes.type(window, "email", "admin@contoso.com")
    page.mail.test.click()
    scenes._wait(lambda: page._mail is None)
    assert service.asked("send_test_mail")[0][0].mail == MailSettings(kind=MailKind.DYNAMICS)
    assert page.mail.result.text()
    page.mail.notice.button.click()
    assert page.mail.result.text() == ""
    assert page.mail.settings() == MailSettings()


def test_a_mailbox_is_offered_only_where_a_person_signs_in(scenes: Scenes) -> None:
    window, _ = scenes.page1_passed()
    wizard = window.wizard
    form = wizard.credentials.dynamics
    form.sign_in.setCurrentIndex(form.sign_in.findData(SignIn.BROWSER))
    wizard.credentials.collect()
    mail = wizard.enable.mail
    mail.offer(wizard.flow.draft.settings)
    assert not mail.graph.isHidden()
    mail.graph.button.click()
    assert mail.settings() == MailSettings(kind=MailKind.GRAPH)
    form.sign_in.setCurrentIndex(form.sign_in.findData(SignIn.APPLICATION))
    wizard.credentials.collect()
    mail.offer(wizard.flow.draft.settings)
    assert mail.graph.isHidden()
    assert mail.settings() == MailSettings()

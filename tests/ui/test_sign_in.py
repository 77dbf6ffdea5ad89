from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit

from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import SignIn
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        (SignIn.APPLICATION, {"client_id", "proof", "client_secret", "secret_expires"}),
        (SignIn.BROWSER, {"username", "client_id"}),
        (SignIn.DEVICE, {"username", "client_id"}),
        (SignIn.PASSWORD, {"username", "password", "client_id", "client_secret"}),
    ],
)
def test_each_way_asks_for_what_it_needs_and_says_when_to_choose_it(
    scenes: Scenes, way: SignIn, shown: set[str]
) -> None:
    window, _ = scenes.open()
    form = window.wizard.credentials.dynamics
    form.sign_in.setCurrentIndex(form.sign_in.findData(way))
    visible = {key.removeprefix("dynamics.") for key, line in form.rows.items() if not line.isHidden()}
    assert visible == {"url", "sign_in", "tenant"} | shown
    assert not form.more.is_open
    hints = {SignIn.APPLICATION: "runs by itself", SignIn.BROWSER: "A second step"}
    hints |= {SignIn.DEVICE: "without a browser", SignIn.PASSWORD: "retiring"}
    assert hints[way] in texts(form.rows["dynamics.sign_in"])
    topic = "dynamics-user" if way is SignIn.PASSWORD else f"dynamics-{way}"
    heard: list[str] = []
    form.help_wanted.connect(heard.append)
    form.rows["dynamics.sign_in"].findChildren(type(window.wizard.credentials.test))[0].click()
    assert heard == [topic]


def test_what_belongs_to_another_way_is_not_handed_on(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.fill(window)
    page = window.wizard.credentials
    scenes.type(window, "dynamics.secret_expires", "2027-03-31")
    page.collect()
    assert page.flow.draft.settings.dynamics.secret_expires == date(2027, 3, 31)
    page.dynamics.sign_in.setCurrentIndex(page.dynamics.sign_in.findData(SignIn.BROWSER))
    page.test.click()
    scenes._wait(lambda: page.job is None)
    settings, secrets = service.asked("check")[0]
    assert settings.dynamics == replace(world.OWN.dynamics, sign_in=SignIn.BROWSER)
    assert secrets == Secrets(marketo_client_secret=world.OWN_SECRETS.marketo_client_secret)


def test_a_day_that_is_none_is_refused_before_the_test(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.fill(window)
    scenes.type(window, "dynamics.secret_expires", "31/03/2027")
    page = window.wizard.credentials
    page.test.click()
    assert "2027-03-31" in texts(page.dynamics.rows["dynamics.secret_expires"])
    assert service.asked("check") == []


def test_a_certificate_is_chosen_and_a_secret_never_goes_along_as_its_password(scenes: Scenes) -> None:
    window, service = scenes.open()
    scenes.fill(window)
    page = window.wizard.credentials
    page.dynamics.proof.setCurrentIndex(1)
    page.test.click()
    assert "Choose the file" in texts(page.dynamics.rows["dynamics.certificate"])
    assert service.asked("check") == []
    page.dynamics.certificate.choose.click()
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit("/keys/dynsync.pem")
    dialog.reject()
    page.test.click()
    scenes._wait(lambda: page.job is None)
    settings, secrets = service.asked("check")[0]
    assert settings.dynamics.certificate == "/keys/dynsync.pem"
    assert settings.dynamics.secret_expires is None
    assert secrets.dynamics_client_secret == ""
    secret = page.dynamics.rows["dynamics.client_secret"]
    assert secret.target.accessibleName() == "Password of the certificate file"


def test_the_browser_panel_offers_the_link_and_goes_when_the_sign_in_is_done(scenes: Scenes) -> None:
    window, service = scenes.page1_browser()
    page = window.wizard.credentials
    panel = page.sign_in
    assert "Sign in in the browser that opens" in texts(panel)
    assert panel.code.isHidden()
    assert window.focusWidget() is panel.copy_link
    panel.copy_link.click()
    assert QGuiApplication.clipboard().text() == world.browser(1).address
    gate = next(step for step in service.scripts["check"] if hasattr(step, "open"))
    gate.open.set()
    scenes._wait(panel.isHidden)
    scenes._wait(lambda: page.job is None)
    assert panel.address.text() == ""
    assert page.identity.isVisible()


def test_the_code_is_large_counted_down_copied_and_stopped(scenes: Scenes) -> None:
    window, service = scenes.page1_device()
    page = window.wizard.credentials
    panel = page.sign_in
    assert panel.code.text() == "GPQ7-K2MX"
    assert panel.code.font().pointSizeF() > page.heading.font().pointSizeF()
    assert panel.code.accessibleName() == "G P Q 7 - K 2 M X"
    assert "14:5" in panel.left.text()
    assert "lasts until DynSync is closed" in texts(panel)
    panel._ends -= 60
    panel._tick.timeout.emit()
    assert "13:5" in panel.left.text()
    panel.copy_code.click()
    assert QGuiApplication.clipboard().text() == "GPQ7-K2MX"
    panel.stop.click()
    assert service.jobs[-1].cancelled
    assert panel.isHidden()
    assert not panel._tick.isActive()
    assert page.banner.says == "You stopped the sign-in. Try again when you are ready to sign in."
    assert window.focusWidget() is page.test


def test_a_kept_sign_in_is_not_called_short_lived(scenes: Scenes) -> None:
    window, _ = scenes.page1_browser()
    assert "lasts until" not in texts(window.wizard.credentials.sign_in)
    assert window.findChild(QLineEdit, "sign-in-address").isReadOnly()

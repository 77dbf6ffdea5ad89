"""One secret is changed after the set-up: asked for alone, tried, kept, and the sync goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from dynsync_gui.domain.errors import ConnectionFailed, Finding
from dynsync_gui.domain.events import JobFailed, ProfileRead
from dynsync_gui.domain.renewal import SIGN_IN, Renewal, refused_secret, renewable
from dynsync_gui.domain.settings import MailSettings, NetworkSettings, SignIn
from dynsync_gui.domain.text import msg
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def expired(job: int) -> JobFailed:
    return JobFailed(job, ConnectionFailed("AADSTS7000222", Finding(msg("It has expired."), msg("Make a new one."))))


def test_a_run_that_was_refused_asks_for_just_that_and_goes_on(scenes: Scenes) -> None:
    window, service = scenes.open_stored(follow=[expired])
    window.main.overview.go_on.click()
    card = window.main.renewal
    scenes._wait(card.isVisible)
    assert card.which.currentText() == "Client secret for Dynamics"
    assert window.focusWidget() is card.secret.edit
    card.keep.click()
    assert "Enter the new secret." in texts(card)
    card.secret.edit.setText("CANARY-7")
    card.expires.setText("31/03/2028")
    card.keep.click()
    assert "2027-03-31" in texts(card)
    assert service.asked("renew") == []
    card.expires.setText("2028-03-31")
    service.scripts["follow"] = world.RUN
    before = len(service.asked("follow"))
    card.keep.click()
    scenes._wait(lambda: len(service.asked("follow")) > before)
    assert service.asked("renew") == [(Renewal("dynamics_client_secret", "CANARY-7", date(2028, 3, 31)),)]
    assert card.isHidden()
    assert card.secret.edit.text() == ""
    scenes._wait(lambda: not window.main.running)


def test_a_secret_that_does_not_work_is_not_kept_and_can_be_corrected(scenes: Scenes) -> None:
    window, _ = scenes.open_stored(renew=[expired])
    window.main.renew.click()
    card = window.main.renewal
    assert card.which.count() == 2
    card.which.setCurrentIndex(1)
    assert card.rows["expires"].isHidden()
    card.secret.edit.setText("CANARY-7")
    card.keep.click()
    scenes._wait(lambda: card.job is None)
    assert card.result.text() == "It has expired. Make a new one."
    assert card.keep.isEnabled()
    assert window.focusWidget() is card.secret.edit
    card.close_.click()
    assert card.isHidden()
    assert card.secret.edit.text() == ""


def test_a_person_only_signs_in_again(scenes: Scenes) -> None:
    settings = replace(world.SETTINGS, dynamics=replace(world.SETTINGS.dynamics, sign_in=SignIn.BROWSER))
    profile = [lambda job: ProfileRead(job, settings, world.STATUS)]
    window, service = scenes.open_stored(read_profile=profile, renew=[world.browser, Gate()])
    window.main.renew.click()
    card, panel = window.main.renewal, window.main.sign_in
    assert card.rows["secret"].isHidden()
    card.keep.click()
    scenes._wait(panel.isVisible)
    panel.stop.click()
    assert service.jobs[-1].cancelled
    assert "You stopped the sign-in." in card.result.text()


def test_a_rehearsal_has_nothing_to_change(scenes: Scenes) -> None:
    window, _ = scenes.open_stored(
        read_profile=[lambda job: ProfileRead(job, replace(world.SETTINGS, rehearsal=True), world.STATUS)]
    )
    assert window.main.renew.isHidden()


@pytest.mark.parametrize(
    ("way", "code", "name"),
    [
        (SignIn.APPLICATION, "AADSTS7000215", "dynamics_client_secret"),
        (SignIn.APPLICATION, "AADSTS50126", ""),
        (SignIn.PASSWORD, "AADSTS50126", "dynamics_password"),
        (SignIn.BROWSER, "sign-in.needed", SIGN_IN),
        (SignIn.DEVICE, "AADSTS700082", SIGN_IN),
        (SignIn.BROWSER, "marketo.credentials", "marketo_client_secret"),
        (SignIn.APPLICATION, "network.proxy-account", "proxy_password"),
        (SignIn.APPLICATION, "network.timeout", ""),
    ],
)
def test_which_secret_a_refusal_is_about(way: SignIn, code: str, name: str) -> None:
    settings = replace(
        world.SETTINGS,
        dynamics=replace(world.SETTINGS.dynamics, sign_in=way),
        network=NetworkSettings(proxy_username="u"),
        mail=MailSettings("smtp.contoso.com", username="u"),
    )
    assert refused_secret(code, settings) == name
    assert {"marketo_client_secret", "proxy_password", "mail_password"} <= set(renewable(settings))

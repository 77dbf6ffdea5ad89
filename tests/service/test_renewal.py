"""A secret is changed after the set-up: tried at the vendors first, kept only when it works."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dynsync_gui.domain.events import JobFailed, ProfileRead
from dynsync_gui.domain.renewal import Renewal
from tests.service.conftest import Desk


@pytest.fixture
def finished(desk: Desk) -> Desk:
    """A set-up whose secret has expired since."""
    stale = replace(desk.secrets, dynamics_client_secret="it-has-expired")
    desk.service.keep(desk.settings, stale, session_only=True).wait(60)
    return desk


def kept(desk: Desk):
    return desk.service._profile().secrets().read()


def test_it_is_kept_when_it_works(finished: Desk) -> None:
    good = finished.secrets.dynamics_client_secret
    ended = finished.service.renew(Renewal("dynamics_client_secret", good, date(2031, 5, 1))).wait(60)
    assert isinstance(ended, ProfileRead)
    assert ended.settings.dynamics.secret_expires == date(2031, 5, 1)
    assert kept(finished) == finished.secrets
    assert finished.service._profile().read_settings().dynamics.secret_expires == date(2031, 5, 1)


@pytest.mark.parametrize(
    ("name", "code"), [("dynamics_client_secret", "AADSTS7000215"), ("marketo_client_secret", "marketo.credentials")]
)
def test_it_is_not_kept_when_it_does_not(finished: Desk, name: str, code: str) -> None:
    before = kept(finished)
    ended = finished.service.renew(Renewal(name, "not-this-one")).wait(60)
    assert isinstance(ended, JobFailed)
    assert ended.error.code == code
    assert kept(finished) == before
    assert "not-this-one" not in repr(finished.heard)

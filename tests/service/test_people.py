"""A person signs in through the service: asked by an event, kept when the set-up is done, never asked by a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dynsync_gui.domain.checks import all_passed
from dynsync_gui.domain.events import (
    ChecksEnded,
    EnvironmentsFound,
    Event,
    JobCancelled,
    JobFailed,
    MailSent,
    RunEnded,
    SignInPrompt,
)
from dynsync_gui.domain.settings import MailKind, MailSettings, SignIn
from dynsync_gui.simulators.person import Person
from tests.service.conftest import ADMIN, Desk

PERSONS = [SignIn.BROWSER, SignIn.DEVICE]


@pytest.fixture
def people(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[SignInPrompt]]:
    """Whoever is asked to sign in does so; what was asked is listed."""
    monkeypatch.setattr("dynsync_gui.composition.open_browser", lambda _address: False)
    asked: list[SignInPrompt] = []
    busy: list[threading.Thread] = []
    person = Person(desk.rehearsal.ca_bundle, "sync@rehearsal.example", desk.rehearsal.accounts["password"])
    desk.rehearsal.entra.devices.interval = 1

    def hear(event: Event) -> None:
        if isinstance(event, SignInPrompt):
            asked.append(event)
            work = (person.enters_code, event.address, event.code) if event.code else (person.signs_in, event.address)
            busy.append(threading.Thread(target=work[0], args=work[1:]))
            busy[-1].start()

    desk.service.subscribe(hear)
    yield asked
    for thread in busy:
        thread.join(60)


def as_person(desk: Desk, sign_in: SignIn = SignIn.BROWSER, **changes) -> None:
    dynamics = replace(desk.settings.dynamics, sign_in=sign_in, client_id="")
    desk.settings = replace(desk.settings, dynamics=dynamics, **changes)


@pytest.mark.parametrize("sign_in", PERSONS)
def test_one_sign_in_serves_the_whole_way_to_the_end_of_the_sync(desk: Desk, people, sign_in: SignIn) -> None:
    as_person(desk, sign_in)
    listed = desk.service.environments(desk.settings, desk.secrets).wait(60)
    assert isinstance(listed, EnvironmentsFound)
    assert listed.environments[0].url == desk.rehearsal.dynamics_url
    checked = desk.service.check(desk.settings, desk.secrets).wait(60)
    assert isinstance(checked, ChecksEnded)
    assert all_passed(checked.checks)
    assert isinstance(desk.service.start(desk.settings, desk.secrets).wait(120), RunEnded)
    (prompt,) = people
    assert (prompt.kind, prompt.kept) == (sign_in, False)  # the tests have no protected place
    assert prompt.job == 1
    assert not list(desk.folder.glob("sign-in*"))


def test_a_run_asks_nobody(desk: Desk, people) -> None:
    as_person(desk)
    ended = desk.service.start(desk.settings, desk.secrets).wait(60)
    assert isinstance(ended, JobFailed)
    assert ended.error.code == "sign-in.needed"
    assert not people


def test_cancelling_while_a_person_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dynsync_gui.composition.open_browser", lambda _address: False)
    as_person(desk)
    prompted = threading.Event()
    desk.service.subscribe(lambda event: prompted.set() if isinstance(event, SignInPrompt) else None)
    job = desk.service.check(desk.settings, desk.secrets)
    assert prompted.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)


@pytest.mark.parametrize("kind", [MailKind.GRAPH, MailKind.DYNAMICS])
def test_mail_goes_by_the_sign_in_of_the_person(desk: Desk, people, kind: MailKind) -> None:
    as_person(desk, mail=MailSettings(kind=kind))
    desk.service.check(desk.settings, desk.secrets).wait(60)
    sent = desk.service.send_test_mail(desk.settings, desk.secrets).wait(60)
    assert isinstance(sent, MailSent)
    assert (sent.to, sent.by_mail) == (ADMIN, True)
    graph, dynamics = desk.rehearsal.entra.graph.sent, desk.rehearsal.dataverse.mail.emails
    assert (len(graph), len(dynamics)) == ((1, 0) if kind is MailKind.GRAPH else (0, 1))
    assert len(people) == 1

"""Messages through Microsoft: as the account that is signed in, once, and each refusal in plain words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynsync_gui.connectors.mail import VendorMailer
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.findings.mail import VENDOR_MAIL
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailKind, SignIn
from dynsync_gui.simulators.server import Rehearsal

from .entra_world import Desk, named, new_rehearsal

TO, SUBJECT, BODY = "o'neil@contoso.example", "Sync done: 5 < 6", "Everything <arrived>.\nSecond line & more é"
ME = "sync@rehearsal.example"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with new_rehearsal(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def desk(rehearsal: Rehearsal) -> Iterator[Desk]:
    made = Desk(rehearsal, named(rehearsal))
    made.by(SignIn.BROWSER).check()
    rehearsal.entra.graph.sent.clear()
    rehearsal.dataverse.mail.emails.clear()
    rehearsal.log.clear()
    yield made
    made.leave()
    rehearsal.faults.clear()
    rehearsal.entra.graph.without_mailbox.clear()
    rehearsal.dataverse.mail.unapproved.clear()
    rehearsal.dataverse.mail.takes_unknown = True


def send(desk: Desk, kind: MailKind, to: str = TO) -> None:
    mailer = VendorMailer(kind, lambda: desk.access(attended=False))
    mailer.send(desk.settings, desk.secrets, to, SUBJECT, BODY)


def refused(desk: Desk, kind: MailKind, to: str = TO) -> DynSyncError:
    with pytest.raises(DynSyncError) as caught:
        send(desk, kind, to)
    assert str(caught.value.finding.title)
    assert str(caught.value.finding.cure)
    return caught.value


def test_graph_sends_as_the_person(desk: Desk) -> None:
    send(desk, MailKind.GRAPH)
    assert desk.rehearsal.entra.graph.sent == [
        {"from": ME, "to": [TO], "subject": SUBJECT, "kind": "Text", "body": BODY}
    ]


def test_dynamics_sends_as_the_person(desk: Desk) -> None:
    send(desk, MailKind.DYNAMICS)
    (email,) = desk.rehearsal.dataverse.mail.emails.values()
    assert email == {
        "subject": SUBJECT,
        "description": "Everything &lt;arrived&gt;.<br>Second line &amp; more é",
        "from": [ME],
        "to": [TO],
        "sent": True,
    }


def test_dynamics_names_a_recipient_that_it_knows(desk: Desk) -> None:
    desk.rehearsal.dataverse.mail.takes_unknown = False
    send(desk, MailKind.DYNAMICS, "mfa@rehearsal.example")
    assert refused(desk, MailKind.DYNAMICS).code == "mail-dynamics"


def test_an_application_sends_through_dynamics_but_not_through_graph(desk: Desk) -> None:
    desk.by(SignIn.APPLICATION, client_id=desk.rehearsal.accounts["client_id"])
    desk.secrets = Secrets(dynamics_client_secret=desk.rehearsal.accounts["client_secret"])
    send(desk, MailKind.DYNAMICS)
    assert len(desk.rehearsal.dataverse.mail.emails) == 1
    assert refused(desk, MailKind.GRAPH).code == "mail-graph-person"


@pytest.mark.parametrize("kind", [MailKind.DYNAMICS, MailKind.GRAPH])
def test_nobody_is_asked_to_sign_in_for_a_message(desk: Desk, kind: MailKind) -> None:
    before = len(desk.prompts)
    desk.cache.deserialize("{}")
    assert refused(desk, kind).code == "sign-in.needed"
    assert len(desk.prompts) == before


def test_each_refusal_has_its_own_finding(desk: Desk) -> None:
    mail, graph, faults = desk.rehearsal.dataverse.mail, desk.rehearsal.entra.graph, desk.rehearsal.faults
    mail.unapproved.add(ME)
    error = refused(desk, MailKind.DYNAMICS)
    assert (error.code, "approved before sending" in error.detail) == ("mail-dynamics", True)
    graph.without_mailbox.add(ME)
    assert refused(desk, MailKind.GRAPH).code == "mail-graph-mailbox"
    graph.without_mailbox.clear()
    assert refused(desk, MailKind.GRAPH, "nobody").code == "mail-graph"
    faults.add("status", system="entra", path="/v1.0/", status=403)
    assert refused(desk, MailKind.GRAPH).code == "mail-graph-right"
    faults.add("status", system="dataverse", path="/emails", status=403)
    assert refused(desk, MailKind.DYNAMICS).code == "mail-dynamics-right"


def test_a_permission_to_send_that_nobody_granted_is_named(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="entra", path="/token", code="65001")
    error = refused(desk, MailKind.GRAPH)
    assert error.finding == VENDOR_MAIL["mail-graph-consent"]
    assert "Mail.Send" in str(error.finding.cure)


@pytest.mark.parametrize(("kind", "path"), [(MailKind.DYNAMICS, "SendEmail"), (MailKind.GRAPH, "/sendMail")])
def test_a_message_that_may_have_gone_out_is_not_sent_again(desk: Desk, kind: MailKind, path: str) -> None:
    desk.rehearsal.faults.add("reset_after_execution", path=path)
    assert refused(desk, kind).code.startswith("network.")
    assert len(desk.rehearsal.log.entries(path=path)) == 1


def test_a_mail_service_that_nobody_knows_gets_no_token(desk: Desk) -> None:
    entra = desk.rehearsal.entra
    configuration = entra._configuration

    def elsewhere(tenant: str):
        answer = configuration(tenant)
        answer.set_data(answer.get_data().replace(b'"msgraph_host":"127.0.0.1', b'"msgraph_host":"evil.example'))
        return answer

    entra._configuration = elsewhere
    try:
        assert refused(desk, MailKind.GRAPH).code == "mail-graph-host"
    finally:
        del entra._configuration

"""Mail over a real server: protected or not at all, and each refusal in its own words."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from dynsync_gui.connectors.http.tls import trusting_context
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailSecurity, MailSettings, NetworkSettings, Settings
from dynsync_gui.service.mail_findings import _FINDINGS
from dynsync_gui.service.mailer import SmtpMailer, sender_of
from tests.service.mail_server import PASSWORD, PLAIN_PASSWORD, USER, Mailbox, mail_server

TO = "admin@contoso.example"
SECRETS = Secrets(mail_password=PASSWORD)

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_side(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "corp.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def settings(mailbox: Mailbox | int, bundle: str = "", **changes: Any) -> Settings:
    port = mailbox if isinstance(mailbox, int) else mailbox.port
    mail = MailSettings("127.0.0.1", port, MailSecurity.STARTTLS, USER)
    return Settings(mail=replace(mail, **changes), network=NetworkSettings(bundle))


def send(chosen: Settings, secrets: Secrets = SECRETS, to: str = TO, patience: float = 5) -> None:
    mailer = SmtpMailer(trusting_context, patience)
    mailer.send(chosen, secrets, to, "Die Übertragung ist fertig", "Grüße,\n.\nDynSync ✓\n")


def refused(chosen: Settings, secrets: Secrets = SECRETS, to: str = TO, patience: float = 5) -> DynSyncError:
    with pytest.raises(DynSyncError) as caught:
        send(chosen, secrets, to, patience)
    error = caught.value
    assert str(error.finding.title)
    assert str(error.finding.cure)
    assert "{" not in str(error.finding.title)
    told = f"{error!r}{error.__cause__!r}"
    assert PASSWORD not in told
    return error


def read(mailbox: Mailbox) -> EmailMessage:
    (envelope,) = mailbox.envelopes
    content = envelope.content
    assert isinstance(content, bytes)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("security", list(MailSecurity))
def test_a_message_arrives_once_and_whole(server_side: ssl.SSLContext, bundle: str, security: MailSecurity) -> None:
    with mail_server(server_side, implicit=security is MailSecurity.TLS) as mailbox:
        send(settings(mailbox, bundle, security=security))
    message = read(mailbox)
    assert mailbox.sign_ins == [(USER, PASSWORD)]
    assert mailbox.envelopes[0].mail_from == USER
    assert mailbox.envelopes[0].rcpt_tos == [TO]
    assert (message["From"], message["To"]) == (USER, TO)
    assert message["Subject"] == "Die Übertragung ist fertig"
    assert message["Date"].datetime.tzinfo is not None
    assert message["Message-ID"].endswith("@contoso.example>")
    assert message.get_content().replace("\r\n", "\n") == "Grüße,\n.\nDynSync ✓\n"
    if security is MailSecurity.STARTTLS:
        assert mailbox.over_tls == [True]


def test_without_a_user_name_nobody_signs_in(server_side: ssl.SSLContext, bundle: str) -> None:
    with mail_server(server_side, sign_in=False) as mailbox:
        send(settings(mailbox, bundle, username=""))
    assert mailbox.sign_ins == []
    assert mailbox.envelopes[0].mail_from == TO


def test_a_server_that_knows_login_only(server_side: ssl.SSLContext, bundle: str) -> None:
    with mail_server(server_side, without=("PLAIN",)) as mailbox:
        send(settings(mailbox, bundle), Secrets(mail_password=PLAIN_PASSWORD))
        assert refused(settings(mailbox, bundle)).code == "mail-sign-in"  # LOGIN knows ASCII only
    assert mailbox.sign_ins == [(USER, PLAIN_PASSWORD)]
    assert len(mailbox.envelopes) == 1


@pytest.mark.parametrize(("username", "sender"), [(USER, USER), ("apikey", TO), ("", TO), ("a@b\nc", TO)])
def test_the_user_name_is_the_sender_where_it_is_an_address(username: str, sender: str) -> None:
    assert sender_of(MailSettings(username=username), TO) == sender


def test_nothing_goes_unprotected() -> None:
    with mail_server(None) as mailbox:
        assert refused(settings(mailbox)).code == "mail-no-tls"
        assert refused(settings(mailbox, username="")).code == "mail-no-tls"
        assert refused(settings(mailbox, security=MailSecurity.TLS)).code == "mail-tls"
    assert mailbox.envelopes == []
    assert mailbox.sign_ins == []


@pytest.mark.parametrize("security", list(MailSecurity))
def test_a_stranger_is_not_trusted(
    server_side: ssl.SSLContext, tmp_path: Path, security: MailSecurity, caplog: pytest.LogCaptureFixture
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    with mail_server(server_side, implicit=security is MailSecurity.TLS) as mailbox:
        for bundle in ("", str(other)):
            error = refused(settings(mailbox, bundle, security=security))
            assert error.code == "mail-certificate"
            assert "127.0.0.1" in str(error.finding.title)
    assert mailbox.sign_ins == []


def test_a_certificate_of_another_host_is_not_trusted(
    authority: trustme.CA, bundle: str, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.contoso.example").configure_cert(context)
    with mail_server(context) as mailbox:
        assert refused(settings(mailbox, bundle)).code == "mail-certificate"
    assert mailbox.sign_ins == []


@pytest.mark.parametrize("password", ["wrong", "wröng", ""])
def test_a_refused_sign_in(
    server_side: ssl.SSLContext, bundle: str, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(server_side) as mailbox:
        error = refused(settings(mailbox, bundle), Secrets(mail_password=password))
    assert error.code == "mail-sign-in"
    assert error.detail.startswith("535")
    assert mailbox.envelopes == []


@pytest.mark.parametrize(
    ("verb", "answer", "code"),
    [
        ("RCPT", "550 no such user", "mail-recipient"),
        ("MAIL", "553 not your address", "mail-sender"),
        ("DATA", "554 looks like spam", "mail-message"),
    ],
)
def test_refusals_of_the_server(server_side: ssl.SSLContext, bundle: str, verb: str, answer: str, code: str) -> None:
    with mail_server(server_side) as mailbox:
        mailbox.refuse[verb] = answer
        error = refused(settings(mailbox, bundle))
    assert error.code == code
    assert error.detail == answer


def test_a_host_that_is_not_there() -> None:
    assert refused(settings(25, host="mail.invalid")).code == "mail-host"
    assert refused(settings(25, host="a..invalid")).code == "mail-host"


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and listens to nobody
        error = refused(settings(held.getsockname()[1]))
    assert error.code == "mail-refused"


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("security", list(MailSecurity))
def test_a_server_that_says_nothing(security: MailSecurity) -> None:
    with silent_server() as port:
        assert refused(settings(port, security=security), patience=0.2).code == "mail-timeout"


def test_a_server_that_hangs_up() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def hang_up() -> None:
            listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        code = refused(settings(listener.getsockname()[1])).code
        thread.join()
    assert code in {"mail-timeout", "mail-refused"}


@pytest.mark.parametrize(
    "to",
    ["", "admin", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example", "A <a@b.example>", "a@b@c.example"],
)
def test_no_address_smuggles_a_header(to: str) -> None:
    assert refused(settings(25), to=to).code == "mail-address"


def test_no_subject_smuggles_a_header() -> None:
    with pytest.raises(DynSyncError) as caught:
        SmtpMailer(trusting_context).send(settings(25), SECRETS, TO, "a\nBcc: x@y.example", "text")
    assert caught.value.code == "mail-subject"


def test_without_a_server_it_is_said() -> None:
    assert refused(Settings()).code == "mail-no-server"


def test_each_finding_has_its_own_title() -> None:
    titles = [finding.title.text for finding in _FINDINGS.values()]
    assert len(set(titles)) == len(titles)

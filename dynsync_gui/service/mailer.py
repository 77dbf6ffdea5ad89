"""Hands messages to a mail server, over TLS only."""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, make_msgid

from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailSecurity, MailSettings, Settings
from dynsync_gui.service.mail_findings import refusal_of, refused, unsuitable

_MAILBOX = re.compile(r"[^@\s,;<>\"\x00-\x1f\x7f]+@[^@\s,;<>\"\x00-\x1f\x7f]+")
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f]")
_OWN_NAME = "[127.0.0.1]"
"""What DynSync calls itself (RFC 5321, address literal); looking up this computer's name could take minutes."""


class SmtpMailer:
    """Sends over STARTTLS or TLS; a message never travels, and nobody signs in, without it."""

    def __init__(self, trust: Callable[[str], ssl.SSLContext], patience: float = 20.0) -> None:
        """Nothing is opened yet.

        Args:
            trust: Makes the TLS settings, given the file of authorities that are trusted in addition.
            patience: Seconds to wait for each answer of the mail server.
        """
        self._trust, self._patience = trust, patience

    def send(self, settings: Settings, secrets: Secrets, to: str, subject: str, body: str) -> None:
        """Hand one plain text message to the mail server.

        Args:
            settings: `mail` says where, `network.ca_bundle` whom to trust besides the system.
            secrets: The mail password, where a user name is set.
            to: One address.
            subject: One line.
            body: The text.

        Raises:
            SettingsError: An address or the subject cannot stand in a message, or no server is set.
            ConnectionFailed: The server was not reached, not trusted, or refused; the code begins with ``mail-``.
        """
        mail = settings.mail
        if not mail.host:
            raise unsuitable("mail-no-server")
        message = compose(sender_of(mail, to), to, subject, body)
        with _plainly(mail), self._connected(mail, settings.network.ca_bundle) as server:
            if mail.username:
                _sign_in(server, mail, secrets.mail_password)
            server.send_message(message)

    @contextmanager
    def _connected(self, mail: MailSettings, ca_bundle: str) -> Iterator[smtplib.SMTP]:
        context = self._trust(ca_bundle)
        if mail.security is MailSecurity.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                mail.host, mail.port, _OWN_NAME, timeout=self._patience, context=context
            )
        else:
            server = smtplib.SMTP(mail.host, mail.port, _OWN_NAME, timeout=self._patience)
        try:
            if mail.security is MailSecurity.STARTTLS:
                _secure(server, context, mail)
            yield server
            with suppress(smtplib.SMTPException):  # the message is handed over; a hasty good-bye changes nothing
                server.quit()
        finally:
            server.close()


def sender_of(mail: MailSettings, to: str) -> str:
    """The sender's address: the user name where it is an address, else the recipient's own."""
    return mail.username if _MAILBOX.fullmatch(mail.username) else to


def compose(sender: str, to: str, subject: str, body: str) -> EmailMessage:
    """A plain text message in UTF-8.

    Raises:
        SettingsError: An address is not one address, or the subject holds a line break.
    """
    for address in (sender, to):
        if not _MAILBOX.fullmatch(address):
            raise unsuitable("mail-address")
    if _LINE_BREAKS.search(subject):
        raise unsuitable("mail-subject")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].encode("idna").decode())
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(body, cte="quoted-printable")
    return message


def _secure(server: smtplib.SMTP, context: ssl.SSLContext, mail: MailSettings) -> None:
    server.ehlo()
    if not server.has_extn("starttls"):
        raise refused("mail-no-tls", mail)
    code, _ = server.starttls(context=context)
    if code != 220:
        raise refused("mail-no-tls", mail, str(code))


def _sign_in(server: smtplib.SMTP, mail: MailSettings, password: str) -> None:
    """Sign in; by PLAIN where it is offered, as smtplib itself takes no letters beyond ASCII."""
    server.ehlo_or_helo_if_needed()
    if "PLAIN" not in server.esmtp_features.get("auth", "").upper().split():
        try:
            server.login(mail.username, password)
        except UnicodeEncodeError:  # holds the password
            raise refused("mail-sign-in", mail) from None
        return
    token = base64.b64encode(f"\0{mail.username}\0{password}".encode()).decode()
    code, answer = server.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


@contextmanager
def _plainly(mail: MailSettings) -> Iterator[None]:
    """Turn what the network and the server raise into findings."""
    try:
        yield
    except DynSyncError:
        raise
    except (OSError, UnicodeError) as cause:  # smtplib's own are OSErrors
        raise refusal_of(cause, mail) from None  # the cause may quote what was sent

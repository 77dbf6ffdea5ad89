"""What goes wrong between DynSync and a mail server, in plain words."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import ConnectionFailed, Finding, Retry, SettingsError
from dynsync_gui.domain.settings import MailSettings
from dynsync_gui.domain.text import Message, msg

_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")

_FINDINGS: dict[str, Finding] = {
    "mail-no-server": Finding(
        msg("No mail server is set."),
        msg("Enter its host name, or choose a notice on this computer instead."),
    ),
    "mail-address": Finding(
        msg("The message needs one e-mail address to go to and one to come from."),
        msg("Enter an address such as admin@contoso.com, nothing else."),
    ),
    "mail-subject": Finding(msg("The subject of the message holds a line break."), msg("Use one line.")),
    "mail-certificate": Finding(
        msg("The certificate of the mail server {host} is not trusted."),
        msg("Check the host name, or add your company's certificate authority as the ca_bundle."),
        Owner.NETWORK,
    ),
    "mail-tls": Finding(
        msg("The mail server {host} does not speak TLS on port {port}."),
        msg("Choose STARTTLS for port 587, or TLS for port 465."),
    ),
    "mail-no-tls": Finding(
        msg("The mail server {host} does not offer a protected connection on port {port}."),
        msg("Use a server that offers STARTTLS, or TLS on port 465. DynSync sends nothing unprotected."),
    ),
    "mail-host": Finding(
        msg("There is no mail server called {host}."),
        msg("Check the host name of the mail server."),
    ),
    "mail-timeout": Finding(
        msg("The mail server {host} did not answer on port {port}."),
        msg("Check the port: STARTTLS is mostly on 587, TLS on 465. A firewall may also be in the way."),
        Owner.NETWORK,
    ),
    "mail-refused": Finding(
        msg("The mail server {host} takes no connection on port {port}."),
        msg("Check the port: STARTTLS is mostly on 587, TLS on 465."),
        Owner.NETWORK,
    ),
    "mail-sign-in": Finding(
        msg("The mail server {host} did not accept this user name and password."),
        msg("Check both. Some servers want a password made for one app."),
    ),
    "mail-recipient": Finding(
        msg("The mail server {host} does not deliver to this address."),
        msg("Check the address. Some servers deliver only after a sign-in."),
    ),
    "mail-sender": Finding(
        msg("The mail server {host} does not accept this sender."),
        msg("Sign in with the user name of the mailbox that sends."),
    ),
    "mail-not-offered": Finding(
        msg("The mail server {host} does not offer what this message needs."),
        msg("Remove the user name if the server wants none, and use addresses in plain letters."),
    ),
    "mail-message": Finding(
        msg("The mail server {host} did not take the message."),
        msg("Try again, or ask the people who run the mail server."),
    ),
    "mail-network": Finding(
        msg("The mail server {host} cannot be reached."),
        msg("Check that this computer is connected."),
        Owner.NETWORK,
    ),
}

_CODES: tuple[tuple[type[Exception], str], ...] = (
    # The first that fits counts, so the narrower ones stand first.
    (ssl.SSLCertVerificationError, "mail-certificate"),
    (ssl.SSLError, "mail-tls"),
    (socket.gaierror, "mail-host"),
    (TimeoutError, "mail-timeout"),
    (ConnectionError, "mail-refused"),
    (smtplib.SMTPServerDisconnected, "mail-timeout"),
    (smtplib.SMTPAuthenticationError, "mail-sign-in"),
    (smtplib.SMTPRecipientsRefused, "mail-recipient"),
    (smtplib.SMTPSenderRefused, "mail-sender"),
    (smtplib.SMTPNotSupportedError, "mail-not-offered"),
    (smtplib.SMTPException, "mail-message"),
    (UnicodeError, "mail-host"),
    (OSError, "mail-network"),
)


def refusal_of(cause: Exception, mail: MailSettings) -> ConnectionFailed:
    """The finding for what the network or the server raised."""
    code = next(code for kind, code in _CODES if isinstance(cause, kind))
    return refused(code, mail, _words_of(cause))


def refused(code: str, mail: MailSettings, detail: str = "") -> ConnectionFailed:
    """The finding of a code, about this mail server."""
    found = _FINDINGS[code]
    where = {"host": mail.host, "port": str(mail.port)}
    title = Message(found.title.text, where)
    return ConnectionFailed(code, Finding(title, found.cure, found.owner, Retry.NEXT_RUN), detail)


def unsuitable(code: str) -> SettingsError:
    """The finding of a code about the settings or the message itself."""
    return SettingsError(code, _FINDINGS[code])


def _words_of(cause: Exception) -> str:
    """The server's or the system's own words, on one line."""
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_line(answer)}" for code, answer in cause.recipients.values())
    if isinstance(cause, smtplib.SMTPResponseException):
        return f"{cause.smtp_code} {_line(cause.smtp_error)}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _line(cause.verify_message)
    return _line(getattr(cause, "strerror", None) or type(cause).__name__)


def _line(words: str | bytes) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _UNSEEN.sub(" ", text)[:300]

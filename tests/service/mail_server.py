"""A real SMTP server on loopback: STARTTLS, TLS or neither, with or without sign-in."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD, PLAIN_PASSWORD = "sync@contoso.example", "mäil-pässword-77", "mail-password-77"


@dataclass
class Mailbox:
    """What arrived, and what is refused."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.refuse.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.refuse:
            return self.refuse["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        self.envelopes.append(envelope)
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    def sign_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        found = (data.login.decode(), data.password.decode())
        self.sign_ins.append(found)
        return AuthResult(success=found in {(USER, PASSWORD), (USER, PLAIN_PASSWORD)}, handled=False)


class _AnyPort(Controller):
    """Listens on a port of the system's choice; one that was only found free may be taken meanwhile."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Implicit(_AnyPort):
    """TLS from the first byte."""

    def factory(self) -> SMTP:
        # The server itself sees plain text and would not let anyone sign in.
        return SMTP(self.handler, **{**self.SMTP_kwargs, "auth_require_tls": False})


@contextmanager
def mail_server(
    context: ssl.SSLContext | None, *, implicit: bool = False, sign_in: bool = True, without: tuple[str, ...] = ()
) -> Iterator[Mailbox]:
    """Serve until the context ends; without a TLS context neither STARTTLS nor sign-in is offered."""
    mailbox = Mailbox()
    arguments: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0, "ident": "a mail server for tests"}
    arguments["ready_timeout"] = 60.0
    if sign_in and context is not None:
        arguments |= {"authenticator": mailbox.sign_in, "auth_required": True, "auth_exclude_mechanism": without}
    if implicit:
        controller: _AnyPort = _Implicit(mailbox, ssl_context=context, **arguments)
    else:
        if context is not None:
            arguments |= {"tls_context": context, "require_starttls": True}
        controller = _AnyPort(mailbox, **arguments)
    log = logging.getLogger("mail.log")
    level = log.level
    log.setLevel(logging.CRITICAL)  # the server's own remarks, about itself and about clients that hang up
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()
        log.setLevel(level)

"""Waits on a loopback port for the answer that the browser brings (RFC 8252, section 7.3).

Everything happens on the caller's thread, and the port is closed before the caller goes on: nothing stays behind.
"""

from __future__ import annotations

import hmac
import selectors
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from html import escape
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled
from dynsync_gui.domain.text import tr

_MOST_BYTES = 65_536
_MOST_CLIENTS = 16
_CLIENT_SECONDS = 20.0
"""A browser opens connections in advance; those that say nothing are closed after so long."""
_SEND_SECONDS = 1.0
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>DynSync</title><style>
:root{{color-scheme:light dark}}body{{font:1.1rem system-ui,sans-serif;max-width:32rem;margin:20vh auto}}
</style></head><body><p>{text}</p></body></html>"""


class LoopbackReceiver:
    """A port of this computer that takes one answer; a ``with`` statement closes it."""

    def __init__(self, token: CancelToken) -> None:
        """Open a free port.

        Raises:
            OSError: This computer does not let us.
        """
        self._token = token
        self._clients: dict[socket.socket, _Client] = {}
        self._woken, self._waker = socket.socketpair()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # or another program could take the port over, on Windows
                self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            self._listener.bind(("127.0.0.1", 0))
            self._listener.listen(_MOST_CLIENTS)
        except OSError:
            self.close()
            raise
        for each in (self._listener, self._woken, self._waker):
            each.setblocking(False)
        self._port = self._listener.getsockname()[1]

    @property
    def redirect(self) -> str:
        """Where Microsoft is to send the browser: registered without a port, it fits with any."""
        return f"http://localhost:{self._port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the port and every connection to it."""
        for each in (self._listener, self._woken, self._waker, *self._clients):
            each.close()
        self._clients.clear()

    def wait(self, state: str, seconds: float) -> dict[str, str]:
        """The fields of the answer that carries our state; all other requests are turned away and change nothing.

        Args:
            state: As it went out.
            seconds: How long to wait.

        Raises:
            TimeoutError: Nobody came.
            Cancelled: The work was cancelled.
        """
        ends = time.monotonic() + seconds
        forget = self._token.on_cancel(self._wake)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._woken, selectors.EVENT_READ)
                selector.register(self._listener, selectors.EVENT_READ)
                while (left := ends - time.monotonic()) > 0:
                    ready = [key.fileobj for key, _ in selector.select(min(left, 1.0))]
                    if self._token.cancelled:
                        raise Cancelled
                    for each in ready:
                        if each is self._listener:
                            self._accept(selector)
                        elif isinstance(each, socket.socket) and each in self._clients:
                            fields = self._read(each, selector, state)
                            if fields is not None:
                                return fields
                    self._drop_silent(selector)
        finally:
            forget()
        raise TimeoutError

    def _wake(self) -> None:
        with suppress(OSError):
            self._waker.send(b"x")

    def _accept(self, selector: selectors.BaseSelector) -> None:
        with suppress(OSError):
            wire, _ = self._listener.accept()
            if len(self._clients) >= _MOST_CLIENTS:
                wire.close()
                return
            wire.setblocking(False)
            self._clients[wire] = _Client(self._port)
            selector.register(wire, selectors.EVENT_READ)

    def _read(self, wire: socket.socket, selector: selectors.BaseSelector, state: str) -> dict[str, str] | None:
        client = self._clients[wire]
        try:
            data = wire.recv(_MOST_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        client.received += data
        if data and not client.is_whole:
            return None
        fields = client.fields(state) if client.is_whole else None
        if client.is_whole:
            _send(wire, *_answer(client, fields))
        self._drop(wire, selector)
        return fields

    def _drop_silent(self, selector: selectors.BaseSelector) -> None:
        for wire, client in list(self._clients.items()):
            if client.since + _CLIENT_SECONDS < time.monotonic():
                self._drop(wire, selector)

    def _drop(self, wire: socket.socket, selector: selectors.BaseSelector) -> None:
        del self._clients[wire]
        selector.unregister(wire)
        wire.close()


class _Client:
    """One connection and what it sent so far."""

    def __init__(self, port: int) -> None:
        self.received = b""
        self.since = time.monotonic()
        self._hosts = {f"localhost:{port}", f"127.0.0.1:{port}"}

    @property
    def is_whole(self) -> bool:
        """Whether the request is there to its end, or too long to be one."""
        head, found, body = self.received.partition(b"\r\n\r\n")
        return len(self.received) >= _MOST_BYTES or (bool(found) and len(body) >= _length(_headers(head)))

    def fields(self, state: str) -> dict[str, str] | None:
        """The answer to our sign-in, if this is one."""
        head, _, body = self.received.partition(b"\r\n\r\n")
        first, headers = head.split(b"\r\n")[0].decode("latin-1"), _headers(head)
        try:
            method, target, _ = first.split(" ")
            parts = urlsplit(target)
        except ValueError:
            return None
        if headers.get("host", "").lower() not in self._hosts or parts.path != "/" or method not in {"GET", "POST"}:
            return None
        text = parts.query if method == "GET" else body.decode("utf-8", "replace")
        try:
            found = parse_qs(text, keep_blank_values=True, max_num_fields=50)
        except ValueError:
            return None
        fields = {name: values[0] for name, values in found.items() if len(values) == 1}
        ours = hmac.compare_digest(fields.get("state", "").encode(), state.encode())
        return fields if ours and (fields.get("code") or fields.get("error")) else None


def _headers(head: bytes) -> Mapping[str, str]:
    rows = (line.decode("latin-1").partition(":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in rows}


def _length(headers: Mapping[str, str]) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() else 0


def _answer(client: _Client, fields: Mapping[str, str] | None) -> tuple[str, str]:
    """Status and text of the page."""
    if fields is None:
        asks_icon = client.received.startswith(b"GET /favicon")
        return (
            ("404 Not Found", "") if asks_icon else ("400 Bad Request", tr("This is no answer to DynSync's sign-in."))
        )
    if fields.get("code"):
        return "200 OK", tr("Thank you. You can close this page and go back to DynSync.")
    return "200 OK", tr("The sign-in was not finished. Close this page and go back to DynSync.")


def _send(wire: socket.socket, status: str, text: str) -> None:
    body = _PAGE.format(text=escape(text)).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"
        "Connection: close\r\n\r\n"
    )
    with suppress(OSError):
        wire.settimeout(_SEND_SECONDS)
        wire.sendall(head.encode("ascii") + body)
        wire.shutdown(socket.SHUT_WR)

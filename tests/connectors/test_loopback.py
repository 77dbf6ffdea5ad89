"""The port that waits for the browser: takes one answer, ours; everything else changes nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pytest

from dynsync_gui.connectors.dynamics.loopback import LoopbackReceiver
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled

STATE = "the-state-of-this-sign-in"
OURS = {"code": "the code", "state": STATE}


@dataclass
class Waiting:
    """A receiver that waits in a thread."""

    seconds: float = 600.0
    token: CancelToken = field(default_factory=CancelToken)
    outcome: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.receiver = LoopbackReceiver(self.token)
        self.port = urlsplit(self.receiver.redirect).port or 0
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self) -> None:
        with self.receiver:
            try:
                self.outcome.append(self.receiver.wait(STATE, self.seconds))
            except (TimeoutError, Cancelled) as ended:
                self.outcome.append(ended)

    def end(self) -> object:
        self._thread.join(60)
        return self.outcome[0]

    @property
    def is_waiting(self) -> bool:
        return not self.outcome and self._thread.is_alive()

    def send(self, data: bytes, *, pieces: int = 1) -> bytes:
        """Send bytes, in pieces, and read to the end."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as wire:
            size = -(-len(data) // pieces)
            for start in range(0, len(data), size):
                wire.sendall(data[start : start + size])
                threading.Event().wait(0.01 if pieces > 1 else 0)
            received = b""
            while more := wire.recv(65536):
                received += more
            return received

    def get(self, path: str = "/", host: str = "", **fields: str) -> bytes:
        target = f"{path}?{urlencode(fields)}" if fields else path
        return self.send(f"GET {target} HTTP/1.1\r\nHost: {host or f'localhost:{self.port}'}\r\n\r\n".encode())

    def post(self, host: str = "", pieces: int = 1, **fields: str) -> bytes:
        body = urlencode(fields).encode()
        head = f"POST / HTTP/1.1\r\nHost: {host or f'localhost:{self.port}'}\r\nContent-Length: {len(body)}\r\n\r\n"
        return self.send(head.encode() + body, pieces=pieces)


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    made = Waiting()
    yield made
    made.token.cancel()
    made.end()


def is_closed(port: int) -> bool:
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("way", ["get", "post"])
def test_our_answer_is_taken_and_the_port_is_closed(waiting: Waiting, way: str) -> None:
    page = getattr(waiting, way)(**OURS)
    assert waiting.end() == OURS
    assert page.startswith(b"HTTP/1.1 200 OK")
    assert b"You can close this page" in page
    assert b"no-store" in page
    assert b"the code" not in page
    assert is_closed(waiting.port)


def test_an_answer_in_many_pieces_is_put_together(waiting: Waiting) -> None:
    waiting.post(pieces=12, **OURS)
    assert waiting.end() == OURS


def test_an_error_with_our_state_ends_the_waiting(waiting: Waiting) -> None:
    page = waiting.post(error="access_denied", error_description="<b>no</b>", state=STATE)
    assert waiting.end() == {"error": "access_denied", "error_description": "<b>no</b>", "state": STATE}
    assert b"was not finished" in page
    assert b"<b>" not in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"code": "stolen"},
        {"code": "stolen", "state": "another"},
        {"error": "access_denied", "state": "another"},
        {"error": "access_denied"},
        {"state": STATE},
        {"code": "", "state": STATE},
        {"code": "stolen", "state": STATE + "\u00e9"},
    ],
)
@pytest.mark.parametrize("way", ["get", "post"])
def test_what_is_not_our_answer_changes_nothing(waiting: Waiting, way: str, fields: dict[str, str]) -> None:
    assert b"400 Bad Request" in getattr(waiting, way)(**fields)
    assert waiting.is_waiting
    waiting.post(**OURS)
    assert waiting.end() == OURS


def test_a_state_that_comes_twice_is_not_ours(waiting: Waiting) -> None:
    query = f"code=stolen&state=another&state={STATE}"
    answer = waiting.send(f"GET /?{query} HTTP/1.1\r\nHost: localhost:{waiting.port}\r\n\r\n".encode())
    assert b"400" in answer
    assert waiting.is_waiting


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "127.0.0.1.evil.example:{port}"])
def test_another_host_name_that_leads_here_gets_nothing(waiting: Waiting, host: str) -> None:
    assert b"400" in waiting.get(host=host.format(port=waiting.port), **OURS)
    assert waiting.is_waiting


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_turned_away(waiting: Waiting, data: bytes) -> None:
    assert b"400" in waiting.send(data)
    assert waiting.is_waiting


def test_an_endless_request_is_cut(waiting: Waiting) -> None:
    head = f"POST / HTTP/1.1\r\nHost: localhost:{waiting.port}\r\nContent-Length: 99999999\r\n\r\n".encode()
    sent = 0
    with socket.create_connection(("127.0.0.1", waiting.port), timeout=5) as wire, suppress(OSError):
        wire.sendall(head)
        while sent < 64 * 1024 * 1024:
            sent += wire.send(b"a" * 65536)
    assert sent < 32 * 1024 * 1024, "nobody put an end to it"
    assert waiting.is_waiting


def test_the_browsers_wish_for_an_icon_and_its_silent_connections_do_no_harm(waiting: Waiting) -> None:
    silent = [socket.create_connection(("127.0.0.1", waiting.port), timeout=5) for _ in range(8)]
    try:
        assert b"404" in waiting.get("/favicon.ico")
        waiting.post(**OURS)
        assert waiting.end() == OURS
    finally:
        for wire in silent:
            wire.close()


def test_a_second_answer_finds_no_port(waiting: Waiting) -> None:
    waiting.post(**OURS)
    waiting.end()
    with pytest.raises(OSError, match="refused"):
        waiting.post(code="second", state=STATE)


def test_nobody_comes() -> None:
    waiting = Waiting(0.3)
    assert isinstance(waiting.end(), TimeoutError)
    assert is_closed(waiting.port)


@pytest.mark.parametrize("before", [0, 3])
def test_cancelling_closes_the_port_at_once(before: int) -> None:
    waiting = Waiting()
    silent = [socket.create_connection(("127.0.0.1", waiting.port), timeout=5) for _ in range(before)]
    waiting.token.cancel()
    assert isinstance(waiting.end(), Cancelled)
    assert is_closed(waiting.port)
    for wire in silent:
        wire.close()


def test_only_this_computer_is_heard(waiting: Waiting) -> None:
    assert waiting.receiver._listener.getsockname()[0] == "127.0.0.1"

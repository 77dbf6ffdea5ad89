"""The way through a proxy: used where the system names one, never for this computer, and its refusals told apart."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from dynsync_gui.connectors.http.client import Limits
from dynsync_gui.connectors.http.proxies import is_loopback, system_proxy
from dynsync_gui.domain.errors import DynSyncError

from .scripted import Forge


class Proxy:
    """Answers CONNECT with a status line; after 200 it passes bytes to the port that the test named."""

    def __init__(self) -> None:
        self.status, self.port, self.asked = b"200 OK", 0, ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._wires: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._run(self._serve)

    def stop(self) -> None:
        for wire in (self._listener, *self._wires):
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()
        for thread in self._threads:
            thread.join(5)

    def _run(self, work, *arguments) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _ = self._listener.accept()
                self._wires.append(inner)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += inner.recv(4096)
                self.asked = head.split(b"\r\n")[0].decode()
                inner.sendall(b"HTTP/1.1 " + self.status + b"\r\n\r\n")
                if not self.status.startswith(b"200"):
                    inner.close()
                    continue
                outer = socket.create_connection(("127.0.0.1", self.port))
                self._wires.append(outer)
                self._run(_pass_on, inner, outer)
                self._run(_pass_on, outer, inner)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.stop()


def test_through_a_proxy(forge: Forge, client, proxy: Proxy) -> None:
    server = forge.serve(lambda exchange: exchange.reply({"a": 1}), "contoso.example")
    proxy.port = server.port
    http = client("contoso.example", proxy=lambda _: proxy.url)
    assert http.send("GET", "https://contoso.example/x%2fy").json() == {"a": 1}
    assert proxy.asked.startswith("CONNECT contoso.example:443 ")
    assert server.requests[0].target == "/x%2fy"


def test_the_deadline_holds_through_a_proxy(forge: Forge, client, proxy: Proxy) -> None:
    server = forge.serve(lambda exchange: exchange.hang(), "contoso.example")
    proxy.port = server.port
    http = client("contoso.example", proxy=lambda _: proxy.url)
    with pytest.raises(DynSyncError) as caught:
        http.send("GET", "https://contoso.example/", limits=Limits(1.0))
    assert caught.value.code == "network.timeout"


@pytest.mark.parametrize(
    ("status", "code"),
    [(b"407 Proxy Authentication Required", "network.proxy-sign-in"), (b"403 Forbidden", "network.proxy")],
)
def test_a_proxy_that_refuses(client, proxy: Proxy, status: bytes, code: str) -> None:
    proxy.status = status
    with pytest.raises(DynSyncError) as caught:
        client("contoso.example", proxy=lambda _: proxy.url).send("GET", "https://contoso.example/")
    assert caught.value.code == code
    assert "127.0.0.1" in str(caught.value.finding.title)


def test_this_computer_is_never_asked_through_a_proxy(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}))
    http = client(server.host, proxy=lambda _: pytest.fail("asked for a proxy"))
    assert http.send("GET", server.url + "/").status == 200


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("localhost", True), ("127.0.0.2", True), ("::1", True), ("[::1]", True), ("10.0.0.1", False), ("a.b", False)],
)
def test_loopback(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_the_systems_proxy_and_its_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:8080")
    monkeypatch.setenv("no_proxy", ".mktorest.com")
    assert system_proxy("https://contoso.crm.dynamics.com/") == "http://proxy.example:8080"
    assert system_proxy("https://123-abc-456.mktorest.com/") is None

"""The way through a proxy: used where the system names one, never for this computer, and its refusals told apart."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
from collections.abc import Iterator

import pytest

from dynsync_gui.connectors.http.client import Limits
from dynsync_gui.connectors.http.proxies import chosen_proxy, is_loopback, system_proxy
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import NetworkSettings

from .scripted import Forge


class Proxy:
    """Answers CONNECT with a status line; after 200 it passes bytes to the port that the test named."""

    def __init__(self) -> None:
        self.status, self.port, self.asked, self.account = b"200 OK", 0, "", ""
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
            thread.join(60)

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
                self.account = _account(head)
                inner.sendall(b"HTTP/1.1 " + self.status + b"\r\n\r\n")
                if not self.status.startswith(b"200"):
                    inner.close()
                    continue
                outer = socket.create_connection(("127.0.0.1", self.port))
                self._wires.append(outer)
                self._run(_pass_on, inner, outer)
                self._run(_pass_on, outer, inner)


def _account(head: bytes) -> str:
    """What a CONNECT carries as Proxy-Authorization, in plain; empty for nothing."""
    found = re.search(rb"\r\nProxy-Authorization: Basic (\S+)", head, re.IGNORECASE)
    return base64.b64decode(found[1]).decode() if found else ""


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


@pytest.mark.parametrize("account", [("CORP\\sync", "p@ss:w/ord %20"), ("ü", "密码")])
def test_an_account_goes_to_the_proxy_and_no_further(forge: Forge, client, proxy: Proxy, account) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}), "contoso.example")
    proxy.port = server.port
    username, password = account
    network = NetworkSettings(proxy=proxy.url, proxy_username=username)
    chosen = chosen_proxy(network, Secrets(proxy_password=password), lambda _: pytest.fail("asked the system"))
    client("contoso.example", proxy=chosen).send("GET", "https://contoso.example/")
    assert proxy.account == f"{username}:{password}"
    assert not any("authorization" in name for request in server.requests for name in request.headers)


def test_a_refused_account_is_another_finding_and_the_password_is_nowhere(client, proxy: Proxy) -> None:
    proxy.status = b"407 Proxy Authentication Required"
    network = NetworkSettings(proxy=proxy.url, proxy_username="sync")
    chosen = chosen_proxy(network, Secrets(proxy_password="CANARY-1"), system_proxy)
    with pytest.raises(DynSyncError) as caught:
        client("contoso.example", proxy=chosen).send("GET", "https://contoso.example/")
    error = caught.value
    assert error.code == "network.proxy-account"
    assert "127.0.0.1" in str(error.finding.title)
    assert "CANARY" not in f"{error!r}{error.finding.title}{error.finding.cure}{error.detail}{error.__cause__!r}"


def test_the_systems_proxy_gets_the_account_too_unless_it_has_one() -> None:
    secrets = Secrets(proxy_password="p")
    with_user = NetworkSettings(proxy_username="u")
    assert chosen_proxy(with_user, secrets, lambda _: "http://p:1")("https://a") == "http://u:p@p:1"
    assert chosen_proxy(with_user, secrets, lambda _: "p:1")("https://a") == "http://u:p@p:1"
    assert chosen_proxy(with_user, secrets, lambda _: "http://x:y@p:1")("https://a") == "http://x:y@p:1"
    assert chosen_proxy(with_user, secrets, lambda _: None)("https://a") is None
    assert chosen_proxy(NetworkSettings(), secrets, system_proxy) is system_proxy
    assert chosen_proxy(NetworkSettings(proxy="http://p:1"), secrets, lambda _: None)("https://a") == "http://p:1"


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

"""The one way to the network, against servers that misbehave byte by byte."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest
import trustme

from dynsync_gui import __version__
from dynsync_gui.connectors.http import client as client_module
from dynsync_gui.connectors.http import transport
from dynsync_gui.connectors.http.client import Limits
from dynsync_gui.connectors.http.watch import Call
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, DynSyncError, SettingsError, TemporaryFailure

from .scripted import Exchange, Forge

NEVER = 600.0
"""Seconds after which other bounds would end what a test looks at: longer than any test may last."""
SHORT, PATIENT = Limits(seconds=1.0, silence=NEVER), Limits(seconds=NEVER, silence=NEVER)


def refused(work) -> DynSyncError:
    with pytest.raises(DynSyncError) as caught:
        work()
    return caught.value


def test_a_plain_answer(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({"a": 1}, Retry_After="3"))
    answer = client(server.host).send("GET", f"{server.url}/x?y=%2f%7e'")
    assert answer.json() == {"a": 1}
    assert answer.retry_after() == 3.0
    request = server.requests[0]
    assert request.target == "/x?y=%2f%7e'", "path and query go out letter by letter"
    assert request.headers["user-agent"] == f"DynSync/{__version__}"
    assert request.headers["accept-encoding"] == "gzip"
    assert "cookie" not in request.headers


def test_one_connection_is_used_again_and_cookies_are_not_kept(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}, Set_Cookie="ARRAffinity=1"))
    http = client(server.host)
    for _ in range(3):
        http.send("GET", f"{server.url}/")
    assert server.connections == 1
    assert all("cookie" not in request.headers for request in server.requests)


def test_gzip_and_a_byte_order_mark(forge: Forge, client) -> None:
    body = gzip.compress(b"\xef\xbb\xbf" + b'{"name": "M\xc3\xbcller"}')
    server = forge.serve(lambda exchange: exchange.reply(body, Content_Encoding="gzip"))
    assert client(server.host).send("GET", server.url + "/").json() == {"name": "Müller"}


def test_the_environment_changes_nothing(forge: Forge, client, monkeypatch, tmp_path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login stolen password stolen\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / ".netrc"))
    server = forge.serve(lambda exchange: exchange.reply({}))
    answer = client(server.host).send("GET", server.url + "/", {"Authorization": "Bearer ours"})
    assert answer.status == 200
    assert server.requests[0].headers["authorization"] == "Bearer ours"


@pytest.mark.parametrize(
    "url",
    [
        "http://{host}/",
        "https://127.0.0.1:1/",
        "https://user@{host}/",
        "https://localhost.evil.example/",
        "https://{host}.evil.example/",
        "https://{host}\\@evil.example/",
        "https://127.0.0.1/",
    ],
)
def test_only_named_hosts_are_asked(forge: Forge, client, url: str) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}))
    failure = refused(lambda: client(server.host).send("GET", url.format(host=server.host)))
    assert failure.code == "network.host"
    assert server.connections == 0


def test_a_bearer_goes_to_the_base_host_only(forge: Forge, client) -> None:
    base, other = (forge.serve(lambda exchange: exchange.reply({})) for _ in range(2))
    http = client(base.host, other.host)
    assert http.send("GET", other.url + "/").status == 200
    failure = refused(lambda: http.send("GET", other.url + "/", {"Authorization": "Bearer ours"}))
    assert failure.code == "network.host"
    assert len(other.requests) == 1


def test_redirects_are_not_followed(forge: Forge, client) -> None:
    other = forge.serve(lambda exchange: exchange.reply({}))
    server = forge.serve(lambda exchange: exchange.reply({}, 302, Location=other.url + "/"))
    assert refused(lambda: client(server.host, other.host).send("GET", server.url + "/")).code == "network.redirect"
    assert other.requests == []


def drip_body(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    exchange.drip(b"x", 0.05)


def drip_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nX: ")
    exchange.drip(b"x", 0.05)


def drip_continues(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01)


def endless_chunks(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    exchange.drip(b"1\r\n{\r\n", 0.02)


def until_closed(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    exchange.drip(b"{", 0.05)


SLOW = [drip_body, drip_headers, drip_continues, endless_chunks, until_closed, Exchange.hang]


@pytest.fixture
def _long_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound of a connection ends nothing that another bound, or the person, has to end."""
    for module in (client_module, transport):
        monkeypatch.setattr(module, "CONNECT_SECONDS", NEVER)


@pytest.mark.parametrize("script", SLOW)
def test_the_deadline_holds_whatever_drips(forge: Forge, client, script) -> None:
    server = forge.serve(script)
    failure = refused(lambda: client(server.host).send("GET", server.url + "/", limits=SHORT))
    assert failure.code == "network.timeout"
    assert isinstance(failure, TemporaryFailure)


@pytest.mark.parametrize("script", SLOW)
def test_cancelling_ends_a_request_at_once(forge: Forge, client, token: CancelToken, script) -> None:
    arrived = threading.Event()

    def told(exchange: Exchange) -> None:
        arrived.set()
        script(exchange)

    server = forge.serve(told)
    http = client(server.host)
    ends_when_cancelled(token, arrived, lambda: http.send("GET", server.url + "/", limits=PATIENT))


@pytest.mark.usefixtures("_long_connects")
def test_a_peer_that_never_shakes_hands(forge: Forge, client) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        failure = refused(lambda: client(host).send("GET", f"https://{host}/", limits=SHORT))
        assert failure.code == "network.timeout"


def test_an_address_that_nobody_answers_under_does_not_use_up_the_time_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where IPv6 leads nowhere: a name has an address of each kind."""
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 1.0)
    with ExitStack() as held:
        deaf, there = (socket.create_server(("127.0.0.1", 0), backlog=length) for length in (0, 5))
        for listener in (deaf, there):
            held.enter_context(closing(listener))
        for _ in range(3):  # who comes after these finds no place, and hears nothing
            waiting = held.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", one.getsockname()) for one in (deaf, there)]
        monkeypatch.setattr(transport, "_addresses", lambda *_: found)
        call = Call("/", NEVER)
        with closing(transport._connected("contoso.example", 443, call, ())) as made:
            assert made.getpeername() == there.getsockname()
        call.finish()


def ends_when_cancelled(token: CancelToken, arrived: threading.Event, work: Callable[[], object]) -> None:
    """Nothing else would end the work while the test waits for it."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        assert arrived.wait(60)
        token.cancel()
        assert isinstance(future.exception(60), Cancelled)


@pytest.mark.usefixtures("_long_connects")
def test_cancelling_ends_a_name_lookup(client, token: CancelToken, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list:
        asked.set()
        answer.wait(NEVER)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    http = client("slow.invalid")
    ends_when_cancelled(token, asked, lambda: http.send("GET", "https://slow.invalid/", limits=PATIENT))
    answer.set()


@pytest.mark.usefixtures("_long_connects")
@pytest.mark.only_on("linux")
def test_cancelling_ends_a_connection_that_is_not_taken(client, token: CancelToken, monkeypatch) -> None:
    trying, connect = threading.Event(), socket.socket.connect
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        full = [socket.create_connection(listener.getsockname())]

        def told(self: socket.socket, address) -> None:
            threading.Timer(0.2, trying.set).start()
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", told)
        http = client(host)
        ends_when_cancelled(token, trying, lambda: http.send("GET", f"https://{host}/", limits=PATIENT))
        for each in full:
            each.close()


def test_nobody_there(client) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    failure = refused(lambda: client(host).send("GET", f"https://{host}/"))
    assert failure.code == "network.refused"
    assert host in str(failure.finding.title)


def test_a_name_that_does_not_exist(client) -> None:
    failure = refused(lambda: client("nowhere.invalid").send("GET", "https://nowhere.invalid/"))
    assert failure.code == "network.dns"


@pytest.mark.parametrize(
    ("head", "body", "code"),
    [
        (b"Content-Length: 50", b"{}", "network.truncated"),
        (b"Transfer-Encoding: chunked", b"5\r\n{}", "network.truncated"),
        (b"Transfer-Encoding: chunked", b"zz\r\n{}\r\n", "network.truncated"),
        (b"Content-Encoding: gzip\r\nContent-Length: 9", b"not gzip!", "network.truncated"),
        (b"Content-Encoding: br\r\nContent-Length: 2", b"{}", "network.truncated"),
        (b"Content-Encoding: gzip\r\nConnection: close", gzip.compress(b"{}" * 99)[:-9], "network.truncated"),
    ],
)
def test_a_damaged_body(forge: Forge, client, head: bytes, body: bytes, code: str) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body)
        raise ValueError("hang up")

    server = forge.serve(script)
    failure = refused(lambda: client(server.host).send("GET", server.url + "/", limits=Limits(5)))
    assert failure.code == code
    assert isinstance(failure, TemporaryFailure)


def test_a_reset_before_any_answer(forge: Forge, client) -> None:
    def script(exchange: Exchange) -> None:
        exchange.wire.shutdown(socket.SHUT_RDWR)

    server = forge.serve(script)
    assert refused(lambda: client(server.host).send("GET", server.url + "/")).code == "network.reset"


def test_a_gzip_bomb_is_not_unpacked(forge: Forge, client) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(100)) + packer.flush()
    server = forge.serve(lambda exchange: exchange.reply(bomb, Content_Encoding="gzip"))
    http = client(server.host)
    assert refused(lambda: http.send("GET", server.url + "/")).code == "network.too-big"
    tracemalloc.start()
    failure = refused(lambda: http.send("GET", server.url + "/", limits=Limits(size=1_000_000)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.code == "network.too-big"
    assert most < 8_000_000


def test_more_bytes_than_allowed(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply(b" " * 5000))
    http = client(server.host)
    assert http.send("GET", server.url + "/", limits=Limits(size=5000)).status == 200
    assert refused(lambda: http.send("GET", server.url + "/", limits=Limits(size=4999))).code == "network.too-big"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"<html>Sign in to the guest network</html>", "text/html", "network.html"),
        (b" \n<!DOCTYPE html>", "application/json", "network.html"),
        (b"", "application/json", "network.not-json"),
        (b"[1]", "application/json", "network.not-json"),
        (b'{"a": NaN}', "application/json", "network.not-json"),
        (b'{"a": ', "application/json", "network.not-json"),
        (b"[" * 100_000, "application/json", "network.not-json"),
        (b'{"a": "\xff"}', "application/json", "network.not-json"),
    ],
)
def test_what_is_no_data(forge: Forge, client, body: bytes, kind: str, code: str) -> None:
    server = forge.serve(lambda exchange: exchange.reply(body, Content_Type=kind))
    failure = refused(client(server.host).send("GET", server.url + "/").json)
    assert failure.code == code
    assert "guest network" not in failure.detail + str(failure.finding.title)


def test_an_unknown_authority_is_named(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}), authority=trustme.CA(organization_name="Inspector Inc"))
    failure = refused(lambda: client(server.host).send("GET", server.url + "/"))
    assert failure.code == "network.certificate-issuer"
    assert "Inspector Inc" in str(failure.finding.title)
    assert not isinstance(failure, TemporaryFailure)
    assert server.requests == [], "nothing was sent over a connection that is not trusted"


def test_a_certificate_for_another_host(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}), "elsewhere.example")
    assert refused(lambda: client(server.host).send("GET", server.url + "/")).code == "network.certificate-name"


def test_without_the_bundle_the_server_is_not_trusted(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}))
    failure = refused(lambda: client(server.host, ca_bundle="").send("GET", server.url + "/"))
    assert failure.code == "network.certificate-issuer"


def test_a_bundle_that_is_none(client, tmp_path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SettingsError):
        client("127.0.0.1", ca_bundle=str(tmp_path / "ca.pem"))


def test_no_socket_is_left(forge: Forge, client) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}))
    http = client(server.host)
    http.send("GET", server.url + "/")
    http.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "dynsync-deadlines"]

"""The proxy that Qt finds in this computer's settings: used from worker threads, never waited for beyond a cancel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory

from dynsync_gui.composition import Options, open_service
from dynsync_gui.connectors.http.client import Limits
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, DynSyncError
from dynsync_gui.domain.events import ChecksEnded
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, MarketoSettings, Settings
from dynsync_gui.system.secrets import SecretSource
from dynsync_gui.ui.system_proxy import qt_proxy

from .scripted import Forge
from .test_proxy import Proxy

KIND = QNetworkProxy.ProxyType


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A real proxy that this computer's settings name."""
    made = Proxy()
    monkeypatch.setenv("https_proxy", made.url)
    yield made
    made.stop()


def test_requests_go_through_the_proxy_that_qt_names(forge: Forge, client, proxy: Proxy) -> None:
    server = forge.serve(lambda exchange: exchange.reply({"a": 1}), "contoso.example")
    proxy.port = server.port
    http = client("contoso.example", proxy=qt_proxy)
    assert http.send("GET", "https://contoso.example/x").json() == {"a": 1}
    assert proxy.asked.startswith("CONNECT contoso.example:443 ")


def test_the_window_hands_it_down_to_both_systems(tmp_path: Path, proxy: Proxy) -> None:
    proxy.status = b"407 Proxy Authentication Required"
    asked: list[tuple[str, str]] = []

    def resolve(url: str) -> str | None:
        asked.append((url.split("/")[2], threading.current_thread().name))
        return qt_proxy(url)

    service = open_service(Options(tmp_path, SecretSource.SESSION, proxy=resolve))
    settings = Settings(
        DynamicsSettings("https://contoso.crm.dynamics.com", client_id="app"),
        MarketoSettings("https://123-abc-456.mktorest.com", "service"),
    )
    ended = service.check(settings, Secrets(dynamics_client_secret="s", marketo_client_secret="s")).wait(60)
    service.close()
    assert isinstance(ended, ChecksEnded)
    codes = {check.id: check.code for check in ended.checks if check.code}
    assert set(codes.values()) == {"network.proxy-sign-in"}
    assert {name.split(".")[0] for name in codes} == {"dynamics", "marketo"}
    assert {host for host, _ in asked} == {"contoso.crm.dynamics.com", "123-abc-456.mktorest.com"}
    assert {thread for _, thread in asked} == {"dynsync-proxy"}


def test_a_script_that_does_not_end_is_left_behind_when_the_work_is_cancelled(client, token: CancelToken) -> None:
    asked, leave = threading.Event(), threading.Event()

    def slow(_url: str) -> str | None:
        asked.set()
        leave.wait(60)
        return None

    http = client("contoso.example", proxy=slow)
    caught: list[BaseException] = []

    def send() -> None:
        try:
            http.send("GET", "https://contoso.example/")
        except Cancelled as cancelled:
            caught.append(cancelled)

    worker = threading.Thread(target=send)
    worker.start()
    assert asked.wait(60)
    token.cancel()
    worker.join(60)
    leave.set()
    assert len(caught) == 1


def test_a_script_that_does_not_end_is_a_request_that_was_not_answered(client) -> None:
    leave = threading.Event()
    http = client("contoso.example", proxy=lambda _: leave.wait(60) and None)
    with pytest.raises(DynSyncError) as caught:
        http.send("GET", "https://contoso.example/", limits=Limits(0.2))
    leave.set()
    assert caught.value.code == "network.timeout"


def test_it_is_asked_once_for_a_host_and_a_while(forge: Forge, client, proxy: Proxy) -> None:
    server = forge.serve(lambda exchange: exchange.reply({}), "contoso.example")
    proxy.port = server.port
    asked: list[str] = []
    http = client("contoso.example", proxy=lambda url: asked.append(url) or proxy.url)
    for _ in range(3):
        http.send("GET", "https://contoso.example/")
    assert len(asked) == 1


def test_a_socks_proxy_is_told(client) -> None:
    with pytest.raises(DynSyncError) as caught:
        client("contoso.example", proxy=lambda _: "socks5://p.example:1080").send("GET", "https://contoso.example/")
    assert caught.value.code == "network.proxy-kind"
    assert "p.example" in str(caught.value.finding.title)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([], None),
        ([QNetworkProxy(KIND.NoProxy)], None),
        ([QNetworkProxy(KIND.DefaultProxy)], None),
        ([QNetworkProxy(KIND.HttpProxy, "p.example", 8080)], "http://p.example:8080"),
        ([QNetworkProxy(KIND.HttpProxy, "p.example", 8080, "a@b", "c:d")], "http://a%40b:c%3Ad@p.example:8080"),
        ([QNetworkProxy(KIND.Socks5Proxy, "s", 1), QNetworkProxy(KIND.HttpCachingProxy, "h", 2)], "http://h:2"),
        ([QNetworkProxy(KIND.Socks5Proxy, "s", 1), QNetworkProxy(KIND.NoProxy)], None),
        ([QNetworkProxy(KIND.Socks5Proxy, "s", 1)], "socks5://s:1"),
        ([QNetworkProxy(KIND.FtpCachingProxy, "f", 1)], None),
    ],
)
def test_what_qt_tells_in_our_words(
    found: list[QNetworkProxy], wanted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QNetworkProxyFactory, "systemProxyForQuery", staticmethod(lambda _query: found))
    assert qt_proxy("https://contoso.example/") == wanted

"""The one way to the network: https only, to named hosts only, within bounds of time and size."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import requests
import urllib3

from dynsync_gui import __version__
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.body import MOST_BYTES, Broken, TooBig, read_body
from dynsync_gui.connectors.http.failures import late, told_by
from dynsync_gui.connectors.http.hosts import Hosts
from dynsync_gui.connectors.http.proxies import Proxies, ProxyResolver, system_proxy
from dynsync_gui.connectors.http.tls import issuer_of, trusting_context
from dynsync_gui.connectors.http.transport import CONNECT_SECONDS, WatchedAdapter, running
from dynsync_gui.connectors.http.watch import Call, Cut, Watchdog
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, ConnectionFailed
from dynsync_gui.domain.findings.network import network_finding

_LOOK_SECONDS = 4.0
_TROUBLES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    TooBig,
    Broken,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request.

    Attributes:
        seconds: Until its answer has been read to the end.
        silence: Longest pause between two bytes.
        size: Bytes of the body, on the wire and unpacked.
    """

    seconds: float = 120.0
    silence: float = 100.0
    size: int = MOST_BYTES


class HttpClient:
    """Sends requests from any thread. It neither repeats them nor follows where an answer points."""

    def __init__(
        self,
        hosts: Hosts,
        token: CancelToken,
        *,
        ca_bundle: str = "",
        proxy: ProxyResolver = system_proxy,
        connections: int = 16,
    ) -> None:
        """Nothing is opened yet.

        Args:
            hosts: Who may be asked.
            token: Ends requests under way when cancelled.
            ca_bundle: PEM file trusted besides the system's store.
            proxy: Names the proxy for an address.
            connections: Kept open at most per host.
        """
        self._hosts, self._token, self._proxies = hosts, token, Proxies(proxy)
        self._adapter = WatchedAdapter(trusting_context(ca_bundle), connections)
        self._watchdog = Watchdog()
        self._forget = token.on_cancel(self._watchdog.stop_all)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """Send one request and read its answer to the end.

        Args:
            method: HTTP method.
            url: Absolute address; path and query go out letter by letter.
            headers: Besides User-Agent and Accept-Encoding; an Authorization with a bearer goes to the base host only.
            body: What to post.
            limits: Bounds of time and size.

        Raises:
            ConnectionFailed: The host is not allowed, its certificate is not trusted, or it points elsewhere.
            TemporaryFailure: The network or the server had passing trouble.
            Cancelled: The work was cancelled.
        """
        bounds = limits or Limits()
        bearer = (headers or {}).get("Authorization", "").startswith("Bearer ")
        host = self._hosts.allow(url, bearer=bearer)
        self._token.raise_if_cancelled()
        parts = urlsplit(url)
        call = Call((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), bounds.seconds)
        proxy: str | None = None
        self._watchdog.add(call)
        try:
            self._token.raise_if_cancelled()
            proxy = self._proxies.of(url, call)
            _see_kind(proxy, host)
            answer = self._exchange(call, host, _prepared(method, url, headers, body), bounds, proxy)
        except _TROUBLES as trouble:
            raise self._told(call, trouble, host, parts.port or 443, proxy) from None
        finally:
            self._watchdog.remove(call)
            call.finish()
        if call.cut:  # a body without a length ends early, and looks whole, when its connection is cut
            raise self._cut(call, host)
        if 300 <= answer.status < 400 and answer.status != 304:
            raise ConnectionFailed("network.redirect", network_finding("network.redirect", host), f"{answer.status}")
        return answer

    def close(self) -> None:
        """End what is under way and give all sockets back."""
        self._forget()
        self._watchdog.close()
        self._adapter.close()

    def _exchange(
        self, call: Call, host: str, request: requests.PreparedRequest, bounds: Limits, proxy: str | None
    ) -> Answer:
        running.call = call
        try:
            response = self._adapter.send(
                request,
                stream=True,
                timeout=(CONNECT_SECONDS, min(bounds.silence, bounds.seconds)),
                proxies={"https": proxy} if proxy else {},
            )
            try:
                body = read_body(response.raw, bounds.size)
            except BaseException:
                response.raw.close()
                raise
            response.raw.release_conn()
        finally:
            del running.call
        return Answer(host, response.status_code, response.headers, body)

    def _told(self, call: Call, trouble: BaseException, host: str, port: int, proxy: str | None) -> Exception:
        if call.cut:
            return self._cut(call, host)
        failure = told_by(trouble, host, proxy or "")
        if failure.code != "network.certificate-issuer" or proxy:
            return failure
        if issuer := self._issuer(urlsplit(f"https://{host}").hostname or host, port):
            named = network_finding("network.certificate-issuer-named", host, issuer=issuer)
            return ConnectionFailed(failure.code, named, failure.detail)
        return failure

    def _issuer(self, host: str, port: int) -> str:
        look = Call("", _LOOK_SECONDS)
        self._watchdog.add(look)
        try:
            return issuer_of(host, port, look)
        finally:
            self._watchdog.remove(look)
            look.finish()

    def _cut(self, call: Call, host: str) -> Exception:
        return Cancelled() if call.cut is Cut.CANCELLED else late(host)


def _see_kind(proxy: str | None, host: str) -> None:
    """Refuse a proxy that speaks another protocol than ours (SOCKS), in words."""
    if proxy and "://" in proxy and not proxy.lower().startswith(("http://", "https://")):
        name = urlsplit(proxy).hostname or ""
        raise ConnectionFailed("network.proxy-kind", network_finding("network.proxy-kind", host, proxy=name))


def _prepared(method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None) -> requests.PreparedRequest:
    """A request without a session: no cookies, no netrc, nothing of the environment."""
    always = {"User-Agent": f"DynSync/{__version__}", "Accept-Encoding": "gzip"}
    prepared = requests.Request(method, url, headers={**always, **(headers or {})}, data=body).prepare()
    prepared.url = url
    return prepared


def sooner(limits: Limits, seconds: float) -> Limits:
    """The same bounds, but over after so many seconds at the latest."""
    return replace(limits, seconds=min(limits.seconds, max(0.5, seconds)))

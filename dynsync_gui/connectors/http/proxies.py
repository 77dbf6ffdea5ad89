"""The proxy for an address: the one that the user names, else the one of this computer's settings."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from dynsync_gui.connectors.http.watch import Call
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import NetworkSettings

ProxyResolver = Callable[[str], str | None]
"""Gives the proxy's address for an https address, or None for a direct connection."""


_KEPT_SECONDS = 60.0
"""For how long an answer is good: a laptop changes its network."""


def system_proxy(url: str) -> str | None:
    """The proxy of the environment or the system for an address, its exceptions obeyed."""
    host = urlsplit(url).hostname or ""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all") or None


def chosen_proxy(network: NetworkSettings, secrets: Secrets, otherwise: ProxyResolver) -> ProxyResolver:
    """The proxy that the settings name, else the system's; with the account where the settings have one.

    Args:
        network: May name a proxy and who signs in to it.
        secrets: Hold the proxy's password.
        otherwise: Names the system's proxy.
    """
    if not network.proxy and not network.proxy_username:
        return otherwise

    def resolve(url: str) -> str | None:
        found = network.proxy or otherwise(url)
        return _with_account(found, network.proxy_username, secrets.proxy_password) if found else None

    return resolve


def _with_account(proxy: str, username: str, password: str) -> str:
    """A proxy's address that carries an account, unless it carries one already."""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if not username or parts.username is not None:
        return proxy
    return urlunsplit(parts._replace(netloc=f"{quote(username, safe='')}:{quote(password, safe='')}@{parts.netloc}"))


class Proxies:
    """Names proxies for the requests of a client, and keeps each answer for a while.

    It asks in a thread of its own: a script may have to run for the answer, which can neither be limited nor stopped.
    """

    def __init__(self, resolve: ProxyResolver) -> None:
        self._resolve = resolve
        self._known: dict[str, tuple[float, str | None]] = {}

    def of(self, url: str, call: Call) -> str | None:
        """The proxy for an address.

        Args:
            url: Absolute.
            call: The request that wants it; ends the wait.

        Raises:
            TimeoutError: The answer did not come before the call was ended.
        """
        host = urlsplit(url).hostname or ""
        if is_loopback(host):
            return None
        until, proxy = self._known.get(host, (0.0, None))
        if time.monotonic() < until:
            return proxy
        found: list[str | None] = []

        def ask() -> None:
            found.append(self._resolve(url))
            call.wake.set()

        thread = threading.Thread(target=ask, name="dynsync-proxy", daemon=True)
        thread.start()
        call.wake.wait()
        if not found:
            raise TimeoutError
        thread.join()
        call.wake.clear()
        if call.cut:  # it was ended meanwhile, and whoever waits next has to hear of it
            call.wake.set()
        self._known[host] = (time.monotonic() + _KEPT_SECONDS, found[0])
        return found[0]


def is_loopback(host: str) -> bool:
    """Whether a host is this computer; such a host is never asked through a proxy."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

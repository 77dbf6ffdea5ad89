"""The proxy for an address: the one that the user names, else the one of this computer's settings."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import NetworkSettings

ProxyResolver = Callable[[str], str | None]
"""Gives the proxy's address for an https address, or None for a direct connection."""


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


def is_loopback(host: str) -> bool:
    """Whether a host is this computer; such a host is never asked through a proxy."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

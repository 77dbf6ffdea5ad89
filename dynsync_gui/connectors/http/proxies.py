"""The proxy that this computer's settings name for an address."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

ProxyResolver = Callable[[str], str | None]
"""Gives the proxy's address for an https address, or None for a direct connection."""


def system_proxy(url: str) -> str | None:
    """The proxy of the environment or the system for an address, its exceptions obeyed."""
    host = urlsplit(url).hostname or ""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all") or None


def is_loopback(host: str) -> bool:
    """Whether a host is this computer; such a host is never asked through a proxy."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

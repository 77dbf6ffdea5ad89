"""The proxies of the environment or the system, asked for each address; never for this computer itself."""

from __future__ import annotations

import ipaddress
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

Proxies = Callable[[str], dict[str, str]]
"""Address of a request -> what `requests` takes as ``proxies``; empty for a direct way."""


def system_proxies(url: str) -> dict[str, str]:
    """The proxy that this computer's settings name for an address.

    Windows may look up the host's name to answer: not on a GUI thread.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or is_loopback(host):
        return {}
    found = urllib.request.getproxies()
    proxy = found.get(parts.scheme) or found.get("all")
    if not proxy or urllib.request.proxy_bypass(f"{host}:{parts.port}" if parts.port else host):
        return {}
    return {parts.scheme: proxy if "://" in proxy else f"http://{proxy}"}


def is_loopback(host: str) -> bool:
    """Whether a host is this computer."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

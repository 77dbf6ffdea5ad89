"""No test leaves this computer: connections and look-ups other than loopback fail, and fail the test."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

_NEVER_REGISTERED = (".invalid", ".test", ".example")  # RFC 2606: no look-up can ever find them


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse every address but loopback; what was tried is listed, and an attempt fails the test at its end."""
    tried: list[str] = []
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(real: Any) -> Any:
        def call(self: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and not _is_loopback(address[0]):
                tried.append(str(address[0]))
                raise OSError(101, "Network is unreachable")
            return real(self, address)

        return call

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        if host is not None and not _is_loopback(host):
            name = host.decode() if isinstance(host, bytes) else str(host)
            if not name.rstrip(".").endswith(_NEVER_REGISTERED):
                tried.append(name)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *arguments, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield tried
    if tried:
        pytest.fail(f"The test wanted to reach {', '.join(sorted(set(tried)))}; tests stay on this computer.")


def _is_loopback(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost", socket.gethostname()}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False

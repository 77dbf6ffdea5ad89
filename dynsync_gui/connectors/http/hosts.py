"""The hosts that one connection may talk to; everything else is refused before a byte is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.network import network_finding

_VISIBLE = re.compile(r"[!-~]+")


def netloc(parts: SplitResult) -> str:
    """Host in lower case, and the port where it is not 443; empty where the address cannot be used.

    Only ``https`` has one, and neither user names nor characters that different readers read differently pass.
    """
    try:
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme != "https" or "@" in parts.netloc or not _VISIBLE.fullmatch(host) or host.endswith("."):
        return ""
    if "%" in host or "\\" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port in {None, 443} else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Hosts:
    """An exact allow-list.

    Attributes:
        base: The one host (with port) that bearer tokens go to.
        others: Further hosts, such as Microsoft's sign-in.
    """

    base: str
    others: frozenset[str] = frozenset()

    def allow(self, url: str, *, bearer: bool = False) -> str:
        """The host of an address that may be asked.

        Args:
            url: Absolute address.
            bearer: Whether a token is to be sent along.

        Raises:
            ConnectionFailed: The host is not on the list.
        """
        parts = urlsplit(url)
        host = netloc(parts)
        allowed = host == self.base if bearer else host == self.base or host in self.others
        if not host or not allowed or not _VISIBLE.fullmatch(url):
            raise ConnectionFailed("network.host", network_finding("network.host", parts.netloc.rpartition("@")[2]))
        return host

    def own_target(self, link: str, asked: str, prefix: str) -> str | None:
        """Path and query of a link that a server gave, or None where it leads away from our own host.

        Args:
            link: Absolute or relative link; its query is kept letter by letter.
            asked: The address whose answer held the link.
            prefix: What its path has to begin with.
        """
        if not _VISIBLE.fullmatch(link) or "\\" in link:
            return None
        parts = urlsplit(urljoin(asked, link))
        path = parts.path.lower()
        strange = "%2e" in path or "%2f" in path or "/../" in path or parts.fragment
        if netloc(parts) != self.base or not path.startswith(prefix) or strange:
            return None
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

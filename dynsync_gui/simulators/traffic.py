"""The log of requests that the rehearsal received, without secrets."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

_KEPT = 200_000
_SECRET = frozenset({"client_id", "client_secret", "access_token", "password", "username", "code", "assertion"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    Attributes:
        system: ``entra``, ``dataverse`` or ``marketo``.
        method: The HTTP verb.
        path: Path without the query.
        query: Query string with secrets taken out.
        status: HTTP status; 0 where the connection was cut.
        started: Arrival, seconds since 1970 on the world's clock.
        seconds: Time that the answer took.
        received: Bytes of the request's body.
        sent: Bytes of the answer's body; -1 for a stream.
        code: The vendor's own error code, where the answer has one.
        fault: The fault that was played, or an empty text.
    """

    system: str
    method: str
    path: str
    query: str
    status: int
    started: float
    seconds: float
    received: int
    sent: int
    code: str = ""
    fault: str = ""


class RequestLog:
    """Keeps the last requests in memory; safe from several threads."""

    def __init__(self) -> None:
        self._entries: deque[Exchange] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """Keeps one exchange."""
        with self._lock:
            self._entries.append(exchange)

    def entries(self, system: str = "", path: str = "") -> list[Exchange]:
        """The exchanges, oldest first, of that system and with that text in their path."""
        with self._lock:
            kept = list(self._entries)
        return [e for e in kept if (not system or e.system == system) and path in e.path]

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._entries.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Every exchange as a plain dictionary."""
        return [asdict(exchange) for exchange in self.entries()]


def without_secrets(query: str) -> str:
    """A query string in which no credential is left."""
    if not any(name in query.lower() for name in _SECRET):
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, "***" if name.lower() in _SECRET else value) for name, value in pairs])

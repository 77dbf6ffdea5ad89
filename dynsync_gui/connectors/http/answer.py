"""A server's answer, read to its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import orjson

from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.network import network_finding

MOST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and unpacked body.

    Attributes:
        host: Host and port that answered.
        status: HTTP status; never 3xx.
        headers: Looked up without regard to case.
        body: At most 64 MB.
    """

    host: str
    status: int
    headers: Mapping[str, str] = field(hash=False)
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text; a byte order mark is dropped."""
        return self.body.decode("utf-8-sig", "replace")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            TemporaryFailure: It is something else, such as a sign-in page of the network.
        """
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            found = self._read_patiently()
        if isinstance(found, dict):
            return found
        code = "network.html" if self._is_page() else "network.not-json"
        detail = f"HTTP {self.status}, {self.headers.get('Content-Type', '-')[:60]}, {len(self.body)} bytes"
        raise TemporaryFailure(code, network_finding(code, self.host), detail)

    def retry_after(self) -> float | None:
        """Seconds that the server asks us to wait, at most an hour; None where it does not say."""
        told = self.headers.get("Retry-After", "").strip()
        if not told:
            return None
        try:
            seconds = float(told)
        except ValueError:
            try:
                when = parsedate_to_datetime(told)
            except (TypeError, ValueError):
                return None
            when = when if when.tzinfo else when.replace(tzinfo=UTC)
            seconds = (when - self._now()).total_seconds()
        return min(max(seconds, 0.0), MOST_WAIT) if seconds == seconds else None  # noqa: PLR0124  not a number

    def server_time(self) -> datetime | None:
        """The server's own time when it answered; None where it does not say."""
        try:
            now = parsedate_to_datetime(self.headers.get("Date", ""))
        except (TypeError, ValueError):
            return None
        return now if now.tzinfo else now.replace(tzinfo=UTC)

    def _now(self) -> datetime:
        """The server's time where it tells, so that a wrong clock here does no harm."""
        return self.server_time() or datetime.now(UTC)

    def _read_patiently(self) -> Any:
        """What strict JSON does not have: a byte order mark, half characters, numbers without an end; else None."""
        try:
            return json.loads(self.body.decode("utf-8-sig"), parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None

    def _is_page(self) -> bool:
        kind = self.headers.get("Content-Type", "").lower()
        return "html" in kind or self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)

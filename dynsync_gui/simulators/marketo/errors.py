"""Marketo's envelope, and its codes at response and at record level."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from dynsync_gui.simulators.clock import Clock

TEXTS = {
    "600": "Access token not specified",
    "601": "Access token invalid",
    "602": "Access token expired",
    "603": "Access denied",
    "604": "Request timed out",
    "605": "HTTP method not supported",
    "606": "Max rate limit '100' exceeded with in '20' secs",
    "607": "Daily quota reached",
    "608": "API Temporarily Unavailable",
    "609": "Invalid JSON",
    "610": "Requested resource not found",
    "611": "System error",
    "612": "Invalid Content Type",
    "614": "Invalid Subscription",
    "615": "Concurrent access limit '10' reached",
    "1018": "CRM Enabled",
}


class MarketoError(Exception):
    """A call refused as a whole."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message or TEXTS.get(code, "Unknown error")
        super().__init__(self.message)


class RecordError(Exception):
    """A record that is skipped."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def reasons(self) -> list[dict[str, str]]:
        """As it stands in the record's row."""
        return [{"code": self.code, "message": self.message}]


def invalid_value(name: str, value: Any) -> RecordError:
    """The recorded text of a value that its field does not take."""
    shown = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return RecordError("1003", f"Invalid value for field '{name}' and value '{shown}'")


def request_id(clock: Clock) -> str:
    """A request id: random digits, ``#``, and the time as hexadecimal milliseconds."""
    return f"{secrets.randbelow(0xFFFF):x}#{int(clock.now() * 1000):x}"


def success(clock: Clock, result: list[dict[str, Any]] | None = None, **more: Any) -> Answer:
    """A good answer; ``more`` are nextPageToken and moreResult."""
    body: dict[str, Any] = {"requestId": request_id(clock), "result": result or [], "success": True}
    return Answer.of(body | more)


def failure(clock: Clock, error: MarketoError) -> Answer:
    """HTTP 200 with ``success`` false."""
    body = {
        "requestId": request_id(clock),
        "success": False,
        "errors": [{"code": error.code, "message": error.message}],
    }
    answer = Answer.of(body)
    answer.code = error.code
    return answer

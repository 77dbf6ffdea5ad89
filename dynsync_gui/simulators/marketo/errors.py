"""Marketo's envelope, and its codes at response and at record level."""

from __future__ import annotations

import secrets
import threading
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
    "613": "Invalid Multipart Request",
    "614": "Invalid Subscription",
    "615": "Concurrent access limit '10' reached",
    "616": "Invalid Subscription Type",
    "1016": "Too many imports",
    "1018": "CRM Enabled",
    "1026": "Custom object not enabled",
}
_request = threading.local()


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
    def row(self) -> dict[str, Any]:
        """What the answer says of the record; it has no id."""
        return {"status": "skipped", "reasons": [{"code": self.code, "message": self.message}]}


def invalid_value(name: str, value: Any) -> RecordError:
    """The recorded text of a value that its field does not take."""
    shown = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return RecordError("1003", f"Invalid value for field '{name}' and value '{shown}'")


def begin_request(clock: Clock) -> str:
    """Gives the request of this thread its id: random digits, ``#``, and the time as hexadecimal milliseconds."""
    _request.id = f"{secrets.randbelow(0xFFFF):x}#{int(clock.now() * 1000):x}"
    return str(_request.id)


def success(result: list[Any] | None = None, **more: Any) -> Answer:
    """A good answer; ``more`` are nextPageToken and moreResult."""
    body: dict[str, Any] = {"requestId": _request.id, "result": result or [], "success": True}
    return Answer.of(body | more)


def done(**more: Any) -> Answer:
    """A good answer of a call that has no rows to give."""
    return Answer.of({"requestId": _request.id, "success": True} | more)


def failure(error: MarketoError) -> Answer:
    """HTTP 200 with ``success`` false."""
    body = {
        "requestId": _request.id,
        "success": False,
        "errors": [{"code": error.code, "message": error.message}],
    }
    answer = Answer.of(body)
    answer.code = error.code
    return answer

"""What every data call reads from its request: body, query, paging."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.errors import MarketoError

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

MOST_RECORDS = 300
MOST_VALUES = 300


def json_body(request: Request) -> dict[str, Any]:
    """The JSON object of a body."""
    if request.mimetype != "application/json":
        raise MarketoError("612")
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise MarketoError("609") from None
    if not isinstance(body, dict):
        raise MarketoError("609")
    return body


def records_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """``input``: 1 to 300 objects."""
    records = body.get("input")
    if records is None:
        raise MarketoError("1002", "Missing value for required parameter 'input'")
    if not isinstance(records, list) or not records or not all(isinstance(r, dict) for r in records):
        raise MarketoError("1001", "Invalid value '' of type 'input'. Required of type 'Array'")
    if len(records) > MOST_RECORDS:
        raise MarketoError("1003", f"Input size exceeds the limit of {MOST_RECORDS}")
    return records


def choice(body: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """One of some words; the first is the default."""
    value = body.get(name)
    if value is None:
        return allowed[0]
    if value not in allowed:
        raise MarketoError("1003", f"Invalid value for field '{name}' and value '{value}'")
    return str(value)


def parameters(request: Request) -> dict[str, str]:
    """Query parameters, with those of a form body when POST stands for GET."""
    return request.args.to_dict() | request.form.to_dict()


def filter_values(given: dict[str, str]) -> list[str]:
    """``filterValues``: 1 to 300, separated by commas that cannot be escaped."""
    text = given.get("filterValues")
    if not text:
        raise MarketoError("1002", "Missing value for required parameter 'filterValues'")
    values = [value.strip() for value in text.split(",") if value.strip()]
    if len(values) > MOST_VALUES:
        raise MarketoError("1003", f"Maximum number of filter values '{MOST_VALUES}' exceeded")
    return values


def batch_size(given: dict[str, str]) -> int:
    """``batchSize``: 300 by default and at most."""
    text = given.get("batchSize", "300")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= MOST_RECORDS:
        raise MarketoError("1003", f"Invalid value for field 'batchSize' and value '{text}'")
    return int(text)


def page(rows: list[Any], given: dict[str, str], question: str) -> tuple[list[Any], dict[str, Any]]:
    """A page of rows and what the envelope says about the next one.

    Args:
        rows: All rows of the answer.
        given: Query parameters.
        question: What was asked; a token of another question is refused.
    """
    size, start = batch_size(given), 0
    seal = hashlib.sha256(question.encode()).hexdigest()[:12]
    token = given.get("nextPageToken")
    if token:
        try:
            found_seal, _, place = base64.b32decode(token).decode().partition(":")
            start = int(place)
        except ValueError:
            found_seal = ""
        if found_seal != seal:
            raise MarketoError("1003", f"Invalid value for field 'nextPageToken' and value '{token}'")
    shown = rows[start : start + size]
    if start + size >= len(rows):
        return shown, {"moreResult": False}
    following = base64.b32encode(f"{seal}:{start + size}".encode()).decode()
    return shown, {"nextPageToken": following, "moreResult": True}

"""What every data call reads from its request: body, query, paging."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dynsync_gui.simulators.marketo.errors import MarketoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.marketo.fields import Field
    from dynsync_gui.simulators.marketo.records import Name, Record, RecordStore

MOST_RECORDS = 300
MOST_VALUES = 300


class Fields(Protocol):
    """Fields of an object, by which it is asked and written."""

    def __iter__(self) -> Iterator[Field]:
        """The fields that the instance knows by now."""

    def get(self, name: str) -> Field | None:
        """A known field by its exact name."""

    def all(self) -> list[Field]:
        """Every field, those too that nobody knows yet."""

    @property
    def searchable(self) -> list[str]:
        """Fields that a filter may use."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a query asks for: records whose fields have one of these values, and which of their fields."""

    by: Name
    values: list[Any]
    names: list[str]

    def answered(self, store: RecordStore, given: dict[str, str], most: int = 0) -> tuple[list[Record], dict[str, Any]]:
        """A page of the records in the order of their ids, and what the envelope says about the next one.

        Args:
            store: Where the records are.
            given: Query parameters, for the paging.
            most: More hits than this are refused; 0 = any number.
        """
        with store.lock:
            ids = sorted({found for value in self.values for found in store.find(self.by, value)})
            if most and len(ids) > most:
                raise MarketoError("1003", "Too many results match the filter")
            shown, more = page(ids, given, repr(self))
            return [store.get(record_id) or {} for record_id in shown], more


def wanted(fields: Fields, text: str | list[str] | None, default: tuple[str, ...], first: str) -> list[str]:
    """Names of the fields that a query asks for; the object's id comes first, asked for or not."""
    names = text.split(",") if isinstance(text, str) else text
    names = [name.strip() for name in names or () if name.strip()] or list(default)
    for name in names:
        if fields.get(name) is None:
            raise MarketoError("1006", f"Field '{name}' not found")
    return [first, *(name for name in names if name != first)]


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


def required(given: dict[str, Any], name: str) -> str:
    """A parameter that has to be there."""
    value = given.get(name)
    if not value:
        raise MarketoError("1002", f"Missing value for required parameter '{name}'")
    return str(value)


def filter_values(given: dict[str, str]) -> list[str]:
    """``filterValues``: 1 to 300, between commas that cannot be escaped; nothing promises that one may be empty."""
    values = [value.strip() for value in required(given, "filterValues").split(",")]
    if "" in values:
        raise MarketoError("1001", "Invalid value ''. Required of type 'String'")
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

"""Whether the fields that a sync needs are there or can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dynsync_gui.connectors.checking import Seen
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.connectors.marketo.schema import FIELDS_PATH
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.schema import KEY_FIELD, TargetField, TargetSchema, TargetType
from dynsync_gui.domain.text import msg

_MOST_CREATED = 100
"""Person fields that programs may create (Adobe, lead field schema; taken as a total)."""
_MANY = 80
_MOST_PAGES = 20


class FieldChecks:
    """Checks of the person fields."""

    def __init__(self, client: MarketoClient, patience: Patience, persons: Callable[[], TargetSchema | None]) -> None:
        """`persons` tells the described fields once they are known."""
        self._client, self._patience, self._persons = client, patience, persons
        self._rows: list[Mapping[str, Any]] = []

    def may_create(self) -> Seen:
        """Fields may be listed and created: one permission allows both; and there is room for more."""
        try:
            self._rows = self._listed()
        except Refused as refused:
            if self._key() is None:
                raise refused.failure from None
            failure = refused.failure  # the key is there: only further new fields are out of reach
            return Seen(warning=failure.finding, code=failure.code, ids=failure.ids, detail=failure.detail)
        made = sum(row.get("isApiCreated") is True for row in self._rows)
        finding = filled(MARKETO["marketo.field-cap"], count=made)
        if made >= _MOST_CREATED and self._key() is None:
            raise ConnectionFailed("marketo.field-cap", finding, f"{made} of {_MOST_CREATED}")
        if made >= _MANY:
            return Seen(warning=finding, code="marketo.field-cap", detail=f"{made} of {_MOST_CREATED}")
        return Seen(msg("Fields can be read and created."))

    def key(self) -> Seen:
        """The field that holds the Dynamics id is right, or can be made."""
        key = self._key()
        if key is None:
            if any(row.get("name") == KEY_FIELD and row.get("isHidden") is True for row in self._rows):
                finding = filled(MARKETO["marketo.key-hidden"], field=KEY_FIELD)
                raise ConnectionFailed("marketo.key-hidden", finding, KEY_FIELD)
            return Seen(msg("It will be created."))
        if key.name != KEY_FIELD or key.type is not TargetType.STRING or not key.updateable or key.crm_managed:
            finding = filled(MARKETO["marketo.key"], field=key.label)
            raise ConnectionFailed("marketo.key", finding, f"{key.name}: {key.type}")
        return Seen(msg("It is there already."))

    def _key(self) -> TargetField | None:
        persons = self._persons()
        return persons.alike(KEY_FIELD) if persons else None

    def _listed(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        query = {"batchSize": "300"}
        for _ in range(_MOST_PAGES):
            told = self._client.call(read(FIELDS_PATH, **query), self._patience, lambda answer: answer)
            found = told.get("result")
            rows += [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
            onward = str(told.get("nextPageToken") or "")
            if not onward or told.get("moreResult") is False:
                break
            query["nextPageToken"] = onward
        return rows

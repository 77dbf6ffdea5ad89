"""Definitions of tables from a shelf, while Dataverse says that nothing changed (Microsoft, Web API annotations)."""

from __future__ import annotations

import threading
from typing import Any

from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.dynamics.metadata import Read, read_schema
from dynsync_gui.connectors.dynamics.wire import SHOWN
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.retry import patient
from dynsync_gui.connectors.kept import keep, take
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.ports.connections import Shelf
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.domain.settings import DynamicsSettings

_PROBE = "systemusers?$select=isdisabled&$filter=isdisabled%20eq%20false&$top=1"
_VERSION = "@Microsoft.Dynamics.CRM.globalmetadataversion"
_DAY = 86_400.0


class KeptTables:
    """Tables of one environment as one account sees them. Safe from several threads.

    The version of all definitions comes with the answer to a question for any row. The row's value is written in the
    language of the account, which decides about labels, so both together say whether definitions may be taken.
    """

    def __init__(self, client: DataverseClient, settings: DynamicsSettings, shelf: Shelf) -> None:
        """Nothing is asked yet."""
        self._client, self._shelf = client, shelf
        self._account = [settings.url, settings.client_id, settings.username]
        self._lock = threading.Lock()
        self._told: list[str] | None = None

    def schema(self, entity: Entity, live: Read) -> EntitySchema:
        """The table, from the shelf or as Dataverse gives it now."""
        mark = self._mark()
        if not mark:
            return read_schema(entity, live)
        key = f"dynamics-{entity}"
        known = take(self._shelf, key, mark, _DAY)
        read: dict[str, Any] = {}

        def answer(path: str) -> dict[str, Any]:
            if not isinstance(known.get(path), dict):
                known[path] = read[path] = live(path)
            return known[path]  # type: ignore[no-any-return]

        schema = read_schema(entity, answer)
        if read:
            keep(self._shelf, key, mark, known)
        return schema

    def forget(self, entity: Entity) -> None:
        """Read the table anew next time."""
        self._shelf.put(f"dynamics-{entity}", b"")

    def _mark(self) -> list[str]:
        """What definitions belong to today; nothing where Dataverse does not tell."""
        with self._lock:  # before the first definition is read, or a change in between would go unseen
            if self._told is None:
                self._told = self._ask()
            return self._told

    def _ask(self) -> list[str]:
        try:
            body = self._client.get(_PROBE, patient(), Answer.json, 'odata.include-annotations="*"')
        except TemporaryFailure:
            raise
        except ConnectionFailed:
            return []
        rows = body.get("value")
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        version, word = body.get(_VERSION), row.get(f"isdisabled@{SHOWN}")
        return [*self._account, str(version), str(word)] if version and word else []

"""Definitions of tables from a shelf, while Dataverse says that nothing changed (Microsoft, Web API annotations)."""

from __future__ import annotations

import threading
from typing import Any

from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.dynamics.definition_changes import stamp_of_now
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
_STAMP = "dynamics-stamp"


class KeptTables:
    """Tables of one environment as one account sees them. Safe from several threads.

    The version of all definitions comes with the answer to a question for any row. The row's value is written in the
    language of the account, which decides about labels, so both together say whether definitions may be taken. Where no
    version is told, the stamp of the last change takes its place, and that question is not asked for a day; where there
    is no stamp either, or no word, definitions are asked for each time, as a new label has to be seen at once.
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
        if not all(mark[-2:]):
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
        """What definitions belong to today: the account, their version or stamp, and a word in its language."""
        with self._lock:  # before the first definition is read, or a change in between would go unseen
            if self._told is None:
                self._told = self._ask()
            return self._told

    def _ask(self) -> list[str]:
        kept = take(self._shelf, _STAMP, self._account, _DAY)
        version, word = ("", str(kept.get("word") or "")) if kept else self._version()
        if not version:
            before = str(kept.get("stamp") or "")
            version = self._stamp(before)
            if not kept or version != before:
                keep(self._shelf, _STAMP, self._account, {"stamp": version, "word": word})
        return [*self._account, version, word]

    def _version(self) -> tuple[str, str]:
        """The version of all definitions and the word, where Dataverse tells them."""
        try:
            body = self._client.get(_PROBE, patient(), Answer.json, 'odata.include-annotations="*"')
        except TemporaryFailure:
            raise
        except ConnectionFailed:
            return "", ""
        rows = body.get("value")
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        return str(body.get(_VERSION) or ""), str(row.get(f"isdisabled@{SHOWN}") or "")

    def _stamp(self, before: str) -> str:
        """The stamp of the last change of definitions; empty where Dataverse does not tell."""
        try:
            return stamp_of_now(lambda target: self._client.read(target, patient()), before)
        except TemporaryFailure:
            raise
        except ConnectionFailed:
            return ""

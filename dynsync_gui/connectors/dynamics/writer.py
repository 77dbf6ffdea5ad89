"""The Dynamics side with its writing half: values from Marketo, and the filter column (`domain.ports`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dynsync_gui.connectors.dynamics.customizing import create_filter
from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.connectors.http.retry import patient
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.ports.dynamics import Update, UpdateOutcome
from dynsync_gui.domain.schema import Entity, EntitySchema

_CHANGED = {"0x80060882"}
_GONE = {"0x80040217", "http.404"}
_NOT_ALLOWED = {
    *("0x80040220", "0x80040231", "0x80048306", "0x80048405", "0x8004a110", "0x80042f09", "0x80072560"),
    *("http.401", "http.403"),
}
"""Refusals that are about the account, whatever the record holds (Microsoft, web service error codes)."""


class DataverseWriter(DataverseReader):
    """Both halves."""

    def update(self, schema: EntitySchema, id_: str, version: str, values: Mapping[str, Any]) -> UpdateOutcome:
        """Change columns of one record that is still the version that was read; see the protocol."""
        try:
            self._client.patch(f"{schema.entity_set}({id_})", values, version, patient())
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:
            if failure.code in _CHANGED or failure.code == "http.412":
                return UpdateOutcome(Update.CHANGED_MEANWHILE)
            if failure.code in _GONE:
                return UpdateOutcome(Update.GONE)
            if failure.code in _NOT_ALLOWED or not re.match(r"0x|http\.400", failure.code):
                raise
            return UpdateOutcome(Update.REFUSED, failure.code, failure.detail)
        return UpdateOutcome(Update.DONE)

    def create_filter(self, entity: Entity, *, default: bool) -> None:
        """Add the filter column to a table and publish it; see the protocol."""
        create_filter(self._client, entity, patient(), default=default)

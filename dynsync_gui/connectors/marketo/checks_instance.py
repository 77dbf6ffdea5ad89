"""What is good to know of a Marketo instance: another sync, partitions, custom objects."""

from __future__ import annotations

from itertools import islice
from typing import Any

from dynsync_gui.connectors.checking import Seen
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.marketo import NATIVE_SYNC, PEOPLE_ONLY
from dynsync_gui.domain.schema import TargetSchema
from dynsync_gui.domain.settings import NativeSync
from dynsync_gui.domain.text import msg, msgs

_CRM_OBJECTS = ("companies", "opportunities", "opportunities/roles", "salespersons")
"""What a native sync keeps to itself (Adobe, lead database)."""
_CRM = "1018"
_NOT_INCLUDED = {"616", "703", "1026"}
_EXTRA_SECONDS = 5.0


class InstanceChecks:
    """Checks that need no more than reading."""

    def __init__(self, client: MarketoClient, patience: Patience, native_sync: NativeSync) -> None:
        """`native_sync` is what the user chose for the case that Marketo's own sync is connected."""
        self._client, self._patience, self._native_sync = client, patience, native_sync

    def other_sync(self, persons: TargetSchema | None) -> Seen:
        """Whether Marketo's own CRM sync is connected: it marks person fields, or keeps whole objects to itself."""
        signs = [f"{field.name}: crmManaged" for field in persons.fields if field.crm_managed] if persons else []
        if not signs:
            closed = (name for name in _CRM_OBJECTS if self._refusal(f"/rest/v1/{name}/describe.json") == _CRM)
            signs = [f"{name}: {_CRM}" for name in islice(closed, 1)]
        if not signs:
            return Seen(msg("No other CRM sync was found."))
        finding = NATIVE_SYNC if self._native_sync is NativeSync.STOP else PEOPLE_ONLY
        return Seen(warning=finding, code=_CRM, detail=", ".join(signs[:5]))

    def partitions(self) -> Seen:
        """How persons are divided; new ones go to the first partition that the API user may write."""
        names = [str(row.get("name") or row.get("id")) for row in self._rows("/rest/v1/leads/partitions.json")]
        if len(names) < 2:
            return Seen(msg("All persons are in one partition."))
        shown = ", ".join(names[:5])
        return Seen(
            msgs(
                "There is {n} partition: {names}.",
                "There are {n} partitions: {names}. New people go to the API user's default partition.",
                len(names),
                names=shown,
            )
        )

    def custom_objects(self) -> Seen:
        """Whether types of custom objects can be made by API; nothing needs them yet."""
        code = self._refusal("/rest/v1/customobjects/schema.json")
        if code in _NOT_INCLUDED:
            return Seen(msg("Your subscription does not include creating them. DynSync does not need it."), code=code)
        if code:
            return Seen(msg("Marketo does not tell this API user. DynSync does not need it."), code=code, told=False)
        return Seen(msg("Your subscription includes them."))

    def _rows(self, path: str) -> list[dict[str, Any]]:
        try:
            told = self._client.call(read(path), self._briefly(), lambda answer: answer.get("result"))
        except Refused as refused:
            raise refused.failure from None
        return [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []

    def _refusal(self, path: str) -> str:
        """The code with which Marketo refuses a path; empty where it answers."""
        try:
            self._client.call(read(path), self._briefly(), lambda answer: answer)
        except Refused as refused:
            return refused.code
        except ConnectionFailed as failure:
            return failure.code
        return ""

    def _briefly(self) -> Patience:
        return Patience(2, max(0.5, min(_EXTRA_SECONDS, self._patience.left)), all_together=True)

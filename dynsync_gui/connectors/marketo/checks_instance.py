"""What is good to know of a Marketo instance: another sync, partitions, and what only parts of the sync need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from dynsync_gui.connectors.checking import Once, Seen, passing_trouble
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.marketo import NATIVE_SYNC, PEOPLE_ONLY
from dynsync_gui.domain.findings.rights import TYPES_BY_HAND, not_shown
from dynsync_gui.domain.rights import Permission
from dynsync_gui.domain.schema import TargetSchema
from dynsync_gui.domain.settings import NativeSync
from dynsync_gui.domain.text import msg, msgs

_CRM_OBJECTS = ("companies", "opportunities", "opportunities/roles", "salespersons")
"""What a native sync keeps to itself (Adobe, lead database)."""
_CRM, _DENIED = "1018", "603"
_NOT_INCLUDED = {"616", "703", "1026"}
_EXTRA_SECONDS = 5.0


class InstanceChecks:
    """Checks that need no more than reading."""

    def __init__(self, client: MarketoClient, patience: Patience, native_sync: NativeSync) -> None:
        """`native_sync` is what the user chose for the case that Marketo's own sync is connected."""
        self._client, self._patience, self._native_sync = client, patience, native_sync
        paths = {name: f"/rest/v1/{name}/describe.json" for name in _CRM_OBJECTS}
        self._described = {name: Once(partial(self._refusal, path)) for name, path in paths.items()}

    def other_sync(self, persons: TargetSchema | None) -> Seen:
        """Whether Marketo's own CRM sync is connected: it marks person fields, or keeps whole objects to itself."""
        signs = [f"{field.name}: crmManaged" for field in persons.fields if field.crm_managed] if persons else []
        if not signs:
            closed = (name for name, refusal in self._described.items() if _code(refusal()) == _CRM)
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

    def sales_persons(self) -> Seen:
        """Sales persons may be read."""
        return _shown(self._described["salespersons"](), Permission.SALES_PERSON)

    def opportunities(self) -> Seen:
        """Opportunities and the roles of people in them may be read: one permission allows both."""
        return _shown(self._described["opportunities"](), Permission.OPPORTUNITY)

    def changes(self) -> Seen:
        """What changes in Marketo may be read."""
        since = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
        return _shown(self._refusal("/rest/v1/activities/pagingtoken.json", sinceDatetime=since), Permission.ACTIVITY)

    def own_rows(self) -> Seen:
        """Rows of custom objects may be read."""
        return _shown(self._refusal("/rest/v1/customobjects.json"), Permission.CUSTOM_OBJECT)

    def types(self) -> Seen:
        """Types of custom objects, which own tables become, can be made by API."""
        refusal = self._refusal("/rest/v1/customobjects/schema.json")
        if refusal is not None and refusal.code in _NOT_INCLUDED:
            return Seen(warning=TYPES_BY_HAND, code=refusal.code, ids=refusal.ids, detail=refusal.detail)
        return _shown(refusal, Permission.CUSTOM_TYPE)

    def unneeded_types(self) -> Seen:
        """The same, where no own table is synced."""
        code = _code(self._refusal("/rest/v1/customobjects/schema.json"))
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

    def _refusal(self, path: str, **query: str) -> ConnectionFailed | None:
        """How Marketo refuses a path; None where it answers."""
        try:
            self._client.call(read(path, **query), self._briefly(), lambda answer: answer)
        except Refused as refused:
            return refused.failure
        except ConnectionFailed as failure:
            return failure
        return None

    def _briefly(self) -> Patience:
        return Patience(2, max(0.5, min(_EXTRA_SECONDS, self._patience.left)), all_together=True)


def _code(refusal: ConnectionFailed | None) -> str:
    return refusal.code if refusal else ""


def _shown(refusal: ConnectionFailed | None, permission: Permission) -> Seen:
    """What is told of something without which the rest goes on."""
    if refusal is None:
        return Seen(msg("They can be read."))
    if isinstance(refusal, TemporaryFailure):
        return passing_trouble(refusal)
    if refusal.code == _CRM:
        return Seen(msg("Marketo's own CRM sync keeps them to itself."), code=_CRM, ids=refusal.ids, told=False)
    finding = not_shown(permission) if refusal.code == _DENIED else refusal.finding
    return Seen(warning=finding, code=refusal.code, ids=refusal.ids, detail=refusal.detail)

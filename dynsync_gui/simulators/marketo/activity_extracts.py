"""Bulk extracts of activities."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.activities import Happening
from dynsync_gui.simulators.marketo.activity_calls import about
from dynsync_gui.simulators.marketo.errors import MarketoError
from dynsync_gui.simulators.marketo.extracts import Extract, Extracts, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.marketo.activities import Activity, ActivityLog
    from dynsync_gui.simulators.marketo.fields import Catalogue
    from dynsync_gui.simulators.marketo.lists import StaticLists
    from dynsync_gui.simulators.marketo.persons import Persons
    from dynsync_gui.simulators.marketo.quota import Quota
    from dynsync_gui.simulators.marketo.records import Record, RecordStore

_NAMES = [
    "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId", "primaryAttributeValueId",
    "primaryAttributeValue", "attributes",
]  # fmt: skip
_DELETED = 37


class ActivityExtracts(Extracts):
    """Extracts of one instance's log; a range of time is required, types may be named."""

    def __init__(
        self,
        clock: Clock,
        quota: Quota,
        store: RecordStore,
        persons: Persons,
        lists: StaticLists,
        log: ActivityLog,
        fields: Catalogue,
    ) -> None:
        super().__init__(clock, quota, store, persons, lists)
        self._log = log
        self._fields = fields

    def _names(self, given: Any) -> list[str]:
        names = list(_NAMES) if given is None else given
        if not isinstance(names, list) or not names or not set(names) <= set(_NAMES):
            raise MarketoError("1003", "Invalid value for field 'fields'")
        return names

    def _filter(self, given: Any) -> Callable[[Any], bool]:
        if not isinstance(given, dict) or "createdAt" not in given:
            raise MarketoError("1003", "Exactly one filter 'createdAt' is required")
        if others := given.keys() - {"createdAt", "activityTypeIds"}:
            raise MarketoError("1035", f"Unsupported filter type '{min(others)}'")
        start, end = span(given["createdAt"])
        kinds = given.get("activityTypeIds")
        if kinds is not None and (not isinstance(kinds, list) or not all(type(kind) is int for kind in kinds)):
            raise MarketoError("1003", "Invalid value for field 'activityTypeIds'")
        numbers = set(self._log.ids.values()) - {_DELETED} if kinds is None else set(kinds)

        def matches(activity: Activity) -> bool:
            return start <= activity.date <= end and self._log.ids[Happening(activity.kind)] in numbers

        return matches

    def _rows(self, extract: Extract) -> Iterator[Record]:
        for place in range(len(self._log)):
            activity = self._log.at(place)
            if extract.matches(activity):
                primary, number, attributes = about(activity, self._fields)
                yield {
                    "marketoGUID": str(activity.number),
                    "leadId": activity.lead_id,
                    "activityDate": activity.date,
                    "activityTypeId": self._log.ids[Happening(activity.kind)],
                    "campaignId": None,
                    "primaryAttributeValueId": number,
                    "primaryAttributeValue": primary,
                    "attributes": json.dumps(attributes, ensure_ascii=False),
                }

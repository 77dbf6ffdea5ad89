"""Persons that were merged or deleted in Marketo (Adobe, activities, deleted leads)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.kept import keep, take
from dynsync_gui.connectors.marketo.changes import onward, rows_of
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.domain.ends import EndPage, Feed, PersonEnd
from dynsync_gui.domain.ports.connections import Shelf
from dynsync_gui.domain.settings import MarketoSettings

_TYPES = "/rest/v1/activities/types.json"
_ACTIVITIES = "/rest/v1/activities.json"
_DELETED = "/rest/v1/activities/deletedleads.json"
_MERGE, _LOSERS = "merge leads", "merge ids"
"""Instances number the kinds of activity differently: only their names tell."""
_KEY, _DAY = "marketo-merge-kind", 86_400.0
_AT_ONCE = "300"


class Ends:
    """One Marketo's two feeds."""

    def __init__(self, client: MarketoClient, settings: MarketoSettings, shelf: Shelf | None) -> None:
        """Nothing is asked yet; the number of a kind is kept on the shelf."""
        self._client, self._shelf = client, shelf
        self._mark = [settings.endpoint, settings.client_id]
        self._kind = ""

    def page(self, feed: Feed, token: str, patience: Patience) -> EndPage:
        """One page; an empty page may be followed by full ones.

        Raises:
            ConnectionFailed: Marketo does not allow it, or does not know the token any more.
        """
        try:
            if feed is Feed.DELETED:
                return self._client.call(read(_DELETED, nextPageToken=token, batchSize=_AT_ONCE), patience, _deleted)
            kind = self._merge_kind(patience)
            if not kind:
                return EndPage((), token, more=False)
            asked = read(_ACTIVITIES, nextPageToken=token, activityTypeIds=kind, batchSize=_AT_ONCE)
            return self._client.call(asked, patience, _merged)
        except Refused as refused:
            raise refused.failure from None

    def _merge_kind(self, patience: Patience) -> str:
        """This instance's number of merges; empty where it has no such kind."""
        if not self._kind:
            kept = take(self._shelf, _KEY, self._mark, _DAY) if self._shelf else {}
            self._kind = str(kept.get("kind") or "") or self._client.call(read(_TYPES), patience, _kind_of_merges)
            if self._shelf and self._kind and not kept:
                keep(self._shelf, _KEY, self._mark, {"kind": self._kind})
        return self._kind


def _kind_of_merges(told: Mapping[str, Any]) -> str:
    found = (str(row.get("id")) for row in rows_of(told) if str(row.get("name") or "").strip().lower() == _MERGE)
    return next(found, "")


def _merged(told: Mapping[str, Any]) -> EndPage:
    ends = tuple(PersonEnd(loser, str(row["leadId"])) for row in rows_of(told) for loser in _losers(row))
    return EndPage(ends, onward(told), more=told.get("moreResult") is True)


def _losers(row: Mapping[str, Any]) -> list[str]:
    """Ids of who went into the person of the row, which Marketo writes as a list inside a text."""
    named = row.get("attributes")
    texts = [
        str(one.get("value"))
        for one in (named if isinstance(named, list) and row.get("leadId") else [])
        if isinstance(one, dict) and str(one.get("name") or "").strip().lower() == _LOSERS
    ]
    return re.findall(r"\d+", texts[0]) if texts else []


def _deleted(told: Mapping[str, Any]) -> EndPage:
    ends = tuple(PersonEnd(str(row["leadId"])) for row in rows_of(told) if row.get("leadId"))
    return EndPage(ends, onward(told), more=told.get("moreResult") is True)

"""Fields of Marketo from a shelf, as long as nothing is to be written by them; Marketo tells no version of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

from dynsync_gui.connectors.kept import keep, take
from dynsync_gui.domain.errors import ConnectionFailed, GuardStop, TemporaryFailure
from dynsync_gui.domain.ports.connections import Shelf
from dynsync_gui.domain.schema import Target
from dynsync_gui.domain.settings import MarketoSettings

Read = Callable[[Target], Mapping[str, Any]]
"""Asks for the description of a target."""

_HOUR = 3600.0
_WEEK = 7 * 24 * _HOUR
"""So old an answer may be while the day's calls are used up: nothing is written by it, but Dynamics is read on."""
_TARGETS = {Target.COMPANY, Target.SALES_PERSON, Target.OPPORTUNITY, Target.ROLE}
"""Persons are asked for in every cycle: a CRM sync that was connected shows in their fields."""


class KeptTargets:
    """Descriptions of one Marketo as one account sees them. Safe from several threads."""

    def __init__(self, settings: MarketoSettings, shelf: Shelf, live: Read) -> None:
        """Nothing is asked yet."""
        self._mark, self._shelf, self._live = [settings.endpoint, settings.client_id], shelf, live
        self._lock = threading.Lock()
        self._taken: dict[Target, Mapping[str, Any]] = {}
        self._live_only: set[Target] = set()

    def told(self, target: Target) -> Mapping[str, Any]:
        """What Marketo tells about a target, or told within the hour, or last where it takes no more calls today."""
        with self._lock:
            fresh = target in self._live_only or target not in _TARGETS
        kept = {} if fresh else take(self._shelf, _key(target), self._mark, _HOUR)
        if isinstance(kept.get("told"), dict):
            with self._lock:
                self._taken[target] = kept["told"]
            return kept["told"]  # type: ignore[no-any-return]
        try:
            return self._asked(target)
        except GuardStop:
            kept = take(self._shelf, _key(target), self._mark, _WEEK)
            if not isinstance(kept.get("told"), dict):
                raise
            return kept["told"]  # type: ignore[no-any-return]

    def outdated(self, targets: Collection[Target]) -> bool:
        """Whether Marketo tells something else of some targets now; a refusal is something else, too."""
        with self._lock:
            taken = {target: self._taken.pop(target) for target in self._taken.keys() & set(targets)}
            self._live_only |= set(targets)
        another = False
        for target, before in taken.items():
            try:
                another |= self._asked(target).get("result") != before.get("result")
            except TemporaryFailure:
                raise
            except ConnectionFailed:
                self._shelf.put(_key(target), b"")
                another = True
        return another

    def _asked(self, target: Target) -> Mapping[str, Any]:
        told = self._live(target)
        if target not in _TARGETS and take(self._shelf, _key(target), self._mark, _HOUR).get("told") == told:
            return told
        keep(self._shelf, _key(target), self._mark, {"told": dict(told)})
        return told


def _key(target: Target) -> str:
    return f"marketo-{target}"

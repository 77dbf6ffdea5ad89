"""What happened to persons, in the order in which it happened."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.clock import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.marketo.records import Record

PERSON_NAMES = {"companyNotes": "mktoCompanyNotes"}
"""Fields of companies that persons show by another name."""
_MOST_OF_A_COMPANY = 5_000
_STAMPS = frozenset({"createdAt", "updatedAt"})


class Happening(IntEnum):
    """Kinds of activity. Instances number some of them differently: clients have to ask by name."""

    VISIT_WEB_PAGE = 1
    FILL_OUT_FORM = 2
    UNSUBSCRIBE_EMAIL = 9
    NEW_LEAD = 12
    CHANGE_DATA_VALUE = 13
    ADD_TO_LIST = 24
    REMOVE_FROM_LIST = 25
    MERGE_LEADS = 32
    DELETE_LEAD = 37


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is behind a change.

    Attributes:
        source: As Marketo words it: ``Web service API``, ``Web form fillout``, ``Manual change``.
        reason: Why, in Marketo's words.
        request_id: Of the call that made the change, empty for changes in Marketo itself.
        method: Name of the API method.
        user: Who was signed in.
    """

    source: str
    reason: str = ""
    request_id: str = ""
    method: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A field's new value."""

    name: str
    old: Any
    new: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Event:
    """Anything else: attributes by their names, and the primary one."""

    origin: Origin
    attributes: dict[str, Any]
    primary: str = ""
    primary_id: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of the log."""

    number: int
    lead_id: int
    seconds: int
    kind: int
    detail: Origin | Change | Event

    @property
    def date(self) -> str:
        """When it happened."""
        return stamp(self.seconds)


MARKETO = Origin("Marketo")


class ActivityLog:
    """Activities in columns, so that millions of them fit in memory.

    Attributes:
        ids: Numbers of the kinds in this instance; a test may change them.
    """

    def __init__(self, clock: Clock) -> None:
        self.ids = {kind: int(kind) for kind in Happening}
        self._clock = clock
        self._lock = threading.Lock()
        self._acting = threading.local()
        self._leads, self._seconds, self._kinds = array("q"), array("q"), array("B")
        # What the collector does not have to follow: numbers of origins, and tuples of plain values.
        self._details: list[int | tuple[str, Any, Any, int] | Event] = []
        self._origins: list[Origin] = []

    def __len__(self) -> int:
        return len(self._details)

    @property
    def origin(self) -> Origin:
        """Who acts in this thread."""
        return getattr(self._acting, "origin", MARKETO)

    @contextmanager
    def acting(self, origin: Origin) -> Iterator[None]:
        """Everything that this thread changes meanwhile is this origin's."""
        before = self.origin
        self._acting.origin = origin
        try:
            yield
        finally:
            self._acting.origin = before

    def add(self, kind: Happening, lead_id: int, event: Event) -> None:
        """Notes what happened now."""
        with self._lock:
            self._note(kind, lead_id, event)

    def person_changed(self, old: Record | None, new: Record) -> None:
        """Notes a new person, or each value of one that became another."""
        with self._lock:
            origin = self._number()
            if old is None:
                self._note(Happening.NEW_LEAD, new["id"], origin)
                return
            for name in new.keys() | old.keys():
                before, after = old.get(name), new.get(name)
                if before != after and name not in _STAMPS:
                    self._note(Happening.CHANGE_DATA_VALUE, new["id"], (name, before, after, origin))

    def company_changed(self, old: Record, new: Record, lead_ids: list[int]) -> None:
        """Notes new values of a company for each of its persons, unless they are too many."""
        if len(lead_ids) > _MOST_OF_A_COMPANY:
            return
        own = _STAMPS | {"externalSalesPersonId"}
        changed = [name for name in new.keys() | old.keys() if old.get(name) != new.get(name) and name not in own]
        with self._lock:
            origin = self._number()
            for lead_id in lead_ids:
                for name in changed:
                    change = (PERSON_NAMES.get(name, name), old.get(name), new.get(name), origin)
                    self._note(Happening.CHANGE_DATA_VALUE, lead_id, change)

    def since(self, seconds: float) -> int:
        """Place of the first activity that is not older."""
        return bisect_left(self._seconds, seconds)

    def at(self, place: int) -> Activity:
        """The activity of a place."""
        kept = self._details[place]
        detail: Origin | Change | Event
        if isinstance(kept, int):
            detail = self._origins[kept]
        elif isinstance(kept, tuple):
            detail = Change(*kept[:3], self._origins[kept[3]])
        else:
            detail = kept
        return Activity(place + 1, self._leads[place], self._seconds[place], self._kinds[place], detail)

    def _number(self) -> int:
        """The number of who acts in this thread."""
        origin = self.origin
        if not self._origins or self._origins[-1] is not origin:
            self._origins.append(origin)
        return len(self._origins) - 1

    def _note(self, kind: Happening, lead_id: int, detail: int | tuple[str, Any, Any, int] | Event) -> None:
        seconds = int(self._clock.now())
        # The log is asked by time; a clock that was put back must not put it out of order.
        self._seconds.append(max(seconds, self._seconds[-1]) if self._seconds else seconds)
        self._leads.append(lead_id)
        self._kinds.append(kind)
        self._details.append(detail)

    def places(self, start: int, end: int, kinds: frozenset[int], leads: frozenset[int] | None) -> Iterator[int]:
        """Places of the activities of some kinds, and of some persons, between two places."""
        for place in range(start, end):
            if self._kinds[place] in kinds and (leads is None or self._leads[place] in leads):
                yield place

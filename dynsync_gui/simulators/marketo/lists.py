"""Static lists: which there are, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.activities import Event, Happening
from dynsync_gui.simulators.marketo.calls import json_body, page, parameters, records_of
from dynsync_gui.simulators.marketo.errors import MarketoError, RecordError, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.activities import ActivityLog
    from dynsync_gui.simulators.marketo.persons import Persons
    from dynsync_gui.simulators.marketo.records import Record, RecordStore

_MOST_IDS = 300
_TOO_LONG_FOR_ACTIVITIES = 10_000


@dataclass(slots=True)
class StaticList:
    """A list of persons by their ids, in the order in which they joined."""

    id: int
    name: str
    program: str
    workspace: str
    created_at: str
    updated_at: str
    members: dict[int, None] = field(default_factory=dict)

    def row(self) -> Record:
        """As the calls print it."""
        row = {"id": self.id, "name": self.name, "workspaceName": self.workspace}
        program = {"programName": self.program} if self.program else {}
        return row | program | {"createdAt": self.created_at, "updatedAt": self.updated_at}


class StaticLists:
    """The instance's static lists."""

    def __init__(self, clock: Clock, log: ActivityLog, store: RecordStore, wait: Callable[[], None]) -> None:
        self._clock = clock
        self._log = log
        self._store = store
        self._wait = wait
        self._lists: dict[int, StaticList] = {}

    def create(self, name: str, program: str = "", workspace: str = "Default") -> int:
        """Makes a list, as a marketer does; gives its id."""
        number, now = 1001 + len(self._lists), self._clock.stamp()
        self._lists[number] = StaticList(number, name, program, workspace, now, now)
        return number

    def all(self) -> list[StaticList]:
        """Every list."""
        return list(self._lists.values())

    def forget(self, lead_id: int, instead: int | None = None) -> None:
        """Takes a person that is gone out of every list; the one that it was merged into takes its place."""
        for each in self._lists.values():
            if lead_id in each.members:
                del each.members[lead_id]
                if instead is not None:
                    each.members[instead] = None

    def few_members(self, text: str) -> frozenset[int]:
        """Members of a list whose activities may be asked for."""
        members = self.by_id(text).members
        if len(members) >= _TOO_LONG_FOR_ACTIVITIES:
            raise MarketoError("1003", f"List has {_TOO_LONG_FOR_ACTIVITIES} or more leads")
        return frozenset(members)

    def listed(self, request: Request) -> Answer:
        """``lists.json`` by ids, names, programs or workspaces."""
        given = parameters(request)
        found = self.all()
        for word, value_of in (
            ("id", lambda each: str(each.id)),
            ("name", lambda each: each.name),
            ("programName", lambda each: each.program),
            ("workspaceName", lambda each: each.workspace),
        ):
            if given.get(word):
                wanted = {value.strip() for value in given[word].split(",")}
                found = [each for each in found if value_of(each) in wanted]
        shown, more = page([each.row() for each in found], given, "lists")
        return success(shown, **more)

    def one(self, list_id: str) -> Answer:
        """``lists/{id}.json``."""
        return success([self.by_id(list_id).row()])

    def of_person(self, request: Request, lead_id: int) -> Answer:
        """``leads/{id}/listMembership.json``."""
        if self._store.get(lead_id) is None:
            raise MarketoError("1004", f"Lead '{lead_id}' not found")
        found = [each for each in self.all() if lead_id in each.members]
        shown, more = page(found, parameters(request), f"lists of {lead_id}")
        rows = [{"listId": each.id, "createdAt": each.created_at, "updatedAt": each.updated_at} for each in shown]
        return success(rows, **more)

    def members(self, request: Request, list_id: str, persons: Persons) -> Answer:
        """``lists/{id}/leads.json``: persons with the fields that are asked for."""
        given = parameters(request)
        names, members = persons.wanted(given), list(self.by_id(list_id).members)
        self._wait()
        shown, more = page(members, given, f"list {list_id}")
        records = [self._store.get(lead_id) for lead_id in shown]
        return success([persons.shown(record, names) for record in records if record is not None], **more)

    def add(self, request: Request, list_id: str) -> Answer:
        """Puts persons in; those who are in already stay."""
        found = self.by_id(list_id)

        def added(lead_id: int) -> str:
            self.put(found, lead_id)
            return "added"

        return self._each(request, added)

    def remove(self, request: Request, list_id: str) -> Answer:
        """Takes persons out."""
        found = self.by_id(list_id)

        def removed(lead_id: int) -> str:
            if lead_id not in found.members:
                raise RecordError("1015", "Lead not in list")
            del found.members[lead_id]
            self._note(Happening.REMOVE_FROM_LIST, found, lead_id)
            return "removed"

        return self._each(request, removed)

    def ask(self, request: Request, list_id: str) -> Answer:
        """``lists/{id}/leads/ismember.json``."""
        found = self.by_id(list_id)
        return self._each(request, lambda lead_id: "memberof" if lead_id in found.members else "notmemberof")

    def put(self, found: StaticList, lead_id: int) -> None:
        """Puts a person in."""
        if lead_id not in found.members:
            found.members[lead_id] = None
            found.updated_at = self._clock.stamp()
            self._note(Happening.ADD_TO_LIST, found, lead_id)

    def _each(self, request: Request, outcome: Callable[[int], str]) -> Answer:
        ids: list[Any] = [part for text in request.args.getlist("id") for part in text.split(",") if part]
        if not ids:
            ids = [record.get("id") for record in records_of(json_body(request))]
        if len(ids) > _MOST_IDS:
            raise MarketoError("1003", f"Input size exceeds the limit of {_MOST_IDS}")
        self._wait()
        rows: list[Record] = []
        with self._store.lock:
            for text in map(str, ids):
                try:
                    if not (text.isascii() and text.isdigit()) or self._store.get(int(text)) is None:
                        raise RecordError("1004", "Lead not found")  # noqa: TRY301 - a row's outcome
                    rows.append({"id": int(text), "status": outcome(int(text))})
                except RecordError as error:
                    number = {"id": int(text)} if text.isascii() and text.isdigit() else {}
                    rows.append(number | error.row)
        return success(rows)

    def _note(self, kind: Happening, found: StaticList, lead_id: int) -> None:
        origin = self._log.origin
        self._log.add(kind, lead_id, Event(origin, {"Source": origin.source}, found.name, found.id))

    def by_id(self, text: str) -> StaticList:
        """The list of an id; 1013 where there is none."""
        found = self._lists.get(int(text)) if text.isascii() and text.isdigit() else None
        if found is None:
            raise MarketoError("1013", f"List '{text}' not found")
        return found

"""How persons come to an end: deleted, or merged into another, with all that hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynsync_gui.simulators.marketo.activities import Event, Happening
from dynsync_gui.simulators.marketo.calls import parameters
from dynsync_gui.simulators.marketo.errors import MarketoError, done

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.activities import ActivityLog
    from dynsync_gui.simulators.marketo.custom_objects import CustomObjects
    from dynsync_gui.simulators.marketo.kinds import Kinds
    from dynsync_gui.simulators.marketo.lists import StaticLists

_MOST_LOSERS = 25
_OWN = frozenset({"id", "createdAt", "updatedAt"})


class Lifecycle:
    """Deletes and merges persons, by whomever."""

    def __init__(
        self, log: ActivityLog, kinds: Kinds, lists: StaticLists, custom: CustomObjects, wait: Callable[[], None]
    ) -> None:
        self._log = log
        self._persons, self._roles = kinds.persons, kinds.roles.store
        self._lists = lists
        self._custom = custom
        self._wait = wait

    def delete(self, lead_id: int) -> bool:
        """Deletes a person with its roles; False where there is none."""
        with self._persons.lock:
            person = self._persons.get(lead_id)
            if person is None:
                return False
            self._persons.delete(lead_id)
            self._lists.forget(lead_id)
            for role in self._roles.find("leadId", lead_id):
                self._roles.delete(role)
            name = " ".join(filter(None, (person.get("firstName"), person.get("lastName")))) or person.get("email", "")
            origin = self._log.origin
            about = {"Remove From CRM": False, "API Method Name": origin.method, "Modifying User": origin.user}
            self._log.add(Happening.DELETE_LEAD, lead_id, Event(origin, about, name, lead_id))
            return True

    def merge(self, winner: int, losers: list[int]) -> None:
        """Merges persons into one: its values stay, and what it lacks it gets from the others in their order."""
        with self._persons.lock:
            kept = self._persons.get(winner) or {}
            gained = {}
            for loser in losers:
                for name, value in (self._persons.get(loser) or {}).items():
                    if name not in _OWN and kept.get(name) is None and name not in gained:
                        gained[name] = value
            for loser in losers:
                self._persons.delete(loser)
                self._lists.forget(loser, instead=winner)
                self._custom.repoint(loser, winner)
                self._move_roles(loser, winner)
            self._persons.update(winner, gained)
            origin = self._log.origin
            about = {
                "Merge IDs": str(losers),
                "Master Updated": bool(gained),
                "Merge Source": origin.source,
                "Merged in Sales": False,
            }
            self._log.add(Happening.MERGE_LEADS, winner, Event(origin, about, "", winner))

    def answer(self, request: Request, winner: int) -> Answer:
        """``leads/{id}/merge.json``; the answer has no result."""
        given = parameters(request)
        texts = [text.strip() for text in (given.get("leadIds") or given.get("leadId") or "").split(",")]
        if not all(text.isascii() and text.isdigit() for text in texts):
            raise MarketoError("1002", "Missing value for required parameter 'leadId'")
        if given.get("mergeInCRM", "false").lower() == "true":
            raise MarketoError("1076", "Merge Leads call with mergeInCRM flag is 4.")
        losers = list(dict.fromkeys(map(int, texts)))
        if len(losers) > _MOST_LOSERS:
            raise MarketoError("1080", f"At most {_MOST_LOSERS} leads can be merged at once")
        if winner in losers:
            raise MarketoError("1003", f"Invalid value for field 'leadId' and value '{winner}'")
        self._wait()
        with self._persons.lock:
            for lead_id in (winner, *losers):
                if self._persons.get(lead_id) is None:
                    raise MarketoError("1004", f"Lead '{lead_id}' not found")
            self.merge(winner, losers)
        return done()

    def _move_roles(self, loser: int, winner: int) -> None:
        for number in self._roles.find("leadId", loser):
            role = self._roles.get(number) or {}
            key = (role["externalOpportunityId"], winner, role["role"])
            if self._roles.has(("externalOpportunityId", "leadId", "role"), key):
                self._roles.delete(number)
            else:
                self._roles.update(number, {"leadId": winner})

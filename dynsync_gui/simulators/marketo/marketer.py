"""What people in and around Marketo do to persons, without any API call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.activities import Event, Happening, Origin
from dynsync_gui.simulators.marketo.errors import RecordError
from dynsync_gui.simulators.marketo.fields import LENGTHS, Field
from dynsync_gui.simulators.marketo.values import stored

if TYPE_CHECKING:
    from dynsync_gui.simulators.marketo.activities import ActivityLog
    from dynsync_gui.simulators.marketo.fields import Catalogue
    from dynsync_gui.simulators.marketo.lifecycle import Lifecycle
    from dynsync_gui.simulators.marketo.lists import StaticLists
    from dynsync_gui.simulators.marketo.records import Record, RecordStore

_USER = "marketer@sandbox.example"


class Marketer:
    """Changes persons as a marketer or a visitor would, and fields as an administrator; changes leave activities."""

    def __init__(
        self, log: ActivityLog, fields: Catalogue, persons: RecordStore, lists: StaticLists, lifecycle: Lifecycle
    ) -> None:
        self._log = log
        self._fields = fields
        self._persons = persons
        self._lists = lists
        self._lifecycle = lifecycle

    def change(self, lead_id: int, values: Record) -> None:
        """Changes values by hand, in Marketo's own screens."""
        with self._log.acting(Origin("Manual change", "User changed the value", user=_USER)):
            self._write(lead_id, values)

    def fill_form(self, values: Record, form: str = "Contact us") -> int:
        """Fills out a form on a web page: the person of that e-mail, or a new one; gives its id."""
        with self._log.acting(Origin("Web form fillout", f"Form: {form}")):
            found = self._persons.find("email", values["email"])
            if found:
                lead_id = found[0]
                self._write(lead_id, values)
            else:
                lead_id = self._persons.create(self._checked(values))
            about = {"Form Fields": ", ".join(values)}
            self._log.add(Happening.FILL_OUT_FORM, lead_id, Event(self._log.origin, about, form, 1))
            return lead_id

    def unsubscribe(self, lead_id: int, reason: str = "Clicked the link in an e-mail") -> None:
        """Follows the unsubscribe link of an e-mail."""
        with self._log.acting(Origin("Unsubscribe form", reason)):
            self._write(lead_id, {"unsubscribed": True, "unsubscribedReason": reason})
            event = Event(self._log.origin, {"Form Fields": ""}, "Newsletter", 1)
            self._log.add(Happening.UNSUBSCRIBE_EMAIL, lead_id, event)

    def delete(self, lead_id: int) -> None:
        """Deletes a person in Marketo's own screens."""
        with self._log.acting(Origin("Manual change", "User deleted the person", user=_USER)):
            if not self._lifecycle.delete(lead_id):
                raise KeyError(lead_id)

    def merge(self, winner: int, losers: list[int]) -> None:
        """Merges persons in Marketo's own screens."""
        if missing := [lead_id for lead_id in (winner, *losers) if self._persons.get(lead_id) is None]:
            raise KeyError(missing[0])
        with self._log.acting(Origin("Manual merge", "User merged the persons", user=_USER)):
            self._lifecycle.merge(winner, losers)

    def add_field(self, name: str, label: str, kind: str) -> None:
        """Makes a person field in Marketo's own screens, where there are text areas too."""
        self._fields.add_existing(Field(name, kind, LENGTHS.get(kind), label, custom=True))

    def make_text_area(self, name: str) -> None:
        """Turns a string field into a text area."""
        self._fields.make_text_area(name)

    def do(self, body: dict[str, Any]) -> dict[str, Any]:
        """One of these by its name, as the control endpoint is asked for it."""
        match body["act"]:
            case "change":
                self.change(body["id"], body["values"])
            case "fill_form":
                return {"id": self.fill_form(body["values"], body.get("form", "Contact us"))}
            case "unsubscribe":
                self.unsubscribe(body["id"])
            case "delete":
                self.delete(body["id"])
            case "merge":
                self.merge(body["id"], body["losers"])
            case "add_field":
                self.add_field(body["name"], body["label"], body["kind"])
            case "make_text_area":
                self.make_text_area(body["name"])
            case "make_list":
                return {"id": self._lists.create(body["name"])}
            case act:
                raise KeyError(act)
        return {"done": True}

    def _write(self, lead_id: int, values: Record) -> None:
        if self._persons.get(lead_id) is None:
            raise KeyError(lead_id)
        self._persons.update(lead_id, self._checked(values))

    def _checked(self, values: Record) -> Record:
        checked = {}
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None:
                raise KeyError(name)
            try:
                checked[name] = stored(field, value)
            except RecordError as error:
                raise ValueError(str(error)) from None
        return checked

"""The vendors of a measurement, in a process of their own: the rehearsal systems, with contacts by the million.

Signing in, describing, limits, latency and paging cookies are the rehearsal's own. What would make it the slowest part
of a measurement is prepared: pages of contacts are one page of the rehearsal's with other ids and addresses, and a call
that writes persons is answered without keeping their values. Every contestant gets the same.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from dynsync_gui.simulators import __main__ as program
from dynsync_gui.simulators.dataverse.cookies import Place, delta_token, skip_token
from dynsync_gui.simulators.dataverse.reading import Question, chosen_columns
from dynsync_gui.simulators.dataverse.render import Renderer
from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.server import Rehearsal

PATTERNS = 2_000
"""Records of the rehearsal; half of them are contacts, which the prepared pages repeat."""

WRITTEN = "written"
"""Stands in the log in place of a code, so that a call that brought persons is told from a look-up."""

_STRANGERS = 1_100
"""Persons that Marketo has already: more than DynSync lists at once, so that it has to look everybody up."""

_MARK = "@@@@@@@@"
"""Stands for the number of the page, in eight hexadecimal digits."""


class PreparedContacts:
    """Answers whole readings of contacts; everything else is asked of the rehearsal.

    Args:
        rehearsal: The systems.
        number: How many contacts there are; whole pages of them.
    """

    def __init__(self, rehearsal: Rehearsal, number: int) -> None:
        self._rehearsal = rehearsal
        self._number = number
        self._lock = threading.Lock()
        self._pages: dict[tuple[str, int, str], bytes] = {}
        self._tracked, self._plain = rehearsal.dataverse.tracker.page, rehearsal.dataverse.reader.page

    def tracked(self, asked: Question) -> Answer:
        """One page of a reading that begins to track changes."""
        if asked.rows.schema.name != "contact" or asked.options.get("$deltatoken") is not None:
            return self._tracked(asked)
        return self._page(asked, tracking=True)

    def plain(self, asked: Question) -> Answer:
        """One page of another reading."""
        special = any(asked.options.get(name) is not None for name in ("$filter", "$orderby", "$top"))
        if asked.rows.schema.name != "contact" or special:
            return self._plain(asked)
        return self._page(asked, tracking=False)

    def _page(self, asked: Question, *, tracking: bool) -> Answer:
        size = asked.wishes.page_size or 5_000
        place = asked.place()
        until = place.until or self._rehearsal.world.version
        last = place.page * size >= self._number
        if not last:
            token = skip_token(Place(place.page + 1, str(place.page), until), asked.sealed, tracking=tracking)
            link = f'"@odata.nextLink":{json.dumps(asked.link(f"$skiptoken={token}"))},'
        else:
            world = self._rehearsal.world
            token = delta_token(until, world.clock.now()) if tracking else ""
            link = f'"@odata.deltaLink":{json.dumps(asked.link(f"$deltatoken={token}"))},' if tracking else ""
        rows = self._rows(asked, size).replace(_MARK.encode(), b"%08x" % place.page)
        return Answer(b'{%b"value":%b}' % (link.encode(), rows), content_type="application/json; charset=utf-8")

    def _rows(self, asked: Question, size: int) -> bytes:
        """A page of the rehearsal's contacts, as often as it takes, with marks in ids and addresses."""
        kind = (asked.sealed.partition("?")[2], size, ",".join(asked.wishes.applied))
        with self._lock:
            if kind not in self._pages:
                columns = chosen_columns(asked.rows, asked.options)
                known = asked.rows.after("", PATTERNS)
                rendered = Renderer(self._rehearsal.world, asked.rows.schema, columns, asked.wishes).rows(known)
                rows = [_marked(rendered[number % len(rendered)], number) for number in range(size)]
                self._pages[kind] = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
            return self._pages[kind]


def _marked(row: dict[str, Any], number: int) -> dict[str, Any]:
    marked = {**row, "contactid": f"{_MARK}-{number:04x}-4000-8000-{number:012x}"}
    if row.get("emailaddress1"):
        marked["emailaddress1"] = f"{_MARK}-{number}@people.example"
    if "_originatingleadid_value" in row:
        marked["_originatingleadid_value"] = None
    return marked


class PreparedPersons:
    """Answers calls that write persons, and remembers keys alone."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._marketo = rehearsal.marketo
        self._lock = threading.Lock()
        self._ids: dict[str, int] = {}

    def sync(self, request: Any) -> Answer:
        """Create or update, as ``/rest/v1/leads.json`` does."""
        body = json.loads(request.get_data())
        lookup = body["lookupField"]
        rows = []
        with self._lock:
            for record in body["input"]:
                key = str(record[lookup])
                state = "updated" if key in self._ids else "created"
                id_ = int(key) if lookup == "id" else self._ids.setdefault(key, len(self._ids) + 1)
                rows.append(f'{{"id":{id_},"status":"{state}"}}')
        self._marketo.wait()
        text = f'{{"requestId":"1#1","result":[{",".join(rows)}],"success":true}}'
        answer = Answer(text, content_type="application/json; charset=utf-8")
        answer.code = WRITTEN
        return answer


class PreparedRehearsal(Rehearsal):
    """The rehearsal systems; `records` is the number of prepared contacts."""

    def __init__(self, records: int, seed: int, *arguments: Any, **more: Any) -> None:
        super().__init__(PATTERNS, seed, *arguments, known_share=0.0, **more)
        contacts = PreparedContacts(self, records)
        self.dataverse.tracker.page = contacts.tracked  # type: ignore[method-assign]
        self.dataverse.reader.page = contacts.plain  # type: ignore[method-assign]
        for number in range(_STRANGERS):
            self.marketo.persons.create({"email": f"{number}@elsewhere.example"})
        self.marketo.person_calls.sync = PreparedPersons(self).sync  # type: ignore[method-assign]


if __name__ == "__main__":
    program.Rehearsal = PreparedRehearsal  # type: ignore[misc]
    sys.exit(program.main(sys.argv[1:]))

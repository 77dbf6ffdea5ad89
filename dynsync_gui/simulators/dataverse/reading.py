"""Reads of table rows: pages, filters, orders, counts and single rows."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.cookies import Place, read_skip_token, skip_token
from dynsync_gui.simulators.dataverse.errors import (
    BAD_REQUEST,
    DataverseError,
    foreign_row,
    missing_row,
    unknown_property,
)
from dynsync_gui.simulators.dataverse.filters import parse_filter
from dynsync_gui.simulators.dataverse.options import MOST_ROWS, Options, Preferences
from dynsync_gui.simulators.dataverse.render import Renderer
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.rows import Row, RowTable
    from dynsync_gui.simulators.schema_tables import Column
    from dynsync_gui.simulators.world import World

_SKIP = re.compile(r"(?:^|&)(?:\$|%24)skiptoken=", re.IGNORECASE)
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_IN = r"Microsoft\.Dynamics\.CRM\.In"
_EQUALS = re.compile(rf"\w+ eq ('[^']+(?:''[^']*)*'|{_GUID})")
_COUNT = "Microsoft.Dynamics.CRM.totalrecordcount"


@dataclass(frozen=True, slots=True)
class Question:
    """One request for rows.

    Attributes:
        root: Address of the service root, with a slash at its end.
        rows: The table.
        path: Path of the request.
        asked: The query as it was sent, without a skip token.
        owner: The only user whose rows may be seen, or None for all rows.
    """

    root: str
    rows: RowTable
    path: str
    asked: str
    options: Options
    wishes: Preferences
    owner: str | None = None

    def sees(self, row: Row) -> bool:
        """Whether the caller may see a row."""
        return self.owner is None or row.get("_ownerid_value") == self.owner

    @property
    def sealed(self) -> str:
        """What a paging cookie is bound to."""
        return f"{self.path}?{self.options.asked}"

    def link(self, token: str) -> str:
        """A next or delta link with this token."""
        base = f"{self.root}{self.rows.schema.entity_set}?"
        return f"{base}{self.asked}&{token}" if self.asked else f"{base}{token}"

    def place(self) -> Place:
        """Where this page begins."""
        token = self.options.get("$skiptoken")
        return Place() if token is None else read_skip_token(token, self.sealed)


def question(
    root: str,
    rows: RowTable,
    request: Request,
    options: Options,
    wishes: Preferences,
    owner: str | None = None,
) -> Question:
    """Puts together what a request asks for."""
    asked = _SKIP.split(request.environ["QUERY_STRING"], maxsplit=1)[0]
    return Question(root, rows, request.path, asked, options, wishes, owner)


def chosen_columns(rows: RowTable, options: Options) -> list[Column]:
    """Columns of ``$select``, or all; a money column brings its currency."""
    properties = rows.schema.properties
    names = options.names("$select")
    if not names:
        return list(properties.values())
    chosen = {}
    for name in names:
        if name not in properties:
            raise unknown_property(name, rows.schema.name)
        chosen[name] = properties[name]
        if properties[name].kind == "Money":
            chosen["_transactioncurrencyid_value"] = properties["_transactioncurrencyid_value"]
    return list(chosen.values())


class Reader:
    """Answers reads that do not track changes.

    Attributes:
        empty_every: Pages of these numbers come without rows though more follow; 0 = never.
        filtered_rows: Rows of a page at most where not all are asked for: a server may always give fewer.
        tells_version: Whether the version of all definitions comes where it is asked for.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.empty_every, self.filtered_rows, self.tells_version = 7, 60, True
        self._order: tuple[tuple[str, int], list[str]] = (("", 0), [])

    def page(self, asked: Question) -> Answer:
        """One page of a table."""
        options, rows, place = asked.options, asked.rows, asked.place()
        if options.get("$expand") is not None:
            raise DataverseError(400, BAD_REQUEST, "The rehearsal has no related rows to expand.")
        columns = chosen_columns(rows, options)
        top = self._top(asked)
        size = asked.wishes.page_size or MOST_ROWS
        if options.get("$filter") is not None:
            size = min(size, self.filtered_rows)
        if self._is_empty(place):
            found: list[Row] = []
            after: Place | None = Place(place.page + 1, place.last, place.until)
        else:
            found, after = self._find(asked, place, min(size, top) if top is not None else size)
        body = self._head(asked, columns)
        body["value"] = Renderer(self._world, rows.schema, columns, asked.wishes).rows(found)
        if after is not None and top is None:
            token = skip_token(after, asked.sealed, tracking=False)
            body["@odata.nextLink"] = asked.link(f"$skiptoken={token}")
        return Answer.of(body)

    def count(self, asked: Question) -> Answer:
        """``/$count``: plain text with a byte order mark, capped at 5000."""
        number = min(MOST_ROWS, self._total(asked))
        return Answer(f"\ufeff{number}", content_type="text/plain; charset=utf-8")

    def one(self, asked: Question, row_id: str, known_etag: str) -> Answer:
        """A single row; 304 where the caller has this version already."""
        row = asked.rows.get(row_id)
        if row is None:
            raise missing_row(asked.rows.schema.name, row_id)
        if not asked.sees(row):
            raise foreign_row(asked.rows.schema.type_code, "Read")
        if known_etag == f'W/"{row["versionnumber"]}"' and not asked.wishes.annotations:
            return Answer("", status=304)
        columns = chosen_columns(asked.rows, asked.options)
        body = {"@odata.context": f"{self._head(asked, columns)['@odata.context']}/$entity"}
        body.update(Renderer(self._world, asked.rows.schema, columns, asked.wishes).rows([row])[0])
        return Answer.of(body)

    def _is_empty(self, place: Place) -> bool:
        return bool(self.empty_every) and place.page > 1 and place.page % self.empty_every == 0

    @staticmethod
    def _top(asked: Question) -> int | None:
        """``$top``; it is ignored beside odata.maxpagesize."""
        text = asked.options.get("$top")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()) or int(text) < 1:
            raise DataverseError(400, BAD_REQUEST, f"Invalid value '{text}' for $top query option found.")
        return None if asked.wishes.page_size else min(int(text), MOST_ROWS)

    def _head(self, asked: Question, columns: list[Column]) -> dict[str, Any]:
        names = ",".join(c.property_name for c in columns) if asked.options.get("$select") else ""
        entity_set = asked.rows.schema.entity_set
        shown = f"{entity_set}({names})" if names else entity_set
        body: dict[str, Any] = {"@odata.context": f"{asked.root}$metadata#{shown}"}
        counted = asked.options.get("$count") == "true"
        total = self._total(asked) if counted else -1
        if counted:
            body["@odata.count"] = min(total, MOST_ROWS)
        if asked.wishes.wants(_COUNT):
            body[f"@{_COUNT}"] = min(total, MOST_ROWS)
            body[f"@{_COUNT}limitexceeded"] = total > MOST_ROWS
        if self.tells_version and asked.wishes.wants("Microsoft.Dynamics.CRM.globalmetadataversion"):
            body["@Microsoft.Dynamics.CRM.globalmetadataversion"] = str(self._world.metadata_version)
        return body

    def _total(self, asked: Question) -> int:
        if asked.options.get("$filter") is None and asked.owner is None:
            return len(asked.rows)
        return sum(1 for _ in self._matching(asked))

    def _matching(self, asked: Question, last_id: str = "") -> Iterator[Row]:
        """Every row behind an id that the filter lets through, in the order of ids."""
        text = asked.options.get("$filter")
        if text is None:
            with self._world.lock:
                return filter(asked.sees, asked.rows.behind(last_id))
        test = parse_filter(text, blanks(asked.rows))
        with self._world.lock:
            found = _candidates(asked.rows, text, last_id)
        return filter(test, filter(asked.sees, found))

    def _find(self, asked: Question, place: Place, count: int) -> tuple[list[Row], Place | None]:
        """The rows of a page and where the next one begins, if there is one."""
        key = asked.rows.schema.primary_id
        if asked.options.get("$orderby") is not None:
            start = int(place.last or 0)
            with self._world.lock:
                ids = self._ordered(asked, place.page)[start : start + count + 1]
                found = [row for row_id in ids if (row := asked.rows.get(row_id)) is not None]
            mark = str(start + count)
        elif asked.options.get("$filter") is not None or asked.owner is not None:
            found = list(islice(self._matching(asked, place.last), count + 1))
            mark = found[count - 1][key] if len(found) > count else ""
        else:
            with self._world.lock:
                found = asked.rows.after(place.last, count + 1)
            mark = found[count - 1][key] if len(found) > count else ""
        return found[:count], Place(place.page + 1, mark) if len(found) > count else None

    def _ordered(self, asked: Question, page: int) -> list[str]:
        """Ids of all matching rows in the wanted order; without the key in it, equal rows fall anywhere."""
        # The next page of the same order over unchanged rows needs no second sorting.
        made = (asked.sealed, self._world.version)
        if self._order[0] == made:
            return self._order[1]
        key, blank_of = asked.rows.schema.primary_id, blanks(asked.rows)
        orders = (order.partition(" ") for order in asked.options.names("$orderby"))
        wanted = [(name, way.strip(), blank_of(name)) for name, _, way in orders]
        for name, way, _ in wanted:
            if way not in {"", "asc", "desc"}:
                raise DataverseError(400, BAD_REQUEST, f"Syntax error at position 0 in '{name} {way}'.")
        entries = [
            (row[key], [_sortable(row.get(name, blank)) for name, _, blank in wanted]) for row in self._matching(asked)
        ]
        has_key = key in {name for name, _, _ in wanted}
        if not has_key:
            entries.sort(key=lambda entry: zlib.crc32(f"{page}{entry[0]}".encode()))
        for place in reversed(range(len(wanted))):
            entries.sort(key=lambda entry: entry[1][place], reverse=wanted[place][1] == "desc")
        ids = [row_id for row_id, _ in entries]
        if has_key:
            self._order = (made, ids)
        return ids


def _candidates(rows: RowTable, text: str, last_id: str) -> Iterator[Row]:
    """Rows behind an id that may fit a condition: Dataverse has indexes for ids and single values, too."""
    key = rows.schema.primary_id
    one = rf"\(?{key} eq {_GUID}\)?"
    if re.fullmatch(rf"{one}(?: or {one})*|{_IN}\(PropertyName='{key}',PropertyValues=\[[^\]]*\]\)", text.strip()):
        found = [row for row_id in set(re.findall(_GUID, text)) if (row := rows.get(row_id)) is not None]
    elif (value := _EQUALS.fullmatch(text.strip())) is not None and value[1].isascii():
        found = rows.holding(value[1].strip("'").replace("''", "'"))
    else:
        return rows.behind(last_id)
    return iter(sorted((row for row in found if row[key] > last_id), key=lambda row: str(row[key])))


def blanks(rows: RowTable) -> Callable[[str], Any]:
    """Tells what an unset property reads as; refuses names that are no property."""
    properties = rows.schema.properties

    def blank(name: str) -> Any:
        if name not in properties:
            raise unknown_property(name, rows.schema.name)
        if "secured" in properties[name].flags:
            text = "The Query contained a secured attribute to which the caller does not have access"
            raise DataverseError(403, "0x8004f506", text)
        return properties[name].blank

    return blank


def _sortable(value: Any) -> tuple[bool, Any]:
    """Unset values come first; text is ordered without regard to letter case."""
    return (value is not None, "" if value is None else value.lower() if isinstance(value, str) else value)

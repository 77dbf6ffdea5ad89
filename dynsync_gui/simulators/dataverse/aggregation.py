"""``$apply``: counts and sums of groups (Microsoft, aggregate data with the Web API)."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError
from dynsync_gui.simulators.dataverse.filters import parse_filter, syntax_error
from dynsync_gui.simulators.dataverse.reading import blanks
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dynsync_gui.simulators.dataverse.reading import Question
    from dynsync_gui.simulators.rows import Row
    from dynsync_gui.simulators.world import World

MOST_AGGREGATED = 50_000
_AGGREGATE = re.compile(r"aggregate\((.+)\)")
_GROUP = re.compile(r"groupby\(\(([\w,\s]+)\)(?:,\s*aggregate\((.+)\))?\)")
_TERM = re.compile(r"(\$count|\w+ with (?:sum|min|max|average|countdistinct)) as (\w+)")
_BESIDE = ("$select", "$filter", "$top", "$expand", "$orderby", "$count")
_METHODS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "min": min,
    "max": max,
    "average": lambda values: sum(values) / len(values),
    "countdistinct": lambda values: len(set(values)),
}


class Aggregator:
    """Answers ``[filter(...)/]aggregate(...)`` and ``[filter(...)/]groupby((...),aggregate(...))``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, asked: Question) -> Answer:
        """The groups; more rows than Dataverse aggregates at once are refused."""
        for name in _BESIDE:
            if asked.options.get(name) is not None:
                raise DataverseError(400, BAD_REQUEST, f"The query parameter {name} is not supported with $apply.")
        text = (asked.options.get("$apply") or "").strip()
        condition, rest = _split_filter(text)
        group, whole = _GROUP.fullmatch(rest), _AGGREGATE.fullmatch(rest)
        if group is None and whole is None:
            raise syntax_error(text)
        names = [name.strip() for name in group[1].split(",")] if group else []
        terms = _terms(text, (group[2] if group else whole[1] if whole else "") or "")
        blank = blanks(asked.rows)
        for name in (*names, *(name for name, method, _ in terms if method)):
            blank(name)
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in self._rows(asked, condition):
            groups.setdefault(tuple(row.get(name, blank(name)) for name in names), []).append(row)
        if group is None and not groups:
            groups[()] = []
        value = [
            # What is null in a group has no property.
            {name: part for name, part in zip(names, key, strict=True) if part is not None}
            | {alias: found for name, method, alias in terms if (found := _result(rows, name, method)) is not None}
            for key, rows in groups.items()
        ]
        context = f"{asked.root}$metadata#{asked.rows.schema.entity_set}"
        return Answer.of({"@odata.context": context, "value": value})

    def _rows(self, asked: Question, condition: str | None) -> Iterable[Row]:
        with self._world.lock:
            found: Iterator[Row] = filter(asked.sees, asked.rows.behind())
        if condition is not None:
            found = filter(parse_filter(condition, blanks(asked.rows)), found)
        kept = list(islice(found, MOST_AGGREGATED + 1))
        if len(kept) > MOST_AGGREGATED:
            raise _too_many()
        return kept


def _too_many() -> DataverseError:
    text = "The maximum record limit is exceeded. Reduce the number of records."
    return DataverseError(400, "0x8004E023", f"AggregateQueryRecordLimit exceeded. {text}")


def _split_filter(text: str) -> tuple[str | None, str]:
    """The condition of a leading ``filter(...)`` and what follows it."""
    if not text.startswith("filter("):
        return None, text
    depth, quoted = 0, False
    for place, letter in enumerate(text):
        quoted ^= letter == "'"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if depth == 0 and letter == ")":
            if text[place + 1 : place + 2] != "/":
                break
            return text[len("filter(") : place], text[place + 2 :]
    raise syntax_error(text)


def _terms(text: str, inside: str) -> list[tuple[str, str, str]]:
    """Column, method and alias of each aggregate; the number of rows has no method."""
    found = []
    for part in filter(None, (part.strip() for part in inside.split(","))):
        term = _TERM.fullmatch(part)
        if term is None:
            raise syntax_error(text)
        name, _, method = term[1].partition(" with ")
        found.append((name, method, term[2]))
    return found


def _result(rows: list[Row], name: str, method: str) -> Any:
    if not method:
        return len(rows)
    values = [row[name] for row in rows if name in row]
    return _METHODS[method](values) if values else None

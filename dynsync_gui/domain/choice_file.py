"""The choice of fields as a file that people read, compare and hand on: TOML, one field a line, no secrets."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dynsync_gui.domain.choice import FieldChoice, first_to_come
from dynsync_gui.domain.edits import documented
from dynsync_gui.domain.errors import SettingsError, settings_error
from dynsync_gui.domain.field_answers import is_own, read_fields, write_fields
from dynsync_gui.domain.mapping import FieldOffer, problems_of
from dynsync_gui.domain.schema import Entity, EntitySchema, Target, TargetSchema
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.text import Message, msg

FORMAT = "dynsync-fields"
VERSION = 1

_HEAD = """# DynSync: which fields are synced, and how. It holds no secrets and no addresses.
# An entry is a Dynamics name, or a table such as { name = "jobtitle", target = "title", direction = "both" }.
"""
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_EXPORTED = msg("Take a file that DynSync exported.")


def write_choice(fields: FieldSettings, own: Iterable[str] = ()) -> str:
    """The file's text; own tables that are synced without a choice are in it as such."""
    lines = [f'{_HEAD}format = "{FORMAT}"', f"version = {VERSION}", "", "[fields]"]
    content = dict.fromkeys(own, "default") | write_fields(fields)
    for key, value in content.items():
        if isinstance(value, list):
            lines += [f"{key} = [", *(f"    {_plain(entry)}," for entry in value), "]"]
        else:
            lines.append(f"{key} = {_plain(value)}")
    return "\n".join(lines) + "\n"


def own_tables_in(document: str) -> tuple[str, ...]:
    """Own tables that a file names, to be described before it is read; none where it cannot be understood."""
    try:
        fields = tomllib.loads(document).get("fields")
    except tomllib.TOMLDecodeError:
        return ()
    return tuple(key for key in (fields if isinstance(fields, dict) else ()) if is_own(key))


def read_choice(
    document: str,
    tables: Mapping[Entity, EntitySchema],
    targets: Mapping[Target, TargetSchema],
    offered: Mapping[Entity, Sequence[FieldOffer]] | None = None,
    today: date = date.max,
) -> FieldSettings:
    """The choice in a file, held against today's schemas.

    Args:
        document: The file's text.
        tables: Dynamics' tables today.
        targets: Marketo's fields today.
        offered: Rows of the tables, for the suggested targets of plain names, and for own tables without a choice.
        today: The day (UTC); no field may be limited to a later one.

    Raises:
        SettingsError: It is another file, it is wrong, or something in it is not there today; names line and cure.
    """
    try:
        top = tomllib.loads(document)
    except tomllib.TOMLDecodeError as cause:
        found = _AT_LINE.search(str(cause))
        line = int(found[1]) if found else document.count("\n") + 1
        raise _refused(line, msg("it cannot be understood."), _EXPORTED) from None
    if top.get("format") != FORMAT or not isinstance(top.get("fields"), dict):
        raise _refused(_line(document, "format"), msg("this is no choice of fields of DynSync."), _EXPORTED)
    if top.get("version") != VERSION:
        raise _refused(
            _line(document, "version"), msg("it was made by another DynSync."), msg("Install the newest one.")
        )
    for key in top:
        if key not in {"format", "version", "fields"}:
            raise _refused(_line(document, key), msg("“{key}” does not belong here.", key=key), msg("Remove it."))
    fields = _with_own(_fields(document, top["fields"]), top["fields"], offered or {})
    for entity, choices in fields.chosen.items():
        if entity not in tables:
            title = msg("there is no table “{table}” to be synced.", table=entity)
            raise _refused(_line(document, entity), title, msg("Remove it, or add the table first."))
        if (choice := first_to_come(choices, today)) is not None:
            raise _refused(_line(document, entity, choice.name), *to_come(choice))
        rows = (offered or {}).get(entity, ())
        for problem in problems_of(choices, tables[entity], targets, rows, fields.language):
            if problem.blocking:
                raise _refused(_line(document, entity, problem.field), problem.title, problem.cure)
    return fields


def to_come(choice: FieldChoice) -> tuple[Message, Message]:
    """Title and cure of a field that is to be filled since a day that has not come yet."""
    day = choice.since.isoformat() if choice.since is not None else ""
    return (
        msg(
            "“{name}” is to be filled for records that changed since {day}, a day that has not come.",
            name=choice.name,
            day=day,
        ),
        msg("Take a day that has been, today at the latest, or leave “since” out."),
    )


def _with_own(
    fields: FieldSettings, found: Mapping[str, Any], offered: Mapping[Entity, Sequence[FieldOffer]]
) -> FieldSettings:
    """The choice with the own tables that the file names without one: what is ticked by itself is chosen."""
    plain = [Entity(key) for key, value in found.items() if value == "default" and is_own(key)]
    own = {table: documented(offered.get(table, ())) for table in plain}
    return replace(fields, chosen={**fields.chosen, **own}) if own else fields


def _fields(document: str, found: Mapping[str, Any]) -> FieldSettings:
    """The table, read entry by entry first, so that what is wrong has a line."""
    for key, value in found.items():
        try:
            read_fields({key: value if not isinstance(value, list) else []})
        except SettingsError as error:
            raise _refused(_line(document, key), error.finding.title, error.finding.cure) from None
        for place, entry in enumerate(value if isinstance(value, list) else ()):
            try:
                read_fields({key: [entry]})
            except SettingsError as error:
                line = _line(document, key, _name(entry)) if _name(entry) else _line(document, key) + place + 1
                raise _refused(line, error.finding.title, error.finding.cure) from None
    return read_fields(found)


def _name(entry: Any) -> str:
    name = entry.get("name", "") if isinstance(entry, dict) else entry
    return name if isinstance(name, str) else ""


def _line(document: str, key: str, name: str = "") -> int:
    """The line, from 1 on, where a key stands, or a quoted name after it; the first one where it does not stand."""
    lines = document.splitlines()
    start = next((place for place, line in enumerate(lines) if re.match(rf"\s*\W?{re.escape(key)}\W?\s*=", line)), 0)
    if not name:
        return start + 1
    quoted = re.compile(rf"""["']{re.escape(name)}["']""")
    return next((place for place in range(start, len(lines)) if quoted.search(lines[place])), start) + 1


def _refused(line: int, title: Message, cure: Message) -> SettingsError:
    return settings_error(msg("Line {line}: {problem}", line=str(line), problem=title), cure, code="choice-file")


def _plain(value: Any) -> str:
    """A value as TOML has it; JSON's texts, numbers and yes/no are TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_plain(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)

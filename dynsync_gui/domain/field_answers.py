"""The ``[fields]`` table of an answers file: one entry a field, a plain name or a table of what is chosen for it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from dynsync_gui.domain.answer_values import Reader, choice, column, day, flag, text, unsuitable, whole
from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong
from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.schema import ENTITIES, Entity, System, TargetType
from dynsync_gui.domain.settings import FieldSettings, FilteredOut
from dynsync_gui.domain.text import msg

OPTIONS: Mapping[str, Reader] = {
    "filter": flag,
    "language": whole(0, 65_535),
    "filtered_out": choice(FilteredOut),
    "filtered_list": text,
}
"""Keys of ``[fields]`` that are no tables of Dynamics."""

TABLES = ("lead", "contact", "account", "opportunity", "systemuser", "connection")
"""Tables that every organisation has; its own ones carry a prefix such as ``new_``."""

_KEYS: Mapping[str, tuple[str, Reader]] = {
    "name": ("name", column),
    "target": ("target", text),
    "create": ("create", choice(TargetType)),
    "label": ("label", text),
    "direction": ("direction", choice(Direction)),
    "wins": ("winner", choice(System)),
    "empty": ("overwrite", choice(Overwrite)),
    "text": ("too_long", choice(TooLong)),
    "form": ("form", choice(Form)),
    "since": ("since", day),
}
"""What an entry may say: key, attribute of `FieldChoice`, reader."""

_CLOSE = 0.75


def read_fields(found: Mapping[str, Any]) -> FieldSettings:
    """Settings out of the table.

    Raises:
        SettingsError: A key is unknown or a value unsuitable; `code` is ``settings-unknown`` or ``settings-value``.
    """
    options: dict[str, Any] = {}
    chosen: dict[Entity, tuple[FieldChoice, ...]] = {}
    for key, value in found.items():
        if key in OPTIONS:
            options[key] = OPTIONS[key](f"fields.{key}", value)
        elif not is_table(key):
            known = sorted((*OPTIONS, *TABLES))
            raise settings_error(
                msg("[{table}] has no key “{key}”.", table="fields", key=key),
                msg("The nearest one is “{nearest}”.", nearest=_nearest(key, known)),
                code="settings-unknown",
            )
        elif value != "default":
            chosen[Entity(key)] = _choices(f"fields.{key}", value)
    return FieldSettings(chosen, **options)


def write_fields(fields: FieldSettings) -> dict[str, Any]:
    """The table that `read_fields` turns into these settings."""
    tables = dict.fromkeys((*ENTITIES, *fields.chosen))
    document: dict[str, Any] = {
        entity.value: [entry(choice) for choice in fields.chosen[entity]] if entity in fields.chosen else "default"
        for entity in tables
    }
    document["filter"] = fields.filter
    if fields.language:
        document["language"] = fields.language
    if fields.filtered_out is not FilteredOut.LEAVE:
        document["filtered_out"] = fields.filtered_out.value
    if fields.filtered_list:
        document["filtered_list"] = fields.filtered_list
    return document


def entry(one: FieldChoice) -> str | dict[str, str]:
    """A choice as it stands in the list: its name alone where nothing else was chosen."""
    if one.plain:
        return one.name
    plain = FieldChoice(one.name)
    values = {key: getattr(one, attribute) for key, (attribute, _) in _KEYS.items()}
    return {key: str(value) for key, value in values.items() if key == "name" or value != getattr(plain, _KEYS[key][0])}


def is_table(key: str) -> bool:
    """Whether a key names a table of Dynamics; one that only looks like a mistyped key does not."""
    if key in TABLES:
        return True
    alike = [option for option in OPTIONS if "_" in option]  # a table of one's own may be called new_contact
    return "_" in key and not difflib.get_close_matches(key, alike, 1, _CLOSE)


def is_own(key: str) -> bool:
    """Whether a key names an organisation's own table."""
    return is_table(key) and key not in TABLES


def _choices(key: str, value: Any) -> tuple[FieldChoice, ...]:
    if not isinstance(value, list):
        raise unsuitable(key, value, msg('"default" or a list of Dynamics names'))
    return tuple(dict.fromkeys(_choice(key, one) for one in value))


def _choice(key: str, value: Any) -> FieldChoice:
    if isinstance(value, str):
        return FieldChoice(column(key, value))
    if not isinstance(value, dict):
        raise unsuitable(key, value, msg('a list of Dynamics names, or of tables such as name = "jobtitle" in braces'))
    for part in value:
        if part not in _KEYS:
            raise settings_error(
                msg("A field of “{key}” has no “{part}”.", key=key, part=part),
                msg("The nearest one is “{nearest}”.", nearest=_nearest(part, sorted(_KEYS))),
                code="settings-unknown",
            )
    if "name" not in value:
        raise unsuitable(key, value, msg('the Dynamics name in each table, such as name = "jobtitle"'))
    read = {_KEYS[part][0]: _KEYS[part][1](f"{key}.{part}", one) for part, one in value.items()}
    return FieldChoice(**read)


def _nearest(name: str, known: list[str]) -> str:
    return difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.0)[0]

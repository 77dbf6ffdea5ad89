"""The versions of a choice, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.mapping.wording import sentence
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.text import Message, msg, msgs


@dataclass(frozen=True, slots=True)
class ChoiceVersion:
    """One version of the choice.

    Attributes:
        number: From 1 on; the last one is in use.
        at: When it was made, with its time zone.
        who: The user of this computer who made it.
        fields: The choice.
        changes: What is different from the version before; empty for the first one.
    """

    number: int
    at: datetime
    who: str
    fields: FieldSettings = field(hash=False)
    changes: tuple[Message, ...] = field(default=(), hash=False)


def changes(before: FieldSettings, after: FieldSettings) -> tuple[Message, ...]:
    """What is different, one sentence each; empty where nothing is."""
    said: list[Message] = []
    for entity in dict.fromkeys((*before.chosen, *after.chosen)):
        was, is_ = before.chosen.get(entity), after.chosen.get(entity)
        if was == is_:
            continue
        own = entity.target is Target.CUSTOM_OBJECT
        if own and not (was and is_):
            said.append(_of_own(entity, is_ or ()))
        elif is_ is None:
            said.append(msg("{table}: back to the documented fields.", table=entity))
        elif was is None:
            said.append(
                msgs(
                    "{table}: {n} field in place of the documented ones.",
                    "{table}: {n} fields in place of the documented ones.",
                    len(is_),
                    table=entity,
                )
            )
        else:
            said += _of_table(entity, _by_key(was), _by_key(is_))
    if before.filter != after.filter:
        said.append(msg("The filter is obeyed.") if after.filter else msg("The filter is not obeyed."))
    if before.language != after.language:
        said.append(msg("Labels of options are written in another language."))
    if (before.filtered_out, before.filtered_list) != (after.filtered_out, after.filtered_list):
        said.append(msg("Something else happens to people whose filter turns to No."))
    return tuple(said)


def _of_own(entity: Entity, choices: Sequence[FieldChoice]) -> Message:
    """An own table comes or goes as a whole."""
    if not choices:
        return msg("{table}: no longer synced.", table=entity)
    return msgs("{table}: synced, with {n} column.", "{table}: synced, with {n} columns.", len(choices), table=entity)


Key = tuple[str, bool]
"""A column may be chosen twice: as it is, and as the id of the record that it points to."""


def _by_key(choices: tuple[FieldChoice, ...]) -> Mapping[Key, FieldChoice]:
    return {(choice.name, choice.form == "id"): choice for choice in choices}


def _of_table(entity: Entity, was: Mapping[Key, FieldChoice], is_: Mapping[Key, FieldChoice]) -> Iterator[Message]:
    for key, choice in is_.items():
        now = sentence(entity, choice)
        if key not in was:
            yield msg("{table}: {name} added. {sentence}", table=entity, name=key[0], sentence=now)
        elif was[key] != choice:
            yield msg("{table}: {name} changed. {sentence}", table=entity, name=key[0], sentence=now)
    for key in was:
        if key not in is_:
            yield msg("{table}: {name} removed.", table=entity, name=key[0])

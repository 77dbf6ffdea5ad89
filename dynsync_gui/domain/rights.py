"""What DynSync's two accounts have to be allowed: the one list behind the checks, the letters, the pages and README."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dynsync_gui.domain.schema import ENTITIES, PEOPLE, Entity
from dynsync_gui.domain.settings import FieldSettings, NativeSync, ObjectSettings, Settings
from dynsync_gui.domain.text import msg


class Verb(StrEnum):
    """What is done with the records of a table, by Dataverse's word for it in the names of privileges.

    Nothing else is done: no record is created, removed or given to another owner, and no lookup is changed.
    """

    READ = "Read"
    WRITE = "Write"


class Permission(StrEnum):
    """What the role of Marketo's API user allows, as Marketo's admin page spells it (Adobe, endpoint permissions)."""

    PERSON = "Read-Write Lead (Person)"
    COMPANY = "Read-Write Company"
    STANDARD_FIELD = "Read-Write Schema Standard Field"
    CUSTOM_FIELD = "Read-Write Schema Custom Field"
    SALES_PERSON = "Read-Write Sales Person"
    OPPORTUNITY = "Read-Write Opportunity"
    ACTIVITY = "Read-Only Activity"
    CUSTOM_OBJECT = "Read-Write Custom Object"
    CUSTOM_TYPE = "Read-Write Custom Object Type"


@dataclass(frozen=True, slots=True)
class TableRight:
    """What the Dynamics user has to be allowed on a table, for the records of the whole organisation."""

    entity: Entity
    verbs: tuple[Verb, ...] = (Verb.READ,)


_TABLES = {
    Entity.ACCOUNT: msg("Account"),
    Entity.CONTACT: msg("Contact"),
    Entity.LEAD: msg("Lead"),
    Entity.USER: msg("User"),
    Entity.OPPORTUNITY: msg("Opportunity"),
    Entity.CONNECTION: msg("Connection"),
}
_VERBS = {Verb.READ: msg("to be read"), Verb.WRITE: msg("to be changed")}


def table_name(entity: Entity) -> str:
    """What Dynamics calls a table where roles are edited, in the language in use; an own one by its logical name."""
    return str(_TABLES.get(entity, entity))


def verb_names(right: TableRight) -> str:
    """What is needed on a table, in the language in use."""
    return ", ".join(str(_VERBS[verb]) for verb in right.verbs)


def wanted_tables(objects: ObjectSettings, native_sync: NativeSync) -> tuple[tuple[Entity, ...], tuple[Entity, ...]]:
    """Tables to sync beside people and companies, and an organisation's own; Marketo's own sync keeps the former."""
    more: list[Entity] = []
    if native_sync is NativeSync.STOP:
        more += [Entity.USER] if objects.owners else []
        more += [Entity.OPPORTUNITY, Entity.CONNECTION] if objects.opportunities else []
    return tuple(more), tuple(Entity(name) for name in objects.custom)


def table_rights(settings: Settings) -> tuple[TableRight, ...]:
    """What the Dynamics user needs for the sync as chosen; companies stay out beside Marketo's own sync."""
    native_sync = settings.enable.native_sync
    more, own = wanted_tables(settings.synced_objects, native_sync)
    first = ENTITIES if native_sync is NativeSync.STOP else PEOPLE
    back = [entity for entity in PEOPLE if entity not in settings.fields.chosen or _may_return(settings.fields, entity)]
    return tuple(
        TableRight(entity, (Verb.READ, Verb.WRITE) if entity in back else (Verb.READ,))
        for entity in dict.fromkeys((*first, *more, *own))
    )


def permissions(settings: Settings) -> tuple[Permission, ...]:
    """What the role of Marketo's API user has to allow for the sync as chosen."""
    rights = table_rights(settings)
    tables = {right.entity for right in rights}
    found = [Permission.PERSON]
    found += [Permission.COMPANY] if Entity.ACCOUNT in tables else []
    found += [Permission.STANDARD_FIELD, Permission.CUSTOM_FIELD]
    found += [Permission.SALES_PERSON] if Entity.USER in tables else []
    found += [Permission.OPPORTUNITY] if Entity.OPPORTUNITY in tables else []
    found += [Permission.ACTIVITY] if any(Verb.WRITE in right.verbs for right in rights) else []
    found += [Permission.CUSTOM_OBJECT, Permission.CUSTOM_TYPE] if settings.synced_objects.custom else []
    return tuple(found)


def returning_columns(settings: Settings, defaults: Collection[tuple[Entity, str]]) -> Mapping[Entity, frozenset[str]]:
    """Columns that may travel back to Dynamics, by the choice alone: not all of them let themselves be changed.

    Args:
        settings: The choice.
        defaults: Columns that are synced where none were chosen.
    """
    written = [right.entity for right in table_rights(settings) if Verb.WRITE in right.verbs]
    return {
        entity: frozenset(_may_return(settings.fields, entity))
        if entity in settings.fields.chosen
        else frozenset(name for table, name in defaults if table is entity)
        for entity in written
    }


def _may_return(fields: FieldSettings, entity: Entity) -> Sequence[str]:
    """Chosen columns that are not sent to Marketo only."""
    choices = fields.chosen.get(entity, ())
    return [choice.name for choice in choices if choice.direction is None or choice.direction.writes_dynamics]

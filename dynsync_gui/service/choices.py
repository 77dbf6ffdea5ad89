"""Chosen fields that cannot be synced: a failed check at set-up, a notice in a later run; never silent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.choice import Form, first_to_come
from dynsync_gui.domain.choice_file import to_come
from dynsync_gui.domain.errors import ConnectionFailed, GuardStop, settings_error
from dynsync_gui.domain.findings.records import FIELD_GONE, FIELD_RETYPED, FIELD_STOPPED
from dynsync_gui.domain.mapping import ChoiceProblem, DefaultTarget, problems_of, unknown_choices
from dynsync_gui.domain.mapping.attributes import homeless
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.schema import ENTITIES, Entity, EntitySchema, System
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.quarantine import quarantines
from dynsync_gui.engine.retyped import Names
from dynsync_gui.engine.workload import Schemas, describe
from dynsync_gui.service.workplace import Workplace

_TITLES: Mapping[Entity, Message] = {
    Entity.ACCOUNT: msg("Chosen fields of accounts"),
    Entity.CONTACT: msg("Chosen fields of contacts"),
    Entity.LEAD: msg("Chosen fields of leads"),
}

_NO_CHOICE = {Entity.USER, Entity.CONNECTION}

LOST = (FIELD_GONE, FIELD_RETYPED, FIELD_STOPPED)
"""Notices about chosen fields that stand still."""


def check_choices(connection: Connection, settings: Settings, defaults: Sequence[DefaultTarget]) -> tuple[Check, ...]:
    """One check for every table whose fields were chosen one by one, by the schemas of both systems."""
    if not settings.fields.chosen:
        return ()
    try:
        native_sync, objects = settings.enable.native_sync, settings.synced_objects
        schemas = describe(connection.dynamics, connection.marketo, defaults, CancelToken(), native_sync, objects)
    except GuardStop:  # a check of Marketo says it
        return check_names(connection, settings)
    checks = []
    for entity, check in zip(settings.fields.chosen, check_names(connection, settings), strict=True):
        wrong = [one for one in _problems(schemas, settings.fields, entity) if one.blocking]
        wrong += _homeless(schemas, settings.fields, entity)
        if check.state is CheckState.FAILED or not wrong:
            checks.append(check)
        else:
            detail = ", ".join(dict.fromkeys(one.field for one in wrong))
            checks.append(_failed(entity, wrong[0].title, wrong[0].cure, "field-choice", detail))
    return tuple(checks)


def require_days(fields: FieldSettings) -> None:
    """Refuse a choice that fills a field for records that will change, which nobody can mean.

    Raises:
        SettingsError: A field is limited to records that changed since a day that has not come yet.
    """
    every = (choice for choices in fields.chosen.values() for choice in choices)
    if (choice := first_to_come(every, datetime.now(UTC).date())) is not None:
        raise settings_error(*to_come(choice), code="since-to-come")


def check_names(connection: Connection, settings: Settings) -> tuple[Check, ...]:
    """The same by the tables of Dynamics alone."""
    chosen = settings.fields.chosen
    with ThreadPoolExecutor(len(ENTITIES), "describe") as pool:
        asked = pool.map(lambda entity: _described(connection.dynamics, entity), chosen)
        tables = dict(zip(chosen, asked, strict=True))
    return tuple(_named(entity, tables[entity], settings.fields) for entity in chosen)


def note_lost_fields(
    store: SyncStore, schemas: Schemas, settings: Settings, defaults: Collection[DefaultTarget], changed: Names
) -> None:
    """Keep a notice for each table that lost fields that are synced, by what became of them; the run goes on without.

    Args:
        store: Where the notices are kept.
        schemas: Both sides today.
        settings: The choice.
        defaults: The documented fields, for tables without a choice.
        changed: Columns that became another kind of column.
    """
    documented = {(default.entity, default.source) for default in defaults if default.documented}
    noted = [problem for problem in store.problems() if problem.code in LOST]
    for code in LOST:
        store.forget_notices(code)
    notices = []
    for entity, rows in schemas.offers.items():
        if entity in settings.fields.chosen:
            chosen = settings.fields.chosen[entity]
            wanted = [*(one.name for one in chosen), *(f"{one.name}_base" for one in chosen if one.form is Form.BASE)]
            lost = {one.field for one in _problems(schemas, settings.fields, entity) if one.blocking and one.field}
        else:  # documented fields that were read in the last cycle, or that are missed since an earlier one
            missed = [name for one in noted if one.entity is entity for name in one.detail.split(", ")]
            wanted = [name for name in (*store.cursor(entity).names, *missed) if not name.startswith("=")]
            usable = {
                row.field.name
                for row in rows
                if row.is_filter or row.preselected or (entity, row.field.name) not in documented
                if row.field.readable and not row.field.secured
            }
            lost = set(wanted) - usable
        table, other = schemas.tables[entity], changed.get(entity, ())
        for code in LOST:
            names = dict.fromkeys(
                name for name in wanted if (name in lost or name in other) and _became(table, name, other) == code
            )
            if names:
                notices.append(Notice(entity, "", code, ", ".join(names)))
    store.notice(notices)


def _became(table: EntitySchema, name: str, changed: Collection[str]) -> str:
    """What happened to a lost field."""
    if table.field(name) is None:
        return FIELD_GONE
    return FIELD_RETYPED if name in changed else FIELD_STOPPED


def _problems(schemas: Schemas, fields: FieldSettings, entity: Entity) -> Iterator[ChoiceProblem]:
    if entity in schemas.offers:
        rows = schemas.offers[entity]
        table = schemas.tables[entity]
        yield from problems_of(fields.chosen[entity], table, schemas.targets, rows, fields.language)


def _homeless(schemas: Schemas, fields: FieldSettings, entity: Entity) -> list[ChoiceProblem]:
    """An own table whose rows belong to tables that are not synced."""
    if entity not in schemas.own or not fields.chosen[entity]:
        return []
    said = homeless(schemas.tables[entity], schemas.own.keys(), lambda table: table.value)
    return [] if said is None else [ChoiceProblem(entity, "", *said)]


def _described(dynamics: DynamicsReader, entity: Entity) -> EntitySchema | ConnectionFailed:
    """A table, or why Dynamics does not show it."""
    try:
        return dynamics.describe(entity)
    except ConnectionFailed as failure:
        if not quarantines(failure):
            raise
        return failure


def _named(entity: Entity, table: EntitySchema | ConnectionFailed, fields: FieldSettings) -> Check:
    if isinstance(table, ConnectionFailed) and entity not in ENTITIES:
        cure = msg("Untick its columns on the field page.")
        return Check(_id(entity), System.DYNAMICS, CheckState.ATTENTION, _title(entity), table.finding.title, cure)
    if isinstance(table, ConnectionFailed):
        return _failed(entity, table.finding.title, table.finding.cure, table.code, table.detail)
    if entity in _NO_CHOICE:
        finding = msg("Which fields of this table are synced is no choice: they are the documented ones.")
        return _failed(entity, finding, msg("Take “{table}” out of [fields].", table=entity), "field-choice", entity)
    unknown = unknown_choices({entity: table}, {entity: fields.chosen[entity]})
    if entity not in unknown:
        return Check(_id(entity), System.DYNAMICS, CheckState.PASSED, _title(entity), msg("All are there."))
    name, near = unknown[entity][0]
    finding = msg("Dynamics has no field “{name}” in this table.", name=name)
    cure = (
        msg("Write “{near}”, if that is the one you mean.", near=near)
        if near
        else msg("Take the name from what “dynsync fields” lists.")
    )
    return _failed(entity, finding, cure, "field-unknown", ", ".join(lost for lost, _ in unknown[entity]))


def _failed(entity: Entity, finding: Message, cure: Message, code: str, detail: str) -> Check:
    state = CheckState.FAILED
    return Check(_id(entity), System.DYNAMICS, state, _title(entity), finding, cure, code=code, detail=detail)


def _id(entity: Entity) -> str:
    return f"dynamics.chosen.{entity.value}"


def _title(entity: Entity) -> Message:
    return _TITLES.get(entity) or msg("Chosen fields of “{table}”", table=entity)


def accept_columns(workplace: Workplace, profile: Profile) -> None:
    """Take every column as it is now: whoever saves a choice has seen what the columns hold."""
    if profile.database.exists():
        with closing(workplace.open_store(profile.database)) as store:
            store.forget_types()

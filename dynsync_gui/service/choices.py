"""Chosen fields that cannot be synced: a failed check at set-up, a notice in a later run; never silent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.findings.records import FIELD_GONE
from dynsync_gui.domain.mapping import ChoiceProblem, DefaultTarget, problems_of, unknown_choices
from dynsync_gui.domain.ports import Connection, Profile
from dynsync_gui.domain.schema import ENTITIES, Entity, EntitySchema, System
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.storage import Notice, SyncStore
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.workload import Schemas, describe
from dynsync_gui.service.workplace import Workplace

_TITLES: Mapping[Entity, Message] = {
    Entity.ACCOUNT: msg("Chosen fields of accounts"),
    Entity.CONTACT: msg("Chosen fields of contacts"),
    Entity.LEAD: msg("Chosen fields of leads"),
}


def check_choices(connection: Connection, settings: Settings, defaults: Sequence[DefaultTarget]) -> tuple[Check, ...]:
    """One check for every table whose fields were chosen one by one, by the schemas of both systems."""
    if not settings.fields.chosen:
        return ()
    try:
        schemas = describe(
            connection.dynamics, connection.marketo, defaults, CancelToken(), settings.enable.native_sync
        )
    except GuardStop:  # a check of Marketo says it
        return check_names(connection, settings)
    checks = []
    for entity, check in zip(settings.fields.chosen, check_names(connection, settings), strict=True):
        wrong = [one for one in _problems(schemas, settings.fields, entity) if one.blocking]
        if check.state is CheckState.FAILED or not wrong:
            checks.append(check)
        else:
            detail = ", ".join(dict.fromkeys(one.field for one in wrong))
            checks.append(_failed(entity, wrong[0].title, wrong[0].cure, "field-choice", detail))
    return tuple(checks)


def check_names(connection: Connection, settings: Settings) -> tuple[Check, ...]:
    """The same by the tables of Dynamics alone."""
    chosen = settings.fields.chosen
    with ThreadPoolExecutor(len(ENTITIES), "describe") as pool:
        tables = dict(zip(chosen, pool.map(connection.dynamics.describe, chosen), strict=True))
    return tuple(_named(entity, tables, settings.fields) for entity in chosen)


def note_lost_fields(
    store: SyncStore, schemas: Schemas, settings: Settings, defaults: Collection[DefaultTarget]
) -> None:
    """Keep a notice for each table that lost a field that is synced; the run goes on without it."""
    documented = {(default.entity, default.source) for default in defaults if default.documented}
    noted = {problem.entity: problem.detail.split(", ") for problem in store.problems() if problem.code == FIELD_GONE}
    store.forget_notices(FIELD_GONE)
    notices = []
    for entity in schemas.offers:
        if entity in settings.fields.chosen:
            lost = [one.field for one in _problems(schemas, settings.fields, entity) if one.blocking and one.field]
        else:  # documented fields that were read in the last cycle, or that are missed since an earlier one
            usable = {
                row.field.name
                for row in schemas.offers[entity]
                if row.is_filter or row.preselected or (entity, row.field.name) not in documented
                if row.field.readable and not row.field.secured
            }
            before = [*store.cursor(entity).names, *noted.get(entity, ())]
            lost = [name for name in before if not name.startswith("=") and name not in usable]
        if lost:
            notices.append(Notice(entity, "", FIELD_GONE, ", ".join(dict.fromkeys(lost))))
    store.notice(notices)


def _problems(schemas: Schemas, fields: FieldSettings, entity: Entity) -> Iterator[ChoiceProblem]:
    if entity in schemas.offers:
        rows = schemas.offers[entity]
        table = schemas.tables[entity]
        yield from problems_of(fields.chosen[entity], table, schemas.targets, rows, fields.language)


def _named(entity: Entity, tables: Mapping[Entity, EntitySchema], fields: FieldSettings) -> Check:
    unknown = unknown_choices({entity: tables[entity]}, {entity: fields.chosen[entity]})
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

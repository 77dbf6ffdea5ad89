"""Chosen fields that Dynamics does not have: a failed check at set-up, a notice in a later run; never silent."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.findings.records import FIELD_GONE
from dynsync_gui.domain.mapping import unknown_choices
from dynsync_gui.domain.ports import DynamicsReader
from dynsync_gui.domain.schema import ENTITIES, Entity, System
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage import Notice, SyncStore
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.workload import Schemas

_TITLES: Mapping[Entity, Message] = {
    Entity.ACCOUNT: msg("Chosen fields of accounts"),
    Entity.CONTACT: msg("Chosen fields of contacts"),
    Entity.LEAD: msg("Chosen fields of leads"),
}


def check_choices(dynamics: DynamicsReader, settings: Settings) -> tuple[Check, ...]:
    """One check for every table whose fields were chosen by name."""
    chosen = settings.fields.chosen
    with ThreadPoolExecutor(len(ENTITIES), "describe") as pool:
        tables = dict(zip(chosen, pool.map(dynamics.describe, chosen), strict=True))
    unknown = unknown_choices(tables, chosen)
    checks = []
    for entity in chosen:
        id_ = f"dynamics.chosen.{entity.value}"
        if entity not in unknown:
            checks.append(Check(id_, System.DYNAMICS, CheckState.PASSED, _TITLES[entity], msg("All are there.")))
            continue
        name, near = unknown[entity][0]
        finding = msg("Dynamics has no field “{name}” in this table.", name=name)
        cure = (
            msg("Write “{near}”, if that is the one you mean.", near=near)
            if near
            else msg("Take the name from what “dynsync fields” lists.")
        )
        checks.append(
            Check(
                id_,
                System.DYNAMICS,
                CheckState.FAILED,
                _TITLES[entity],
                finding,
                cure,
                code="field-unknown",
                detail=", ".join(lost for lost, _ in unknown[entity]),
            )
        )
    return tuple(checks)


def note_lost_fields(store: SyncStore, schemas: Schemas, settings: Settings) -> None:
    """Keep a notice for each table that lost a chosen field; the run goes on without it."""
    unknown = unknown_choices(schemas.tables, settings.fields.chosen)
    store.forget_notices(FIELD_GONE)
    store.notice(
        [Notice(entity, "", FIELD_GONE, ", ".join(name for name, _ in lost)) for entity, lost in unknown.items()]
    )

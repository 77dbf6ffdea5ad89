"""The verb ``filter``: where the filter column stands in each table, and creating it in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dynsync_gui.cli.commands import Call, reach
from dynsync_gui.cli.options import FilterAction
from dynsync_gui.cli.tables import aligned
from dynsync_gui.domain.errors import ExitStatus, settings_error
from dynsync_gui.domain.events import FilterRead
from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.schema import FILTER_FIELD, Entity
from dynsync_gui.domain.text import Message, msg, number, tr
from dynsync_gui.system.logging import escape

_COLUMNS: Mapping[FilterColumn, Message] = {
    FilterColumn.PRESENT: msg("The column {name} is there."),
    FilterColumn.MISSING: msg("There is no such column, so nobody is kept out here."),
    FilterColumn.OTHER_TYPE: msg("The column {name} is no Yes/No column and is not used."),
    FilterColumn.OTHER_PREFIX: msg("Only {name} is there. The filter has to begin with new_."),
}


def filter_(call: Call) -> ExitStatus:
    """Say how it stands, after creating it where that was asked for."""
    creates, entity = call.options.filter_action is FilterAction.CREATE, Entity(call.options.table)
    if creates and not call.options.yes:
        raise settings_error(
            msg(
                "This adds the column “{name}” to the table “{table}” of Dynamics and publishes it.",
                name=FILTER_FIELD,
                table=entity.value,
            ),
            msg("Say --yes if that is what you want."),
            code="not-confirmed",
        )
    session, settings, secrets = reach(call)
    try:
        if creates:
            default = call.options.default == "yes"
            job = session.service.create_filter(settings, secrets, entity, default=default)
        else:
            job = session.service.read_filter(settings, secrets)
        states = session.expect(job, FilterRead).states
    finally:
        session.close()
    call.output.answer({"tables": [_document(state) for state in states.values()]}, _text(states.values()))
    return ExitStatus.DONE


def _document(state: FilterState) -> dict[str, Any]:
    return {
        "entity": state.entity.value,
        "column": state.column.value,
        "found": state.found,
        "yes": state.yes,
        "no": state.no,
        "blank": state.blank,
        "default": state.default,
        "may_create": state.may_create,
        "reason": str(state.reason),
        "warnings": [str(warning) for warning in state.warnings],
    }


def _text(states: Iterable[FilterState]) -> str:
    rows = [["", tr("Yes"), tr("No"), tr("blank"), ""]]
    lines = []
    for state in states:
        said = str(replace(_COLUMNS[state.column], values={"name": escape(state.found)}))
        counts = ["" if count is None else number(count) for count in (state.yes, state.no, state.blank)]
        rows.append([state.entity.value, *counts, said])
        lines += [f"{state.entity}: {escape(str(warning))}" for warning in state.warnings]
        if state.column is not FilterColumn.PRESENT:
            way = f"dynsync filter create {state.entity} --default no --yes" if state.may_create else str(state.reason)
            lines.append(f"{state.entity}: {way}")
    meaning = tr("Only No keeps a record out of Marketo; Yes and blank let it through.")
    return "\n".join([aligned(rows, right=(1, 2, 3)), "", meaning, *lines])

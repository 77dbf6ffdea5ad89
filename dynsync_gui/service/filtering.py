"""The filter column of each table: where it stands, what it says, and making it where it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure, settings_error
from dynsync_gui.domain.events import FilterRead
from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.ports.dynamics import DynamicsReader, DynamicsWriter, FilterCounts, FilterSeen
from dynsync_gui.domain.schema import ENTITIES, FILTER_FIELD, Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import NOTHING, Message, msg
from dynsync_gui.engine.quarantine import quarantines
from dynsync_gui.engine.workload import chosen_tables
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.service.opening import Opening

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between looks at a column that was just made: Dynamics may take a moment to offer it."""


class Filtering:
    """Looks at the filter columns.

    Args:
        opening: Opens both systems.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening

    def read(self, settings: Settings, secrets: Secrets | None, job: BackgroundJob) -> FilterRead:
        """Where it stands in each table, with counts of now."""
        with self._opening.connected(settings, secrets, job) as connection:
            return FilterRead(job.number, _states(connection.dynamics, settings))

    def create(
        self, settings: Settings, secrets: Secrets | None, entity: Entity, job: BackgroundJob, *, default: bool
    ) -> FilterRead:
        """Make it in a table, and look again; where it is there already nothing is written.

        Raises:
            SettingsError: A column of that name is there and is no Yes/No column.
        """
        with self._opening.connected(settings, secrets, job) as connection:
            column = _column(connection.dynamics.filter_column(entity))
            if column is FilterColumn.OTHER_TYPE:
                raise settings_error(
                    msg("A column “{name}” is there already and is no Yes/No column.", name=FILTER_FIELD),
                    msg("Have a Dynamics administrator delete it; then create the filter again."),
                    code="filter-type",
                )
            if column is not FilterColumn.PRESENT:
                job.token.raise_if_cancelled()
                connection.dynamics.create_filter(entity, default=default)
                _await(connection.dynamics, entity, job.token)
            return FilterRead(job.number, _states(connection.dynamics, settings))


def _states(dynamics: DynamicsReader, settings: Settings) -> dict[Entity, FilterState]:
    lacking = _lacking(dynamics)
    tables = chosen_tables(settings.synced_objects, settings.enable.native_sync)
    with ThreadPoolExecutor(len(ENTITIES), "filter") as pool:
        states = pool.map(lambda entity: _state(dynamics, entity, lacking), tables)
        return {state.entity: state for state in states if state is not None}


def _state(dynamics: DynamicsReader, entity: Entity, lacking: Sequence[str]) -> FilterState | None:
    """Where it stands; None for a table that Dynamics does not show."""
    try:
        seen = dynamics.filter_column(entity)
    except ConnectionFailed as failure:
        if not quarantines(failure):
            raise
        return None
    column = _column(seen)
    counts = _counts(dynamics, entity) if column is FilterColumn.PRESENT else None
    creatable = column in {FilterColumn.MISSING, FilterColumn.OTHER_PREFIX}
    return FilterState(
        entity,
        column,
        seen.name,
        yes=counts.yes if counts else None,
        no=counts.no if counts else None,
        blank=counts.blank if counts else None,
        default=seen.default,
        may_create=creatable and not lacking,
        reason=_reason(column, lacking),
        warnings=tuple(_warnings(column, seen, counts)),
    )


def _column(seen: FilterSeen) -> FilterColumn:
    if not seen.name:
        return FilterColumn.MISSING
    if seen.name != FILTER_FIELD:
        return FilterColumn.OTHER_PREFIX
    return FilterColumn.PRESENT if seen.yes_no else FilterColumn.OTHER_TYPE


def _reason(column: FilterColumn, lacking: Sequence[str]) -> Message:
    """Why it cannot be created."""
    if column is FilterColumn.PRESENT:
        return msg("It is there already.")
    if column is FilterColumn.OTHER_TYPE:
        return msg("A column of that name and another type has to be deleted in Dynamics first.")
    if lacking:
        rights = ", ".join(lacking)
        return msg("This user may not add columns in Dynamics: {rights} is missing.", rights=rights)
    return NOTHING


def _warnings(column: FilterColumn, seen: FilterSeen, counts: FilterCounts | None) -> Iterator[Message]:
    if column is FilterColumn.OTHER_PREFIX:
        yield msg(
            "“{name}” has another prefix, so it keeps nobody out. Only “{wanted}” counts.",
            name=seen.name,
            wanted=FILTER_FIELD,
        )
    if column is not FilterColumn.PRESENT:
        return
    if seen.default:
        yield msg(
            "New records begin with Yes. A workflow that says No seconds later comes too late: the person is in "
            "Marketo by then and no longer kept up to date. With No as default that does not happen."
        )
    if seen.schema_name != FILTER_FIELD:
        yield msg(
            "It is spelled “{name}” in Dynamics. DynSync obeys it; Marketo's own sync wants “{wanted}”.",
            name=seen.schema_name,
            wanted=FILTER_FIELD,
        )
    if not seen.open:
        yield msg("It is protected, so that DynSync may read it as blank and keep nobody out.")
    if counts is None:
        yield msg("Dynamics does not let this user count the records.")
    elif counts.no and not counts.yes and not counts.blank:
        yield msg("Every record says No, so nobody of this table would be brought over.")


def _counts(dynamics: DynamicsReader, entity: Entity) -> FilterCounts | None:
    try:
        return dynamics.filter_counts(entity)
    except TemporaryFailure:
        raise
    except ConnectionFailed:
        return None


def _lacking(dynamics: DynamicsReader) -> tuple[str, ...]:
    try:
        return dynamics.lacking_rights()
    except ConnectionFailed:  # then the attempt tells
        return ()


def _await(dynamics: DynamicsWriter, entity: Entity, token: CancelToken) -> None:
    """Ask for the new column until Dynamics offers it."""
    for pause in _PAUSES:
        if _column(dynamics.filter_column(entity)) is FilterColumn.PRESENT:
            return
        token.wait(pause)

"""Questions about single records and about both sides as a whole, beside the sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.certificate import Certificate
from dynsync_gui.domain.errors import GuardStop, settings_error
from dynsync_gui.domain.events import Event, Explained, Reconciled
from dynsync_gui.domain.explain import id_in
from dynsync_gui.domain.guards import munchkin_of
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.mass_change import excessive, guard_id, mass_guard
from dynsync_gui.domain.ports import Connection, Profile
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage import SyncStore
from dynsync_gui.domain.text import msg
from dynsync_gui.engine.certifying import Certifier
from dynsync_gui.engine.explain import Explainer
from dynsync_gui.engine.explain_chain import Standstill
from dynsync_gui.engine.explain_ledger import from_ledger
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.workload import Schemas, describe, mapping_of, work_of
from dynsync_gui.service.certificates import write_certificate
from dynsync_gui.service.cycles import QUOTA_CODE
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Desk:
    """What a question is answered from."""

    settings: Settings
    connection: Connection
    store: SyncStore
    schemas: Schemas
    mapping: SyncMapping

    @property
    def rules(self) -> Rules:
        """How records are taken in."""
        return Rules(Entity.USER in self.schemas.tables, self.settings.objects.deleted)


class Asking:
    """Implements the questions of `service.api.RecordsApi`.

    Args:
        workplace: What the service works with.
        opening: Opens both systems.
        lanes: The threads.
        profile: The profile in use now.
    """

    def __init__(self, workplace: Workplace, opening: Opening, lanes: Lanes, profile: Callable[[], Profile]) -> None:
        self._workplace = workplace
        self._opening = opening
        self._lanes = lanes
        self._profile = profile

    def why(self, asked: str) -> BackgroundJob:
        """Last event `Explained`."""

        def work(job: BackgroundJob) -> Event:
            if not id_in(asked) and "@" not in asked:
                raise settings_error(
                    msg("“{asked}” is neither an e-mail address nor a Dynamics id.", asked=asked[:100]),
                    msg("Enter a person's e-mail address, or the id of a record as Dynamics has it in its address."),
                    code="asked",
                )
            try:
                with self.desk(job) as desk:
                    explainer = Explainer(
                        desk.connection.dynamics,
                        desk.connection.marketo,
                        desk.store,
                        desk.schemas,
                        desk.mapping,
                        desk.rules,
                        _standstill(desk),
                    )
                    return Explained(job.number, explainer.explain(asked))
            except GuardStop as stop:
                if stop.code != QUOTA_CODE:
                    raise
                with closing(self._workplace.open_store(self._profile().database)) as store:
                    return Explained(job.number, from_ledger(store, asked, stop))

        return self._lanes.run(Lane.INTERACTIVE, work)

    def reconcile(self, sample: int = 0, path: Path | None = None) -> BackgroundJob:
        """Last event `Reconciled`."""

        def work(job: BackgroundJob) -> Event:
            with self.desk(job) as desk:
                dynamics, marketo = desk.connection.dynamics, desk.connection.marketo
                certifier = Certifier(dynamics, marketo, desk.store, desk.rules, desk.schemas.own, job.token)
                counts, differences, more = certifier.certify(work_of(desk.schemas, desk.mapping), sample)
                card = dynamics.organisation()
                certificate = Certificate(
                    datetime.now(UTC),
                    f"{card.name} ({card.address})",
                    munchkin_of(desk.settings.marketo.endpoint),
                    sample,
                    counts,
                    differences,
                    more,
                )
            stamp = certificate.at.strftime("%Y%m%d-%H%M%S")
            place = path or self._profile().database.with_name(f"certificate-{stamp}.txt")
            write_certificate(place, certificate)
            return Reconciled(job.number, certificate, place)

        return self._lanes.run(Lane.INTERACTIVE, work)

    @contextmanager
    def desk(self, job: BackgroundJob) -> Iterator[Desk]:
        """Both systems, today's schemas and the ledger; nothing is held against a sync that runs."""
        profile = self._profile()
        settings = profile.read_settings()
        if settings is None:
            raise settings_error(
                msg("Nothing is set up in this profile yet."), msg("Set DynSync up first."), code="not-set-up"
            )
        secrets = profile.secrets().read()
        if settings.rehearsal and not secrets.values():
            raise settings_error(
                msg("The rehearsal is over, and its systems are gone."), msg("Start it anew."), code="rehearsal"
            )
        native_sync, objects = settings.enable.native_sync, settings.objects
        path = profile.database if profile.database.exists() else None
        with (
            closing(self._workplace.open_store(path)) as store,
            self._opening.connected(settings, secrets, job, attended=False) as connection,
        ):
            schemas = describe(
                connection.dynamics, connection.marketo, self._workplace.defaults(), job.token, native_sync, objects
            )
            yield Desk(settings, connection, store, schemas, mapping_of(schemas, settings.fields, native_sync, objects))


def _standstill(desk: Desk) -> Standstill:
    """What holds up the sync as a whole: an agreement that is missing."""
    run = desk.store.unfinished_run()
    changes = excessive(desk.store.mass_changes(run.id), desk.settings.guards) if run is not None else ()
    if run is None or not changes or desk.store.accepted_guard(run.id) == guard_id(run.id, changes):
        return Standstill()
    return Standstill(mass_guard(run.id, changes))

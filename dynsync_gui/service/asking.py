"""Questions about single records and about both sides as a whole, beside the sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.certificate import Certificate
from dynsync_gui.domain.errors import GuardStop, SettingsError, settings_error
from dynsync_gui.domain.events import Event, Explained, ProblemsRead, Reconciled
from dynsync_gui.domain.explain import Answer, id_in
from dynsync_gui.domain.guards import munchkin_of
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.report import Status
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg
from dynsync_gui.engine.explaining.certifying import Certifier
from dynsync_gui.engine.explaining.explainer import Explainer
from dynsync_gui.engine.explaining.ledger import from_ledger
from dynsync_gui.engine.explaining.subject import Standstill
from dynsync_gui.engine.explaining.way_back import WayBack
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.retyped import Names, retyped, without_retyped
from dynsync_gui.engine.workload import Schemas, describe, mapping_of, rules_of, work_of
from dynsync_gui.service.certificates import write_certificate
from dynsync_gui.service.cycles import QUOTA_CODE
from dynsync_gui.service.difference_file import DifferenceFile
from dynsync_gui.service.guarding import standing_guard
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.standing import set_up
from dynsync_gui.service.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Desk:
    """What a question is answered from; `still` names columns that became another kind and are not synced now."""

    settings: Settings
    connection: Connection
    store: SyncStore
    schemas: Schemas
    mapping: SyncMapping
    still: Names

    @property
    def rules(self) -> Rules:
        """How records are taken in."""
        return rules_of(self.settings, self.schemas)

    def explain(self, asked: str) -> Answer:
        """Why the records of an address or an id are not, or not so, in Marketo."""
        dynamics, marketo = self.connection.dynamics, self.connection.marketo
        standstill = Standstill(standing_guard(self.store, self.settings), self.still)
        explainer = Explainer(dynamics, marketo, self.store, self.schemas, self.mapping, self.rules, standstill)
        return explainer.explain(asked)


class Asking:
    """The questions of `service.api.RecordsApi`.

    Args:
        workplace: What the service works with.
        opening: Opens both systems.
        lanes: The threads.
        profile: The profile in use now.
        status: Runs and state of that.
    """

    def __init__(
        self,
        workplace: Workplace,
        opening: Opening,
        lanes: Lanes,
        profile: Callable[[], Profile],
        status: Callable[[], Status],
    ) -> None:
        self.workplace = workplace
        self._opening = opening
        self.lanes = lanes
        self.profile = profile
        self._status = status

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
                    return Explained(job.number, desk.explain(asked))
            except GuardStop as stop:
                if stop.code != QUOTA_CODE:
                    raise
                with closing(self.workplace.open_store(self.profile().database)) as store:
                    return Explained(job.number, from_ledger(store, asked, stop))

        return self.lanes.run(Lane.INTERACTIVE, work)

    def reconcile(self, sample: int = 0, path: Path | None = None) -> BackgroundJob:
        """Last event `Reconciled`."""

        def work(job: BackgroundJob) -> Event:
            folder = self.profile().database.parent
            with self.desk(job) as desk, DifferenceFile(folder) as found:
                dynamics, marketo = desk.connection.dynamics, desk.connection.marketo
                certifier = Certifier(dynamics, marketo, desk.store, desk.rules, desk.schemas, job.token)
                back = WayBack(marketo, desk.store, desk.mapping)
                counts = certifier.certify(work_of(desk.schemas, desk.mapping), back, found.add, sample)
                card = dynamics.organisation()
                certificate = Certificate(
                    datetime.now(UTC),
                    f"{card.name} ({card.address})",
                    munchkin_of(desk.settings.marketo.endpoint),
                    sample,
                    counts,
                    found.some,
                    found.more,
                )
                stamp = certificate.at.strftime("%Y%m%d-%H%M%S")
                place = path or folder / f"certificate-{stamp}.txt"
                write_certificate(place, certificate, found)
            return Reconciled(job.number, certificate, place)

        return self.lanes.run(Lane.INTERACTIVE, work)

    def withhold(self, ids: Sequence[str] = ()) -> BackgroundJob:
        """Last event `ProblemsRead`."""

        def work(job: BackgroundJob) -> Event:
            with closing(self.workplace.open_store(self.profile().database)) as store:
                if not {one.id for one in store.problems() if one.aside}.issuperset(ids):
                    raise _not_aside()
                if not store.withhold(ids):
                    raise settings_error(
                        msg("Marketo did not say which value of these records it refuses."),
                        msg("Correct them in Dynamics. The list of problems says what Marketo does not take."),
                        code="no-value",
                    )
                return ProblemsRead(job.number, tuple(store.problems()), self._status())

        return self.lanes.run(Lane.INTERACTIVE, work)

    def retry(self, ids: Sequence[str] = ()) -> BackgroundJob:
        """Last event `ProblemsRead`."""

        def work(job: BackgroundJob) -> Event:
            with closing(self.workplace.open_store(self.profile().database)) as store:
                if store.try_again(ids) < len(set(ids)):
                    raise _not_aside()
                return ProblemsRead(job.number, tuple(store.problems()), self._status())

        return self.lanes.run(Lane.INTERACTIVE, work)

    @contextmanager
    def desk(self, job: BackgroundJob, *, people: bool = False) -> Iterator[Desk]:
        """Both systems, today's schemas and the ledger; nothing is held against a sync that runs.

        Args:
            job: Stops it.
            people: Whether only people, companies and their owners matter, so that fewer tables are asked for.
        """
        profile = self.profile()
        settings = set_up(profile)
        secrets = profile.secrets().read()
        if settings.rehearsal and not secrets.values():
            raise settings_error(
                msg("The rehearsal is over, and its systems are gone."), msg("Start it anew."), code="rehearsal"
            )
        native_sync, objects = settings.enable.native_sync, settings.synced_objects
        if people:
            objects = replace(objects, opportunities=False, custom=())
        path = profile.database if profile.database.exists() else None
        with (
            closing(self.workplace.open_store(path)) as store,
            self._opening.connected(settings, secrets, job, attended=False) as connection,
        ):
            schemas = describe(
                connection.dynamics, connection.marketo, self.workplace.defaults(), job.token, native_sync, objects
            )
            chosen, still = mapping_of(schemas, settings.fields, native_sync, objects), retyped(store, schemas.tables)
            yield Desk(settings, connection, store, schemas, without_retyped(chosen, still), still)


def _not_aside() -> SettingsError:
    return settings_error(
        msg("Not all of these records are set aside."),
        msg("Look at the list of problems, and name ids that stand above “Worth knowing”."),
        code="not-aside",
    )

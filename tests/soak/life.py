"""One life of the product, as the command line lives it: logs, profile, a start or a cycle, the numbers."""

from __future__ import annotations

import pickle
from contextlib import closing

from dynsync_gui.composition import Options, open_service
from dynsync_gui.connectors import opening as _loaded  # noqa: F401  before the fork, not in every child
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import JobFailed, ProfileRead, RunEnded
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.system.logging import start_logging
from dynsync_gui.system.secrets import SecretSource
from tests.soak import seat
from tests.soak.seams import lay
from tests.soak.trip import Trip


def live(task: seat.Task) -> seat.Life:
    """Run to the end, whatever that is."""
    task.folder.mkdir(mode=0o700, exist_ok=True)
    with (task.folder / "stderr.txt").open("a", encoding="utf-8") as stderr:
        logs = start_logging(stderr, verbose=True)
        logs.to_folder(task.folder / "logs", verbose=True)
        trip = Trip(task.fault)
        lay(trip, task.folder, task.keychain, in_files=task.in_files)
        try:
            with closing(open_service(Options(task.folder, SecretSource.KEYCHAIN))) as service:
                life = _run(service, task, trip)
        except DynSyncError as error:
            life = _ended(error.code, trip, str(error.detail))
        return life


def _run(service: SyncService, task: seat.Task, trip: Trip) -> seat.Life:
    found = service.read_profile().wait()
    if isinstance(found, JobFailed):
        return _ended(found.error.code, trip, str(found.error.detail))
    assert isinstance(found, ProfileRead)
    new = found.settings is None
    event = (service.start(*pickle.loads(task.given)) if new else service.go_on()).wait()
    if isinstance(event, JobFailed):
        return _ended(event.error.code, trip, str(event.error.detail))
    assert isinstance(event, RunEnded), event
    problems = [(one.entity.value, one.id, one.code, one.aside) for one in service.problems()]
    return seat.Life(
        "done",
        event.report.acknowledged,
        event.report.read,
        event.report.outbox,
        all(run.closes for run in service.status().runs),
        frozenset(problems),
        tuple(trip.met.items()),
        trip.reached,
    )


def _ended(code: str, trip: Trip, detail: str) -> seat.Life:
    return seat.Life(code, met=tuple(trip.met.items()), reached=trip.reached, detail=detail)

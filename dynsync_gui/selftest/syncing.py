"""The rehearsal sync: the whole product, from the sample systems to the proof."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import Event, JobFailed, RehearsalReady, RunEnded
from dynsync_gui.domain.settings import EnableSettings
from dynsync_gui.domain.text import tr
from dynsync_gui.selftest.outcome import Failed
from dynsync_gui.service.api import Job
from dynsync_gui.system.secrets import SecretSource

RECORDS = 200
"""People and companies; users, opportunities and roles come on top."""
_SECONDS = 180.0

_E = TypeVar("_E", bound=Event)


def check_rehearsal(folder: Path) -> str:
    """Sync the sample records into the sample Marketo and compare both sides.

    Args:
        folder: Holds the profile.
    """
    service = open_service(Options(folder / "profile", SecretSource.SESSION, records=RECORDS))
    try:
        ready = _last(service.prepare_rehearsal(), RehearsalReady)
        settings = replace(ready.settings, enable=EnableSettings("admin@contoso.example", accept=True))
        ended = _last(service.start(settings, ready.secrets, session_only=True), RunEnded)
    finally:
        service.close()
    report, proof = ended.report, ended.proof
    if not report.closes or report.read < RECORDS or report.outbox or proof is None or not proof.holds:
        raise Failed(tr("The rehearsal ended, but both sides are not the same."))
    return tr(
        "{read} records read, {taken} taken by Marketo, both sides the same",
        read=report.read,
        taken=report.acknowledged,
    )


def _last(job: Job, kind: type[_E]) -> _E:
    event = job.wait(_SECONDS)
    if isinstance(event, kind):
        return event
    if isinstance(event, JobFailed):
        raise Failed(f"{event.error.finding.title} ({event.error.code})")
    raise Failed(tr("The rehearsal did not end in time."))

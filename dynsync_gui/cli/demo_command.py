"""``dynsync demo``: the whole job on the rehearsal world, with the proof at its end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dynsync_gui.cli import documents, render
from dynsync_gui.cli.commands import Call, run_checks, status_of, status_of_run
from dynsync_gui.cli.session import Session
from dynsync_gui.domain.errors import Cancelled, ExitStatus, settings_error
from dynsync_gui.domain.events import PlanReady, ProblemsRead, ProfileRead, RehearsalReady, RunEnded
from dynsync_gui.domain.report import RunState
from dynsync_gui.domain.settings import EnableSettings
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.system.secrets import SecretSource

_EMAIL = "admin@contoso.example"


def demo(call: Call) -> ExitStatus:
    """Walk the three pages on sample data: check, plan, sync, proof."""
    with _profile(call) as folder:
        session = call.open(replace(call.options, profile=folder, secrets=SecretSource.SESSION))
        try:
            return _rehearse(call, session)
        finally:
            session.close()


def _rehearse(call: Call, session: Session) -> ExitStatus:
    service, say = session.service, _speaker(call)
    stored = session.expect(service.read_profile(), ProfileRead).settings
    if stored is not None and not stored.rehearsal:
        raise settings_error(
            msg("This profile belongs to two real systems."),
            msg("Leave --profile out, or name an empty folder."),
            code="profile-in-use",
        )
    say(tr("1 Credentials: starting the rehearsal systems and testing both connections"))
    ready = session.expect(service.prepare_rehearsal(), RehearsalReady)
    checks, card = run_checks(session, ready.settings, ready.secrets)
    if status_of(checks) is not ExitStatus.DONE:
        call.output.answer(documents.check_document(checks, card), render.checks_text(checks, card))
        return ExitStatus.REFUSED
    settings = replace(ready.settings, enable=EnableSettings(_EMAIL, accept=True))
    say(render.checks_text(checks, card))
    say(tr("2 Fields: Marketo's own defaults"))
    plan = session.expect(service.plan(settings, ready.secrets), PlanReady).plan
    say(tr("3 Enable sync: what will happen"))
    say(render.plan_text(plan))
    ended = session.expect(service.start(settings, ready.secrets, session_only=True), RunEnded)
    problems = session.expect(service.read_problems(), ProblemsRead).problems
    document = {
        "plan": documents.plan_document(plan),
        "run": documents.run_document(ended.report),
        "proof": documents.proof_document(ended.proof) if ended.proof else None,
        **documents.problems_document(problems),
    }
    parts = [render.run_text(ended.report), render.problems_text(problems)]
    parts += [render.proof_text(ended.proof)] if ended.proof else []
    call.output.answer(document, "\n\n".join(parts))
    if call.stop.wanted and ended.report.state is not RunState.DONE:
        raise Cancelled
    if ended.proof is not None and not ended.proof.holds:
        return ExitStatus.PROBLEMS
    return status_of_run(ended.report)


def _speaker(call: Call) -> Callable[[str], None]:
    return (lambda _: None) if call.output.as_json else call.output.note


@contextmanager
def _profile(call: Call) -> Iterator[Path]:
    """The folder that was named, or one that vanishes: a demo leaves nothing in the profile of real systems."""
    if call.options.profile is not None:
        yield call.options.profile
        return
    with tempfile.TemporaryDirectory(prefix="dynsync-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)

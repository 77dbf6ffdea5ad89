"""The verb that syncs: one run, or cycle after cycle until it is told to stop."""

from __future__ import annotations

from dynsync_gui.cli.commands import Call, accept_identity, reach, say_run
from dynsync_gui.cli.session import Session
from dynsync_gui.cli.why_command import why_document, why_text
from dynsync_gui.domain.errors import Cancelled, ExitStatus, settings_error
from dynsync_gui.domain.events import Explained, JobFailed, ProfileRead, RunEnded
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import msg
from dynsync_gui.system.secrets import SecretSource


def sync(call: Call) -> ExitStatus:
    """Go on with what is undone and bring over what changed; once, or again and again."""
    session, settings, secrets = reach(call, rehearse=False)
    try:
        if not settings.enable.accept:
            raise settings_error(
                msg("The three points of the last page were not accepted yet."),
                msg("Write accept = true below [enable] in the answers file and run setup again."),
                code="not-accepted",
            )
        accept_identity(call, session, settings, secrets)
        if call.options.record:
            return _one(call, session)
        if call.options.accept_guard:
            session.expect(session.service.accept_guard(call.options.accept_guard), ProfileRead)
        ended = _once(call, session, settings, secrets) if call.options.once else None
        if ended is None:
            ended = _on_and_on(call, session, settings, secrets)
    finally:
        session.close()
    return ExitStatus.DONE if ended is None else say_run(call, ended)


def _one(call: Call, session: Session) -> ExitStatus:
    """Bring one record over at once, and say how it stands then."""
    table, _, id_ = call.options.record.rpartition(":")
    job = session.service.records.sync_one(Entity(table.strip().lower()), id_ or call.options.record)
    answer = session.expect(job, Explained).answer
    call.output.answer(why_document(answer), why_text(answer))
    return ExitStatus.DONE if all(one.in_step for one in answer.explanations) else ExitStatus.PROBLEMS


def _once(call: Call, session: Session, settings: Settings, secrets: Secrets) -> RunEnded:
    if call.options.secrets is SecretSource.SESSION and not settings.rehearsal:
        job = session.service.start(settings, secrets, session_only=True)
    else:
        job = session.service.go_on()
    return session.expect(job, RunEnded)


def _on_and_on(call: Call, session: Session, settings: Settings, secrets: Secrets) -> RunEnded | None:
    """The last run before it was told to stop, which is how this ends well; None where there was none."""
    if call.options.secrets is SecretSource.SESSION and not settings.rehearsal:
        session.expect(
            session.service.keep(settings, secrets, session_only=True), ProfileRead
        )  # and known from then on
    try:
        session.expect(session.service.follow(), JobFailed)
    except Cancelled:
        if not call.stop.wanted:
            raise
    call.stop.wanted = False  # it was heeded: nothing was cut off
    return session.cycle

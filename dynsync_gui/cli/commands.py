"""The verbs that look and sync; each says one answer and returns the exit status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dynsync_gui.cli import documents, prompts, render
from dynsync_gui.cli.fit_lines import fit_document
from dynsync_gui.cli.options import Options
from dynsync_gui.cli.output import Output
from dynsync_gui.cli.session import NoAnswer, Session, Stop
from dynsync_gui.cli.workshop import Workshop
from dynsync_gui.domain.checks import Check, CheckState, IdentityCard, all_passed
from dynsync_gui.domain.errors import Cancelled, ExitStatus, settings_error
from dynsync_gui.domain.events import (
    BackgroundRead,
    ChecksEnded,
    PlanReady,
    ProfileRead,
    RehearsalReady,
    RunEnded,
)
from dynsync_gui.domain.expiry import entered_expiry
from dynsync_gui.domain.fit_words import summary
from dynsync_gui.domain.letter import letter
from dynsync_gui.domain.report import RunReport, RunState
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.system.secrets import SecretSource

CHECK_SECONDS = 57.0
"""After that a check that still runs counts as stopped; a slow keychain before it leaves that below a minute."""
_WINDOW_SECONDS, _CALLS = 20.0, 40
"""Marketo's window, and what checks ask of Marketo at most: who allows fewer calls in a window waits for some more."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command."""

    options: Options
    workshop: Workshop
    output: Output
    stop: Stop

    def open(self, options: Options | None = None) -> Session:
        """A session with the service of the profile."""
        return Session(self.workshop.open_service(options or self.options), self.output, self.stop)


def check(call: Call) -> ExitStatus:
    """Test both connections."""
    session, settings, secrets = reach(call)
    try:
        checks, card = run_checks(session, settings, secrets, call.options.only)
    finally:
        session.close()
    document, text = documents.check_document(checks, card), render.checks_text(checks, card)
    if (owner := call.options.letter) is not None:
        written = letter(checks, owner, settings)
        document["letter"] = documents.letter_document(written)
        text = render.letter_text(written, owner)
    call.output.answer(document, text)
    return status_of(checks)


def plan(call: Call) -> ExitStatus:
    """Say what a sync would do."""
    session, settings, secrets = reach(call)
    try:
        made = session.expect(session.service.plan(settings, secrets), PlanReady).plan
    finally:
        session.close()
    document, text = documents.plan_document(made), render.plan_text(made)
    if made.fit is not None:
        document["fit"] = fit_document(made.fit)
        text += f"\n{summary(made.fit)}"
    call.output.answer(document, text)
    return ExitStatus.DONE


def status(call: Call) -> ExitStatus:
    """Say how it stands."""
    session = call.open()
    try:
        profile = session.expect(session.service.read_profile(), ProfileRead)
        found = profile.status
        if profile.settings is not None and not profile.settings.rehearsal:
            state = session.expect(session.service.background.read(), BackgroundRead).state
            found = replace(found, next_run=state.next_run)
    finally:
        session.close()
    expiry = entered_expiry(profile.settings.dynamics) if profile.settings else None
    if expiry is not None and (warning := expiry.warning(datetime.now(UTC).date())) is not None:
        call.output.note(f"{warning.title} {warning.cure}")
    call.output.answer(documents.status_document(found), render.status_text(found))
    return ExitStatus.DONE


def reach(call: Call, *, rehearse: bool = True) -> tuple[Session, Settings, Secrets]:
    """A session with what is stored, and the secrets that it needs.

    Args:
        call: The call.
        rehearse: Whether to start the rehearsal systems where the profile is a rehearsal's.

    Raises:
        SettingsError: Nothing is set up, or a secret is missing.
        SecretsUnavailable: The keychain cannot be used.
    """
    session = call.open()
    try:
        settings = stored_settings(session)
        if settings.rehearsal:
            if not rehearse:
                return session, settings, Secrets()
            ready = session.expect(session.service.prepare_rehearsal(), RehearsalReady)
            return session, replace(ready.settings, fields=settings.fields), ready.secrets
        secrets = stored_secrets(call, settings)
        if call.options.secrets is SecretSource.KEYCHAIN and not prompts.missing(settings, prompts.from_environment()):
            session.close()  # the environment holds all that is needed: no keychain has to be unlocked
            session = call.open(replace(call.options, secrets=SecretSource.ENVIRONMENT))
            session.expect(session.service.read_profile(), ProfileRead)
    except BaseException:
        session.close()
        raise
    return session, settings, secrets


def stored_settings(session: Session) -> Settings:
    """The settings of the profile; raises SettingsError where there are none."""
    settings = session.expect(session.service.read_profile(), ProfileRead).settings
    if settings is None:
        raise settings_error(
            msg("Nothing is set up in this profile yet."),
            msg("Run dynsync setup --answers FILE, or open DynSync and walk through its three pages."),
            code="not-set-up",
        )
    return settings


def stored_secrets(call: Call, settings: Settings) -> Secrets:
    """Secrets of the environment, else the kept ones, else typed in and then kept."""
    secrets = prompts.from_environment()
    if not prompts.missing(settings, secrets) or call.options.secrets is SecretSource.ENVIRONMENT:
        return prompts.ask_for(settings, secrets, None)
    store = call.workshop.open_secrets(call.options)
    kept = prompts.over(secrets, store.read())
    complete = prompts.ask_for(settings, kept, call.workshop.ask)
    if complete != kept:
        store.write(complete)
    return complete


def accept_identity(call: Call, session: Session, settings: Settings, secrets: Secrets) -> None:
    """Confirm systems that changed, where the organisation's name was typed; raises GuardStop for another name."""
    if call.options.accept_identity and not settings.rehearsal:
        job = session.service.confirm_identity(call.options.accept_identity, settings, secrets)
        session.expect(job, ProfileRead)


def run_checks(
    session: Session, settings: Settings, secrets: Secrets, only: System | None = None
) -> tuple[tuple[Check, ...], IdentityCard | None]:
    """The checks of both systems or of one, and their identity card; bounded by `CHECK_SECONDS` and our own limits."""
    bound = CHECK_SECONDS + _WINDOW_SECONDS * (_CALLS // settings.limits.calls_per_20s)
    try:
        ended = session.expect(session.service.check(settings, secrets, only=only), ChecksEnded, bound)
    except NoAnswer:
        unanswered = tuple(_unanswered(check, bound) for check in session.checks if check.state is CheckState.PENDING)
        rest = tuple(check for check in session.checks if check.state is not CheckState.PENDING)
        nothing = Check("connection", System.DYNAMICS, CheckState.PENDING, msg("Connection"))
        return (*rest, *(unanswered or (_unanswered(nothing, bound),))), None
    return ended.checks, ended.card


def status_of(checks: tuple[Check, ...]) -> ExitStatus:
    """Whether the connections may be used."""
    return ExitStatus.DONE if all_passed(checks) else ExitStatus.REFUSED


def say_run(call: Call, ended: RunEnded) -> ExitStatus:
    """The report of a run as the answer."""
    parts = [render.run_text(ended.report)]
    document = documents.run_document(ended.report)
    if ended.proof is not None:
        parts.append(render.proof_text(ended.proof))
        document["proof"] = documents.proof_document(ended.proof)
    if ended.mail_failure is not None:
        call.output.note(tr("The e-mail was not sent. {why}", why=str(ended.mail_failure.finding.title)))
    call.output.answer(document, "\n\n".join(parts))
    if call.stop.wanted and ended.report.state is not RunState.DONE:
        raise Cancelled
    return status_of_run(ended.report)


def status_of_run(report: RunReport) -> ExitStatus:
    """Whether a run left anything to look at."""
    clean = report.state is RunState.DONE and not report.problems and not report.outbox
    return ExitStatus.DONE if clean else ExitStatus.PROBLEMS


def _unanswered(check: Check, bound: float) -> Check:
    return replace(
        check,
        state=CheckState.FAILED,
        finding=msg("There was no answer within {seconds} seconds.", seconds=round(bound)),
        cure=msg("Check the address and the network, then try again."),
        code="no-answer",
        seconds=bound,
    )


LOOKS: dict[str, Callable[[Call], ExitStatus]] = {
    "check": check,
    "plan": plan,
    "status": status,
}
"""The verbs of this room."""

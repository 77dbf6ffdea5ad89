"""``dynsync setup``: the three pages without a screen."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.cli import documents, prompts, render
from dynsync_gui.cli.commands import Call, accept_identity, run_checks, say_run, status_of
from dynsync_gui.cli.session import Session
from dynsync_gui.domain.answers import missing_answers
from dynsync_gui.domain.checks import Check, IdentityCard
from dynsync_gui.domain.errors import (
    ConnectionFailed,
    DynSyncError,
    ExitStatus,
    GuardStop,
    SecretsUnavailable,
    settings_error,
)
from dynsync_gui.domain.events import BackgroundRead, ProfileRead, RunEnded
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import in_vain
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.system.secrets import SecretSource
from dynsync_gui.system.settings_file import read_answers_file


def setup(call: Call) -> ExitStatus:
    """Store the answers and check both systems; with ``--start`` make the first sync, too.

    What was accepted is kept before the first request, so that a run that is killed can go on.
    """
    settings = read_answers_file(call.options.answers)
    if call.options.canary:
        settings = replace(settings, enable=replace(settings.enable, canary=True))
    if (lacking := missing_answers(settings)) is not None:
        raise lacking
    if call.options.start:
        _see_acceptance(settings)
    secrets = _secrets(call, settings)
    for remark in in_vain(settings, secrets):
        call.output.note(str(remark))
    session = call.open()
    try:
        session_only = _keep(call, session, settings, secrets)
        accept_identity(call, session, settings, secrets)
        checks, card = run_checks(session, settings, secrets)
        if not call.options.start or status_of(checks) is not ExitStatus.DONE:
            return _say_checks(call, checks, card)
        return _start(call, session, settings, secrets, checks, card, session_only=session_only)
    finally:
        session.close()


def _see_acceptance(settings: Settings) -> None:
    if not settings.enable.accept:
        raise settings_error(
            msg("The sync starts only when its three warnings and the two systems are accepted."),
            msg("Read what setup without --start and plan say, then write accept = true below [enable]."),
            code="not-accepted",
        )


def _secrets(call: Call, settings: Settings) -> Secrets:
    """From standard input where that is wanted, else the environment, else an earlier set-up, else typed in."""
    secrets = prompts.from_environment()
    if call.options.secrets_from_stdin:
        secrets = prompts.over(prompts.from_standard_input(), secrets)
    if prompts.missing(settings, secrets) and call.options.secrets is SecretSource.KEYCHAIN:
        secrets = prompts.over(secrets, call.workshop.open_secrets(call.options).read())
    ask = None if call.options.secrets is SecretSource.ENVIRONMENT else call.workshop.ask
    return prompts.ask_for(settings, secrets, ask)


def _keep(call: Call, session: Session, settings: Settings, secrets: Secrets) -> bool:
    """Keep settings and secrets; returns whether the secrets are held for this session only.

    A computer without a keychain can go on where the environment holds every secret, as it will the next time; it is
    said, and nothing is kept elsewhere.
    """
    session_only = call.options.secrets is SecretSource.SESSION
    try:
        session.expect(session.service.keep(settings, secrets, session_only=session_only), ProfileRead)
    except SecretsUnavailable as error:
        if prompts.missing(settings, prompts.from_environment()):
            raise
        call.output.note(tr("The secrets were not kept. {why}", why=str(error.finding.title)))
        session.expect(session.service.keep(settings, secrets, session_only=True), ProfileRead)
        return True
    return session_only


def _start(
    call: Call,
    session: Session,
    settings: Settings,
    secrets: Secrets,
    checks: tuple[Check, ...],
    card: IdentityCard | None,
    *,
    session_only: bool,
) -> ExitStatus:
    session.tells_plan = True
    try:
        ended = session.expect(session.service.start(settings, secrets, session_only=session_only), RunEnded)
    except (GuardStop, ConnectionFailed) as error:
        checks = (*checks, documents.check_of_error(error))
        _say_checks(call, checks, card)
        return error.exit_status
    _keep_syncing(call, session)
    return say_run(call, ended)


def _keep_syncing(call: Call, session: Session) -> None:
    """Do in the scheduler what the answers ask for, once the first sync is over; a refusal fails nothing."""
    try:
        session.expect(session.service.background.apply(), BackgroundRead)
    except DynSyncError as error:
        title, cure = str(error.finding.title), str(error.finding.cure)
        call.output.note(tr("DynSync does not sync in the background. {why} {cure}", why=title, cure=cure))


def _say_checks(call: Call, checks: tuple[Check, ...], card: IdentityCard | None) -> ExitStatus:
    call.output.answer(documents.check_document(checks, card), render.checks_text(checks, card))
    return status_of(checks)

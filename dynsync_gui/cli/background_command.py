"""``dynsync background`` and ``dynsync sync --background``: syncs that the platform's scheduler starts."""

from __future__ import annotations

from datetime import UTC, datetime

from dynsync_gui.cli.commands import Call, stored_settings
from dynsync_gui.cli.documents import Document, instant
from dynsync_gui.cli.sync_command import sync
from dynsync_gui.domain.errors import Cancelled, DynSyncError, ExitStatus
from dynsync_gui.domain.events import BackgroundRead
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Registration
from dynsync_gui.domain.text import msg, ntr, tr
from dynsync_gui.system.logging import escape

_REGISTRATIONS = {
    Registration.OFF: msg("DynSync does not sync in the background."),
    Registration.DAMAGED: msg("The scheduled task of DynSync was changed or DynSync moved. Run dynsync background on."),
    Registration.FOREIGN: msg("There is a scheduled task with DynSync's name that DynSync did not make."),
    Registration.UNAVAILABLE: msg("This computer has nothing that could start DynSync while its window is closed."),
}
_ENDED = {
    ExitStatus.DONE: msg("everything is in order"),
    ExitStatus.PROBLEMS: msg("some records need a look"),
}


def background(call: Call) -> ExitStatus:
    """Turn it on or off, make its entry again, or say how it stands."""
    options = call.options
    session = call.open()
    try:
        api = session.service.background
        if options.switch == "status":
            job = api.read()
        elif options.switch == "mend":
            job = api.apply()
        else:
            every = options.every or stored_settings(session).background.every_minutes
            job = api.choose(keep_syncing=options.switch == "on", every_minutes=every)
        state = session.expect(job, BackgroundRead).state
    finally:
        session.close()
    call.output.answer(background_document(state), background_text(state))
    return ExitStatus.DONE


def sync_quietly(call: Call) -> ExitStatus:
    """One run that the scheduler started: how it ended is noted for whoever opens the window next.

    Another run of the same profile is no trouble: it does the work.
    """
    if not call.options.background:
        return sync(call)
    started = datetime.now(UTC)
    if _read(call).syncing:
        call.output.answer(background_run_document(None), "")
        return ExitStatus.DONE
    try:
        status = sync(call)
    except Cancelled:
        raise
    except DynSyncError as error:
        if error.code == "lease-held":  # by a run that began since
            call.output.answer(background_run_document(None), "")
            return ExitStatus.DONE
        _note(call, BackgroundRun(started, error.exit_status, str(error.finding.title), str(error.finding.cure)))
        raise
    _note(call, BackgroundRun(started, status))
    return status


def background_document(state: BackgroundState) -> Document:
    """The document of ``background``."""
    return {
        "registration": state.entry.registration.value,
        "every_minutes": state.entry.every_minutes or None,
        "wanted": state.wanted,
        "next_run": instant(state.next_run),
        "syncing": state.syncing,
        "last_run": background_run_document(state.last),
    }


def background_run_document(run: BackgroundRun | None) -> Document:
    """How a run of the scheduler ended; all null before the first."""
    return {
        "started": instant(run.started) if run else None,
        "status": run.status if run else None,
        "title": run.title if run else None,
        "cure": run.cure if run else None,
    }


def background_text(state: BackgroundState) -> str:
    """The same for people."""
    lines = []
    if state.entry.registration is Registration.ON:
        every = ntr(
            "DynSync syncs in the background every minute.",
            "DynSync syncs in the background every {n} minutes.",
            state.entry.every_minutes,
        )
        lines.append(every)
        if state.next_run is not None:
            lines.append(tr("Next run: {time}", time=state.next_run.astimezone().strftime("%Y-%m-%d %H:%M")))
    else:
        lines.append(str(_REGISTRATIONS[state.entry.registration]))
    if state.syncing:
        lines.append(tr("A sync is running."))
    if state.last is not None:
        said = escape(state.last.title) or str(_ENDED.get(ExitStatus(state.last.status), _ENDED[ExitStatus.DONE]))
        time = state.last.started.astimezone().strftime("%Y-%m-%d %H:%M")
        lines.append(tr("Last run: {time}, {result}", time=time, result=said))
        if state.last.cure:
            lines.append(f"  {escape(state.last.cure)}")
    return "\n".join(lines)


def _read(call: Call) -> BackgroundState:
    session = call.open()
    try:
        return session.expect(session.service.background.read(), BackgroundRead).state
    finally:
        session.close()


def _note(call: Call, run: BackgroundRun) -> None:
    session = call.open()
    try:
        session.service.background.note_run(run)
    finally:
        session.close()

"""``dynsync remove``: what an installer calls when DynSync goes."""

from __future__ import annotations

from dynsync_gui.cli.commands import Call
from dynsync_gui.domain.errors import Cancelled, ExitStatus, settings_error
from dynsync_gui.domain.events import Removed
from dynsync_gui.domain.text import msg, ntr, tr
from dynsync_gui.system.paths import profile_of


def remove(call: Call) -> ExitStatus:
    """Take DynSync out of the scheduler; with ``--everything`` remove what it keeps, too.

    Without ``--profile`` the scheduled tasks of all profiles of this user go, since the program they start goes.
    """
    options = call.options
    if options.everything and not options.yes:
        _agree(call)
    session = call.open()
    try:
        job = session.service.background.remove(all_profiles=options.profile is None, everything=options.everything)
        removed = session.expect(job, Removed)
    finally:
        session.close()
    if removed.keychain is not None:
        call.output.note(tr("The secrets are still in the keychain. {why}", why=str(removed.keychain.title)))
    document = {
        "entries": removed.entries,
        "everything": removed.everything,
        "left": list(removed.left),
        "keychain": None if removed.keychain is None else str(removed.keychain.title),
    }
    call.output.answer(document, _text(removed))
    return ExitStatus.DONE if removed.keychain is None else ExitStatus.PROBLEMS


def _agree(call: Call) -> None:
    folder = profile_of(call.options.profile).folder
    if call.workshop.confirm is None:
        raise settings_error(
            msg("Nobody is there to agree that “{folder}” goes.", folder=str(folder)),
            msg("Add --yes to remove settings, database, logs and secrets without a question."),
            code="not-agreed",
        )
    question = tr("Remove settings, database, logs and secrets of “{folder}”? Type yes: ", folder=str(folder))
    if call.workshop.confirm(question).strip().casefold() not in {"yes", tr("yes").casefold()}:
        raise Cancelled


def _text(removed: Removed) -> str:
    lines = [
        ntr("{n} scheduled task was removed.", "{n} scheduled tasks were removed.", removed.entries)
        if removed.entries
        else tr("There was no scheduled task.")
    ]
    if removed.everything:
        lines.append(tr("Settings, database and logs were removed."))
    if removed.left:
        lines.append(tr("Left, because DynSync did not make them: {names}", names=", ".join(removed.left)))
    return "\n".join(lines)

"""``dynsync updates``: whether there is a newer DynSync."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.cli.commands import Call
from dynsync_gui.cli.documents import Document, instant
from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.events import Downloaded, Event, UpdateRead
from dynsync_gui.domain.releases import UpdateKind, UpdateState
from dynsync_gui.domain.text import language, msg, tr
from dynsync_gui.system.logging import escape

_KINDS = {
    UpdateKind.OFF: msg(
        "DynSync does not look for updates. Whoever looks after it can set “address” below [updates] in the settings."
    ),
    UpdateKind.CURRENT: msg("This is the newest DynSync, {version}."),
    UpdateKind.NEWER: msg("There is a newer DynSync, {version}. This is {installed}."),
}


def updates(call: Call) -> ExitStatus:
    """Look, and with ``--download`` keep what is newer; nothing is ever installed."""
    session = call.open()
    try:
        api, folder = session.service.updates, call.options.download
        found = session.expect(api.look() if folder is None else api.download(folder), Event)
    finally:
        session.close()
    if not isinstance(found, UpdateRead | Downloaded):
        raise TypeError(type(found).__name__)
    path = str(found.path) if isinstance(found, Downloaded) else None
    call.output.answer(_document(found.state, path), _text(found.state, path))
    return ExitStatus.DONE


def _document(state: UpdateState, path: str | None) -> Document:
    release = state.release
    return {
        "state": state.kind.value,
        "installed": state.installed,
        "version": release.version if release else None,
        "published": instant(release.published) if release else None,
        "notes": release.notes_in(language()) if release else None,
        "file": state.artefact.name if state.artefact else None,
        "size": state.artefact.size if state.artefact else None,
        "downloaded": path,
    }


def _text(state: UpdateState, path: str | None) -> str:
    version = state.release.version if state.release else state.installed
    lines = [str(replace(_KINDS[state.kind], values={"version": version, "installed": state.installed}))]
    if state.kind is UpdateKind.NEWER and state.release is not None:
        lines += [escape(line) for line in state.release.notes_in(language()).splitlines()]
    if path is not None:
        lines.append(tr("It is in “{file}”. Open it to install.", file=path))
    return "\n".join(lines)

"""``dynsync simulate``: the rehearsal systems for any client, until stopped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dynsync_gui.cli.commands import Call
from dynsync_gui.cli.tables import aligned
from dynsync_gui.domain.errors import ExitStatus, settings_error
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.simulators.__main__ import main as serve_until_parent_ends
from dynsync_gui.simulators.__main__ import ready_line
from dynsync_gui.simulators.server import Rehearsal


def simulate(call: Call) -> ExitStatus:
    """Serve Entra, Dataverse and Marketo on this computer; says where, and with which accounts."""
    options = call.options
    with _folder(options.folder) as folder:
        if options.until_parent_ends:  # how a frozen DynSync starts its own rehearsal
            numbers = ["--records", str(options.records), "--seed", str(options.seed)]
            serve_until_parent_ends([*numbers, "--folder", str(folder)])
            return ExitStatus.DONE
        rehearsal = Rehearsal(options.records, options.seed, folder, limits=options.limits, port_base=options.port)
        try:
            rehearsal.start()
        except OSError as cause:
            error = settings_error(
                msg("The ports from {port} on are not free.", port=str(options.port)),
                msg("Name another --port, or leave it out."),
                code="port",
            )
            error.detail = cause.strerror or ""
            raise error from cause
        try:
            facts = ready_line(rehearsal)
            call.output.answer(facts, _text(facts))
            call.stop.wait()
        finally:
            rehearsal.stop()
    return ExitStatus.DONE


def _text(facts: dict[str, Any]) -> str:
    rows = [
        (f"{place}.{name}", str(value))
        for place in ("dynamics", "marketo", "entra", "control")
        for name, value in facts[place].items()
    ]
    rows.append(("network.ca_bundle", facts["ca_bundle"]))
    title = tr("The rehearsal systems are ready. Ctrl-C ends them. Their accounts are worth nothing elsewhere:")
    return f"{title}\n{aligned(rows, indent='  ')}"


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    """Where the certificates go; a folder that was not named vanishes at the end."""
    if named is not None:
        named.mkdir(parents=True, exist_ok=True)
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="dynsync-simulate-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)

"""Runs a rehearsal in a process of its own; it ends with its parent."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.server import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


def main(argv: Sequence[str]) -> int:
    """Serves until standard input ends, or on SIGTERM or Ctrl-C; prints one JSON line when it is ready."""
    parser = argparse.ArgumentParser(prog="rehearsal", description="A rehearsal Dynamics and Marketo")
    parser.add_argument("--records", type=int, default=2000, help="Dynamics records in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True, help="where the certificate files go")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every data request takes")
    parser.add_argument("--no-limits", action="store_true", help="without the vendors' rate limits")
    parser.add_argument("--port-base", type=int, default=0, help="first of four ports; 0 = free ones")
    given = parser.parse_args(argv)
    over = threading.Event()
    _stop_on_signals(over)
    with Rehearsal(
        given.records, given.seed, given.folder, given.latency, not given.no_limits, port_base=given.port_base
    ) as rehearsal:
        sys.stdout.write(json.dumps(ready_line(rehearsal)) + "\n")
        sys.stdout.flush()
        threading.Thread(target=_wait_for_parent, args=(over,), daemon=True).start()
        over.wait()
    return 0


def ready_line(rehearsal: Rehearsal) -> dict[str, Any]:
    """Addresses and accounts of a running rehearsal."""
    accounts = rehearsal.accounts
    names = ("username", "password", "client_id", "client_secret", "user_client_id", "user_client_secret", "tenant")
    return {
        "dynamics": {"url": rehearsal.dynamics_url} | {name: accounts[name] for name in names},
        "marketo": {
            "endpoint": rehearsal.marketo_url,
            "client_id": accounts["marketo_client_id"],
            "client_secret": accounts["marketo_client_secret"],
        },
        "entra": {"url": rehearsal.entra_url},
        "ca_bundle": str(rehearsal.ca_bundle),
        "control": {"url": rehearsal.control_url, "key": rehearsal.control.key},
    }


def _stop_on_signals(over: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        over.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)


def _wait_for_parent(over: threading.Event) -> None:
    """The parent holds the other end of standard input; when it is gone, so are we."""
    if sys.stdin is None:
        return
    # Not sys.stdin.read: a thread inside it would hold a lock that the interpreter wants when it ends.
    while os.read(sys.stdin.fileno(), 4096):
        continue
    over.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

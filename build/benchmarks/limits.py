"""How much of its share of Marketo's limits DynSync uses, and how fast it writes beside the script of a user."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.product import dynsync
from benchmarks.systems import prepared
from benchmarks.timing import Timing, timing
from benchmarks.user_venv import run_script, user_python

_SHARE, _SHARE_LATENCIES = 50, (0.3, 1.0, 2.0)
_WHOLE, _WRITE_LATENCIES = 100, (0.5, 1.5)
_SCRIPT_PEOPLE = 5_000


def show(records: int) -> None:
    """Measure the use of a share at several latencies, then both contestants' writing with all of Marketo's limits."""
    for latency in _SHARE_LATENCIES:
        _, seen = _first_sync(records, latency, _SHARE)
        print(
            f"{latency} s latency, share of {_SHARE} calls: {seen.used(_SHARE):.1%} used, {len(seen.calls):,} calls, "
            f"{seen.refused} refused (606, 615)"
        )
    with user_python() as python:
        for latency in _WRITE_LATENCIES:
            taken, seen = _first_sync(records, latency, _WHOLE)
            ours = taken / seen.writing
            with prepared(_SCRIPT_PEOPLE, latency=latency, limits=True) as systems:
                theirs = run_script(python, systems)["people"] / timing(systems).writing
            print(
                f"{latency} s latency, writing: {ours:,.0f} records/s, the script of a user {theirs:,.0f}: "
                f"{ours / theirs:.1f} times as fast, {seen.refused} refused"
            )


def _first_sync(records: int, latency: float, share: int) -> tuple[int, Timing]:
    with (
        tempfile.TemporaryDirectory() as folder,
        prepared(records, latency=latency, limits=True) as systems,
        dynsync(systems, Path(folder), share) as product,
    ):
        return product.run("start").taken, timing(systems)

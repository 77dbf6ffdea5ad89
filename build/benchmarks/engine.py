"""How many records a second a first sync brings over without limits, beside the script that a user would write."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.product import dynsync
from benchmarks.systems import prepared
from benchmarks.timing import timing
from benchmarks.user_venv import run_script, user_python

_FEWER = 5
"""The script gets so many times fewer people: its speed does not depend on their number."""


def show(records: int) -> None:
    """Run both, one after the other."""
    with (
        tempfile.TemporaryDirectory() as folder,
        prepared(records) as systems,
        dynsync(systems, Path(folder)) as product,
    ):
        job = product.run("start")
        ours = job.taken / timing(systems).both
        print(f"first sync of {job.taken:,} records, limits off: {ours:,.0f} records/s", end="; ")
        print(f"processor: {job.cpu / job.taken * 1e6:.0f} µs a record; memory at most {max(job.memory):.0f} MB")
    with user_python() as python, prepared(records // _FEWER) as systems:
        told = run_script(python, systems)
        theirs = told["people"] / timing(systems).both
        print(f"the script of a user: {theirs:,.0f} records/s; DynSync is {ours / theirs:.1f} times as fast")

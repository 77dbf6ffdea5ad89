"""How fast a whole table is compared without change tokens, what an idle cycle costs, and how memory behaves."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.product import dynsync
from benchmarks.systems import prepared
from benchmarks.timing import timing


def show(records: int) -> None:
    """Bring everybody over, let the tokens expire, run again, and once more."""
    with (
        tempfile.TemporaryDirectory() as folder,
        prepared(records) as systems,
        dynsync(systems, Path(folder)) as product,
    ):
        first = product.run("start")
        print(f"first sync of {first.taken:,} records: processor {first.cpu / first.taken * 1e6:.0f} µs a record")
        systems.do(action="expire_change_tokens")
        systems.forget()
        job = product.run("go on")
        seen = timing(systems)
        reading = max(one.ended for one in seen.pages) - min(one.started for one in seen.pages)
        print(
            f"full comparison of {job.unchanged:,} records: {job.unchanged / reading:,.0f} records/s, "
            f"{len(seen.writes)} writes, {len(seen.calls)} calls to Marketo; "
            f"processor: {job.cpu / job.unchanged * 1e6:.0f} µs a record; whole cycle {job.seconds:.1f} s"
        )
        systems.forget()
        idle = product.run("go on")
        calls = timing(systems).calls
        print(f"idle cycle: {idle.seconds:.1f} s, processor {idle.cpu:.1f} s, {len(calls)} calls to Marketo")
        for name, one in (("first sync", first), ("comparison", job), ("idle cycle", idle)):
            print(f"memory of the {name} by tenths, MB: " + ", ".join(f"{mb:.0f}" for mb in one.memory))

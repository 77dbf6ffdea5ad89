"""What a cycle costs in calls, in a small and in a large world: nothing changed, and one record among many changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.product import dynsync
from benchmarks.systems import Systems, rehearsed

_SMALL, _LARGE = 300, 20_000


def show(records: int) -> None:
    """Bring a rehearsal over, then look at two cycles; sign-in is not counted."""
    for world in (_SMALL, min(records, _LARGE)):
        _show(world)


def _show(world: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        rehearsed(world, limits=False) as systems,
        dynsync(systems, Path(folder)) as product,
    ):
        product.run("start")
        product.run("go on")  # what came of the first sync itself is done
        systems.forget()
        product.run("go on")
        print(f"{world:,} records, idle cycle of four tables: {_asked(systems)}")
        systems.change("contact", systems.first_id("contact"), jobtitle="Head of measurements")
        systems.forget()
        job = product.run("go on")  # with the file of what the first sync wrote, where it wrote much
        print(f"{world:,} records, one changed: {job.taken} taken by Marketo in one cycle, {_asked(systems)}")


def _asked(systems: Systems) -> str:
    signing_in = ("/api/data/v9.2/", "/identity/oauth/token")
    seen = [one for one in systems.exchanges() if one.system != "entra" and not one.path.endswith(signing_in)]
    dynamics = sum(one.system == "dataverse" for one in seen)
    return f"{len(seen)} calls ({dynamics} to Dynamics, {len(seen) - dynamics} to Marketo)"

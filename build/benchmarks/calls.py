"""What a cycle costs in calls: nothing changed, and one record among many changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.product import dynsync
from benchmarks.systems import Systems, rehearsed

_WORLD = 2_000


def show(_records: int) -> None:
    """Bring a rehearsal over, then look at two cycles; sign-in is not counted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        rehearsed(_WORLD, limits=False) as systems,
        dynsync(systems, Path(folder)) as product,
    ):
        product.run("start")
        product.run("go on")  # what came of the first sync itself is done
        systems.forget()
        product.run("go on")
        print(f"idle cycle of three tables: {_asked(systems)}")
        systems.change("contact", systems.first_id("contact"), jobtitle="Head of measurements")
        systems.forget()
        job = product.run("go on")
        print(f"one changed record: {job.taken} taken by Marketo in one cycle, {_asked(systems)}")


def _asked(systems: Systems) -> str:
    signing_in = ("/api/data/v9.2/", "/identity/oauth/token")
    seen = [one for one in systems.exchanges() if one.system != "entra" and not one.path.endswith(signing_in)]
    dynamics = sum(one.system == "dataverse" for one in seen)
    return f"{len(seen)} calls ({dynamics} to Dynamics, {len(seen) - dynamics} to Marketo)"

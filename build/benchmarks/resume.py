"""What is done twice when DynSync is killed in the middle of reading, and of writing."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.product import dynsync
from benchmarks.systems import Systems, prepared
from benchmarks.timing import timing

from dynsync_gui.engine.reading import PAGE_SIZE

_IN_FLIGHT = 10


def show(records: int) -> None:
    """Kill it half-way through either part, and let it go on."""
    with tempfile.TemporaryDirectory() as folder, prepared(records) as systems:
        for part in ("pages", "writes"):
            with dynsync(systems, Path(folder), in_flight=_IN_FLIGHT) as product:
                product.order("start")
                # Pages of ids are read first, and each brings twice as many rows.
                half = records // PAGE_SIZE if part == "pages" else records // 300 // 2
                _wait_for(systems, part, half)
                product.process.kill()
        with dynsync(systems, Path(folder), in_flight=_IN_FLIGHT) as product:
            product.run("start")
        seen = timing(systems)
        pages = Counter(f"{one.path}?{one.query}" for one in seen.pages)
        # The first page is asked for twice: to see that there are more, and once a link to later changes is there.
        again = sum(number - 1 for page, number in pages.items() if "skiptoken" in page)
        sent = sum(one.received for one in seen.writes) / max(one.received for one in seen.writes)
        print(
            f"killed while reading and while writing: {again} of {len(pages)} pages read again; "
            f"{len(seen.writes)} calls with records, worth {sent:.1f} full ones; {_IN_FLIGHT} may be in flight"
        )


def _wait_for(systems: Systems, part: str, number: int) -> None:
    while len(getattr(timing(systems), part)) < number:
        time.sleep(0.05)

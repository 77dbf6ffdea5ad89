"""Measures what a person feels and what a sync costs; each measurement prints what it found.

Usage: build/dev.py bench [--records N] [start] [fields] [sync] [engine] [compare] [ledger] [limits] [calls] [resume]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

BENCHMARKS = {
    "start": "first_paint",
    "fields": "field_page",
    "sync": "window",
    "engine": "engine",
    "compare": "compare",
    "ledger": "ledger",
    "limits": "limits",
    "calls": "calls",
    "resume": "resume",
}
"""What can be measured, and the module that does it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(BENCHMARKS)}; all if left out")
    parser.add_argument("--records", type=int, default=100_000, help="size of the world that is synced")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.what) - BENCHMARKS.keys():
        parser.error(f"nothing measures {', '.join(sorted(unknown))}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.child:
        import_module("benchmarks.child").measure(*options.child)
        return 0
    print(_machine())
    for what in options.what or BENCHMARKS:
        import_module(f"benchmarks.{BENCHMARKS[what]}").show(options.records)
    return 0


def _machine() -> str:
    """Day and class of machine, and whether others used it meanwhile."""
    busy = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}: {machine}{busy}"


if __name__ == "__main__":
    sys.exit(main())

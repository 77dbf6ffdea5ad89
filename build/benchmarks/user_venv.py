"""The environment of the script that a user would write: its two packages are no requirement of DynSync's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.systems import Systems
from steps.console import need
from steps.environment import python_of

PACKAGES = ("PowerPlatform-Dataverse-Client==1.1.0", "marketorestpython==0.5.25")
"""Microsoft's own client, and the one for Marketo that is downloaded most."""


@contextmanager
def user_python() -> Iterator[Path]:
    """An interpreter with these packages, as long as it is needed; `BENCH_PYTHON` names one that is there already."""
    if known := os.environ.get("BENCH_PYTHON"):
        yield Path(known)
        return
    with tempfile.TemporaryDirectory() as folder:
        need([sys.executable, "-m", "venv", folder], "No environment could be made for the script of a user.")
        python = python_of(Path(folder))
        need(
            [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES],
            "The packages that the script of a user needs could not be fetched.",
        )
        yield python


def run_script(python: Path, systems: Systems) -> dict[str, Any]:
    """Let the script bring everybody over; returns what it tells."""
    script = Path(__file__).with_name("user_script.py")
    environment = {**os.environ, "REQUESTS_CA_BUNDLE": systems.ready["ca_bundle"]}
    done = subprocess.run(
        [python, script, json.dumps(systems.ready)], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told

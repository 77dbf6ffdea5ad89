"""The sweep of faults in `tests/soak`, and its state machine for longer than the test run has time for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from steps.console import ROOT, Stop, run


def soak(python: Path, arguments: Sequence[str]) -> int:
    """Sweep, and return 0 when every point came to the same end.

    Args:
        python: The environment's interpreter.
        arguments: As `tests/soak/__main__.py` explains them.
    """
    if sys.platform != "linux":
        raise Stop("The sweep forks and kills processes, which only Linux does safely; run it there.")
    return run([python, "-m", "tests.soak", *arguments], {"PYTHONPATH": str(ROOT)})

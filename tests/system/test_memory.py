"""What a run has freed goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_MANY_THREADS = """
import ctypes, sys, threading
from dynsync_gui.system.memory import spare_memory
if "spare" in sys.argv:
    spare_memory()
together = threading.Barrier(8)
def use():
    together.wait()
    held = [bytes(2_000) for _ in range(2_000)]
    together.wait()
threads = [threading.Thread(target=use) for _ in range(8)]
for one in threads:
    one.start()
for one in threads:
    one.join()
ctypes.CDLL(None).malloc_stats()
"""


def _pools(*arguments: str) -> int:
    """How many pools the C library tells of (malloc_stats(3)) after eight threads have used memory at one time."""
    done = subprocess.run(
        [sys.executable, "-c", _MANY_THREADS, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return sum(line.startswith("Arena ") for line in done.stderr.splitlines())


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_stats"), reason="glibc is not there"
)
def test_threads_keep_no_memory_of_their_own() -> None:
    assert _pools() > 1
    assert _pools("spare") == 1

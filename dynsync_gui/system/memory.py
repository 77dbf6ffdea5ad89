"""Memory that is no longer needed goes back to the system: a million records take no more than a page of them."""

from __future__ import annotations

import ctypes
import gc
import sys

_OBJECTS = 50_000
"""New objects after which Python looks for rings of dead ones: records make none, and a page is many objects."""

_POOLS, _RETURNED_FROM, _OWN_PLACE_FROM = (-8, 1), (-1, 4_000_000), (-3, 262_144)
"""What glibc's mallopt is told (mallopt(3): M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD): one pool instead of one
for each thread, as every pool keeps what its threads freed; what its end has free goes back from 4 MB on; and whatever
is as large as the body of an answer lies outside of it, as a pool is full of holes where such came and went."""


def spare_memory() -> None:
    """Keep little of what was freed; nothing is asked of systems other than Linux with glibc."""
    gc.set_threshold(_OBJECTS)
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):
            for what, how_much in (_POOLS, _RETURNED_FROM, _OWN_PLACE_FROM):
                library.mallopt(what, how_much)

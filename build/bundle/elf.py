"""Takes the folders of the computer that built a library out of it: on others anybody might put something there."""

from __future__ import annotations

import struct
from pathlib import Path

_DYNAMIC, _LOAD = 2, 1
"""Kinds of segments (ELF, p_type)."""
_STRINGS, _RPATH, _RUNPATH = 5, 15, 29
"""Kinds of entries in a dynamic section (ELF, d_tag)."""
_PLACE = "$ORIGIN"


def forget_build_paths(library: Path) -> bool:
    """Drop a search path for libraries that names a folder of the building computer; returns whether there was one.

    Args:
        library: A 64-bit little-endian ELF file; anything else is left alone.
    """
    data = bytearray(library.read_bytes())
    if data[:6] != b"\x7fELF\x02\x01":
        return False
    segments = list(_segments(data))
    found = next(((offset, size) for kind, offset, _, size in segments if kind == _DYNAMIC), None)
    if found is None:
        return False
    offset, size = found
    entries = [struct.unpack_from("<qQ", data, offset + place) for place in range(0, size, 16)]
    strings = next(value for tag, value in entries if tag == _STRINGS)
    names = next(
        at + strings - address
        for kind, at, address, length in segments
        if kind == _LOAD and address <= strings < address + length
    )
    kept = [entry for entry in entries if entry[0] not in {_RPATH, _RUNPATH} or _is_own(data, names + entry[1])]
    if kept == entries:
        return False
    kept += [(0, 0)] * (len(entries) - len(kept))
    for number, entry in enumerate(kept):
        struct.pack_into("<qQ", data, offset + 16 * number, *entry)
    library.write_bytes(data)
    return True


def _segments(data: bytes | bytearray) -> list[tuple[int, int, int, int]]:
    """Kind, offset in the file, address and size of each."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    rows = (struct.unpack_from("<IIQQQQ", data, start + size * number) for number in range(count))
    return [(kind, offset, address, length) for kind, _flags, offset, address, _physical, length in rows]


def _is_own(data: bytes | bytearray, place: int) -> bool:
    """Whether a search path names only places beside the library."""
    path = bytes(data[place : data.index(0, place)]).decode()
    return all(part.startswith(_PLACE) for part in path.split(":"))

"""Reads a body within bounds, however it is packed and however long it goes on."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from urllib3.exceptions import ProtocolError

MOST_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16


class TooBig(Exception):  # noqa: N818
    """The body is larger than anything that was asked for."""


class Broken(Exception):  # noqa: N818
    """The body's packing is damaged or unknown."""


def read_body(raw: Any, most: int = MOST_BYTES) -> bytes:
    """The whole body, unpacked.

    Args:
        raw: urllib3's response, nothing of it read yet.
        most: Bytes allowed, both on the wire and unpacked.

    Raises:
        TooBig: More than that came.
        Broken: It is not what its headers say.
    """
    packing = str(raw.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip"}:
        raise Broken(packing)
    unpack = _Gunzip(most) if packing != "identity" else None
    parts: list[bytes] = []
    on_wire = size = 0
    for chunk in _chunks(raw):
        on_wire += len(chunk)
        part = unpack.feed(chunk) if unpack else chunk
        size += len(part)
        if on_wire > most or size > most:
            raise TooBig
        parts.append(part)
    if unpack and not unpack.whole:
        raise Broken(packing)
    return b"".join(parts)


def _chunks(raw: Any) -> Iterator[bytes]:
    try:
        yield from raw.stream(_CHUNK, decode_content=False)
    except ProtocolError as trouble:
        raise Broken("connection") from trouble


class _Gunzip:
    """Unpacks gzip, one or several members, never more at a time than is still allowed."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._member = zlib.decompressobj(_GZIP)
        self._started = False

    @property
    def whole(self) -> bool:
        """Whether the last member has ended, or nothing came at all."""
        return self._member.eof or not self._started

    def feed(self, data: bytes) -> bytes:
        parts = []
        while data:
            if self._member.eof:
                if not data.strip(b"\0"):
                    break
                self._member = zlib.decompressobj(_GZIP)
            self._started = True
            try:
                part = self._member.decompress(data, self._left + 1)
            except zlib.error as trouble:
                raise Broken("gzip") from trouble
            self._left -= len(part)
            if self._left < 0:
                raise TooBig
            parts.append(part)
            data = self._member.unused_data or self._member.unconsumed_tail
        return b"".join(parts)

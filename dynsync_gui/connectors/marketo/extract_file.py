"""Takes the file of a finished extract whole, or not at all (Adobe, bulk extract: file size, checksum, ranges)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, fetch
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO

PIECE = 8_000_000
"""Bytes of one call, and of what is kept in memory; a larger file waits on the disk until it is read."""

MOST = 400_000_000
"""Bytes; Adobe lets all programs together extract 500 MB a day."""

_NO_FILE = "610"
_TRIES, _SECONDS = 3, 120.0


def taken(client: MarketoClient, path: str, job: Mapping[str, Any]) -> IO[bytes] | None:
    """The file of a job that is complete, at its beginning.

    Args:
        client: Makes the calls.
        path: Of the file.
        job: Its status, which tells size and checksum.

    Returns:
        What the caller has to close; None where it is not there yet: it may be called complete a little before.

    Raises:
        ConnectionFailed: It is too large, Marketo does not give it, or this computer has no room for it.
        TemporaryFailure: What came is not what the status tells.
    """
    size, digest = int(job.get("fileSize") or 0), hashlib.sha256()
    if not 0 <= size <= MOST:
        raise lost(f"{size} bytes")
    file = SpooledTemporaryFile(PIECE)  # noqa: SIM115  the caller's
    try:
        for piece in _pieces(client, path, size):
            digest.update(piece)
            file.write(piece)
        _compare(str(job.get("fileChecksum") or ""), f"sha256:{digest.hexdigest()}")
        file.seek(0)
    except Refused as refused:
        file.close()
        if refused.code == _NO_FILE:
            return None
        raise refused.failure from None
    except OSError as trouble:
        file.close()
        raise lost(type(trouble).__name__) from None
    except BaseException:
        file.close()
        raise
    return file


def lost(detail: str) -> ConnectionFailed:
    """There is no such file for us."""
    return ConnectionFailed(_NO_FILE, MARKETO[_NO_FILE], detail)


def _pieces(client: MarketoClient, path: str, size: int) -> Iterator[bytes]:
    """All bytes in order; only a piece that did not come whole is asked for again."""
    for start in range(0, max(size, 1), PIECE):
        end = min(start + PIECE, size)
        span = (start, end - 1) if size > PIECE else None
        wanted = f"bytes {start}-{end - 1}/{size}" if span else ""

        def take(told: Mapping[str, Any], wanted: str = wanted, length: int = end - start) -> bytes:
            content = told.get("content")
            if not isinstance(content, bytes):
                raise _not_whole("something else in its place")
            if told.get("span", "") != wanted or (size and len(content) != length):
                raise _not_whole(f"{len(content)} bytes in place of {length}")
            return content

        yield client.call(fetch(path, span), Patience(_TRIES, _SECONDS), take)


def _compare(told: str, came: str) -> None:
    if told and told != came:
        raise _not_whole("another checksum")


def _not_whole(detail: str) -> TemporaryFailure:
    return TemporaryFailure("611", MARKETO["611"], f"a file that is not whole: {detail}")

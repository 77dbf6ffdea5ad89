"""Has a file written, and takes it whole or not at all (Adobe, bulk extract: file size, checksum, ranges)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from dynsync_gui.connectors.http.retry import Patience, brief
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, fetch, read, write
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO

PIECE = 8_000_000
"""Bytes of one call, and of what is kept in memory; a larger file waits on the disk until it is read."""

MOST = 400_000_000
"""Bytes; Adobe lets all programs together extract 500 MB a day."""

_NO_FILE = "610"
_UNFINISHED = {"Created", "Queued", "Processing"}
_STATUS_SECONDS = 20.0
_TRIES, _SECONDS = 3, 120.0


def ordered(client: MarketoClient, export: str, content: Mapping[str, Any], patience: Patience) -> str:
    """Let Marketo write a file; its number.

    Args:
        client: Makes the calls.
        export: Path of the calls for a kind of extract.
        content: What is wanted.
        patience: For both calls together.

    Raises:
        Refused: Marketo makes no file now.
    """
    id_ = str(client.call(write(f"{export}/create.json", content), patience, _job)["exportId"])
    client.call(write(f"{export}/{id_}/enqueue.json", {}), patience, _job)
    return id_


def finished(client: MarketoClient, export: str, id_: str) -> Mapping[str, Any] | None:
    """What Marketo tells of a file that is written; None as long as it is not.

    Raises:
        ConnectionFailed: There is no such file (any more).
    """
    try:
        job = client.call(read(f"{export}/{id_}/status.json"), brief(_STATUS_SECONDS), _job)
    except Refused as refused:
        raise refused.failure from None
    if job.get("status") in _UNFINISHED:
        return None
    if job.get("status") != "Completed":
        raise lost(str(job.get("status")))
    return job


def taken(client: MarketoClient, export: str, job: Mapping[str, Any]) -> IO[bytes] | None:
    """The file of a job that is complete, at its beginning.

    Args:
        client: Makes the calls.
        export: Path of the calls for a kind of extract.
        job: What Marketo tells of it, size and checksum with it.

    Returns:
        What the caller has to close; None where it is not there yet: it may be called complete a little before.

    Raises:
        ConnectionFailed: It is too large, Marketo does not give it, or this computer has no room for it.
        TemporaryFailure: What came is not what the status tells.
    """
    path = f"{export}/{job['exportId']}/file.json"
    size, digest = job.get("fileSize") or 0, hashlib.sha256()
    if not isinstance(size, int) or not 0 <= size <= MOST:
        raise lost(f"{size} bytes"[:100])
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


def began(job: Mapping[str, Any]) -> datetime:
    """When Marketo began to write a file, on its own clock: what was over then is in it.

    Raises:
        ConnectionFailed: It does not tell.
    """
    try:
        moment = datetime.fromisoformat(str(job.get("startedAt") or job.get("createdAt")))
    except ValueError:
        raise lost("a file of no known day") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


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


def _job(told: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = told.get("result")
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict) or not rows[0].get("exportId"):
        raise TemporaryFailure("611", MARKETO["611"], "a file without a number")
    return rows[0]


def _compare(told: str, came: str) -> None:
    if told and told != came:
        raise _not_whole("another checksum")


def _not_whole(detail: str) -> TemporaryFailure:
    return TemporaryFailure("611", MARKETO["611"], f"a file that is not whole: {detail}")

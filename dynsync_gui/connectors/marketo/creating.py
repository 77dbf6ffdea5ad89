"""Creates persons, each once.

Marketo makes two of one person whose call it still works on when another call for it comes (Adobe, leads, create and
update). A call of which nobody heard is therefore made again only once its persons are there, or it must be over.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.http.retry import patient
from dynsync_gui.connectors.marketo import records
from dynsync_gui.connectors.marketo.client import MarketoClient, Unheard
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ports.marketo import RowOutcome
from dynsync_gui.domain.schema import Target

OVER_SECONDS = 95.0
"""Marketo ends a call after 90 seconds."""

_TRIES = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 20.0


def create(
    client: MarketoClient, rows: Sequence[Mapping[str, Any]], by: str, token: CancelToken, *, suspected: bool
) -> tuple[RowOutcome, ...]:
    """Create or update persons by our key; as `records.upsert`, which see for what it raises."""
    tries, keys = 0, [str(row[by]) for row in rows]
    while True:
        try:
            return records.upsert(client, Target.PERSON, rows, by, patient(), suspected=suspected, alone=True)
        except Unheard as unheard:
            tries += 1
            if tries == _TRIES:
                raise unheard.failure from None
        await_created(client, by, keys, OVER_SECONDS, token)  # from now on: it may have departed late


def await_created(client: MarketoClient, by: str, keys: Sequence[str], seconds: float, token: CancelToken) -> None:
    """Wait until persons of these keys are there, at most so long.

    Raises:
        ConnectionFailed: Marketo cannot be asked.
        Cancelled: The work was cancelled meanwhile.
    """
    ends, pause, missing = time.monotonic() + seconds, _FIRST_PAUSE, list(keys)
    while missing and (left := ends - time.monotonic()) > 0:
        there: set[str] = set()
        for start in range(0, len(missing), records.AT_ONCE):
            asked = missing[start : start + records.AT_ONCE]
            found = records.find(client, Target.PERSON, by, asked, (by,), patient())
            there.update(str(row.get(by) or "").lower() for row in found)
        missing = [key for key in missing if key.lower() not in there]
        if missing:
            token.wait(min(pause, left))
            pause = min(pause * 2, _LONGEST_PAUSE)

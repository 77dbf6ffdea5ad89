"""How many calls all programs made today (Adobe, usage statistics)."""

from __future__ import annotations

from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure

_PATH = "/rest/v1/stats/usage.json"


def calls_today(client: MarketoClient, patience: Patience) -> int | None:
    """Calls of all programs on Marketo's present day, or None where it does not tell."""
    try:
        return told_today(client, patience)
    except (Refused, ConnectionFailed, TemporaryFailure):
        return None


def told_today(client: MarketoClient, patience: Patience) -> int | None:
    """As `calls_today`, but raises what Marketo refuses; this call needs no permission (Adobe, permissions)."""
    rows: Any = client.call(read(_PATH), patience, lambda told: told.get("result"))
    totals = [row.get("total") for row in rows or () if isinstance(row, dict)]
    return next((total for total in totals if isinstance(total, int)), None)

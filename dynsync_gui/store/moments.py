"""How moments are stored: UTC, ISO 8601, whole seconds, so that texts compare as moments do."""

from __future__ import annotations

from datetime import UTC, datetime


def stored(moment: datetime) -> str:
    """A moment as it is stored."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> str:
    """The present one."""
    return stored(datetime.now(UTC))

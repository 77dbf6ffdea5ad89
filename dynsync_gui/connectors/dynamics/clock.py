"""Whether this computer's clock agrees with Microsoft's, and what that does to a sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import ConnectionFailed, Finding
from dynsync_gui.domain.text import Message, msg, msgs

_WORTH_SAYING = 300.0
_SPOILS_SIGN_IN = 300.0
"""Microsoft allows a difference of five minutes (Microsoft Entra, access tokens)."""
_CURE = msg("Set date, time and time zone of this computer right (best: automatically), then test again.")


def clock_finding(ahead: float) -> Finding | None:
    """What to say about a clock that is so many seconds ahead; None where it is right enough."""
    if abs(ahead) <= _WORTH_SAYING:
        return None
    return Finding(_off(ahead), _CURE, Owner.YOU)


@contextmanager
def explained(client: DataverseClient) -> Iterator[None]:
    """Name a wrong clock as the cause where a sign-in is refused and the clock is far off."""
    try:
        yield
    except ConnectionFailed as failure:
        ahead = client.clock_ahead
        if ahead is None or abs(ahead) <= _SPOILS_SIGN_IN:
            raise
        title = msg("The sign-in was refused. {clock}", clock=_off(ahead))
        detail = f"{failure.code}: {failure.finding.title} {failure.detail}"[:300]
        raise ConnectionFailed("dynamics.clock", Finding(title, _CURE, Owner.YOU), detail, failure.ids) from None


def _off(ahead: float) -> Message:
    minutes = round(abs(ahead) / 60)
    if minutes < 120:
        return (
            msgs(
                "This computer's clock is {n} minute ahead of Microsoft's.",
                "This computer's clock is {n} minutes ahead of Microsoft's.",
                minutes,
            )
            if ahead > 0
            else msgs(
                "This computer's clock is {n} minute behind Microsoft's.",
                "This computer's clock is {n} minutes behind Microsoft's.",
                minutes,
            )
        )
    hours = round(minutes / 60)
    if ahead > 0:
        return msgs(
            "This computer's clock is {n} hour ahead of Microsoft's.",
            "This computer's clock is {n} hours ahead of Microsoft's.",
            hours,
        )
    return msgs(
        "This computer's clock is {n} hour behind Microsoft's.",
        "This computer's clock is {n} hours behind Microsoft's.",
        hours,
    )

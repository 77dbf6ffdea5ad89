"""An identity card in words, for every place that shows one."""

from __future__ import annotations

from dynsync_gui.domain.checks import EnvironmentKind, SystemIdentity
from dynsync_gui.domain.text import Message, msg, number, tr

KIND_WORDS = {
    EnvironmentKind.PRODUCTION: msg("Production"),
    EnvironmentKind.SANDBOX: msg("Sandbox"),
    EnvironmentKind.REHEARSAL: msg("Rehearsal"),
    EnvironmentKind.UNKNOWN: msg("Kind not told"),
}
_COUNTED: dict[str, Message] = {
    "contact": msg("contacts"),
    "lead": msg("leads"),
    "account": msg("accounts"),
    "person": msg("people"),
}


def counts_told(identity: SystemIdentity) -> str:
    """How many records of each kind there are, as far as that is known."""
    parts = []
    for word, count in identity.counts.items():
        if count is not None:
            shown = tr("{count} or more", count=count) if word in identity.at_least else number(count)
            parts.append(f"{shown}\N{NO-BREAK SPACE}{_COUNTED.get(word, word)}")
    return " · ".join(parts)

"""A wait in words, for every place that shows it."""

from __future__ import annotations

from dynsync_gui.domain.events import Waiting
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.text import ntr


def waiting_told(waiting: Waiting) -> str:
    """Whom DynSync waits for, why, and how long."""
    seconds = max(1, round(waiting.seconds))
    if waiting.cause is WaitCause.UNHEARD:
        return ntr(
            "Marketo did not answer a call that creates people. DynSync waits until Marketo is surely done with it, at "
            "most {n} second, so that nobody is made twice.",
            "Marketo did not answer a call that creates people. DynSync waits until Marketo is surely done with it, at "
            "most {n} seconds, so that nobody is made twice.",
            seconds,
        )
    return ntr(
        "{system} asked us to slow down. DynSync goes on in {n} second.",
        "{system} asked us to slow down. DynSync goes on in {n} seconds.",
        seconds,
        system=waiting.system.value.capitalize(),
    )

"""Who is told of what goes on."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.prompts import Prompt
from dynsync_gui.domain.schema import System


class WaitCause(Enum):
    """Why a system is waited for."""

    SLOWED = "slowed"
    """It asked to slow down; no call is made meanwhile."""
    UNHEARD = "unheard"
    """It did not answer a call that creates people and may still work on it; everything else goes on."""


OnCheck = Callable[[Check], None]
OnWait = Callable[[System, float, WaitCause], None]
"""Told who is waited for, how many seconds at most, and why; no seconds where an unheard call is waited for no more."""
OnPrompt = Callable[[Prompt | None], None]
"""Told what a person has to do, and None as soon as nobody is waited for any more."""

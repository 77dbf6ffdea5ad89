"""Who is told of what goes on."""

from __future__ import annotations

from collections.abc import Callable

from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.prompts import Prompt
from dynsync_gui.domain.schema import System

OnCheck = Callable[[Check], None]
OnWait = Callable[[System, float], None]
OnPrompt = Callable[[Prompt | None], None]
"""Told what a person has to do, and None as soon as nobody is waited for any more."""

"""What a sign-in needs from outside: whom to ask, where tokens are kept, how a browser is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msal

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ports.listening import OnPrompt

SIGN_IN_SECONDS = 300.0
"""How long the browser's answer is waited for."""


def no_browser(_address: str) -> bool:
    """Opens nothing: the person copies the address."""
    return False


@dataclass(frozen=True, slots=True)
class Access:
    """The surroundings of a sign-in.

    Attributes:
        token: Ends every wait.
        prompt: Told what a person has to do; None where nobody is there.
        cache: Tokens of people.
        kept: Whether that cache outlives the session, once the set-up is finished.
        open_browser: Opens an address and returns at once, with whether it could.
        seconds: How long the browser's answer is waited for.
    """

    token: CancelToken
    prompt: OnPrompt | None = None
    cache: Any = field(default_factory=msal.TokenCache)
    kept: bool = False
    open_browser: Callable[[str], bool] = no_browser
    seconds: float = SIGN_IN_SECONDS

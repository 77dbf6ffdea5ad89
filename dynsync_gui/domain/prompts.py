"""What a person is asked to do elsewhere, while a sign-in waits; and the environments found after it."""

from __future__ import annotations

from dataclasses import dataclass

from dynsync_gui.domain.checks import EnvironmentKind
from dynsync_gui.domain.settings import SignIn


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sign-in waits for a person.

    Attributes:
        kind: `SignIn.BROWSER`: the page opens by itself, its address may be copied; `SignIn.DEVICE`: the code has to
            be entered on the page, on any device.
        address: The page.
        code: The code; empty for the browser.
        seconds: How long the sign-in waits.
        kept: False where this computer has no protected place for the sign-in, so that it ends with this session.
    """

    kind: SignIn
    address: str
    code: str
    seconds: float
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Environment:
    """A Dynamics that the person may use.

    Attributes:
        name: As its users know it.
        url: Its exact address.
        kind: Production or sandbox, where Microsoft tells.
        enabled: Whether it can be used now.
    """

    name: str
    url: str
    kind: EnvironmentKind = EnvironmentKind.UNKNOWN
    enabled: bool = True

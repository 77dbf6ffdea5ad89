"""How both systems are opened, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ports.dynamics import DynamicsWriter
from dynsync_gui.domain.ports.listening import OnPrompt, OnWait
from dynsync_gui.domain.ports.marketo import MarketoWriter
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Connection:
    """Both systems, opened with one profile's settings; close it to give back sockets."""

    dynamics: DynamicsWriter
    marketo: MarketoWriter
    close: Callable[[], None]


class Shelf(Protocol):
    """Keeps what a vendor told, to save asking again; whatever is not there any more, or broken, is asked for anew."""

    def read(self, key: str) -> bytes | None:
        """What was put there last, or None."""

    def put(self, key: str, content: bytes) -> None:
        """Keep it in the place of what was there; what cannot be kept is not."""


class Connections(Protocol):
    """Makes connections."""

    def open(
        self,
        settings: Settings,
        secrets: Secrets,
        token: CancelToken,
        on_wait: OnWait | None = None,
        on_prompt: OnPrompt | None = None,
        shelf: Shelf | None = None,
    ) -> Connection:
        """Open both sides; nothing is asked of them yet.

        Args:
            settings: Addresses, accounts, limits.
            secrets: What they need.
            token: Stops waits and running requests.
            on_wait: Told when a vendor has to be waited for.
            on_prompt: Told when a person has to sign in; without it nobody is asked, and such a sign-in is refused.
            shelf: Keeps descriptions of tables from run to run; without it all are asked for.
        """

    def environments(
        self, settings: Settings, secrets: Secrets, token: CancelToken, on_prompt: OnPrompt | None = None
    ) -> tuple[Environment, ...]:
        """The environments that the person who signs in may use, by name; `settings.dynamics.url` may be empty.

        Raises:
            DynSyncError: Nobody signed in, or Microsoft does not tell.
        """


class RateWindow(Protocol):
    """The times of the last calls to a Marketo instance; kept so that a restart does not double the rate."""

    def reserve(self, now: float, window: float, limit: int) -> float:
        """Take a place for a call at `now` (seconds since 1970) and return 0, or return the seconds to wait."""

    def count_day(self, day: str, calls: int = 0) -> int:
        """Add calls to a day (US Central, ``2026-11-22``) and return its sum."""

"""The device authorization grant (Microsoft identity platform, device code flow; RFC 8628)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dynsync_gui.simulators.aadsts import SignInError, described
from dynsync_gui.simulators.entra.pages import form, said
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.directory import Application, DirectoryUser
    from dynsync_gui.simulators.entra.tokens import Tokens
    from dynsync_gui.simulators.entra.visits import Visits

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(slots=True)
class _Device:
    """A program that waits for a person who is elsewhere."""

    application: Application
    scope: str
    ends: float
    polled: float = 0.0
    user: DirectoryUser | None = None
    is_declined: bool = False

    def done(self, user: DirectoryUser) -> Answer:
        self.user = user
        return said("Done", "You have signed in. You may now close this window.")

    def refused(self, error: str, words: str) -> Answer:  # noqa: ARG002  the program only hears that it was declined
        self.is_declined = True
        return said("Cancelled", "You may now close this window.")


class Devices:
    """Device codes.

    Attributes:
        interval: Seconds between two questions of a program; sooner ones are told to slow down.
        seconds: How long a code lives.
        url: Address of Entra.
    """

    def __init__(self, visits: Visits, tokens: Tokens, clock: Clock) -> None:
        self._visits, self._tokens, self._clock = visits, tokens, clock
        self.interval, self.seconds = 5, 900
        self.url = ""
        self._waiting: dict[str, _Device] = {}
        self._by_user_code: dict[str, _Device] = {}

    def begin(self, asked: Mapping[str, str], application: Application) -> Answer:
        """A new code."""
        self._tokens.resource(asked.get("scope", ""))
        device_code, user_code = secrets.token_urlsafe(40), "".join(secrets.choice(_LETTERS) for _ in range(9))
        device = _Device(application, asked.get("scope", ""), self._clock.now() + self.seconds)
        self._waiting[device_code] = self._by_user_code[user_code] = device
        address = f"{self.url}/devicelogin"
        return Answer.of(
            {
                "user_code": user_code,
                "device_code": device_code,
                "verification_uri": address,
                "expires_in": self.seconds,
                "interval": self.interval,
                "message": f"To sign in, use a web browser to open the page {address} and enter the code {user_code} "
                "to authenticate.",
            }
        )

    def page(self, given: Mapping[str, str]) -> Answer:
        """Where a person enters the code."""
        if "code" not in given:
            return form("Enter code", "/devicelogin", {}, {"code": "text"}, {"next": "Next"})
        device = self._by_user_code.get(given["code"].strip().upper())
        if device is None or device.ends < self._clock.now() or device.user or device.is_declined:
            return form("Enter code", "/devicelogin", {}, {"code": "text"}, {"next": "Next"}, described(70018)[1])
        return self._visits.begin(device)

    def poll(self, given: Mapping[str, str], application: Application) -> Answer:
        """Tokens, once the person is through; else what keeps them back."""
        device = self._waiting.get(given.get("device_code", ""))
        if device is None or device.application is not application:
            raise SignInError(70018)
        now = self._clock.now()
        if device.ends < now:
            raise SignInError(70019)
        if device.is_declined:
            raise SignInError(0, error="authorization_declined")
        if device.user is not None:
            del self._waiting[given["device_code"]]
            return self._tokens.of_user(device.user, application, device.scope)
        too_soon, device.polled = now - device.polled < self.interval - 1, now
        if too_soon:
            raise SignInError(0, error="slow_down")
        raise SignInError(70016)

"""When a client secret or a certificate ends, and when to warn of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding
from dynsync_gui.domain.settings import DynamicsSettings, SignIn
from dynsync_gui.domain.text import msg, msgs

WARN_DAYS = (30, 14, 7, 1)
"""So many days ahead a warning is due, each once."""


class Expiring(StrEnum):
    """What ends."""

    SECRET = "secret"  # noqa: S105  the word, not a secret
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Expiry:
    """The end of what an application signs in with.

    Attributes:
        what: Secret or certificate.
        ends: Its last day.
    """

    what: Expiring
    ends: date

    def days_left(self, today: date) -> int:
        """Days until its last day; negative when it is over."""
        return (self.ends - today).days

    def stage(self, today: date) -> int | None:
        """Which of `WARN_DAYS` was reached last, 0 when it is over, None before any: a new stage is a new warning."""
        left = self.days_left(today)
        if left < 0:
            return 0
        return min((days for days in WARN_DAYS if left <= days), default=None)

    def warning(self, today: date) -> Finding | None:
        """What to say about it; None while it is far away."""
        if self.stage(today) is None:
            return None
        left = self.days_left(today)
        secret = self.what is Expiring.SECRET
        if left < 0:
            title = (
                msg("The client secret has expired, as the date that was entered says.")
                if secret
                else msg("The certificate has expired.")
            )
        elif secret:
            title = msgs("The client secret expires in {n} day.", "The client secret expires in {n} days.", left)
        else:
            title = msgs("The certificate expires in {n} day.", "The certificate expires in {n} days.", left)
        cure = (
            msg("Make a new one in Entra under Certificates & secrets, and enter its value and its date in DynSync.")
            if secret
            else msg("Make a new one, upload it in Entra under Certificates & secrets, and choose its file in DynSync.")
        )
        return Finding(title, cure, Owner.ENTRA_ADMIN)


def entered_expiry(settings: DynamicsSettings) -> Expiry | None:
    """The end of an application's secret, as it was entered; None where nobody told it or no secret is used."""
    by_secret = settings.sign_in is SignIn.APPLICATION and not settings.certificate
    return Expiry(Expiring.SECRET, settings.secret_expires) if by_secret and settings.secret_expires else None

"""Messages go the way that the settings choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dynsync_gui.domain.ports.profile import Mailer
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailKind, Settings


class RoutedMailer:
    """One mailer per way (`domain.ports.Mailer`)."""

    def __init__(self, ways: Mapping[MailKind, Callable[[Settings], Mailer]]) -> None:
        """Each way is made when it is first needed."""
        self._ways = ways

    def send(self, settings: Settings, secrets: Secrets, to: str, subject: str, body: str) -> None:
        """Hand the message over; raises DynSyncError with a plain finding."""
        self._ways[settings.mail.kind](settings).send(settings, secrets, to, subject, body)

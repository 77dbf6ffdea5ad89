"""The secrets of a profile, kept apart from every other setting."""

from __future__ import annotations

from dataclasses import dataclass, fields

ENVIRONMENT = {
    "dynamics_password": "DYNSYNC_DYNAMICS_PASSWORD",
    "dynamics_client_secret": "DYNSYNC_DYNAMICS_CLIENT_SECRET",
    "marketo_client_secret": "DYNSYNC_MARKETO_CLIENT_SECRET",
    "mail_password": "DYNSYNC_MAIL_PASSWORD",
    "proxy_password": "DYNSYNC_PROXY_PASSWORD",
}
"""Environment variable of each secret."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Secrets as entered; empty where there is none. Never printed, never compared by `repr`."""

    dynamics_password: str = ""
    dynamics_client_secret: str = ""
    marketo_client_secret: str = ""
    mail_password: str = ""
    proxy_password: str = ""

    def __repr__(self) -> str:
        held = [field.name for field in fields(self) if getattr(self, field.name)]
        return f"Secrets({', '.join(held)})"

    def values(self) -> tuple[str, ...]:
        """What must never be written anywhere but the keychain."""
        return tuple(value for field in fields(self) if (value := getattr(self, field.name)))

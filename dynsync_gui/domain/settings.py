"""The settings of a profile; the file on disk and an answers file have the same shape (see `answers`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dynsync_gui.domain.schema import Entity

SAMPLE_CLIENT_ID = "51f81489-12ee-4a9e-aaae-a2591f45987d"
"""Client id of Microsoft's own samples, used where the user gives none (Microsoft, Dataverse Web API samples)."""


class SignIn(StrEnum):
    """How DynSync signs in to Dynamics."""

    PASSWORD = "password"  # noqa: S105  the word, not a password
    APPLICATION = "application"


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class DynamicsSettings:
    """How to reach Dynamics. `url` is normalised: scheme and host, nothing else."""

    url: str = ""
    sign_in: SignIn = SignIn.APPLICATION
    username: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class MarketoSettings:
    """How to reach Marketo. `endpoint` is normalised: scheme and host, without ``/rest``."""

    endpoint: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What the network needs beyond the system's own settings.

    Attributes:
        ca_bundle: PEM file whose authorities are trusted in addition; empty for none.
        trusted_hosts: Exact hosts, with a port where it is not 443, that are allowed besides the vendors' own.
    """

    ca_bundle: str = ""
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSettings:
    """Which fields are synced.

    Attributes:
        chosen: Dynamics names per entity; an entity that is absent takes the documented defaults.
        filter: Whether ``new_synctomkto`` = No keeps a record out.
    """

    chosen: Mapping[Entity, tuple[str, ...]] = field(default_factory=dict, hash=False)
    filter: bool = True


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """DynSync's share of Marketo's limits (whole instance: 100 calls in 20 s, 10 in flight)."""

    calls_per_20s: int = 50
    in_flight: int = 5
    daily_calls: int = 50_000


@dataclass(frozen=True, slots=True)
class EnableSettings:
    """The last page: who hears of it, and whether the warnings were accepted."""

    email: str = ""
    accept: bool = False


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server; an empty host means that only a notice on this computer is given."""

    host: str = ""
    port: int = 587
    security: MailSecurity = MailSecurity.STARTTLS
    username: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything but the secrets."""

    dynamics: DynamicsSettings = DynamicsSettings()
    marketo: MarketoSettings = MarketoSettings()
    network: NetworkSettings = NetworkSettings()
    fields: FieldSettings = FieldSettings()
    limits: LimitSettings = LimitSettings()
    enable: EnableSettings = EnableSettings()
    mail: MailSettings = MailSettings()
    rehearsal: bool = False

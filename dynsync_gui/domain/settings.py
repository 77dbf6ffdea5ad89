"""The settings of a profile; the file on disk and an answers file have the same shape (see `answers`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.schema import Entity, Target

SAMPLE_CLIENT_ID = "51f81489-12ee-4a9e-aaae-a2591f45987d"
"""Client id of Microsoft's own samples, used where the user gives none (Microsoft, Dataverse Web API samples)."""


class SignIn(StrEnum):
    """How DynSync signs in to Dynamics."""

    PASSWORD = "password"  # noqa: S105  the word, not a password
    APPLICATION = "application"
    BROWSER = "browser"
    DEVICE = "device"

    @property
    def is_person(self) -> bool:
        """Whether a person signs in, so that a browser or another device may have to be used."""
        return self in {SignIn.BROWSER, SignIn.DEVICE}


class NativeSync(StrEnum):
    """What to do where Marketo's own Dynamics sync is connected."""

    STOP = "stop"
    PEOPLE = "people"


class FilteredOut(StrEnum):
    """What happens to people who are in Marketo already when ``new_synctomkto`` turns to No."""

    LEAVE = "leave"
    """They stay as they are, as in Marketo's own sync."""
    MARK = "mark"
    """They are marked as no longer kept up to date."""
    UNLIST = "unlist"
    """They are removed from a static list."""


class DeletedPolicy(StrEnum):
    """What happens in Marketo when a record is deleted in Dynamics."""

    MARK = "mark"
    """The person is marked as deleted and stays, as in Marketo's own sync."""
    LEAVE = "leave"
    """Nothing."""
    DELETE = "delete"
    """It is deleted there, too."""


class BulkUse(StrEnum):
    """When many people travel to Marketo in files (bulk import), which saves calls and takes longer."""

    AUTO = "auto"
    """Where single calls would take more than is left of the day's share."""
    ALWAYS = "always"
    NEVER = "never"


class MailKind(StrEnum):
    """Which way messages go."""

    SMTP = "smtp"
    DYNAMICS = "dynamics"
    GRAPH = "graph"


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class DynamicsSettings:
    """How to reach Dynamics.

    Attributes:
        url: Normalised: scheme and host, nothing else.
        sign_in: Who signs in, and how.
        username: The account; for a person's sign-in only a proposal, which may be empty.
        client_id: The app registration; empty for Microsoft's sample.
        tenant: Id or domain of the tenant; empty for the one that Dynamics names.
        certificate: File with the application's certificate and its key (PEM or PFX); empty for a secret.
        secret_expires: When the application's secret ends, where the user told it.
    """

    url: str = ""
    sign_in: SignIn = SignIn.APPLICATION
    username: str = ""
    client_id: str = ""
    tenant: str = ""
    certificate: str = ""
    secret_expires: date | None = None


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
        proxy: ``http://host:port`` of a proxy to use in place of the system's; empty for the system's.
        proxy_username: Who signs in to the proxy; empty where it asks nobody.
    """

    ca_bundle: str = ""
    trusted_hosts: tuple[str, ...] = ()
    proxy: str = ""
    proxy_username: str = ""


@dataclass(frozen=True, slots=True)
class FieldSettings:
    """Which fields are synced.

    Attributes:
        chosen: The choice per entity; an entity that is absent takes the documented defaults.
        filter: Whether ``new_synctomkto`` = No keeps a record out.
        language: LCID of the language that option labels are written in; 0 for the reading user's.
        filtered_out: What happens to people in Marketo when the filter turns to No.
        filtered_list: Name of the static list that `FilteredOut.UNLIST` removes them from.
    """

    chosen: Mapping[Entity, tuple[FieldChoice, ...]] = field(default_factory=dict, hash=False)
    filter: bool = True
    language: int = 0
    filtered_out: FilteredOut = FilteredOut.LEAVE
    filtered_list: str = ""


@dataclass(frozen=True, slots=True)
class ObjectSettings:
    """What is synced beside people and companies.

    Attributes:
        owners: Users become sales persons, and what they own is linked to them.
        opportunities: Opportunities and the roles of people in them.
        custom: Logical names of own tables that become custom objects.
        deleted: What happens in Marketo when a record is deleted in Dynamics.
    """

    owners: bool = True
    opportunities: bool = True
    custom: tuple[str, ...] = ()
    deleted: DeletedPolicy = DeletedPolicy.MARK


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """DynSync's share of Marketo's limits (whole instance: 100 calls in 20 s, 10 in flight), and how it is spared."""

    calls_per_20s: int = 50
    in_flight: int = 5
    daily_calls: int = 50_000
    bulk: BulkUse = BulkUse.AUTO


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """When a cycle stops and asks: more than `records`, or than `percent` of a table, change in a dangerous way."""

    records: int = 500
    percent: int = 5


@dataclass(frozen=True, slots=True)
class EnableSettings:
    """The last page.

    Attributes:
        email: Who hears of it.
        accept: Whether the warnings and the identity card were accepted.
        native_sync: What to do where Marketo's own Dynamics sync is connected.
        canary: Whether the first sync begins with 10, 100, 1,000 records of each table, and looks after each step.
    """

    email: str = ""
    accept: bool = False
    native_sync: NativeSync = NativeSync.STOP
    canary: bool = False


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How messages are sent.

    Attributes:
        host: The mail server; empty means, for `MailKind.SMTP`, that only a notice on this computer is given.
        port: Its port.
        security: How the connection is protected.
        username: Who signs in there; empty for nobody.
        kind: A mail server, Dynamics itself, or Microsoft Graph.
    """

    host: str = ""
    port: int = 587
    security: MailSecurity = MailSecurity.STARTTLS
    username: str = ""
    kind: MailKind = MailKind.SMTP

    @property
    def sends(self) -> bool:
        """Whether messages leave this computer."""
        return self.kind is not MailKind.SMTP or bool(self.host)


@dataclass(frozen=True, slots=True)
class BackgroundSettings:
    """How the sync goes on after the first one.

    Attributes:
        keep_syncing: Whether the platform's scheduler goes on while the window is closed.
        every_minutes: From the end of a quiet cycle to the next one, 1 to 60; a scheduler that knows fewer intervals
            takes the next longer one of `domain.schedule.INTERVALS`.
    """

    keep_syncing: bool = False
    every_minutes: int = 5


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Where DynSync looks for newer versions of itself.

    Attributes:
        address: Of the signed release file; empty for nowhere.
        key: The public key that it has to be signed with, in base64; empty for the one that came with DynSync.
    """

    address: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything but the secrets."""

    dynamics: DynamicsSettings = DynamicsSettings()
    marketo: MarketoSettings = MarketoSettings()
    network: NetworkSettings = NetworkSettings()
    fields: FieldSettings = FieldSettings()
    limits: LimitSettings = LimitSettings()
    background: BackgroundSettings = BackgroundSettings()
    guards: GuardSettings = GuardSettings()
    enable: EnableSettings = EnableSettings()
    mail: MailSettings = MailSettings()
    updates: UpdateSettings = UpdateSettings()
    rehearsal: bool = False
    objects: ObjectSettings = ObjectSettings()

    @property
    def synced_objects(self) -> ObjectSettings:
        """`objects`, with the own tables whose columns were chosen, and without those that were left none."""
        chosen = self.fields.chosen
        own = (table.value for table in chosen if table.target is Target.CUSTOM_OBJECT)
        named = dict.fromkeys((*self.objects.custom, *own))
        return replace(self.objects, custom=tuple(name for name in named if chosen.get(Entity(name), (name,))))

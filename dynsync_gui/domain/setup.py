"""The set-up as plain data and rules: what was entered, what was proved, what is still missing.

The wizard's pages and the command line both walk this flow; it knows neither widgets nor threads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dynsync_gui.domain.addresses import dynamics_address, marketo_address
from dynsync_gui.domain.answer_values import proxy
from dynsync_gui.domain.checks import Check, IdentityCard, all_passed
from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.plan import Plan
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.secrets import ENVIRONMENT, Secrets
from dynsync_gui.domain.settings import FieldSettings, MailKind, Settings, SignIn
from dynsync_gui.domain.text import NOTHING, Message, msg

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Step(StrEnum):
    """The three pages, by name."""

    CREDENTIALS = "credentials"
    FIELDS = "fields"
    ENABLE = "enable"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that keeps a step from being left; `field` names the input, such as ``dynamics.url``."""

    field: str
    text: Message


@dataclass
class SetupDraft:
    """Everything entered and found so far; nothing of it is on disk.

    Attributes:
        settings: As entered; addresses may still be as pasted.
        secrets: As entered.
        proven: Fingerprint of the inputs that passed all checks; empty for none.
        checks: The checks of those inputs.
        card: The identity card of those inputs.
        card_confirmed: Whether the user said that these are the right two systems.
        offers: Rows of the field page.
        plan: The plan of the present choice.
    """

    settings: Settings = field(default_factory=Settings)
    secrets: Secrets = field(default_factory=Secrets)
    proven: str = ""
    checks: tuple[Check, ...] = ()
    card: IdentityCard | None = None
    card_confirmed: bool = False
    offers: Mapping[Entity, tuple[FieldOffer, ...]] = field(default_factory=dict)
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class HalfDone:
    """A set-up that was left half-way, as it is kept: without secrets.

    Attributes:
        settings: What was entered; what could not be read back is left out.
        step: The page that was shown.
    """

    settings: Settings
    step: Step


def half_done(settings: Settings, step: Step) -> HalfDone:
    """What is kept of a set-up that is left: exact addresses only, and nothing accepted."""
    trusted = settings.network.trusted_hosts
    return HalfDone(
        replace(
            settings,
            dynamics=replace(settings.dynamics, url=dynamics_address(settings.dynamics.url, trusted).url),
            marketo=replace(settings.marketo, endpoint=marketo_address(settings.marketo.endpoint, trusted).url),
            network=replace(settings.network, proxy=_exact_proxy(settings.network.proxy)),
            enable=replace(settings.enable, accept=False),
        ),
        step,
    )


class SetupFlow:
    """Walks a `SetupDraft` through the three steps."""

    def __init__(self, draft: SetupDraft | None = None) -> None:
        self.draft = draft or SetupDraft()

    def enter(self, settings: Settings, secrets: Secrets) -> None:
        """Take what the first page holds now; a proof for other inputs is void."""
        trusted = settings.network.trusted_hosts
        dynamics = dynamics_address(settings.dynamics.url, trusted)
        marketo = marketo_address(settings.marketo.endpoint, trusted)
        settings = replace(
            settings,
            dynamics=replace(settings.dynamics, url=dynamics.url or settings.dynamics.url),
            marketo=replace(settings.marketo, endpoint=marketo.url or settings.marketo.endpoint),
        )
        self.draft.settings, self.draft.secrets = settings, secrets
        if self.draft.proven and self.fingerprint() != self.draft.proven:
            self.forget_proof()

    def fingerprint(self) -> str:
        """A digest of all inputs that the checks depend on; never stored."""
        settings, secrets = self.draft.settings, self.draft.secrets
        parts = (
            settings.dynamics,
            settings.marketo,
            settings.network,
            secrets.dynamics_password,
            secrets.dynamics_client_secret,
            secrets.marketo_client_secret,
            secrets.proxy_password,
        )
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def forget_proof(self) -> None:
        """The inputs changed: checks, card, fields and plan no longer hold."""
        draft = self.draft
        draft.proven, draft.checks, draft.card, draft.card_confirmed = "", (), None, False
        draft.offers, draft.plan = {}, None

    def accept_checks(self, fingerprint: str, checks: tuple[Check, ...], card: IdentityCard | None) -> bool:
        """Keep the outcome of a test, unless the inputs changed meanwhile.

        Returns:
            Whether these very inputs passed.
        """
        if fingerprint != self.fingerprint():
            return False
        self.draft.checks, self.draft.card = checks, card
        self.draft.proven = fingerprint if all_passed(checks) and card is not None else ""
        return bool(self.draft.proven)

    def confirm_card(self, *, confirmed: bool) -> None:
        """The user says that these are the right two systems, or takes it back."""
        self.draft.card_confirmed = confirmed and self.draft.card is not None

    def accept_offers(self, offers: Mapping[Entity, tuple[FieldOffer, ...]]) -> None:
        """Keep the rows of the field page; choices made before stay, as far as the rows still exist."""
        self.draft.offers = offers

    def chosen(self, entity: Entity) -> frozenset[str]:
        """Names that are ticked for an entity, the filter field not among them."""
        selectable = {
            row.field.name for row in self.draft.offers.get(entity, ()) if row.selectable and not row.is_filter
        }
        return frozenset(choice.name for choice in self.choices(entity) if choice.name in selectable)

    def choices(self, entity: Entity) -> tuple[FieldChoice, ...]:
        """What is chosen for an entity: the documented fields where no choice was made."""
        chosen = self.draft.settings.fields.chosen
        if entity in chosen:
            return chosen[entity]
        if entity.target is Target.CUSTOM_OBJECT and entity.value not in self.draft.settings.objects.custom:
            return ()
        rows = self.draft.offers.get(entity, ())
        return tuple(row.suggested for row in rows if row.preselected and not row.is_filter)

    def choose(self, entity: Entity, names: frozenset[str]) -> None:
        """Tick exactly these fields of an entity, as chosen or suggested; a plan of another choice is void."""
        if names == self.chosen(entity):
            return
        kept = [choice for choice in self.choices(entity) if choice.name in names]
        suggested = {row.field.name: row.suggested for row in self.draft.offers.get(entity, ())}
        added = names - {choice.name for choice in kept}
        kept += [suggested.get(name, FieldChoice(name)) for name in added]
        self.choose_fields(entity, tuple(sorted(kept, key=lambda choice: choice.name)))

    def choose_fields(self, entity: Entity, choices: tuple[FieldChoice, ...]) -> None:
        """Take exactly this choice for an entity; a plan of another choice is void."""
        if choices != self.choices(entity):
            chosen = {**self.draft.settings.fields.chosen, entity: choices}
            self._fields(replace(self.draft.settings.fields, chosen=chosen))

    def take_fields(self, fields: FieldSettings) -> None:
        """Take a choice of fields as a whole; a plan of another choice is void."""
        if fields != self.draft.settings.fields:
            self._fields(fields)

    def use_filter(self, *, use: bool) -> None:
        """Obey ``new_synctomkto`` or not."""
        if use != self.draft.settings.fields.filter:
            self._fields(replace(self.draft.settings.fields, filter=use))

    def enable(self, email: str, *, accept: bool) -> None:
        """Take the last page's address and tick."""
        enable = replace(self.draft.settings.enable, email=email.strip(), accept=accept)
        self.draft.settings = replace(self.draft.settings, enable=enable)

    def missing(self, step: Step) -> tuple[Missing, ...]:
        """What keeps a step from being left, in the order of the page; empty when it may be left."""
        if step is Step.CREDENTIALS:
            return self.missing_inputs() or self._missing_proof()
        if step is Step.FIELDS:
            none = not any(self.chosen(entity) for entity in self.draft.offers)
            return (Missing("fields", msg("Tick at least one field.")),) if none else ()
        return self._missing_consent()

    def missing_inputs(self) -> tuple[Missing, ...]:
        """What has to be entered before the connections can be tested."""
        settings, secrets = self.draft.settings, self.draft.secrets
        trusted = settings.network.trusted_hosts
        rows = []
        dynamics = dynamics_address(settings.dynamics.url, trusted)
        if not dynamics.usable:
            rows.append(Missing("dynamics.url", dynamics.note or msg("Enter the address of your Dynamics.")))
        if settings.dynamics.sign_in is SignIn.PASSWORD:
            rows += _wanted("dynamics.username", settings.dynamics.username, msg("Enter the user name."))
            rows += _wanted("dynamics.password", secrets.dynamics_password, msg("Enter the password."))
        elif settings.dynamics.sign_in is SignIn.APPLICATION:
            rows += _wanted("dynamics.client_id", settings.dynamics.client_id, msg("Enter the client id."))
            proof = secrets.dynamics_client_secret or settings.dynamics.certificate
            rows += _wanted("dynamics.client_secret", proof, msg("Enter the client secret."))
        marketo = marketo_address(settings.marketo.endpoint, trusted)
        if not marketo.usable:
            rows.append(Missing("marketo.endpoint", marketo.note or msg("Enter the address of your Marketo.")))
        rows += _wanted("marketo.client_id", settings.marketo.client_id, msg("Enter the client id."))
        rows += _wanted("marketo.client_secret", secrets.marketo_client_secret, msg("Enter the client secret."))
        return tuple(rows)

    def _missing_proof(self) -> tuple[Missing, ...]:
        if not self.draft.proven or self.draft.proven != self.fingerprint():
            return (Missing("test", msg("Test the connections first.")),)
        if not self.draft.card_confirmed:
            return (Missing("card", msg("Confirm that these are the right two systems.")),)
        return ()

    def _missing_consent(self) -> tuple[Missing, ...]:
        rows = []
        if self.draft.plan is None:
            rows.append(Missing("plan", msg("The plan is still being made.")))
        if not self.draft.settings.enable.accept:
            rows.append(Missing("accept", msg("Read the three points and tick the box.")))
        if not _EMAIL.fullmatch(self.draft.settings.enable.email):
            rows.append(Missing("email", msg("Enter an e-mail address such as admin@contoso.com.")))
        return tuple(rows)

    def _fields(self, fields: FieldSettings) -> None:
        self.draft.settings = replace(self.draft.settings, fields=fields)
        self.draft.plan = None


def in_vain(settings: Settings, secrets: Secrets) -> tuple[Message, ...]:
    """What was given but is not used as its giver may think; for where no form asks for just what is used."""
    dynamics, mail = settings.dynamics, settings.mail
    application = dynamics.sign_in is SignIn.APPLICATION
    used = {
        "dynamics_password": dynamics.sign_in is SignIn.PASSWORD,
        "dynamics_client_secret": not dynamics.sign_in.is_person,
        "mail_password": mail.kind is MailKind.SMTP and bool(mail.host and mail.username),
        "proxy_password": bool(settings.network.proxy_username),
    }
    rows = [
        msg("{variable} is set, but these settings have no use for it.", variable=ENVIRONMENT[name])
        for name, is_used in used.items()
        if getattr(secrets, name) and not is_used
    ]
    if application and dynamics.certificate and secrets.dynamics_client_secret:
        text = msg(
            "The application signs in with its certificate: {variable} is taken for the password of the certificate's "
            "file, not for a client secret.",
            variable=ENVIRONMENT["dynamics_client_secret"],
        )
        rows.append(text)
    if dynamics.certificate and not application:
        rows.append(msg("“{key}” has no use, because no application signs in.", key="dynamics.certificate"))
    return tuple(rows)


def _exact_proxy(typed: str) -> str:
    try:
        return proxy("network.proxy", typed)
    except SettingsError:
        return ""


def _wanted(name: str, value: str, text: Message) -> list[Missing]:
    return [] if value.strip() else [Missing(name, text or NOTHING)]

"""How the window names entities, states and amounts of time."""

from __future__ import annotations

from datetime import UTC, datetime
from locale import windows_locale

from PySide6.QtCore import QLocale

from dynsync_gui.domain.checks import CheckState, EnvironmentKind, Owner
from dynsync_gui.domain.identity_words import KIND_WORDS
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import Entity, FieldType, System, TargetType
from dynsync_gui.domain.table_words import TableWords
from dynsync_gui.domain.text import msg, ntr, number, tr

ENTITY = TableWords(
    {
        Entity.USER: msg("Sales persons"),
        Entity.ACCOUNT: msg("Companies"),
        Entity.CONTACT: msg("People from contacts"),
        Entity.LEAD: msg("People from leads"),
        Entity.OPPORTUNITY: msg("Opportunities"),
        Entity.CUSTOMER: msg("Customers of opportunities"),
        Entity.CONNECTION: msg("Stakeholders of opportunities"),
    },
    lambda table: msg("Rows of {table}", table=table),
)
SYSTEM = {System.DYNAMICS: "Microsoft Dynamics 365", System.MARKETO: "Adobe Marketo Engage"}
SHORT_SYSTEM = {System.DYNAMICS: "Dynamics", System.MARKETO: "Marketo"}
CHECK = {
    CheckState.PENDING: ("pending", msg("Running"), "muted"),
    CheckState.PASSED: ("passed", msg("Passed"), "good"),
    CheckState.ATTENTION: ("attention", msg("Look at this"), "attention"),
    CheckState.FAILED: ("failed", msg("Stopped here"), "bad"),
    CheckState.SKIPPED: ("skipped", msg("Not checked"), "muted"),
}
"""Icon, word and colour role of each state of a check."""
OWNER = {
    Owner.YOU: msg("You can do this here."),
    Owner.DYNAMICS_ADMIN: msg("Your Dynamics administrator can do this."),
    Owner.ENTRA_ADMIN: msg("Your Microsoft Entra administrator can do this."),
    Owner.MARKETO_ADMIN: msg("Your Marketo administrator can do this."),
    Owner.NETWORK: msg("The people who look after your network can do this."),
    Owner.VENDOR: msg("Only the vendor can do this; wait a little and test again."),
    Owner.DYNSYNC: msg("The people who look after DynSync can do this."),
}
KIND = {
    EnvironmentKind.PRODUCTION: ("shield", KIND_WORDS[EnvironmentKind.PRODUCTION], "accent"),
    EnvironmentKind.SANDBOX: ("box", KIND_WORDS[EnvironmentKind.SANDBOX], "attention"),
    EnvironmentKind.REHEARSAL: ("flask", KIND_WORDS[EnvironmentKind.REHEARSAL], "good"),
    EnvironmentKind.UNKNOWN: ("info", KIND_WORDS[EnvironmentKind.UNKNOWN], "muted"),
}
TYPE = {
    FieldType.STRING: msg("Text"),
    FieldType.MEMO: msg("Long text"),
    FieldType.INTEGER: msg("Whole number"),
    FieldType.BIGINT: msg("Whole number"),
    FieldType.DECIMAL: msg("Decimal number"),
    FieldType.DOUBLE: msg("Decimal number"),
    FieldType.MONEY: msg("Money"),
    FieldType.BOOLEAN: msg("Yes/No"),
    FieldType.PICKLIST: msg("Choice"),
    FieldType.STATE: msg("Choice"),
    FieldType.STATUS: msg("Choice"),
    FieldType.MULTISELECT: msg("Several choices"),
    FieldType.DATE: msg("Date"),
    FieldType.DATETIME: msg("Date and time"),
    FieldType.LOOKUP: msg("Name of a record"),
    FieldType.CUSTOMER: msg("Name of a record"),
    FieldType.OWNER: msg("Name of a record"),
    FieldType.UNIQUEIDENTIFIER: msg("Id"),
    FieldType.IMAGE: msg("Picture"),
    FieldType.FILE: msg("File"),
    FieldType.PARTYLIST: msg("List of parties"),
    FieldType.VIRTUAL: msg("No value"),
    FieldType.OTHER: msg("Other"),
}
TARGET_TYPE = {
    TargetType.STRING: msg("Text"),
    TargetType.TEXT: msg("Text area"),
    TargetType.EMAIL: msg("E-mail"),
    TargetType.PHONE: msg("Phone"),
    TargetType.URL: msg("Web address"),
    TargetType.INTEGER: msg("Whole number"),
    TargetType.SCORE: msg("Score"),
    TargetType.FLOAT: msg("Decimal number"),
    TargetType.CURRENCY: msg("Money"),
    TargetType.PERCENT: msg("Percent"),
    TargetType.BOOLEAN: msg("Yes/No"),
    TargetType.DATE: msg("Date"),
    TargetType.DATETIME: msg("Date and time"),
    TargetType.OTHER: msg("Other"),
}
"""Marketo's types."""
PHASE = {
    RunState.READING: msg("Reading"),
    RunState.MATCHING: msg("Comparing both sides"),
    RunState.WRITING: msg("Writing to Marketo"),
    RunState.DONE: msg("Done"),
    RunState.STOPPED: msg("Stopped"),
    RunState.FAILED: msg("Stopped early"),
}
RUN = {RunKind.FIRST: msg("First sync"), RunKind.CYCLE: msg("Sync")}


def language_name(code: int) -> str:
    """A language by its Windows code (LCID), in its own words."""
    name = QLocale(windows_locale.get(code, "C")).nativeLanguageName() if code in windows_locale else ""
    return name[:1].upper() + name[1:] if name else str(code)


def entity_name(entity: Entity, label: str = "") -> str:
    """What the window calls a table; an organisation's own one by its label in Dynamics."""
    return str(ENTITY[entity]) if entity in ENTITY else label or entity.value


def duration(seconds: float) -> str:
    """A span of time, as roughly as a person would say it."""
    if seconds < 60:
        return ntr("{n} second", "{n} seconds", max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return ntr("{n} minute", "{n} minutes", minutes)
    hours, rest = divmod(minutes, 60)
    if hours >= 10 or not rest:
        return ntr("{n} hour", "{n} hours", round(minutes / 60))
    return tr("{hours} h {minutes} min", hours=hours, minutes=rest)


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago a moment was."""
    seconds = max(0.0, ((now or datetime.now(UTC)) - moment).total_seconds())
    if seconds < 60:
        return tr("just now")
    if seconds < 86_400:
        return tr("{duration} ago", duration=duration(seconds))
    return ntr("{n} day ago", "{n} days ago", int(seconds // 86_400))


def exact(moment: datetime) -> str:
    """A moment by the clock of this computer."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def clock_time(moment: datetime) -> str:
    """The time of day by the clock of this computer."""
    return moment.astimezone().strftime("%H:%M")


def people(count: int) -> str:
    """A number of people with its noun."""
    return ntr("{n} person", "{n} people", count)


def rate(per_second: float) -> str:
    """Records a second."""
    digits = 1 if per_second < 10 else 0
    return tr("{rate} records a second", rate=number(per_second, digits))

"""The fields of both systems as the scripted service tells them, with samples, filter states and a fit check."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.choice_changes import ChoiceVersion, changes
from dynsync_gui.domain.events import (
    ChoiceEstimated,
    ChoiceImported,
    ChoicesRead,
    Described,
    FilterRead,
    FitChecked,
    FitProgress,
    Sampled,
    TablesFound,
)
from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.fit import FitCure, FitExample, FitReason, FitReport, Misfit
from dynsync_gui.domain.mapping import FieldOffer, offers, own_offers
from dynsync_gui.domain.plan import BackFill
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import (
    Entity,
    EntitySchema,
    FieldType,
    Option,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.text import msg
from dynsync_gui.system.resources import default_targets

_RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "rehearsal"
_KINDS = {
    **{kind.value: kind for kind in FieldType},
    "multiselectpicklist": FieldType.MULTISELECT,
    "entityname": FieldType.OTHER,
}
_LABELS = {Entity.LEAD: "Lead", Entity.CONTACT: "Contact", Entity.ACCOUNT: "Account"}
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LANGUAGES = (1033, 1036)


@cache
def tables(language: str = "en") -> dict[Entity, EntitySchema]:
    """Dynamics' tables, from the rehearsal's columns."""
    fields: dict[Entity, list[SourceField]] = {entity: [] for entity in _LABELS}
    with (_RESOURCES / "columns.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["table"] in fields:
                fields[Entity(row["table"])].append(_source(row, language))
    return {
        entity: EntitySchema(entity, _LABELS[entity], f"{entity}s", f"{entity}id", tuple(rows))
        for entity, rows in fields.items()
    }


def _source(row: dict[str, str], language: str) -> SourceField:
    kind = _KINDS.get(row["kind"].casefold(), FieldType.OTHER)
    flags = row["flags"].split()
    pairs = (option.partition("=") for option in row["options"].split("|") if option)
    return SourceField(
        row["name"],
        row[language] or row["en"] or row["name"],
        kind,
        int(row["max"]) if row["max"].isdigit() and kind in {FieldType.STRING, FieldType.MEMO} else None,
        row["format"],
        required=row["required"].endswith("Required"),
        custom="custom" in flags or row["name"].startswith("new_"),
        secured="secured" in flags,
        readable="hidden" not in flags,
        targets=tuple(filter(None, row["targets"].split("|"))),
        options=tuple(Option(int(value), label) for value, _, label in pairs if value.lstrip("-").isdigit()),
        writable="readonly" not in flags,
    )


@cache
def targets() -> dict[Target, TargetSchema]:
    """Marketo's persons and companies, from the rehearsal's fields."""
    fields: dict[Target, list[TargetField]] = {Target.PERSON: [], Target.COMPANY: []}
    with (_RESOURCES / "marketo_fields.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["object"] not in {"person", "company"}:
                continue
            kind = TargetType(row["type"]) if row["type"] in set(TargetType) else TargetType.OTHER
            length = int(row["length"]) if row["length"].isdigit() else None
            field = TargetField(row["name"], row["label"], kind, length, updateable="readonly" not in row["flags"])
            fields[Target.PERSON if row["object"] == "person" else Target.COMPANY].append(field)
    return {target: TargetSchema(target, tuple(rows)) for target, rows in fields.items()}


@cache
def field_offers(language: str = "en") -> dict[Entity, tuple[FieldOffer, ...]]:
    """Rows of the field page."""
    return {entity: offers(table, targets(), default_targets()) for entity, table in tables(language).items()}


def described(language: str = "en") -> object:
    """The live schemas."""
    return lambda job: Described(job, field_offers(language), tables(language), targets(), LANGUAGES)


_VALUES = {
    "firstname": (("Yvonne", "Zoë", "李小龙"), 0.98),
    "lastname": (("McKay", "Ångström", "Stubberød"), 1.0),
    "emailaddress1": (("yvonne@contoso.com", "zoe@fourthcoffee.com"), 0.91),
    "jobtitle": (("Purchasing Manager", "Owner"), 0.64),
    "telephone1": (("555-0100", "555-0111"), 0.72),
    "address1_city": (("Redmond", "Göteborg", "Paris"), 0.55),
    "leadsourcecode": (("Web", "Trade Show"), 0.47),
    "name": (("Fourth Coffee", "Litware"), 1.0),
}


def sampled(job: int) -> Sampled:
    """What the columns hold."""
    return Sampled(
        job,
        {
            entity: {
                field.name: ColumnSample(*_VALUES.get(field.name, ((), len(field.name) % 9 / 10)), 500)
                for field in table.fields
                if field.readable
            }
            for entity, table in tables().items()
        },
    )


def states(contact: FilterColumn = FilterColumn.MISSING) -> dict[Entity, FilterState]:
    """The filter column of each table."""
    race = msg("A workflow that sets it seconds later comes too late while new records say Yes.")
    there = contact is FilterColumn.PRESENT
    return {
        Entity.LEAD: FilterState(
            Entity.LEAD, FilterColumn.PRESENT, "new_synctomkto", 388, 12, 1_600, default=True, warnings=(race,)
        ),
        Entity.CONTACT: FilterState(
            Entity.CONTACT, contact, "new_synctomkto" if there else "", 0 if there else None, 0 if there else None,
            1_204 if there else None, default=False if there else None, may_create=not there,
        ),
        Entity.ACCOUNT: FilterState(
            Entity.ACCOUNT,
            FilterColumn.OTHER_PREFIX,
            "cr123_synctomkto",
            reason=msg("Your role in Dynamics may not add columns."),
        ),
    }  # fmt: skip


REPORT = FitReport(
    {Entity.LEAD: 500, Entity.CONTACT: 500, Entity.ACCOUNT: 212},
    complete=False,
    misfits=(
        Misfit(
            Entity.LEAD,
            "jobtitle",
            "title",
            FitReason.TOO_LONG,
            17,
            (
                FitExample("1", "Zoë Ångström", "Senior Vice President of everything that has to do with purchasing"),
                FitExample("2", "Yvonne McKay", "Purchasing Manager for the northern and the southern hemisphere"),
            ),
            (FitCure.OTHER_TARGET, FitCure.TRIM, FitCure.LEAVE_OUT, FitCure.SKIP),
        ),
        Misfit(
            Entity.LEAD,
            "emailaddress1",
            "email",
            FitReason.NO_EMAIL,
            3,
            (FitExample("3", "Fourth Coffee", "ask at the desk"),),
            (FitCure.LEAVE_OUT, FitCure.SKIP),
        ),
    ),
)
CHOICE = FieldSettings({Entity.LEAD: (FieldChoice("firstname"), FieldChoice("lastname"), FieldChoice("emailaddress1"))})
OLDER = FieldSettings({Entity.LEAD: (FieldChoice("lastname"), FieldChoice("emailaddress1"))})
VERSIONS = (
    ChoiceVersion(1, NOW - timedelta(days=30), "admin", FieldSettings()),
    ChoiceVersion(2, NOW - timedelta(days=2), "anna", OLDER, changes(FieldSettings(), OLDER)),
    ChoiceVersion(3, NOW, "anna", CHOICE, changes(OLDER, CHOICE)),
)
IMPORTED = FieldSettings(
    {Entity.LEAD: (FieldChoice("lastname", direction=Direction.BOTH), FieldChoice("emailaddress1"))}
)
OWN = Entity("new_subscription")
RELATED = (
    RelatedTable(Entity("new_delivery"), "Delivery", (OWN,)),
    RelatedTable(OWN, "Subscription", (Entity.CONTACT, Entity.LEAD, Entity.ACCOUNT)),
)


@cache
def own_table() -> EntitySchema:
    """An own table, from the rehearsal's columns."""
    with (_RESOURCES / "related_columns.csv").open(encoding="utf-8", newline="") as stream:
        rows = [_source(row, "en") for row in csv.DictReader(stream) if row["table"] == OWN]
    return EntitySchema(OWN, "Subscription", "new_subscriptions", "new_subscriptionid", tuple(rows))


def described_with_own(job: int) -> Described:
    """The live schemas, with the own table."""
    rows = {**field_offers(), OWN: own_offers(own_table())}
    return Described(job, rows, {**tables(), OWN: own_table()}, targets(), LANGUAGES)


SCRIPTS: dict[str, list[object]] = {
    "describe": [described()],
    "find_tables": [lambda job: TablesFound(job, RELATED)],
    "sample": [sampled],
    "read_filter": [lambda job: FilterRead(job, states())],
    "create_filter": [lambda job: FilterRead(job, states(FilterColumn.PRESENT))],
    "check_fit": [
        lambda job: FitProgress(job, Entity.LEAD, 200, 500),
        lambda job: FitProgress(job, Entity.CONTACT, 100, 500),
        lambda job: FitChecked(job, REPORT),
    ],
    "choice_history": [lambda job: ChoicesRead(job, VERSIONS)],
    "save_choice": [lambda job: ChoicesRead(job, VERSIONS)],
    "estimate_choice": [lambda job: ChoiceEstimated(job, (BackFill(Entity.LEAD, ("subject",), 1_988, 7),))],
    "restore_choice": [lambda job: ChoicesRead(job, VERSIONS)],
    "export_choice": [lambda job: ChoiceImported(job, CHOICE)],
    "import_choice": [lambda job: ChoiceImported(job, IMPORTED)],
}

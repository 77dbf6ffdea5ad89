"""What both systems say about their own tables and fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Self, cast


class System(StrEnum):
    """The two systems that are kept the same."""

    DYNAMICS = "dynamics"
    MARKETO = "marketo"


class Target(StrEnum):
    """What an entity becomes in Marketo."""

    SALES_PERSON = "sales-person"
    COMPANY = "company"
    PERSON = "person"
    OPPORTUNITY = "opportunity"
    ROLE = "role"
    CUSTOM_OBJECT = "custom-object"


class Entity(str):
    """A Dynamics table that is synced, by its logical name; one object per name, so that `is` tells two apart.

    Not an enumeration, since an organisation adds tables of its own.
    """

    __slots__ = ()

    USER: ClassVar[Entity]
    ACCOUNT: ClassVar[Entity]
    CONTACT: ClassVar[Entity]
    LEAD: ClassVar[Entity]
    OPPORTUNITY: ClassVar[Entity]
    CONNECTION: ClassVar[Entity]
    CUSTOMER: ClassVar[Entity]

    def __new__(cls, name: str) -> Self:
        """The table of that logical name."""
        return cast("Self", _KNOWN.get(name) or _KNOWN.setdefault(str(name), super().__new__(cls, name)))

    @property
    def value(self) -> str:
        """The logical name as plain text."""
        return str(self)

    @property
    def target(self) -> Target:
        """Where its records go; those of an organisation's own table become rows of a custom object."""
        return _TARGETS.get(self, Target.CUSTOM_OBJECT)


_KNOWN: dict[str, Entity] = {}
Entity.USER = Entity("systemuser")
Entity.ACCOUNT = Entity("account")
Entity.CONTACT = Entity("contact")
Entity.LEAD = Entity("lead")
Entity.OPPORTUNITY = Entity("opportunity")
Entity.CONNECTION = Entity("connection")
Entity.CUSTOMER = Entity("opportunity:customer")  # no table: the contact that an opportunity itself names
_TARGETS = {
    Entity.USER: Target.SALES_PERSON,
    Entity.ACCOUNT: Target.COMPANY,
    Entity.CONTACT: Target.PERSON,
    Entity.LEAD: Target.PERSON,
    Entity.OPPORTUNITY: Target.OPPORTUNITY,
    Entity.CONNECTION: Target.ROLE,
    Entity.CUSTOMER: Target.ROLE,
}

ENTITIES = (Entity.ACCOUNT, Entity.CONTACT, Entity.LEAD)
"""The tables that everyone has, in the order of one cycle."""

PEOPLE = (Entity.CONTACT, Entity.LEAD)
"""The tables whose records become persons."""

CYCLE = (
    Entity.USER, Entity.ACCOUNT, Entity.CONTACT, Entity.LEAD, Entity.OPPORTUNITY, Entity.CUSTOMER, Entity.CONNECTION,
)  # fmt: skip
"""All tables but an organisation's own, in the order of one cycle (Adobe, CRM synchronization architecture)."""


def in_cycle_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Tables in the order of one cycle: what others refer to comes first, an organisation's own come last."""
    places = {entity: place for place, entity in enumerate(CYCLE)}
    return tuple(sorted(dict.fromkeys(entities), key=lambda entity: places.get(entity, len(places))))


FILTER_FIELD = "new_synctomkto"
"""Yes/No column of an entity; only an explicit No keeps a record out (Adobe, custom Dynamics sync filter)."""

KEY_FIELD = "dynamicsId"
"""REST name of the Marketo person field that holds the bare Dynamics id of the lead or contact."""

UNSUBSCRIBED = "unsubscribed"
"""REST name of the person field that says who wants no mail."""

COMPANY_KEY = "externalCompanyId"
"""Marketo's own key of a company, and the link of a person or an opportunity to it."""

OWNER_KEY = "externalSalesPersonId"
"""Marketo's own key of a sales person, and the link of what that person owns."""

OPPORTUNITY_KEY = "externalOpportunityId"
"""Marketo's own key of an opportunity, and the link of a role to it."""

DELETED_FIELD = "microsoftIsDeleted"
"""Person field that says that the record is gone from Dynamics (Adobe, default field mapping)."""

STOPPED_FIELD = "microsoftSyncStopped"
"""Person field that says that the filter was turned to No, where that is wanted."""

MARKS = frozenset({DELETED_FIELD, STOPPED_FIELD})
"""Person fields that are set when a record is left out, and taken back when it is there again."""

_KEYS = {
    Target.SALES_PERSON: OWNER_KEY,
    Target.COMPANY: COMPANY_KEY,
    Target.OPPORTUNITY: OPPORTUNITY_KEY,
    Target.ROLE: "marketoGUID",
}


def key_of(target: Target) -> str:
    """The Marketo field that holds the Dynamics id; a role has none, and is known by Marketo's own."""
    return _KEYS.get(target, KEY_FIELD)


def id_of(target: Target) -> str:
    """The Marketo field that holds Marketo's own id of a target's records."""
    return "marketoGUID" if target in {Target.OPPORTUNITY, Target.ROLE, Target.CUSTOM_OBJECT} else "id"


class FieldType(StrEnum):
    """Type of a Dynamics column, after AttributeTypeName (Dataverse metadata)."""

    STRING = "string"
    MEMO = "memo"
    INTEGER = "integer"
    BIGINT = "bigint"
    DECIMAL = "decimal"
    DOUBLE = "double"
    MONEY = "money"
    BOOLEAN = "boolean"
    PICKLIST = "picklist"
    STATE = "state"
    STATUS = "status"
    MULTISELECT = "multiselect"
    DATE = "date"
    DATETIME = "datetime"
    LOOKUP = "lookup"
    CUSTOMER = "customer"
    OWNER = "owner"
    UNIQUEIDENTIFIER = "uniqueidentifier"
    IMAGE = "image"
    FILE = "file"
    PARTYLIST = "partylist"
    VIRTUAL = "virtual"
    OTHER = "other"

    @property
    def is_lookup(self) -> bool:
        """Whether the value points to a record of another table."""
        return self in _LOOKUPS

    @property
    def has_options(self) -> bool:
        """Whether the value is one or several numbers that stand for labels."""
        return self in _OPTION_SETS


_LOOKUPS = frozenset({FieldType.LOOKUP, FieldType.CUSTOMER, FieldType.OWNER})
_OPTION_SETS = frozenset({FieldType.PICKLIST, FieldType.STATE, FieldType.STATUS, FieldType.MULTISELECT})


class DateBehavior(StrEnum):
    """What Dataverse means by a date (Microsoft, behavior and format of date columns)."""

    USER_LOCAL = "UserLocal"
    """An instant; the Web API writes it in UTC."""
    DATE_ONLY = "DateOnly"
    """A day without a time, the same in every time zone."""
    TIME_ZONE_INDEPENDENT = "TimeZoneIndependent"
    """A day and a time on the clock, the same in every time zone; the Web API writes a Z that means nothing."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option set; values are sparse and never a position.

    Attributes:
        value: What Dynamics keeps.
        label: In the reading user's language.
        labels: In the organisation's languages, by LCID.
    """

    value: int
    label: str
    labels: Mapping[int, str] = field(default_factory=dict, hash=False)

    def label_in(self, language: int) -> str:
        """The label in a language (LCID), else, and for 0, in the reading user's."""
        return self.labels.get(language) or self.label


@dataclass(frozen=True, slots=True)
class SourceField:
    """A column of a Dynamics table.

    Attributes:
        name: Logical name.
        label: Display name in the person's language, else any, else the logical name.
        type: Its type.
        max_length: In characters; None where the type has none.
        format: For text: ``Email``, ``Phone``, ``Url``, ``TextArea``, ``Text``; otherwise empty.
        required: Whether Dynamics wants a value.
        custom: Whether the organisation added it.
        readable: Whether the Web API gives it (IsValidForRead and IsValidODataAttribute).
        secured: Whether column security hides it from some people.
        calculated: Whether Dynamics computes it (SourceType 1 to 3).
        options: For option sets and yes/no (1 and 0).
        targets: For lookups: logical names of the tables pointed to.
        behavior: For dates.
        writable: Whether the Web API lets it be changed (IsValidForUpdate).
    """

    name: str
    label: str
    type: FieldType
    max_length: int | None = None
    format: str = ""
    required: bool = False
    custom: bool = False
    readable: bool = True
    secured: bool = False
    calculated: bool = False
    options: tuple[Option, ...] = ()
    targets: tuple[str, ...] = ()
    behavior: DateBehavior | None = None
    writable: bool = True

    @property
    def column(self) -> str:
        """The property name in Web API rows (lookups read as ``_name_value``)."""
        return f"_{self.name}_value" if self.type.is_lookup else self.name

    def option_label(self, value: int, language: int = 0) -> str | None:
        """The label of an option's value in a language (LCID), or None where the option set has no such value."""
        return next((option.label_in(language) for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class EntitySchema:
    """A Dynamics table as its metadata describes it today."""

    entity: Entity
    label: str
    entity_set: str
    primary_id: str
    fields: tuple[SourceField, ...]
    change_tracking: bool = True

    def field(self, name: str) -> SourceField | None:
        """The column of that logical name, or None."""
        return next((field for field in self.fields if field.name == name), None)


class TargetType(StrEnum):
    """Type of a Marketo field (Marketo REST, field types)."""

    STRING = "string"
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    INTEGER = "integer"
    SCORE = "score"
    FLOAT = "float"
    CURRENCY = "currency"
    PERCENT = "percent"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field of one of Marketo's objects.

    Attributes:
        name: REST name.
        label: Name shown in Marketo.
        type: Its type.
        length: In characters; None where Marketo names none.
        updateable: Whether an API client may write it.
        crm_managed: Whether Marketo's own CRM sync owns it.
        links_to: Object and field that its values name; None where it is no link.
    """

    name: str
    label: str
    type: TargetType
    length: int | None = None
    updateable: bool = True
    crm_managed: bool = False
    links_to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field of a custom object that is to be created.

    Attributes:
        name: API name.
        label: Name shown in Marketo.
        type: Marketo's data type; ``link`` for one that names another object.
        dedupe: Whether it tells records apart.
        links_to: Object and field that a link names; None for other fields.
    """

    name: str
    label: str
    type: str
    dedupe: bool = False
    links_to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CustomType:
    """A type of custom object that is to be there, by API name."""

    name: str
    label: str
    fields: tuple[CustomField, ...]


@dataclass(frozen=True, slots=True)
class TargetSchema:
    """One of Marketo's objects as described today."""

    target: Target
    fields: tuple[TargetField, ...]
    searchable: frozenset[str] = frozenset()

    def field(self, name: str) -> TargetField | None:
        """The field of that REST name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def alike(self, name: str) -> TargetField | None:
        """The field of that REST name in any letter case, or None; Marketo takes no second one."""
        wanted = name.casefold()
        return next((field for field in self.fields if field.name.casefold() == wanted), None)

"""Field definitions of persons and companies, and the fields that a client creates."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.errors import MarketoError
from dynsync_gui.simulators.resources import table

if TYPE_CHECKING:
    from dynsync_gui.simulators.clock import Clock

_SEARCHABLE = {
    "person": (
        "cookies", "email", "facebookId", "id", "leadPartitionId", "linkedInId", "sfdcAccountId", "sfdcContactId",
        "sfdcLeadId", "twitterId",
    ),
    "company": ("externalCompanyId", "id", "company", "externalSalesPersonId"),
    "salesperson": ("id", "externalSalesPersonId", "email"),
    "opportunity": ("externalOpportunityId", "marketoGUID"),
    "role": ("marketoGUID", "leadId", "externalOpportunityId"),
}  # fmt: skip
_LOOKUPS = frozenset(_SEARCHABLE["person"]) - {"leadPartitionId"}
_CREATABLE = frozenset(
    (
        "boolean",
        "currency",
        "date",
        "datetime",
        "email",
        "float",
        "integer",
        "percent",
        "phone",
        "score",
        "string",
        "url",
    )
)
_CHANGEABLE = frozenset({"displayName", "description", "isHidden", "isHtmlEncodingInEmail", "isSensitive"})
_SEARCHABLE_TYPES = frozenset({"string", "email", "integer"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TITLE = re.compile(r"[^\W_][\w '\-/()]*")
LENGTHS = {"string": 255, "email": 255, "phone": 255, "url": 255}
MOST_CREATED = 100


@dataclass(slots=True)
class Field:
    """A field as describe tells it.

    Attributes:
        name: REST name.
        kind: dataType.
        length: Longest text in characters, or None.
        label: Display name.
        read_only: Whether a client may not write it.
        of_company: Whether it belongs to the person's company.
        custom: Whether it is not one of Marketo's own.
        created_by_api: Whether it came by the schema API.
        visible_from: Moment from which describe2 knows it, seconds since 1970.
    """

    name: str
    kind: str
    length: int | None
    label: str
    read_only: bool = False
    of_company: bool = False
    custom: bool = False
    created_by_api: bool = False
    visible_from: float = 0.0
    description: str | None = None
    hidden: bool = False
    html: bool = True
    sensitive: bool = False

    def described(self, *, crm_managed: bool) -> dict[str, Any]:
        """As describe2 and the companies' describe print it."""
        row: dict[str, Any] = {"name": self.name, "displayName": self.label, "dataType": self.kind}
        if self.length is not None:
            row["length"] = self.length
        return row | {"updateable": not self.read_only, "crmManaged": crm_managed}

    def as_schema(self) -> dict[str, Any]:
        """As the schema API prints it."""
        row: dict[str, Any] = {
            "displayName": self.label,
            "name": self.name,
            "description": self.description,
            "dataType": self.kind,
        }
        if self.length is not None:
            row["length"] = self.length
        return row | {
            "isHidden": self.hidden,
            "isHtmlEncodingInEmail": self.html,
            "isSensitive": self.sensitive,
            "isCustom": self.custom,
            "isApiCreated": self.created_by_api,
        }


class Catalogue:
    """Fields of one object.

    Attributes:
        delay: Seconds until a created field shows up in describe2.
    """

    def __init__(self, clock: Clock, of: str) -> None:
        self.delay = 0.2
        self._clock = clock
        self._lock = threading.Lock()
        self._searchable = _SEARCHABLE[of]
        self._fields = {row["name"]: _field(row) for row in table("marketo_fields.csv") if row["object"] == of}

    def __iter__(self) -> Any:
        """The fields that the instance knows by now."""
        now = self._clock.now()
        return (field for field in list(self._fields.values()) if field.visible_from <= now)

    def get(self, name: str) -> Field | None:
        """A known field by its exact name."""
        field = self._fields.get(name)
        return field if field is not None and field.visible_from <= self._clock.now() else None

    @property
    def searchable(self) -> list[str]:
        """Fields that a filter may use."""
        custom = [f.name for f in self if f.custom and f.kind in _SEARCHABLE_TYPES]
        return [*self._searchable, *custom]

    def is_lookup(self, name: str) -> bool:
        """Whether a person may be looked up by it in a sync."""
        return name in self.searchable and (name in _LOOKUPS or self._fields[name].custom)

    def all(self) -> list[Field]:
        """Every field, those too that describe2 does not know yet."""
        return list(self._fields.values())

    def add_existing(self, field: Field) -> None:
        """A field that an administrator made before."""
        self._fields[field.name] = field

    def create(self, inputs: list[Any]) -> list[dict[str, Any]]:
        """Creates fields by the schema API; one bad entry refuses the call."""
        with self._lock:
            made = [self._made(entry) for entry in inputs]
            names, labels = [f.name.lower() for f in made], [f.label.lower() for f in made]
            if len(set(names)) < len(names) or len(set(labels)) < len(labels):
                raise MarketoError("1036", "Duplicate object found in input")
            if sum(f.created_by_api for f in self._fields.values()) + len(made) > MOST_CREATED:
                raise MarketoError("1003", f"Maximum number of custom fields '{MOST_CREATED}' exceeded")
            self._fields.update((field.name, field) for field in made)
        return [{"name": field.name, "status": "created"} for field in made]

    def change(self, name: str, entry: dict[str, Any]) -> None:
        """Changes what may be changed of one field; its name and type stay for ever."""
        field = self._fields[name]
        if unknown := set(entry) - _CHANGEABLE:
            raise MarketoError("1003", f"Field '{min(unknown)}' is not updateable")
        if "isHidden" in entry and not field.created_by_api:
            raise MarketoError("1003", f"Invalid value for field 'isHidden' and value '{entry['isHidden']}'")
        if entry.get("displayName", field.label) != field.label:
            self._check_label(entry["displayName"])
        self._check_flags(entry)
        field.label = entry.get("displayName", field.label)
        field.description = entry.get("description", field.description)
        field.hidden = entry.get("isHidden", field.hidden)
        field.html = entry.get("isHtmlEncodingInEmail", field.html)
        field.sensitive = entry.get("isSensitive", field.sensitive)

    def make_text_area(self, name: str) -> None:
        """Turns a string into a text area, which only an administrator can do; KeyError where there is none."""
        field = self._fields[name]
        if field.kind != "string":
            raise ValueError(f"{name} is no string")
        field.kind, field.length = "text", None

    def _check_label(self, label: Any) -> None:
        if not isinstance(label, str) or not _TITLE.fullmatch(label) or len(label) > 255:
            raise MarketoError("1003", f"Invalid value for field 'displayName' and value '{label}'")
        if any(field.label.lower() == label.lower() for field in self._fields.values()):
            raise MarketoError("1017", f"Field with displayName '{label}' already exists")

    @staticmethod
    def _check_flags(entry: dict[str, Any]) -> None:
        for name in ("isHidden", "isHtmlEncodingInEmail", "isSensitive"):
            if not isinstance(entry.get(name, False), bool):
                raise MarketoError("1001", f"Invalid value '{entry[name]}'. Required of type 'Boolean'")

    def _made(self, entry: Any) -> Field:
        if not isinstance(entry, dict):
            raise MarketoError("1001", "Invalid value for input")
        for name in ("displayName", "name", "dataType"):
            if not isinstance(entry.get(name), str) or not entry[name]:
                raise MarketoError("1002", f"Missing value for required parameter '{name}'")
        if unknown := set(entry) - _CHANGEABLE - {"name", "dataType"}:
            raise MarketoError("1006", f"Field '{min(unknown)}' not found")
        name, label, kind = entry["name"], entry["displayName"], entry["dataType"]
        if not _NAME.fullmatch(name) or len(name) > 255:
            raise MarketoError("1003", f"Invalid value for field 'name' and value '{name}'")
        self._check_label(label)
        self._check_flags(entry)
        if kind not in _CREATABLE:
            raise MarketoError("1003", f"Invalid value for field 'dataType' and value '{kind}'")
        if any(f.name.lower() == name.lower() for f in self._fields.values()):
            raise MarketoError("1017", f"Field with name '{name}' already exists")
        return Field(
            name,
            "integer" if kind == "score" else kind,
            LENGTHS.get(kind),
            label,
            custom=True,
            created_by_api=True,
            visible_from=self._clock.now() + self.delay,
            description=entry.get("description"),
            hidden=bool(entry.get("isHidden", False)),
            html=bool(entry.get("isHtmlEncodingInEmail", True)),
            sensitive=bool(entry.get("isSensitive", False)),
        )


def _field(row: dict[str, str]) -> Field:
    flags = row["flags"].split()
    return Field(
        row["name"],
        row["type"],
        int(row["length"]) if row["length"] else None,
        row["label"],
        read_only="readonly" in flags,
        of_company="company" in flags,
        custom="custom" in flags,
    )

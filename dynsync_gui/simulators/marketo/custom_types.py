"""Types of custom objects: fields, links, drafts and what an approval freezes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.errors import MarketoError
from dynsync_gui.simulators.marketo.fields import LENGTHS, Field
from dynsync_gui.simulators.marketo.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynsync_gui.simulators.clock import Clock

DATA_TYPES = (
    "string", "boolean", "integer", "float", "link", "email", "currency", "date", "datetime", "phone", "text",
)  # fmt: skip
MOST_FIELDS, MOST_LATER_FIELDS, MOST_KEYS = 50, 20, 3
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LABEL = re.compile(r"[A-Za-z0-9_ ]+")
_KNOWN = frozenset({"name", "displayName", "dataType", "description", "isDedupeField", "relatedTo"})
_OWN = (
    Field("marketoGUID", "string", 36, "Marketo GUID", read_only=True),
    Field("createdAt", "datetime", None, "Created At", read_only=True),
    Field("updatedAt", "datetime", None, "Updated At", read_only=True),
)


@dataclass(frozen=True, slots=True)
class TypeField:
    """A field of a type, as somebody defined it.

    Attributes:
        field: What describe tells of it.
        dedupe: Whether it is part of the key.
        related: Object and field that its values name, where it is a link.
    """

    field: Field
    dedupe: bool = False
    related: tuple[str, str] | None = None


Definition = dict[str, TypeField]


class TypeFields:
    """Fields of one state of a type, as calls about its records want them."""

    def __init__(self, definition: Definition) -> None:
        self._fields = {field.name: field for field in (*_OWN, *(each.field for each in definition.values()))}
        keys = [name for name, each in definition.items() if each.dedupe]
        links = [name for name, each in definition.items() if each.related is not None]
        single = keys if len(keys) == 1 else []
        self.searchable = list(dict.fromkeys([*single, "marketoGUID", *links]))

    def __iter__(self) -> Iterator[Field]:
        """The fields in their order."""
        return iter(self._fields.values())

    def get(self, name: str) -> Field | None:
        """A field by its exact name."""
        return self._fields.get(name)

    def all(self) -> list[Field]:
        """Every field."""
        return list(self._fields.values())


class CustomType:
    """One type of custom object, with what is approved of it and what is a draft.

    Attributes:
        draft: Fields of the draft, None where there is none.
        approved: Fields in use, None before the first approval.
        store: Its records.
    """

    def __init__(self, clock: Clock, name: str, texts: dict[str, Any]) -> None:
        self.name = name
        self.texts = {"displayName": name, "pluralName": None, "description": None} | texts
        self.draft: Definition | None = {}
        self.approved: Definition | None = None
        self.store = RecordStore(clock, 1, guids=f"custom {name}")
        self.created_at = self.updated_at = clock.stamp()
        self._at_first_approval = 0
        self._clock = clock

    @property
    def state(self) -> str:
        """``draft``, ``approved`` or ``approvedWithDraft``."""
        if self.approved is None:
            return "draft"
        return "approved" if self.draft is None else "approvedWithDraft"

    def definition(self, version: str) -> Definition | None:
        """Fields of the ``draft`` or the ``approved`` version."""
        return self.draft if version == "draft" else self.approved

    def add(self, entries: list[Any], related: Callable[[str, Any], Field]) -> None:
        """Adds fields to the draft; one bad entry refuses all.

        Args:
            entries: Fields as the call gives them.
            related: Gives the linked field of a link's ``relatedTo``, or refuses it.
        """
        fields = dict(self._editable())
        for entry in entries:
            made = _made(entry, related)
            if made.field.name in fields or made.field.name in {own.name for own in _OWN}:
                raise MarketoError("1017", f"Field with name '{made.field.name}' already exists")
            if self.approved is not None and (made.dedupe or made.related):
                raise MarketoError("1003", "Link and dedupe fields cannot be added to an approved custom object")
            if made.field.label.lower() in {each.field.label.lower() for each in fields.values()}:
                raise MarketoError("1017", f"Field with displayName '{made.field.label}' already exists")
            fields[made.field.name] = made
        later = len(fields) - self._at_first_approval if self.approved is not None else 0
        if len(fields) > MOST_FIELDS or later > MOST_LATER_FIELDS:
            raise MarketoError("1028", "Max field limit reached")
        if sum(each.dedupe for each in fields.values()) > MOST_KEYS:
            raise MarketoError("1003", f"At most {MOST_KEYS} dedupe fields are allowed")
        self._edited(fields)

    def change(self, name: str, entry: dict[str, Any], related: Callable[[str, Any], Field]) -> None:
        """Changes a field of the draft; an approved one keeps everything but its texts."""
        fields = dict(self._editable())
        old = self._named(fields, name)
        if self.approved is not None and name in self.approved:
            if set(entry) - {"name", "displayName", "description"} or entry.get("name", name) != name:
                raise MarketoError("1003", f"Field '{name}' of an approved custom object cannot be changed so")
            label, about = entry.get("displayName", old.field.label), entry.get("description", old.field.description)
            fields[name] = replace(old, field=replace(old.field, label=label, description=about))
        else:
            before: dict[str, Any] = {"name": name, "displayName": old.field.label, "dataType": old.field.kind}
            made = _made(before | {"isDedupeField": old.dedupe} | entry, related)
            fields = {made.field.name if each == name else each: kept for each, kept in fields.items()}
            fields[made.field.name] = made
        self._edited(fields)

    def remove(self, names: list[str]) -> None:
        """Takes fields out of the draft; links and keys of an approved type stay."""
        fields = dict(self._editable())
        for name in names:
            field = self._named(fields, name)
            if self.approved is not None and name in self.approved and (field.dedupe or field.related):
                raise MarketoError("1003", f"Field '{name}' of an approved custom object cannot be deleted")
            del fields[name]
        self._edited(fields)

    def approve(self) -> None:
        """Puts the draft to use."""
        if self.draft is None:
            raise MarketoError("1003", f"Custom object '{self.name}' has no draft")
        links = sum(each.related is not None for each in self.draft.values())
        if links < 2 and not any(each.dedupe for each in self.draft.values()):
            raise MarketoError("1003", "At least one dedupe field is required")
        if self.approved is None:
            self._at_first_approval = len(self.draft)
        for name in set(self.approved or {}) - set(self.draft):
            for record in self.store.all():
                self.store.update(record["id"], {name: None})
        self.approved, self.draft = self.draft, None
        self.updated_at = self._clock.stamp()

    def discard(self) -> None:
        """Throws the draft of an approved type away."""
        if self.approved is None or self.draft is None:
            raise MarketoError("1048", "Custom Object Discard Draft Failed")
        self.draft = None

    def _editable(self) -> Definition:
        return self.draft if self.draft is not None else self.approved or {}

    def _edited(self, fields: Definition) -> None:
        self.draft, self.updated_at = fields, self._clock.stamp()

    @staticmethod
    def _named(fields: Definition, name: str) -> TypeField:
        if name not in fields:
            raise MarketoError("1006", f"Field '{name}' not found")
        return fields[name]


def check_label(label: Any) -> None:
    """Refuses a display name of a type or a field that holds a special character."""
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        raise MarketoError("1003", f"Invalid value for field 'displayName' and value '{label}'")


def _made(entry: Any, related: Callable[[str, Any], Field]) -> TypeField:
    if not isinstance(entry, dict):
        raise MarketoError("1001", "Invalid value for input")
    for name in ("name", "displayName", "dataType"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise MarketoError("1002", f"Missing value for required parameter '{name}'")
    if unknown := set(entry) - _KNOWN:
        raise MarketoError("1006", f"Field '{min(unknown)}' not found")
    name, kind, link = entry["name"], entry["dataType"], entry.get("relatedTo")
    if not _NAME.fullmatch(name):
        raise MarketoError("1003", f"Invalid value for field 'name' and value '{name}'")
    check_label(entry["displayName"])
    if kind not in DATA_TYPES or (kind == "link") != (link is not None):
        raise MarketoError("1003", f"Invalid value for field 'dataType' and value '{kind}'")
    about = entry.get("description")
    if link is None:
        field = Field(name, kind, LENGTHS.get(kind), entry["displayName"], custom=True, description=about)
        return TypeField(field, dedupe=bool(entry.get("isDedupeField")))
    parent = related(name, link)
    # A link's values are those of the field that it names.
    field = Field(name, parent.kind, parent.length, entry["displayName"], custom=True, description=about)
    return TypeField(field, dedupe=bool(entry.get("isDedupeField")), related=(link["name"], link["field"]))

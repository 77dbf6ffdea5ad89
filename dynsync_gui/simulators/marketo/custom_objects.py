"""Calls about custom objects: their types, as far as the subscription has them, and their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.calls import json_body, parameters
from dynsync_gui.simulators.marketo.custom_types import DATA_TYPES, CustomType, TypeFields, check_label
from dynsync_gui.simulators.marketo.errors import MarketoError, RecordError, success
from dynsync_gui.simulators.marketo.fields import Field
from dynsync_gui.simulators.marketo.objects import ObjectCalls, ObjectKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.custom_types import Definition
    from dynsync_gui.simulators.marketo.fields import Catalogue
    from dynsync_gui.simulators.marketo.kinds import Kinds
    from dynsync_gui.simulators.marketo.records import Record

_ACTIONS = ("createOrUpdate", "createOnly", "updateOnly")
_TEXTS = frozenset({"displayName", "pluralName", "description", "showInLeadDetail"})
_STANDARD = ("lead", "company")
_MOST_TYPES = 10


class CustomObjects:
    """Types of custom objects and their records.

    Attributes:
        types: By API name.
        metadata: Whether the subscription lets types be read and made by API.
        enabled: Whether it has custom objects at all.
        company_links: Fields of companies that a link may name; Adobe's sample offers ``id`` alone.
    """

    def __init__(self, clock: Clock, persons: Catalogue, kinds: Kinds, wait: Callable[[], None]) -> None:
        self.types: dict[str, CustomType] = {}
        self.metadata = self.enabled = True
        self.company_links: tuple[str, ...] = ("id", "externalCompanyId")
        self._clock = clock
        self._person_fields = persons
        self._kinds = kinds
        self._wait = wait

    def listed(self, request: Request) -> Answer:
        """``customobjects.json``: approved types with their keys, without their fields."""
        self._check_enabled()
        names = parameters(request).get("names")
        wanted = {name.strip() for name in names.split(",")} if names else set(self.types)
        kinds = [self._kind(each) for each in self.types.values() if each.name in wanted and each.approved is not None]
        return success([kind.described(with_fields=False) for kind in kinds])

    def records(self, name: str) -> ObjectCalls:
        """Calls about the records of an approved type."""
        self._check_enabled()
        found = self.types.get(name)
        if found is None or found.approved is None:
            raise MarketoError("610")
        return ObjectCalls(self._kind(found), self._wait)

    def schema(self, request: Request) -> Answer:
        """``customobjects/schema.json``: lists types, or makes or renames one."""
        self._check_metadata()
        if request.method == "POST":
            return self._sync_type(json_body(request))
        given = parameters(request)
        names = given["names"].split(",") if given.get("names") else list(self.types)
        found = [self.types[name.strip()] for name in names if name.strip() in self.types]
        return success([row for each in found for row in self._versions(each, given.get("state"))])

    def one(self, request: Request, name: str) -> Answer:
        """``customobjects/schema/{name}/describe.json``."""
        self._check_metadata()
        return success(self._versions(self._type(name), parameters(request).get("state")))

    def change(self, request: Request, name: str, what: str) -> Answer:
        """A step of a type's life by the last word of its path; the answer's result is empty."""
        self._check_metadata()
        found = self._type(name)
        match what:
            case "addField":
                found.add(_inputs(request), lambda _name, link: self._linked(link))
            case "deleteField":
                found.remove([str(entry.get("name")) for entry in _inputs(request)])
            case "approve":
                found.approve()
            case "discardDraft":
                found.discard()
            case "delete":
                self._delete(found)
        return success()

    def change_field(self, request: Request, name: str, field: str) -> Answer:
        """``customobjects/schema/{name}/{field}/updateField.json``."""
        self._check_metadata()
        self._type(name).change(field, json_body(request), lambda _name, link: self._linked(link))
        return success()

    def data_types(self) -> Answer:
        """Types that a field may have."""
        self._check_metadata()
        return success(list(DATA_TYPES))

    def linkable(self) -> Answer:
        """Objects that a link may name, with the fields that it may name them by."""
        self._check_metadata()
        targets = [*_STANDARD, *(name for name, each in self.types.items() if _is_edge(each))]
        rows = []
        for target in targets:
            fields = [
                {
                    "name": field.label if target in _STANDARD else field.name,  # as in Adobe's sample
                    "displayName": field.label,
                    "dataType": field.kind,
                }
                for field in self._link_fields(target).values()
            ]
            label = self.types[target].texts["displayName"] if target in self.types else target.title()
            rows.append({"name": target, "displayName": label, "fields": fields})
        return success(rows)

    def dependent(self, name: str) -> Answer:
        """What uses a type in Marketo: nothing, as the rehearsal has no campaigns."""
        self._check_metadata()
        self._type(name)
        return success()

    def repoint(self, loser: int, winner: int) -> None:
        """Gives the records of a merged person to the one that stays."""
        for each in self.types.values():
            for name, field in (each.approved or {}).items():
                if field.related == ("lead", "id"):
                    for record_id in each.store.find(name, loser):
                        each.store.update(record_id, {name: winner})

    def _sync_type(self, body: dict[str, Any]) -> Answer:
        name, action = body.get("apiName"), body.get("action", _ACTIONS[0])
        if not isinstance(name, str) or not name.replace("_", "").isalnum() or not name.isascii():
            raise MarketoError("1003", f"Invalid value for field 'apiName' and value '{name}'")
        if unknown := set(body) - _TEXTS - {"apiName", "action"}:
            raise MarketoError("1003", f"Unknown parameter '{min(unknown)}'")
        known = self.types.get(name)
        if action not in _ACTIONS or (known is None and action == "updateOnly"):
            raise MarketoError("1013", f"Custom object '{name}' not found")
        if known is not None and action == "createOnly":
            raise MarketoError("1017", f"Custom object '{name}' already exists")
        texts = {key: value for key, value in body.items() if key in _TEXTS}
        for key in texts.keys() & {"displayName", "pluralName"}:
            check_label(texts[key])
        labels = {each.texts["displayName"].lower() for each in self.types.values() if each is not known}
        if str(texts.get("displayName")).lower() in labels:
            raise MarketoError("1017", f"Custom object with displayName '{texts['displayName']}' already exists")
        if known is None:
            if not texts.get("displayName"):
                raise MarketoError("1002", "Missing value for required parameter 'displayName'")
            if len(self.types) >= _MOST_TYPES:
                raise MarketoError("1003", f"Maximum number of custom objects '{_MOST_TYPES}' exceeded")
            self.types[name] = CustomType(self._clock, name, texts)
        else:
            if (
                known.approved is not None
                and texts.get("displayName", known.texts["displayName"]) != known.texts["displayName"]
            ):
                raise MarketoError("1003", "The display name of an approved custom object cannot be changed")
            known.texts |= texts
        return success()

    def _versions(self, found: CustomType, state: str | None) -> list[Record]:
        """The versions of a type that a state asks for; without one, the newest."""
        match state:
            case None:
                versions = ["approved" if found.draft is None else "draft"]
            case "draft" | "approved":
                versions = [state] if found.definition(state) is not None else []
            case "approvedWithDraft":
                versions = ["approved", "draft"] if found.state == state else []
            case _:
                raise MarketoError("1003", f"Invalid value for field 'state' and value '{state}'")
        return [self._version(found, version) for version in versions]

    def _version(self, found: CustomType, version: str) -> Record:
        row = self._kind(found, version).described()
        head = {"apiName": found.name, "state": found.state, "version": version}
        # A type that nobody approved yet has no id and no moments.
        blank = {"idField": None, "createdAt": None, "updatedAt": None} if found.approved is None else {}
        return head | {key: value for key, value in row.items() if key != "name"} | blank

    def _kind(self, found: CustomType, version: str = "approved") -> ObjectKind:
        fields = found.definition(version) or {}
        about = {
            "name": found.name,
            "displayName": found.texts["displayName"],
            "pluralName": found.texts["pluralName"] or found.texts["displayName"],
            "description": found.texts["description"] or "",
            "createdAt": found.created_at,
            "updatedAt": found.updated_at,
        }
        links = {name: each.related for name, each in fields.items() if each.related is not None}
        relations = [
            {"field": name, "type": "parent", "relatedTo": {"name": target, "field": field}}
            for name, (target, field) in links.items()
        ]
        keys = tuple(name for name, each in fields.items() if each.dedupe) or tuple(links)
        return ObjectKind(
            about, TypeFields(fields), found.store, keys, ("marketoGUID", *keys, "createdAt", "updatedAt"),
            links=lambda values: self._check_links(links, values), relations=relations,
            in_use=lambda record: self._is_linked(found.name, record),
        )  # fmt: skip

    def _check_links(self, links: dict[str, tuple[str, str]], values: Record) -> None:
        for name, (target, field) in links.items():
            value = values.get(name)
            if value is None:
                continue
            if target == "lead":
                if not self._kinds.persons.find(field, value):
                    raise RecordError("1004", "Lead not found")
            else:
                store = self._kinds.companies.store if target == "company" else self.types[target].store
                if not store.find(field, value):
                    raise RecordError("1013", "Object not found")

    def _is_linked(self, name: str, record: Record) -> bool:
        """Whether a record of another type names this one."""
        return any(
            field.related[0] == name and each.store.has(own, record.get(field.related[1]))
            for each in self.types.values()
            for own, field in (each.approved or {}).items()
            if field.related is not None
        )

    def _linked(self, link: Any) -> Field:
        """The field that a link's ``relatedTo`` names."""
        if not isinstance(link, dict) or set(link) != {"name", "field"}:
            raise MarketoError("1003", "Invalid value for field 'relatedTo'")
        target = link["name"]
        if target not in _STANDARD and not (target in self.types and _is_edge(self.types[target])):
            raise MarketoError("1003", f"Invalid value for field 'relatedTo' and value '{target}'")
        found = self._link_fields(target).get(link["field"])
        if found is None:
            raise MarketoError("1006", f"Field '{link['field']}' not found")
        return found

    def _link_fields(self, target: str) -> dict[str, Field]:
        if target == "lead":
            names = ["id", "email", *(field.name for field in self._person_fields if field.custom)]
            known = (self._person_fields.get(n) for n in names if n in self._person_fields.searchable)
            return {field.name: field for field in known if field is not None}
        if target == "company":
            return {f.name: f for f in self._kinds.companies.fields if f.name in self.company_links}
        return {n: each.field for n, each in (self.types[target].approved or {}).items() if each.dedupe}

    def _delete(self, found: CustomType) -> None:
        versions: list[Definition] = [d for each in self.types.values() for d in (each.draft, each.approved) if d]
        if any(f.related and f.related[0] == found.name for fields in versions for f in fields.values()):
            raise MarketoError("1022", f"Custom object '{found.name}' is in use")
        del self.types[found.name]

    def _type(self, name: str) -> CustomType:
        if name not in self.types:
            raise MarketoError("1013", f"Custom object '{name}' not found")
        return self.types[name]

    def _check_metadata(self) -> None:
        if not self.metadata:
            raise MarketoError("616")
        self._check_enabled()

    def _check_enabled(self) -> None:
        if not self.enabled:
            raise MarketoError("1026")


def _inputs(request: Request) -> list[Any]:
    inputs = json_body(request).get("input")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(entry, dict) for entry in inputs):
        raise MarketoError("1002", "Missing value for required parameter 'input'")
    return inputs


def _is_edge(found: CustomType) -> bool:
    """Whether others may link to it: approved, and without a link of its own."""
    return found.approved is not None and all(each.related is None for each in found.approved.values())

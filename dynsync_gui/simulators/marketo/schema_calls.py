"""Calls about fields: describe, describe2 and the schema API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.calls import json_body, page, parameters
from dynsync_gui.simulators.marketo.errors import MarketoError, success

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.fields import Catalogue, Field

_MANAGED = frozenset({"firstName", "lastName", "email", "phone", "title"})
_OPPORTUNITY = (
    ("marketoGUID", "string", 36, False), ("externalOpportunityId", "string", 50, True), ("name", "string", 255, True),
    ("description", "string", 2000, True), ("type", "string", 255, True), ("stage", "string", 255, True),
    ("amount", "currency", None, True), ("probability", "integer", None, True), ("closeDate", "date", None, True),
    ("isClosed", "boolean", None, True), ("isWon", "boolean", None, True), ("externalCompanyId", "string", 50, True),
    ("externalSalesPersonId", "string", 50, True), ("externalCreatedDate", "datetime", None, True),
)  # fmt: skip
_ROLE = (
    ("marketoGUID", "string", 36, False), ("externalOpportunityId", "string", 50, True),
    ("leadId", "integer", None, True), ("role", "string", 50, True), ("isPrimary", "boolean", None, True),
    ("externalCreatedDate", "datetime", None, True),
)  # fmt: skip
_SALES_PERSON = (
    ("id", "integer", None, False), ("externalSalesPersonId", "string", 255, True), ("email", "email", 255, True),
    ("firstName", "string", 255, True), ("lastName", "string", 255, True), ("title", "string", 255, True),
    ("phone", "phone", 255, True),
)  # fmt: skip
_OTHERS: dict[str, tuple[str, tuple[Any, ...], str, tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "opportunities": (
        "Opportunity", _OPPORTUNITY, "marketoGUID", ("externalOpportunityId",),
        (("externalOpportunityId",), ("marketoGUID",)),
    ),
    "roles": (
        "Opportunity Role", _ROLE, "marketoGUID", ("externalOpportunityId", "leadId", "role"),
        (("externalOpportunityId", "leadId", "role"), ("marketoGUID",), ("leadId",), ("externalOpportunityId",)),
    ),
    "salespersons": (
        "Sales Person", _SALES_PERSON, "id", ("externalSalesPersonId",),
        (("id",), ("externalSalesPersonId",), ("email",)),
    ),
}  # fmt: skip
"""Label, fields, id field, keys and searchable fields by a word."""


class SchemaCalls:
    """Describes persons; other objects answer only that they are there.

    Attributes:
        native_crm: Whether Marketo's own CRM sync owns some person fields.
    """

    def __init__(self, clock: Clock, persons: Catalogue, companies: Catalogue) -> None:
        self.native_crm = False
        self._clock = clock
        self._persons = persons
        self._companies = companies

    def describe(self) -> Answer:
        """``leads/describe.json``: fields with their REST and SOAP names."""
        rows = []
        for number, field in enumerate(self._persons, 1):
            row: dict[str, Any] = {"id": number, "displayName": field.label, "dataType": field.kind}
            if field.length is not None:
                row["length"] = field.length
            row["rest"] = {"name": field.name, "readOnly": field.read_only}
            rows.append(row)
        return success(self._clock, rows)

    def describe2(self) -> Answer:
        """``leads/describe2.json``."""
        fields = [f.described(crm_managed=self.native_crm and f.name in _MANAGED) for f in self._persons]
        row = {
            "name": "API Lead",
            "searchableFields": [[name] for name in self._persons.searchable],
            "fields": fields,
        }
        return success(self._clock, [row])

    def fields(self, request: Request, of: str, name: str | None) -> Answer:
        """``{leads|companies}/schema/fields.json`` and one field of it."""
        if of == "companies" and request.method != "GET":
            raise MarketoError("605")
        known = self._persons if of == "leads" else self._companies
        if request.method == "POST":
            body = json_body(request)
            inputs = body.get("input")
            if not isinstance(inputs, list) or not inputs:
                raise MarketoError("1002", "Missing value for required parameter 'input'")
            return self._update(name, inputs) if name else success(self._clock, known.create(inputs))
        if name is not None:
            field = self._named(known, name)
            return success(self._clock, [field.as_schema()])
        shown, more = page([field.as_schema() for field in known.all()], parameters(request), of)
        return success(self._clock, shown, **more)

    def _update(self, name: str, inputs: list[Any]) -> Answer:
        """Changes what may be changed of one field; its name and type stay for ever."""
        field = self._named(self._persons, name)
        allowed = {"displayName", "description", "isHidden", "isHtmlEncodingInEmail", "isSensitive"}
        if len(inputs) != 1 or not isinstance(inputs[0], dict) or set(inputs[0]) - allowed:
            raise MarketoError("1003", "Invalid value for field 'input'")
        entry = inputs[0]
        if "isHidden" in entry and not field.created_by_api:
            raise MarketoError("1003", "Invalid value for field 'isHidden'")
        field.label = entry.get("displayName", field.label)
        field.description = entry.get("description", field.description)
        field.hidden = entry.get("isHidden", field.hidden)
        field.html = entry.get("isHtmlEncodingInEmail", field.html)
        field.sensitive = entry.get("isSensitive", field.sensitive)
        return success(self._clock, [{"name": name, "status": "updated"}])

    @staticmethod
    def _named(catalogue: Catalogue, name: str) -> Field:
        found = next((field for field in catalogue.all() if field.name == name), None)
        if found is None:
            raise MarketoError("1006", f"Field '{name}' not found")
        return found

    def other(self, name: str, created_at: str) -> Answer:
        """Describe of opportunities, their roles and sales persons, which the rehearsal does not keep."""
        label, columns, id_field, keys, searchable = _OTHERS[name]
        row = {
            "name": label.replace(" ", ""),
            "displayName": label,
            "idField": id_field,
            "dedupeFields": list(keys),
            "searchableFields": [list(names) for names in searchable],
            "relationships": [],
            "createdAt": created_at,
            "updatedAt": created_at,
            "fields": [
                {"name": n, "displayName": n, "dataType": kind, "updateable": writable, "crmManaged": False}
                | ({"length": length} if length else {})
                for n, kind, length, writable in columns
            ],
        }
        return success(self._clock, [row])

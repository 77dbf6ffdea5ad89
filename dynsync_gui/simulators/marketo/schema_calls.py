"""Calls about fields: describe, describe2 and the schema API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.calls import json_body, page, parameters
from dynsync_gui.simulators.marketo.errors import MarketoError, success

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.calls import Fields
    from dynsync_gui.simulators.marketo.fields import Catalogue, Field

_MANAGED = frozenset({"firstName", "lastName", "email", "phone", "title"})


class SchemaCalls:
    """Describes persons, and lists and creates fields.

    Attributes:
        native_crm: Whether Marketo's own CRM sync owns some person fields.
    """

    def __init__(self, persons: Catalogue, companies: Fields, opportunities: Fields) -> None:
        self.native_crm = False
        self._persons = persons
        self._read_only = {"companies": companies, "opportunities": opportunities}

    def describe(self) -> Answer:
        """``leads/describe.json``: fields with their REST and SOAP names."""
        rows = []
        for number, field in enumerate(self._persons, 1):
            row: dict[str, Any] = {"id": number, "displayName": field.label, "dataType": field.kind}
            if field.length is not None:
                row["length"] = field.length
            row["rest"] = {"name": field.name, "readOnly": field.read_only}
            rows.append(row)
        return success(rows)

    def describe2(self) -> Answer:
        """``leads/describe2.json``."""
        fields = [f.described(crm_managed=self.native_crm and f.name in _MANAGED) for f in self._persons]
        row = {
            "name": "API Lead",
            "searchableFields": [[name] for name in self._persons.searchable],
            "fields": fields,
        }
        return success([row])

    def fields(self, request: Request, of: str, name: str | None) -> Answer:
        """``{leads|companies|opportunities}/schema/fields.json`` and one field of it."""
        known = self._read_only.get(of, self._persons)
        if request.method == "POST":
            if of in self._read_only:
                raise MarketoError("605")
            body = json_body(request)
            inputs = body.get("input")
            if not isinstance(inputs, list) or not inputs:
                raise MarketoError("1002", "Missing value for required parameter 'input'")
            return self._update(name, inputs) if name else success(self._persons.create(inputs))
        if name is not None:
            return success([self._named(known, name).as_schema()])
        shown, more = page([field.as_schema() for field in known.all()], parameters(request), of)
        return success(shown, **more)

    def _update(self, name: str, inputs: list[Any]) -> Answer:
        """``leads/schema/fields/{name}.json``: exactly one field at a time."""
        self._named(self._persons, name)
        if len(inputs) != 1 or not isinstance(inputs[0], dict):
            raise MarketoError("1003", "Invalid value for field 'input'")
        self._persons.change(name, inputs[0])
        return success([{"name": name, "status": "updated"}])

    @staticmethod
    def _named(catalogue: Fields, name: str) -> Field:
        found = next((field for field in catalogue.all() if field.name == name), None)
        if found is None:
            raise MarketoError("1006", f"Field '{name}' not found")
        return found

"""Marketo Engage as one vendor: identity, limits, permissions and the routes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.marketo.activities import ActivityLog, Origin
from dynsync_gui.simulators.marketo.activity_calls import ActivityCalls
from dynsync_gui.simulators.marketo.activity_extracts import ActivityExtracts
from dynsync_gui.simulators.marketo.bulk_calls import BulkCalls
from dynsync_gui.simulators.marketo.custom_objects import CustomObjects
from dynsync_gui.simulators.marketo.errors import MarketoError, begin_request, failure, success
from dynsync_gui.simulators.marketo.extracts import Extracts
from dynsync_gui.simulators.marketo.fields import Catalogue
from dynsync_gui.simulators.marketo.identity import Identity
from dynsync_gui.simulators.marketo.imports import ImportQueue
from dynsync_gui.simulators.marketo.kinds import Kinds
from dynsync_gui.simulators.marketo.lifecycle import Lifecycle
from dynsync_gui.simulators.marketo.lists import StaticLists
from dynsync_gui.simulators.marketo.marketer import Marketer
from dynsync_gui.simulators.marketo.persons import Persons
from dynsync_gui.simulators.marketo.quota import Quota
from dynsync_gui.simulators.marketo.routes import routes
from dynsync_gui.simulators.marketo.schema_calls import SchemaCalls

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.marketo.records import Record

_LONGEST_URI = 8 * 1024
_LARGEST_BODY, _LARGEST_FILE = 1024 * 1024, 10 * 1024 * 1024
_METHODS = {
    "/rest/v1/leads.json": "syncLead",
    "/rest/v1/leads/delete.json": "deleteLeads",
    "/rest/v1/companies.json": "syncCompanies",
    "/bulk/v1/leads.json": "importLead",
}
_CRM_OBJECTS = ("/rest/v1/companies", "/rest/v1/opportunities", "/rest/v1/salespersons")


class Marketo:
    """Answers as one instance does.

    Attributes:
        latency: Seconds that every data call takes.
        denied: Names of role permissions that the API user lacks.
        fields: Person fields; company fields are in ``company_fields``.
        persons: Person records; companies are in ``companies``.
        native_crm: Whether Marketo's own CRM sync is on.
        custom: Types of custom objects and their records.
        imports: Bulk imports that wait, run or ran.
        extracts: Bulk extracts likewise, of persons; those of activities are in ``activity_extracts``.
        lists: Static lists.
        log: What happened to persons.
        marketer: Changes persons as people in Marketo do.
    """

    name = "marketo"
    compresses = True

    def __init__(self, clock: Clock, stopping: threading.Event, *, limits: bool = True) -> None:
        self.latency = 0.0
        self.denied: set[str] = set()
        self.identity = Identity(clock)
        self.quota = Quota(clock, on=limits)
        self.fields, self.kinds = Catalogue(clock, "person"), Kinds(clock)
        self.persons, self.companies = self.kinds.persons, self.kinds.companies.store
        self.log = ActivityLog(clock)
        self.persons.watch, self.companies.watch = self.log.person_changed, self._company_changed
        self.custom = CustomObjects(clock, self.fields, self.kinds, self.wait)
        self.lists = StaticLists(clock, self.log, self.persons, self.wait)
        self.lifecycle = Lifecycle(self.log, self.kinds, self.lists, self.custom, self.wait)
        self.person_calls = Persons(self.fields, self.kinds, self.lifecycle, self.wait)
        self.activity_calls = ActivityCalls(clock, self.log, self.fields, self.lists, self.wait)
        self.imports = ImportQueue(clock, self.log)
        self.bulk_calls = BulkCalls(self.imports, self.fields, self.person_calls, self.lists, self.custom, self.wait)
        self.extracts = Extracts(clock, self.quota, self.persons, self.person_calls, self.lists)
        self.activity_extracts = ActivityExtracts(
            clock, self.quota, self.persons, self.person_calls, self.lists, self.log, self.fields
        )
        self.marketer = Marketer(self.log, self.fields, self.persons, self.lists, self.lifecycle)
        self.schema_calls = SchemaCalls(self.fields, self.kinds.companies.fields, self.kinds.opportunities.fields)
        self._clock = clock
        self._stopping = stopping
        self._delay = threading.local()
        self._routes = routes(self)

    @property
    def native_crm(self) -> bool:
        """Whether Marketo's own CRM sync is on."""
        return self.schema_calls.native_crm

    @native_crm.setter
    def native_crm(self, value: bool) -> None:
        self.schema_calls.native_crm = value

    def answer(self, request: Request, delay: float) -> Answer:
        """Answers one request; nearly every refusal is HTTP 200."""
        if len(request.environ["RAW_URI"]) > _LONGEST_URI:
            return Answer("", status=414)
        largest = _LARGEST_FILE if request.path.startswith("/bulk/") else _LARGEST_BODY
        if (request.content_length or 0) > largest:
            return Answer("", status=413)
        if request.path == "/identity/oauth/token":
            return self.identity.answer(request)
        self._delay.seconds = delay
        caller = Origin(
            "Web service API", self.identity.service, begin_request(self._clock), _METHODS.get(request.path, ""),
            self.identity.user,
        )  # fmt: skip
        try:
            self.identity.check(request)
            self.imports.advance()
            self.extracts.advance()
            self.activity_extracts.advance()
            with self.quota.passage(), self.log.acting(caller):
                return self._routed(request)
        except MarketoError as error:
            self.quota.note_error(error.code)
            return failure(error)
        finally:
            # Large files of a form are kept on disk until then.
            request.close()

    def refusal(self, code: str, message: str) -> Answer:
        """A response-level error of any code."""
        begin_request(self._clock)
        self.quota.note_error(code)
        return failure(MarketoError(code, message))

    def audit(self) -> dict[str, Any]:
        """Everything that the instance holds, for whoever judges a run."""
        self.imports.advance()
        kinds = self.kinds
        return {
            "persons": self.persons.all(),
            "companies": self.companies.all(),
            "salespersons": kinds.sellers.store.all(),
            "opportunities": kinds.opportunities.store.public(),
            "roles": kinds.roles.store.public(),
            "lists": {each.name: list(each.members) for each in self.lists.all()},
            "customobjects": {name: each.store.public() for name, each in self.custom.types.items()},
        }

    def wait(self) -> None:
        """The time a call takes, between the decision about its records and their change."""
        seconds = self.latency + getattr(self._delay, "seconds", 0.0)
        if seconds:
            self._stopping.wait(seconds)

    def _company_changed(self, old: Record | None, new: Record) -> None:
        if old is not None and "externalCompanyId" in new:
            self.log.company_changed(old, new, self.persons.find("externalCompanyId", new["externalCompanyId"]))

    def _routed(self, request: Request) -> Answer:
        method = request.args.get("_method", request.method) if request.method == "POST" else request.method
        if method == "POST" and request.mimetype == "application/x-www-form-urlencoded":
            method = request.form.get("_method", "POST")
        for pattern, permissions, call in self._routes:
            found = pattern.fullmatch(request.path)
            if found is None:
                continue
            if method not in permissions:
                raise MarketoError("605", f"HTTP Method '{method}' is not supported")
            if permissions[method] in self.denied:
                raise MarketoError("603")
            if self.native_crm and request.path.startswith(_CRM_OBJECTS):
                raise MarketoError("1018")
            return call(request, found)
        raise MarketoError("610")

    def stats(self, kind: str, week: str | None) -> Answer:
        """Usage or errors of today, or of seven days."""
        days = 7 if week else 1
        rows = self.quota.usage(days, self.identity.user) if kind == "usage" else self.quota.error_rows(days)
        return success(rows)

"""Marketo Engage as one vendor: identity, limits, permissions and the routes."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.marketo.errors import MarketoError, begin_request, failure, success
from dynsync_gui.simulators.marketo.fields import Catalogue
from dynsync_gui.simulators.marketo.identity import Identity
from dynsync_gui.simulators.marketo.kinds import Kinds
from dynsync_gui.simulators.marketo.objects import ObjectCalls
from dynsync_gui.simulators.marketo.persons import Persons
from dynsync_gui.simulators.marketo.quota import Quota
from dynsync_gui.simulators.marketo.schema_calls import SchemaCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock

    Route = tuple[re.Pattern[str], dict[str, str], Callable[[Request, re.Match[str]], Answer]]

_LONGEST_URI = 8 * 1024
_LARGEST_BODY = 1024 * 1024
_CRM_OBJECTS = ("/rest/v1/companies", "/rest/v1/opportunities", "/rest/v1/salespersons")
_PERSON = "Read-Only Lead", "Read-Write Lead"
_FIELDS = "Read-Write Schema Custom Field"


class Marketo:
    """Answers as one instance does.

    Attributes:
        latency: Seconds that every data call takes.
        denied: Names of role permissions that the API user lacks.
        fields: Person fields; company fields are in ``company_fields``.
        persons: Person records; companies are in ``companies``.
        native_crm: Whether Marketo's own CRM sync is on.
        custom_objects: Whether the subscription includes the metadata of custom objects.
    """

    name = "marketo"
    compresses = True

    def __init__(self, clock: Clock, stopping: threading.Event, *, limits: bool = True) -> None:
        self.latency = 0.0
        self.denied: set[str] = set()
        self.custom_objects = True
        self.identity = Identity(clock)
        self.quota = Quota(clock, on=limits)
        self.fields, self.kinds = Catalogue(clock, "person"), Kinds(clock)
        self.persons, self.companies = self.kinds.persons, self.kinds.companies.store
        self.person_calls = Persons(self.fields, self.kinds, self._wait)
        self.schema_calls = SchemaCalls(self.fields, self.kinds.companies.fields, self.kinds.opportunities.fields)
        self._clock = clock
        self._stopping = stopping
        self._delay = threading.local()
        self._routes = self._table()

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
        if (request.content_length or 0) > _LARGEST_BODY:
            return Answer("", status=413)
        if request.path == "/identity/oauth/token":
            return self.identity.answer(request)
        self._delay.seconds = delay
        begin_request(self._clock)
        try:
            self.identity.check(request)
            with self.quota.passage():
                return self._routed(request)
        except MarketoError as error:
            self.quota.note_error(error.code)
            return failure(error)

    def refusal(self, code: str, message: str) -> Answer:
        """A response-level error of any code."""
        begin_request(self._clock)
        self.quota.note_error(code)
        return failure(MarketoError(code, message))

    def audit(self) -> dict[str, Any]:
        """Everything that the instance holds, for whoever judges a run."""
        kinds = self.kinds
        return {
            "persons": self.persons.all(),
            "companies": self.companies.all(),
            "salespersons": kinds.sellers.store.all(),
            "opportunities": kinds.opportunities.store.all(),
            "roles": kinds.roles.store.all(),
        }

    def _wait(self) -> None:
        """The time a call takes, between the decision about its records and their change."""
        seconds = self.latency + getattr(self._delay, "seconds", 0.0)
        if seconds:
            self._stopping.wait(seconds)

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

    def _table(self) -> list[Route]:
        """Paths, the permission that each verb needs, and what answers."""
        person = {"GET": _PERSON[0], "POST": _PERSON[1], "DELETE": _PERSON[1]}
        schema = {"GET": _FIELDS, "POST": _FIELDS}
        schema_calls, persons = self.schema_calls, self.person_calls
        listed: list[tuple[str, dict[str, str], Callable[[Request, re.Match[str]], Answer]]] = [
            (r"leads/describe\.json", {"GET": _PERSON[0]}, lambda _r, _m: schema_calls.describe()),
            (r"leads/describe2\.json", {"GET": _PERSON[0]}, lambda _r, _m: schema_calls.describe2()),
            (r"leads/partitions\.json", {"GET": _PERSON[0]}, lambda _r, _m: self._partitions()),
            (r"leads\.json", person, lambda r, _m: self._person(r)),
            (r"leads/delete\.json", {"POST": _PERSON[1]}, lambda r, _m: persons.delete(r)),
            (r"lead/(\d+)\.json", {"GET": _PERSON[0]}, lambda r, m: persons.one(r, int(m[1]))),
            (
                r"(leads|companies|opportunities)/schema/fields\.json",
                schema,
                lambda r, m: schema_calls.fields(r, m[1], None),
            ),
            (
                r"(leads|companies|opportunities)/schema/fields/(\w+)\.json",
                schema,
                lambda r, m: schema_calls.fields(r, m[1], m[2]),
            ),
            (r"customobjects/schema\.json", {"GET": "Read-Write Custom Object Type"}, lambda _r, _m: self._types()),
            (r"stats/(usage|errors)(/last7days)?\.json", {"GET": ""}, lambda _r, m: self._stats(m[1], m[2])),
        ]
        kinds = self.kinds
        for path, word, kind in (
            ("companies", "Company", kinds.companies), ("salespersons", "Sales Person", kinds.sellers),
            ("opportunities", "Opportunity", kinds.opportunities), ("opportunities/roles", "Opportunity", kinds.roles),
        ):  # fmt: skip
            listed += _object_routes(path, word, ObjectCalls(kind, self._wait))
        return [(re.compile(f"/rest/v1/{path}"), verbs, call) for path, verbs, call in listed]

    def _person(self, request: Request) -> Answer:
        if request.args.get("_method") == "DELETE" or request.method == "DELETE":
            return self.person_calls.delete(request)
        return self.person_calls.sync(request) if _posts(request) else self.person_calls.query(request)

    def _partitions(self) -> Answer:
        names = self.person_calls.partitions
        rows = [
            {"id": number, "name": name, "description": "Initial partition"} for number, name in enumerate(names, 1)
        ]
        return success(rows)

    def _types(self) -> Answer:
        """Types of custom objects; the rehearsal has none."""
        if not self.custom_objects:
            raise MarketoError("616", "Invalid Subscription Type")
        return success([])

    def _stats(self, kind: str, week: str | None) -> Answer:
        days = 7 if week else 1
        rows = self.quota.usage(days, self.identity.user) if kind == "usage" else self.quota.error_rows(days)
        return success(rows)


def _object_routes(path: str, word: str, calls: ObjectCalls) -> list[Any]:
    """Paths of one object's calls."""
    read, write = f"Read-Only {word}", f"Read-Write {word}"
    return [
        (rf"{path}/describe\.json", {"GET": read}, lambda _r, _m: calls.describe()),
        (rf"{path}\.json", {"GET": read, "POST": write}, lambda r, _m: calls.sync(r) if _posts(r) else calls.query(r)),
        (rf"{path}/delete\.json", {"POST": write}, lambda r, _m: calls.delete(r)),
    ]


def _posts(request: Request) -> bool:
    """Whether a POST is meant as one, and not as a GET with a long filter."""
    override = request.args.get("_method") or request.form.get("_method")
    return request.method == "POST" and override is None

"""The Dataverse Web API as one vendor: who asks, within which limits, for what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dynsync_gui.simulators.dataverse import writing
from dynsync_gui.simulators.dataverse.actions import Actions
from dynsync_gui.simulators.dataverse.aggregation import Aggregator
from dynsync_gui.simulators.dataverse.batch import Batch
from dynsync_gui.simulators.dataverse.customization import Customization
from dynsync_gui.simulators.dataverse.definition_changes import NAME as DEFINITION_CHANGES
from dynsync_gui.simulators.dataverse.definition_changes import DefinitionChanges
from dynsync_gui.simulators.dataverse.discovery import PATH as DISCOVERY
from dynsync_gui.simulators.dataverse.discovery import Discovery
from dynsync_gui.simulators.dataverse.errors import DataverseError, foreign_row, not_found
from dynsync_gui.simulators.dataverse.mail import Mail
from dynsync_gui.simulators.dataverse.members import Member, Members
from dynsync_gui.simulators.dataverse.metadata import Metadata
from dynsync_gui.simulators.dataverse.options import Options, Preferences, parse_options, parse_preferences
from dynsync_gui.simulators.dataverse.organisation import Organisation
from dynsync_gui.simulators.dataverse.protection import Protection
from dynsync_gui.simulators.dataverse.reading import Reader, question
from dynsync_gui.simulators.dataverse.tracking import Tracker, is_tracked
from dynsync_gui.simulators.directory import Directory, Grant, secrets_guid
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    import threading

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.rows import RowTable
    from dynsync_gui.simulators.world import World

_ROOT = re.compile(r"/api/data/v9\.[012](?:/(.*))?")
_ROW = re.compile(r"(\w+)(?:\(([^)]*)\))?(/\$count)?")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_URL = 32_768
_LARGEST_BODY = 16 * 1024 * 1024
_VERBS = {"GET": "Read", "POST": "Create", "PATCH": "Write", "DELETE": "Delete"}
_ROWS_OF_ORGANISATION = ("organizations", "solutions", "duplicaterules", "privileges", "usersettingscollection")


class Dataverse:
    """Answers as one organisation does.

    Attributes:
        latency: Seconds that every request takes.
        members: Users of the organisation and their rights.
        protection: Service protection limits.
        mail: E-mail activities.
        customization: Columns that are made and published.
        actions: Merge, QualifyLead and publishing.
        discovery: Global discovery, which answers at the same address.
    """

    name = "dataverse"
    compresses = False

    def __init__(self, world: World, directory: Directory, stopping: threading.Event, *, limits: bool = True) -> None:
        self.world = world
        self.latency = 0.0
        self.members = Members(world, directory)
        self.members.publish()
        self.protection = Protection(world.clock, on=limits)
        self.tracker = Tracker(world)
        self.reader = Reader(world)
        self.aggregator = Aggregator(world)
        self.metadata = Metadata(world, self.tracker, self.members.privilege_ids)
        self.definition_changes = DefinitionChanges(world)
        self.organisation = Organisation(world, self.members, directory)
        self.mail = Mail(world, self.members)
        self.customization = Customization(world, self.members)
        self.actions = Actions(world, self.members, self.customization)
        self.discovery = Discovery(world, self.members, directory)
        self._directory = directory
        self._stopping = stopping
        self._url = self._entra_url = ""

    def serve_at(self, url: str, entra_url: str) -> None:
        """Tells the addresses that links and challenges name."""
        self._url, self._entra_url = url, entra_url
        self.metadata.url = self.organisation.url = self.discovery.url = url

    def answer(self, request: Request, delay: float) -> Answer:
        """Answers one request."""
        try:
            if request.path.endswith("/$batch") and request.method == "POST":
                answer = Batch(self.world, request, lambda inner: self._single(inner, delay)).answer()
            else:
                answer = self._single(request, delay)
        except DataverseError as error:
            answer = error.answer()
        answer.headers["OData-Version"] = "4.0"
        answer.headers["x-ms-service-request-id"] = answer.headers["REQ_ID"] = secrets_guid()
        return answer

    def _single(self, request: Request, delay: float) -> Answer:
        """One request, also one inside a batch: each of them counts for the limits."""
        try:
            return self._admitted(request, delay)
        except DataverseError as error:
            return error.answer(detailed="*" in request.headers.get("Prefer", ""))

    def refusal(self, code: str, message: str) -> Answer:
        """An error document of any code."""
        status = 429 if code.lower().startswith("0x800723") else 400
        return DataverseError(status, code, message, 1 if status == 429 else None).answer()

    def _admitted(self, request: Request, delay: float) -> Answer:
        found = _ROOT.fullmatch(request.path)
        is_discovery = request.path == DISCOVERY and request.method == "GET"
        if found is None and not is_discovery:
            return Answer("", status=404)
        if len(request.environ["RAW_URI"]) > _LONGEST_URL:
            return Answer("", status=414)
        if (request.content_length or 0) > _LARGEST_BODY:
            raise DataverseError(413, "0x80060888", "Maximum request length exceeded.")
        grant = self._directory.grant(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if grant is None or grant.audience != self._url:
            return self._challenge(grant, "common" if is_discovery else self._directory.tenant)
        if found is None:
            self._stopping.wait(delay)
            return self.discovery.answer(grant)
        with self.protection.passage(grant.object_id) as remaining:
            if self.latency or delay:
                self._stopping.wait(self.latency + delay)
            member = self.members.caller(grant)
            wishes = parse_preferences(request)
            answer = self._routed(found[1] or "", request, parse_options(request), wishes, member)
        if wishes.applied and answer.status_code < 300:
            answer.headers["Preference-Applied"] = ",".join(wishes.applied)
        answer.headers["x-ms-ratelimit-burst-remaining-xrm-requests"] = str(remaining)
        answer.headers["x-ms-ratelimit-time-remaining-xrm-requests"] = "1,199.00"
        answer.headers["x-ms-dop-hint"] = str(self.protection.parallel_hint)
        return answer

    def _challenge(self, grant: Grant | None, tenant: str) -> Answer:
        """401 with an empty body; the header tells where to sign in and for what."""
        authority = f"{self._entra_url}/{tenant}/oauth2/authorize"
        text = f"Bearer authorization_uri={authority}, resource_id={self._url}/"
        if grant is not None:
            text += ', error="invalid_token", error_description="The audience is invalid"'
        answer = Answer("", status=401)
        answer.headers["WWW-Authenticate"] = text
        return answer

    def _routed(self, path: str, request: Request, options: Options, wishes: Preferences, member: Member) -> Answer:
        if request.headers.get("OData-Version", "4.0") != "4.0":
            raise DataverseError(400, "0x80060888", "The value of the OData-Version header is not supported.")
        if not path:
            return self._service_document()
        row = _ROW.fullmatch(path)
        rows = self.world.table_of_set(row[1]) if row else None
        if row is not None and rows is not None:
            if rows.schema.name == "systemuser":
                self.members.publish()
            return self._table(rows, row[2], request, options, wishes, member, counted=bool(row[3]))
        if self.mail.answers(path):
            return self.mail.answer(self._root, path, request, member)
        if request.method == "POST" and self.actions.answers(path):
            return self.actions.answer(path, request, member)
        if request.method != "GET" and self.customization.answers(path):
            return self.customization.answer(self._root, path, request, member)
        if request.method != "GET":
            status = 405 if path.startswith(("EntityDefinitions", *_ROWS_OF_ORGANISATION)) else 501
            raise DataverseError(status, "0x80060888", "The requested resource does not support this http method.")
        if path.startswith("EntityDefinitions"):
            return self.metadata.answer(path, options)
        if path.startswith(DEFINITION_CHANGES):
            return self.definition_changes.answer(self._root, path, options)
        if path.startswith("systemusers("):  # what hangs on a user is read through that user
            self.members.require(member, "Read", "systemuser")
        return self.organisation.answer(path, options, member)

    def _service_document(self) -> Answer:
        sets = [
            {"name": t.schema.entity_set, "kind": "EntitySet", "url": t.schema.entity_set}
            for t in self.world.tables.values()
        ]
        sets += [{"name": name, "kind": "EntitySet", "url": name} for name in _ROWS_OF_ORGANISATION]
        return Answer.of({"@odata.context": f"{self._root}$metadata", "value": sets})

    @property
    def _root(self) -> str:
        return f"{self._url}/api/data/v9.2/"

    def _table(
        self,
        rows: RowTable,
        key: str | None,
        request: Request,
        options: Options,
        wishes: Preferences,
        member: Member,
        *,
        counted: bool,
    ) -> Answer:
        verb = _VERBS.get(request.method)
        if verb is None or (request.method in {"PATCH", "DELETE"} and key is None) or (verb == "Create" and key):
            raise DataverseError(405, "0x80060888", "The requested resource does not support this http method.")
        tracked = key is None and is_tracked(options, wished=wishes.track)
        self.members.require(member, verb, rows.schema.name, globally=tracked and verb == "Read")
        if key is not None and not _GUID.fullmatch(key):
            if "=" in key:
                raise DataverseError(400, "0x80060890", "The specified alternate key is not defined.")
            raise not_found(rows.schema.entity_set)
        own_only = self.members.depth(member, verb, rows.schema.name) == "Basic" and "ownerid" in rows.schema.columns
        row = rows.get(key) if own_only and key is not None and verb != "Read" else None
        if row is not None and row.get("_ownerid_value") != member.id:
            raise foreign_row(rows.schema.type_code, verb)
        if verb == "Delete":
            writing.delete(self.world, rows, request, key or "")
            return Answer("", status=204)
        if verb == "Write" and key is not None and key not in rows and "If-Match" not in request.headers:
            self.members.require(member, "Create", rows.schema.name)
        if verb != "Read":
            return self._written(rows, key, request, options, wishes, member)
        asked = question(self._root, rows, request, options, wishes, member.id if own_only else None)
        if key is not None:
            return self.reader.one(asked, key, request.headers.get("If-None-Match", ""))
        if options.get("$apply") is not None and not tracked and not counted:
            return self.aggregator.answer(asked)
        if counted:
            return self.tracker.pending(asked) if options.get("$deltatoken") else self.reader.count(asked)
        return self.tracker.page(asked) if tracked else self.reader.page(asked)

    def _written(
        self, rows: RowTable, key: str | None, request: Request, options: Options, wishes: Preferences, member: Member
    ) -> Answer:
        """Creates or changes a row; the answer holds it where the caller wishes so."""
        for verb, table in writing.links(self.world, rows, request):
            self.members.require(member, verb, table)
        detected = {str(rule["baseentityname"]) for rule in self.organisation.duplicate_rules if rule["statecode"] == 1}
        done = writing.write(self.world, rows, request, key, member, detected)
        answer = Answer("", status=204)
        if wishes.representation:
            answer = self.reader.one(question(self._root, rows, request, options, wishes), done.id, "")
            answer.status_code = 201 if done.created else 200
        answer.headers["OData-EntityId"] = f"{self._root}{rows.schema.entity_set}({done.id})"
        return answer

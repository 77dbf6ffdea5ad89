"""The Marketo side as the engine and the checks know it (`domain.ports`): a reading half, and a whole that writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.connectors.http.client import HttpClient
from dynsync_gui.connectors.http.hosts import Hosts, netloc
from dynsync_gui.connectors.http.limiter import Limiter
from dynsync_gui.connectors.http.proxies import ProxyResolver, system_proxy
from dynsync_gui.connectors.http.retry import Gate, Repeater, brief, patient
from dynsync_gui.connectors.marketo import change_file, changes, creating, custom_types, lists, records, roll, schema
from dynsync_gui.connectors.marketo.auth import MarketoAuth
from dynsync_gui.connectors.marketo.bulk import MarketoBulk
from dynsync_gui.connectors.marketo.checks import MarketoChecks
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused
from dynsync_gui.connectors.marketo.ends import Ends
from dynsync_gui.connectors.marketo.identity import read_identity
from dynsync_gui.connectors.marketo.kept_targets import KeptTargets
from dynsync_gui.connectors.marketo.usage import calls_today
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Check, SystemIdentity
from dynsync_gui.domain.ends import EndPage, Feed, Roll
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.ports.connections import RateWindow, Shelf
from dynsync_gui.domain.ports.listening import OnCheck, OnWait, WaitCause
from dynsync_gui.domain.ports.marketo import ChangeOrder, ChangePage, RowOutcome, WrittenChanges
from dynsync_gui.domain.schema import KEY_FIELD, CustomType, System, Target, TargetSchema
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings

_CHECK_SECONDS, _CARD_SECONDS = 40.0, 12.0


class MarketoRestReader:
    """The half that cannot write. Safe from several threads."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        token: CancelToken,
        window: RateWindow,
        on_wait: OnWait | None = None,
        proxy: ProxyResolver = system_proxy,
        shelf: Shelf | None = None,
    ) -> None:
        """Nothing is asked yet; `settings.marketo.endpoint` has to be exact (see `domain.addresses`)."""
        base, self._opened = settings.marketo.endpoint, time.monotonic()
        self._settings, self._token, self._host = settings, token, netloc(urlsplit(base))
        self._http = HttpClient(Hosts(self._host), token, ca_bundle=settings.network.ca_bundle, proxy=proxy)
        told = _told(on_wait, WaitCause.SLOWED)
        gate = Gate(token, told)
        repeater = Repeater(token, gate)
        secret = secrets.marketo_client_secret
        sign_in = Repeater(token, Gate(token, told))
        self._auth = MarketoAuth(self._http, base, settings.marketo.client_id, secret, token, sign_in)
        self._limiter = Limiter(window, settings.limits, token, gate)
        self._client = MarketoClient(self._http, base, self._auth, self._limiter, repeater)
        self._creating = creating.Creating(self._client, token, _told(on_wait, WaitCause.UNHEARD))
        self._persons: TargetSchema | None = None
        self._kept = KeptTargets(settings.marketo, shelf, self._told) if shelf else None
        self._ends = Ends(self._client, settings.marketo, shelf)

    def check(self, report: OnCheck) -> tuple[Check, ...]:
        """Run the named checks; see the protocol."""
        self._auth.forget()
        patience = brief(_CHECK_SECONDS)
        return MarketoChecks(self._client, self._auth, patience, report, self._host, self._settings).run()

    def identity(self) -> SystemIdentity:
        """Munchkin id, counts and familiar persons."""
        return read_identity(self._client, brief(_CARD_SECONDS), self._host, rehearsal=self._settings.rehearsal)

    def describe(self, target: Target, kind: str = "") -> TargetSchema:
        """The live fields."""
        told = self._kept.told(target) if self._kept and not kind else self._told(target, kind)
        known = schema.schema_of(told, target)
        if target is Target.PERSON:
            self._persons = known
        return known

    def outdated(self, targets: Collection[Target]) -> bool:
        """Whether a description from the shelf is another one now; see the protocol."""
        return self._kept is not None and self._kept.outdated(targets)

    def find(
        self, target: Target, by: str, values: Sequence[str], fields: Sequence[str], kind: str = ""
    ) -> tuple[Mapping[str, Any], ...]:
        """All records whose field `by` holds one of the values; see the protocol."""
        return records.find(self._client, target, by, values, fields, patient(), kind)

    def changes_from(self, moment: datetime) -> str:
        """The token that leads to all changes of persons since a moment."""
        return changes.changes_from(self._client, moment, patient())

    def read_changes(self, token: str, fields: Sequence[str]) -> ChangePage:
        """One page of changes of these fields; see the protocol."""
        return changes.read_changes(self._client, token, fields, patient())

    def read_ends(self, feed: Feed, token: str) -> EndPage:
        """One page of persons that were merged or deleted; see the protocol."""
        return self._ends.page(feed, token, patient())

    def order_roll(self, since: datetime) -> str:
        """Let Marketo write a list of who is still there; see the protocol."""
        return roll.order_roll(self._client, since)

    def called(self, number: str) -> Roll | None:
        """Who is on such a list; see the protocol."""
        return roll.called(self._client, number)

    def order_changes(self, since: datetime, until: datetime) -> ChangeOrder | None:
        """Let Marketo write a file of changes; see the protocol."""
        return change_file.order_changes(self._client, since, until)

    def ordered_changes(self, order: ChangeOrder, fields: Sequence[str]) -> WrittenChanges | None:
        """What such a file tells of these fields; see the protocol."""
        persons = self._persons or self.describe(Target.PERSON)
        return change_file.ordered_changes(self._client, order, fields, persons.fields)

    def all_persons(self, fields: Sequence[str], at_most: int) -> tuple[Mapping[str, Any], ...] | None:
        """Every person, or None; see the protocol."""
        persons = self._persons or self.describe(Target.PERSON)
        return records.all_persons(self._client, fields, at_most, persons.searchable, patient())

    def custom_type_name(self, name: str) -> str:
        """API name of an approved type of custom object; see the protocol."""
        try:
            return custom_types.custom_type_name(self._client, name, patient())
        except Refused as refused:
            raise refused.failure from None

    def linkable(self) -> Mapping[str, Collection[str]]:
        """What custom objects may be linked to; see the protocol."""
        try:
            return custom_types.linkable(self._client, patient())
        except Refused as refused:
            raise refused.failure from None

    def list_id(self, name: str) -> str:
        """Id of a static list; see the protocol."""
        try:
            return lists.list_id(self._client, name, patient())
        except Refused as refused:
            raise refused.failure from None

    def calls_today(self) -> int | None:
        """Calls of all programs today, or None where Marketo does not tell."""
        return calls_today(self._client, brief(_CARD_SECONDS))

    def calls_made(self) -> int:
        """Calls of this connection so far."""
        return self._limiter.made

    def used_up(self) -> bool:
        """Whether the day's calls turned out to be used up."""
        return self._client.used_up is not None

    def close(self) -> None:
        """Give all sockets back."""
        self._http.close()

    def _told(self, target: Target, kind: str = "") -> Mapping[str, Any]:
        try:
            return schema.told_of(self._client, target, patient(), kind)
        except Refused as refused:
            raise refused.failure from None


class MarketoRestWriter(MarketoRestReader, MarketoBulk):
    """Both halves."""

    def create_fields(self, fields: Sequence[NewField]) -> None:
        """Create person fields and wait until they can be written and searched; see the protocol."""
        try:
            schema.create_fields(self._client, fields, patient(), self._token)
        except Refused as refused:
            raise refused.failure from None

    def ensure_type(self, wanted: CustomType) -> str:
        """Make and approve a type of custom object; see the protocol."""
        try:
            return custom_types.ensure_type(self._client, wanted, patient())
        except Refused as refused:
            raise refused.failure from None

    def upsert(
        self, target: Target, rows: Sequence[Mapping[str, Any]], by: str, *, suspected: bool = False, kind: str = ""
    ) -> tuple[RowOutcome, ...]:
        """Create or update rows by their key; see the protocol."""
        if target is Target.PERSON and by != "id":
            return self._creating.create(rows, by, suspected=suspected)
        return records.upsert(self._client, target, rows, by, patient(), suspected=suspected, kind=kind)

    def await_created(self, keys: Sequence[str]) -> None:
        """Wait until persons are there, or nothing can make them any more; see the protocol."""
        left = creating.OVER_SECONDS - (time.monotonic() - self._opened)
        self._creating.await_created(KEY_FIELD, keys, left)

    def delete(self, target: Target, ids: Sequence[str], by: str, kind: str = "") -> tuple[RowOutcome, ...]:
        """Remove records; see the protocol."""
        return records.delete(self._client, target, ids, by, patient(), kind)

    def remove_from_list(self, list_: str, persons: Sequence[str]) -> tuple[RowOutcome, ...]:
        """Take persons out of a static list; see the protocol."""
        return lists.remove_from_list(self._client, list_, persons, patient())

    def merge(self, winner: str, losers: Sequence[str]) -> None:
        """Let persons go into another one; see the protocol."""
        records.merge(self._client, winner, losers, patient())


def _told(on_wait: OnWait | None, cause: WaitCause) -> Callable[[float], None]:
    return (lambda _: None) if on_wait is None else (lambda seconds: on_wait(System.MARKETO, seconds, cause))

"""The Dynamics side as the engine and the checks know it (`domain.ports.DynamicsReader`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.auth import DynamicsAuth, TokenSource
from dynsync_gui.connectors.dynamics.certificate import application_expiry
from dynsync_gui.connectors.dynamics.challenge import SignInPlace, sign_in_place
from dynsync_gui.connectors.dynamics.checks import DynamicsChecks
from dynsync_gui.connectors.dynamics.client import ROOT, DataverseClient
from dynsync_gui.connectors.dynamics.counting import Ask, count_changed, count_filter
from dynsync_gui.connectors.dynamics.customizing import filter_column, lacking_rights
from dynsync_gui.connectors.dynamics.identity import read_identity, read_organisation
from dynsync_gui.connectors.dynamics.kept_tables import KeptTables
from dynsync_gui.connectors.dynamics.metadata import read_schema, table_path
from dynsync_gui.connectors.dynamics.privileges import reads_all
from dynsync_gui.connectors.dynamics.related_tables import related_tables
from dynsync_gui.connectors.dynamics.unread import page_reader, unread_of
from dynsync_gui.connectors.dynamics.wire import POINTS_TO, SHOWN, page_of, wanted
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.body import MOST_BYTES
from dynsync_gui.connectors.http.client import HttpClient
from dynsync_gui.connectors.http.hosts import Hosts, netloc
from dynsync_gui.connectors.http.proxies import ProxyResolver, system_proxy
from dynsync_gui.connectors.http.retry import TOO_BIG, Gate, Patience, Repeater, brief, patient
from dynsync_gui.domain.addresses import DYNAMICS_HOST, SIGN_IN_HOSTS
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Check, SystemIdentity
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.dataverse import too_large
from dynsync_gui.domain.ports.connections import Shelf
from dynsync_gui.domain.ports.dynamics import (
    Carrying,
    FilterCounts,
    FilterSeen,
    Page,
    RelatedTable,
    SourceRecord,
    Unread,
)
from dynsync_gui.domain.ports.listening import OnCheck, OnWait, WaitCause
from dynsync_gui.domain.schema import Entity, EntitySchema, SourceField, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings

_CHECK_SECONDS, _CARD_SECONDS = 40.0, 12.0
_MOST_ROWS, _LEAST_ROWS = 5000, 50
PAGE_BYTES = 16 * 1024 * 1024
"""Bytes that a page may hold: two of them, one of which travels, must not need much memory once they are decoded.

Of the fewest rows any answer is taken: a row of Dataverse may hold a million letters.
"""
_CHANGED = "modifiedon"
_P = TypeVar("_P", Page, Unread)
_Take = Callable[[Answer], _P]
MOST_IDS = 100
"""Ids of one question: their list stays far below the longest address that Dataverse takes."""


class DataverseReader:
    """Reads; it has no way to write. Safe from several threads."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        token: CancelToken,
        on_wait: OnWait | None = None,
        proxy: ProxyResolver = system_proxy,
        access: Access | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Nothing is asked yet; `settings.dynamics.url` has to be exact (see `domain.addresses`)."""
        self._base, self._rehearsal, self._settings = settings.dynamics.url, settings.rehearsal, settings.dynamics
        self._secrets, self._host = secrets, netloc(urlsplit(self._base))
        trusted = frozenset(host.lower() for host in settings.network.trusted_hosts)
        hosts = Hosts(self._host, trusted | SIGN_IN_HOSTS)
        self._http = HttpClient(hosts, token, ca_bundle=settings.network.ca_bundle, proxy=proxy)
        told = _told(on_wait)
        sign_in = Repeater(token, Gate(token, told))
        source = TokenSource(self._http, settings.dynamics, secrets, sign_in, access or Access(token))
        self._auth = DynamicsAuth(source, lambda patience: self._place(trusted, patience))
        self._client = DataverseClient(self._http, hosts, self._base, self._auth, Repeater(token, Gate(token, told)))
        self._columns: dict[Entity, frozenset[str]] = {}
        self._rows: dict[Entity, int] = {}
        self._kept = KeptTables(self._client, settings.dynamics, shelf) if shelf else None

    def check(
        self,
        entities: Sequence[Entity],
        report: OnCheck,
        defaults: Collection[tuple[Entity, str]] = (),
        returning: Mapping[Entity, Collection[str]] = MappingProxyType({}),
    ) -> tuple[Check, ...]:
        """Run the named checks; see the protocol."""
        self._auth.forget()
        checks = DynamicsChecks(self._client, self._auth, self._settings, brief(_CHECK_SECONDS), report)
        return checks.run(entities, defaults, returning, lambda: application_expiry(self._settings, self._secrets))

    def identity(self) -> SystemIdentity:
        """Name, kind, counts and familiar records of the organisation."""
        named = not DYNAMICS_HOST.fullmatch(self._host)
        patience = brief(_CARD_SECONDS)
        self._auth.token(patience)
        return read_identity(self._client, patience, self._host, rehearsal=self._rehearsal, named=named)

    def organisation(self) -> SystemIdentity:
        """Id, name and kind of the organisation alone; a run waits for it as for everything else."""
        named = not DYNAMICS_HOST.fullmatch(self._host)
        patience = patient()
        self._auth.token(patience)
        return read_organisation(self._client, patience, self._host, rehearsal=self._rehearsal, named=named)

    def describe(self, entity: Entity) -> EntitySchema:
        """The live table."""
        patience = patient()
        live = lambda target: self._client.read(target, patience)  # noqa: E731
        schema = self._kept.schema(entity, live) if self._kept else read_schema(entity, live)
        self._columns[entity] = frozenset(field.name for field in schema.fields if field.readable)
        return schema

    def related_tables(self) -> tuple[RelatedTable, ...]:
        """The organisation's own tables that belong to people or accounts; see the protocol."""
        patience = patient()
        return related_tables(lambda target: self._client.read(target, patience))

    def columns(self, entity: Entity) -> frozenset[str]:
        """Logical names of all readable columns of the table as described last."""
        return self._columns.get(entity, frozenset())

    def read_page(
        self,
        schema: EntitySchema,
        names: Sequence[str],
        link: str,
        *,
        track: bool,
        shown: bool,
        page_size: int,
        where: Carrying | None = None,
        newest: bool = False,
    ) -> Page:
        """Read one page; see the protocol.

        Where the rows are so heavy that an answer holds too much of them, it is asked for again with half as many, from
        where it begins; the table stays at that, as the links onward are made for pages of that size.
        """
        fields = wanted(schema, names)
        if link:
            target = self._client.own_path(link, ROOT)
        else:
            columns = dict.fromkeys([schema.primary_id, *(field.column for field in fields)])
            target = f"{schema.entity_set}?$select={','.join(columns)}{_filter(where)}"
            target += f"&$orderby={_CHANGED}%20desc,{schema.primary_id}" if newest and schema.field(_CHANGED) else ""
        return self._fitting(schema, target, page_size, _records(schema, fields), track=track, shown=shown)

    def fetch_page(self, schema: EntitySchema, link: str, *, track: bool, shown: bool, page_size: int) -> Unread:
        """A page as it came; see the protocol."""
        return self._fitting(schema, self._client.own_path(link, ROOT), page_size, unread_of, track=track, shown=shown)

    def page_reader(self, schema: EntitySchema, names: Sequence[str]) -> Callable[[bytes], Page]:
        """What reads such a page; see the protocol."""
        return page_reader(schema, wanted(schema, names))

    def _fitting(
        self, schema: EntitySchema, target: str, page_size: int, take: _Take[_P], *, track: bool, shown: bool
    ) -> _P:
        while True:
            rows = min(max(1, page_size), self._rows.get(schema.entity, _MOST_ROWS))
            try:
                return self._page(schema, target, rows, take, track=track, shown=shown)
            except ConnectionFailed as failure:
                if failure.code != TOO_BIG:
                    raise
                if rows <= _LEAST_ROWS:
                    finding = too_large(schema.label, rows)
                    raise ConnectionFailed("rows-too-large", finding, failure.detail) from failure
            self._rows[schema.entity] = max(_LEAST_ROWS, rows // 2)

    def _page(self, schema: EntitySchema, target: str, rows: int, take: _Take[_P], *, track: bool, shown: bool) -> _P:
        annotations = f"{POINTS_TO},{SHOWN}" if shown else POINTS_TO
        prefer = [f"odata.maxpagesize={rows}"]
        if track:
            prefer.append("odata.track-changes")
        prefer.append(f'odata.include-annotations="{annotations}"')

        patience, most = patient(), PAGE_BYTES if rows > _LEAST_ROWS else MOST_BYTES
        if rows > _LEAST_ROWS:
            patience.too_big = 1  # it is asked again, for less
        try:
            return self._rows_at(target, take, ",".join(prefer), patience, most)
        except ConnectionFailed as failure:
            if self._kept and not isinstance(failure, TemporaryFailure):
                self._kept.forget(schema.entity)  # perhaps a column is not there any more
            raise

    def _rows_at(self, target: str, take: _Take[_P], prefer: str, patience: Patience, most: int) -> _P:
        """The rows of one answer; its links onward are to stay where they are."""

        def trusted(answer: Answer) -> _P:
            page = take(answer)
            asked = target if target.startswith("/") else ROOT + target
            for onward in (page.next_link, page.delta_link):
                if onward:
                    self._client.own_path(onward, asked)  # a page that leads away is not to be trusted either
            return page

        return self._client.get(target, patience, trusted, prefer, most)

    def read_records(
        self, schema: EntitySchema, names: Sequence[str], ids: Sequence[str], *, shown: bool
    ) -> tuple[SourceRecord, ...]:
        """The records of these ids that are there; see the protocol."""
        if not ids:
            return ()
        if len(ids) > MOST_IDS:
            raise ValueError(f"at most {MOST_IDS} ids")
        fields = wanted(schema, names)
        columns = dict.fromkeys([schema.primary_id, *(field.column for field in fields)])
        rows = min(MOST_IDS, self._rows.get(schema.entity, MOST_IDS))
        listed = ",".join(f"'{id_}'" for id_ in ids)
        asked = f"Microsoft.Dynamics.CRM.In(PropertyName='{schema.primary_id}',PropertyValues=[{listed}])"
        target = f"{schema.entity_set}?$select={','.join(columns)}&$filter={quote(asked, safe='.(),=')}"
        annotations = f"{POINTS_TO},{SHOWN}" if shown else POINTS_TO
        prefer = f'odata.maxpagesize={rows},odata.include-annotations="{annotations}"'
        found: list[SourceRecord] = []
        while target:  # a page may always hold fewer rows than were asked for, or none
            page = self._rows_at(target, _records(schema, fields), prefer, patient(), MOST_BYTES)
            found += page.records
            target = self._client.own_path(page.next_link, ROOT) if page.next_link else ""
        return tuple(found)

    def filter_column(self, entity: Entity) -> FilterSeen:
        """The filter column of a table, else a column that was meant to be it; see the protocol."""
        patience = patient()
        return filter_column(entity, lambda target: self._client.read(target, patience))

    def filter_counts(self, entity: Entity) -> FilterCounts:
        """What the records of a table say; see the protocol."""
        return count_filter(*self._counted(entity))

    def count_changed(self, entity: Entity, since: date) -> int:
        """How many records changed on this day or later; see the protocol."""
        return count_changed(*self._counted(entity), since)

    def reads_all(self, entity: Entity) -> bool:
        """Whether the user sees every record of a table; see the protocol."""
        return reads_all(Asking(self._client, patient()), entity)

    def lacking_rights(self) -> tuple[str, ...]:
        """Rights that adding a column takes and the user lacks; see the protocol."""
        return lacking_rights(self._client, brief(_CARD_SECONDS))

    def close(self) -> None:
        """Give all sockets back."""
        self._http.close()

    def _counted(self, entity: Entity) -> tuple[str, Ask]:
        """A table's set, and what counts in it."""
        patience = patient()

        def ask(target: str, prefer: str) -> dict[str, Any]:
            path = self._client.own_path(target, ROOT) if "://" in target else target
            return self._client.get(path, patience, Answer.json, prefer)

        table = self._client.read(table_path(entity), patience)
        return str(table.get("EntitySetName") or f"{entity}s"), ask

    def _place(self, trusted: frozenset[str], patience: Patience) -> SignInPlace:
        return sign_in_place(self._client.challenge(patience), self._base, trusted)


def _records(schema: EntitySchema, fields: Sequence[SourceField]) -> _Take[Page]:
    """Takes a page's records out of an answer."""
    return lambda answer: page_of(answer.json(), schema, fields)


def _filter(where: Carrying | None) -> str:
    """The query option for some rows (Microsoft, filter rows; ContainValues for several choices)."""
    if where is None:
        return ""
    if where.several:
        values = ",".join(f"'{value}'" for value in where.values)
        text = f"Microsoft.Dynamics.CRM.ContainValues(PropertyName='{where.name}',PropertyValues=[{values}])"
    else:
        text = " or ".join(f"{where.name} eq {_literal(value)}" for value in where.values)
    quoted = quote(text, safe="(),'")
    return f"&$filter={quoted}"


def _literal(value: int | str) -> str:
    """A value as OData writes it; a quotation mark in a text is doubled."""
    if isinstance(value, int):
        return str(value)
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _told(on_wait: OnWait | None) -> Callable[[float], None] | None:
    return None if on_wait is None else lambda seconds: on_wait(System.DYNAMICS, seconds, WaitCause.SLOWED)

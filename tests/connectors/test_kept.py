"""Descriptions on a shelf: taken only for the same account, version and language, and not for long."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from dynsync_gui.connectors import kept
from dynsync_gui.connectors.marketo.kept_targets import KeptTargets
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.settings import MarketoSettings
from tests.connectors.dynamics_script import DynamicsScript

VERSION = "@Microsoft.Dynamics.CRM.globalmetadataversion"
WORD = "isdisabled@OData.Community.Display.V1.FormattedValue"
MARK = ["https://contoso.example", "ada", "7"]


@dataclass
class MemoryShelf:
    """A shelf without a disk."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def read(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content

    def age(self, seconds: float) -> None:
        """Let time go by."""
        for key, content in self.kept.items():
            told = json.loads(zlib.decompress(content))
            self.kept[key] = zlib.compress(json.dumps({**told, "at": told["at"] - seconds}).encode())


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1_000_000.0]
    monkeypatch.setattr(kept.time, "time", lambda: moment[0])
    return moment


def test_answers_are_taken_for_what_they_belong_to(shelf: MemoryShelf, now: list[float]) -> None:
    kept.keep(shelf, "place", MARK, {"path": {"label": "Zoë \ud800"}})
    assert kept.take(shelf, "place", MARK, 60) == {"path": {"label": "Zoë \ud800"}}
    assert kept.take(shelf, "elsewhere", MARK, 60) == {}
    for at in range(len(MARK)):
        assert kept.take(shelf, "place", [*MARK[:at], "another", *MARK[at + 1 :]], 60) == {}
    for moved in (60.5, -1.0):  # too old, or of a clock that was set back
        now[0] += moved
        assert kept.take(shelf, "place", MARK, 60) == {}
        now[0] -= moved


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"broken",
        zlib.compress(b"{"),
        zlib.compress(b"[1]"),
        zlib.compress(b"{}"),
        zlib.compress(b"\xff"),
        zlib.compress(b"[" * 100_000),
        zlib.compress(json.dumps({"mark": MARK, "at": "now", "answers": {}}).encode()),
        zlib.compress(json.dumps({"mark": MARK, "at": 1_000_000, "answers": 5}).encode()),
    ],
)
def test_what_cannot_be_understood_was_never_kept(shelf: MemoryShelf, now: list[float], content: bytes) -> None:
    shelf.put("place", content)
    assert kept.take(shelf, "place", MARK, 60) == {}


@dataclass
class Tables:
    """An organisation with one table, whose version and language may change."""

    script: DynamicsScript
    version: str = "7"
    word: str = "Enabled"

    def __post_init__(self) -> None:
        table = {"LogicalName": "account", "EntitySetName": "accounts", "PrimaryIdAttribute": "accountid"}
        self.script.answers["systemusers"] = lambda exchange: exchange.reply(
            {VERSION: self.version, "value": [{WORD: self.word}] if self.word else []}
        )
        self.script.answers["/Attributes"] = lambda exchange: exchange.reply({"value": []})
        self.script.answers["EntityDefinitions"] = lambda exchange: exchange.reply(table)

    def asked(self, shelf: MemoryShelf, **options: str) -> int:
        """Definitions that one more run asks for."""
        before = len(self.script.asked("EntityDefinitions"))
        reader = self.script.reader(shelf=shelf, **options)
        assert reader.describe(Entity.ACCOUNT).entity_set == "accounts"
        reader.close()
        return len(self.script.asked("EntityDefinitions")) - before


@dataclass
class Changes:
    """Tells what changed since a stamp."""

    stamp: str = "1!it's"
    news: Mapping[str, Any] = field(default_factory=dict)
    expired: bool = False
    queries: list[str] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)

    def __call__(self, exchange: Any) -> None:
        assert exchange.request.headers["consistency"] == "Strong"
        given = exchange.request.query
        self.queries.append(given["@q"])
        self.stamps.append(given.get("@s", "''")[1:-1].replace("''", "'"))
        if self.expired and self.stamps[-1]:
            self.expired, self.stamp = False, "9!new"
            exchange.reply({"error": {"code": "0x80044352", "message": "expired"}}, 400)
            return
        nothing = {"EntityMetadata": [], "DeletedMetadata": {"Count": 0}}
        exchange.reply({"ServerVersionStamp": self.stamp, **nothing, **self.news})


@pytest.fixture
def tables(forge) -> Tables:
    script = DynamicsScript(forge)
    made = Tables(script)
    # The first match answers: columns stand below the same path as their table.
    script.answers = {"/Attributes": script.answers.pop("/Attributes"), **script.answers}
    return made


def test_tables_come_from_the_shelf_until_something_changes(tables: Tables, shelf: MemoryShelf) -> None:
    assert [tables.asked(shelf), tables.asked(shelf)] == [2, 0]
    assert {request.headers["consistency"] for request in tables.script.asked("EntityDefinitions")} == {"Strong"}
    tables.version = "8"
    assert [tables.asked(shelf), tables.asked(shelf)] == [2, 0]
    tables.word = "Activé"
    assert [tables.asked(shelf), tables.asked(shelf)] == [2, 0]
    assert tables.asked(shelf, client_id="11111111-0000-4000-8000-000000000000") == 2


@pytest.mark.parametrize("status", [200, 400, 403, 404])
def test_who_is_told_neither_version_nor_stamp_asks_each_time(tables: Tables, shelf: MemoryShelf, status: int) -> None:
    refused = {"error": {"code": "0x80040220", "message": "no"}}
    tables.script.answers["systemusers"] = lambda exchange: exchange.reply(refused, status)
    assert [tables.asked(shelf), tables.asked(shelf)] == [2, 2]


def test_the_stamp_of_the_last_change_takes_the_place_of_the_version(tables: Tables, shelf: MemoryShelf) -> None:
    """The first one comes with an answer without tables; the question for a version is asked once a day then."""
    changes = Changes()
    tables.version, tables.script.answers["RetrieveMetadataChanges"] = "", changes
    assert [tables.asked(shelf), tables.asked(shelf)] == [2, 0]
    assert ["none" in query for query in changes.queries] == [True, False]
    assert changes.stamps == ["", "1!it's"]
    assert len(tables.script.asked("systemusers")) == 1
    for news in (
        {"EntityMetadata": [{"LogicalName": "account"}]},
        {"DeletedMetadata": {"Count": 1}},
        {"EntityMetadata": 5},
    ):
        changes.stamp, changes.news = f"2!{news}", news
        assert tables.asked(shelf) == 2
        changes.news = {}
        assert tables.asked(shelf) == 0
    changes.expired = True
    assert [tables.asked(shelf), changes.stamps[-1]] == [2, ""]
    shelf.age(86_401)
    tables.version = "8"
    assert tables.asked(shelf) == 2
    assert len(tables.script.asked("systemusers")) == 2


@dataclass
class Asked:
    """A Marketo that counts what it is asked."""

    told: Mapping[str, Any] = field(default_factory=lambda: {"result": [{"fields": []}]})
    refuses: bool = False
    targets: list[Target] = field(default_factory=list)

    def __call__(self, target: Target) -> Mapping[str, Any]:
        self.targets.append(target)
        if self.refuses:
            raise ConnectionFailed("1018", MARKETO["611"])
        return self.told


def kept_targets(shelf: MemoryShelf, asked: Asked, client: str = "client") -> KeptTargets:
    return KeptTargets(MarketoSettings("https://123-abc-456.mktorest.com", client), shelf, asked)


def test_companies_are_asked_for_once_an_hour_and_persons_always(shelf: MemoryShelf, now: list[float]) -> None:
    asked = Asked()
    for _ in range(2):
        for target in (Target.PERSON, Target.COMPANY):
            kept_targets(shelf, asked).told(target)
    assert asked.targets == [Target.PERSON, Target.COMPANY, Target.PERSON]
    kept_targets(shelf, asked, "another").told(Target.COMPANY)
    kept_targets(shelf, asked, "another").told(Target.COMPANY)
    assert len(asked.targets) == 4
    now[0] += 3601
    kept_targets(shelf, asked, "another").told(Target.COMPANY)
    assert len(asked.targets) == 5


def test_what_was_taken_is_compared_before_anything_is_written(shelf: MemoryShelf) -> None:
    asked = Asked()
    first = kept_targets(shelf, asked)
    first.told(Target.COMPANY)
    assert not first.outdated(set(Target))
    assert len(asked.targets) == 1, "what was asked for just now is not asked for again"
    second = kept_targets(shelf, asked)
    second.told(Target.COMPANY)
    assert not second.outdated(set(Target))
    asked.told = {"result": [{"fields": [{"name": "new"}]}]}
    third = kept_targets(shelf, asked)
    third.told(Target.COMPANY)
    assert third.outdated(set(Target))
    assert third.told(Target.COMPANY) == asked.told
    assert not third.outdated(set(Target))
    asked.refuses = True
    fourth = kept_targets(shelf, asked)
    fourth.told(Target.COMPANY)
    assert not fourth.outdated({Target.ROLE}), "what is not about to be written is not asked for"
    assert fourth.outdated(set(Target))
    with pytest.raises(ConnectionFailed):
        kept_targets(shelf, asked).told(Target.COMPANY)

"""What touches everybody is done in parts: small transactions, one end however it is killed, a soon stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Cursor, Match, Notice, Skip, StagedRecord
from dynsync_gui.store import database, desk, ledger, parts, reports, sync_store
from dynsync_gui.store.sync_store import SqliteStore

PAIRS, AT_ONCE, STEP = 25, 6, 2
ROLES = (Entity.CUSTOMER, Entity.CONNECTION)


class Killed(Exception):  # noqa: N818
    """The program ended here."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "AT_ONCE", AT_ONCE)
    monkeypatch.setattr(parts, "_AT_ONCE", STEP)
    for room in (ledger, reports, sync_store):
        monkeypatch.setattr(room, "now", lambda: "2026-11-22T00:00:00Z")


def record(entity: Entity, id_: str, **more: Any) -> StagedRecord:
    return StagedRecord(entity, id_, "1", {"firstName": id_}, digest=id_.encode(), prints=b"p" * 12, **more)


def staged(path: Path) -> tuple[SqliteStore, int]:
    """A first sync that has read everything: one owner and one company of all, qualified leads, merged contacts."""
    store = SqliteStore(path, finding_of)
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(Entity.USER, "u"), record(Entity.ACCOUNT, "a", owner="u")])
    for number in range(PAIRS):
        store.stage(run, [record(Entity.CONTACT, f"c{number}", parent="a", owner="u")])
        store.stage(run, [record(Entity.LEAD, f"l{number}", link=f"c{number}", qualified=True)])
        store.stage(run, [record(Entity.CONTACT, f"m{number}", skip=Skip.MERGED, master=f"c{number}")])
    return store, run


def sent(store: SqliteStore, *entities: Entity) -> None:
    rows = store.outgoing(entities, (Match.CREATE,), 0, 1_000)
    store.acknowledge([Acknowledgement(one.seq, one.version, f"9{one.seq}", frozenset()) for one in rows])


def folded(path: Path) -> tuple[SqliteStore, int]:
    store, run = staged(path)
    store.follow_life(run)
    return store, run


def owned(path: Path) -> tuple[SqliteStore, int]:
    """People are in Marketo before their owner and their company."""
    store, run = folded(path)
    store.decide_rest()
    sent(store, *PEOPLE)
    store.relink(run)
    sent(store, Entity.USER, Entity.ACCOUNT)
    return store, run


def met(path: Path) -> tuple[SqliteStore, int]:
    """A second run that has met everybody once."""
    store, _ = owned(path)
    run = store.begin_run(RunKind.CYCLE).id
    store._db.execute("UPDATE records SET source = x'01', state = 'unchanged', agreed = digest, carrier = 0")
    store.meet(run, Entity.CONTACT, {f"c{number}": b"\x01" for number in range(PAIRS)})
    store.move_cursor(Entity.CONTACT, Cursor(run, whole=True))
    return store, run


def alike(path: Path) -> tuple[SqliteStore, int]:
    """People share addresses, and teams own them; notices tell of others who do so no longer."""
    store, run = folded(path)
    people = [record(Entity.CONTACT, f"c{number}", email=f"{number // 2}@x", team="t") for number in range(PAIRS)]
    store.stage(run, [one._replace(version="2") for one in people])
    for number in range(PAIRS):
        store.notice([Notice(Entity.CONTACT, f"c{number}", "shared-email", "elsewhere@x")])
    store.notice([Notice(Entity.CONTACT, f"c{PAIRS - 1}", "team-owner", "t")])
    return store, run


def begun_anew(store: SqliteStore, run: int) -> None:
    """As `engine.reading` does it."""
    if store.count_records(run, Entity.CONTACT):
        store.forget_seen(run, Entity.CONTACT)


Act = Callable[[SqliteStore, int], object]
WORK: dict[str, tuple[Callable[[Path], tuple[SqliteStore, int]], Act]] = {
    "follow life": (staged, lambda store, run: store.follow_life(run)),
    "decide rest": (folded, lambda store, _: store.decide_rest()),
    "await parents": (folded, lambda store, _: store.await_parents(PEOPLE)),
    "relink": (owned, lambda store, run: store.relink(run)),
    "forget seen": (met, begun_anew),
    "note standing": (alike, lambda store, _: store.note_standing()),
    "compare anew": (met, lambda store, _: store.compare_anew()),
}


def rows(store: SqliteStore) -> list[tuple[Any, ...]]:
    tables = ("records ORDER BY seq", "met", "cursors ORDER BY entity", "notices")
    return [row for table in tables for row in store._db.execute(f"SELECT * FROM {table}")]


@contextmanager
def killed_after(store: SqliteStore, number: int, changes: list[int]) -> Iterator[None]:
    """Let the program end where the transaction after so many would begin; notes how much each one changed."""
    real = store.transaction

    @contextmanager
    def counted(**how: bool) -> Iterator[None]:
        if not store._db.in_transaction and len(changes) == number:
            raise Killed
        outermost, before = not store._db.in_transaction, store._db.total_changes
        with real(**how):
            yield
        if outermost:
            changes.append(store._db.total_changes - before)

    store.transaction = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        del store.transaction


@pytest.mark.parametrize("work", WORK)
def test_a_kill_between_two_parts_leads_to_the_same_end(tmp_path: Path, work: str) -> None:
    prepare, act = WORK[work]
    store, run = prepare(tmp_path / "whole.db")
    before = rows(store)
    changes: list[int] = []
    with killed_after(store, 1_000, changes):
        act(store, run)
    wanted = rows(store)
    store.close()
    assert wanted != before
    assert len(changes) > PAIRS // (AT_ONCE + STEP)
    most = 2 * (AT_ONCE + STEP)  # a problem or a notice may go with a row
    outdated = PAIRS if work == "note standing" else 0  # what is told no longer goes at once
    assert max(changes) <= most + outdated, "a transaction changes few rows, however many there are"
    for number in range(len(changes)):
        store, run = prepare(tmp_path / f"{number}.db")
        with pytest.raises(Killed), killed_after(store, number, []):
            act(store, run)
        store.close()
        store = SqliteStore(tmp_path / f"{number}.db", finding_of)
        act(store, run)
        assert rows(store) == wanted, f"killed after {number} parts"
        store.close()


@pytest.mark.parametrize("work", WORK)
def test_what_is_told_to_stop_stops_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    monkeypatch.setattr(database, "_STEPS", 1)
    prepare, act = WORK[work]
    store, run = prepare(tmp_path / "stopped.db")
    before, token = rows(store), CancelToken()
    token.cancel()
    with pytest.raises(Cancelled), store.stoppable(token):
        act(store, run)
    assert not store._db.in_transaction
    assert rows(store) == before
    act(store, run)  # no longer inside: what has to be kept after a stop is kept
    stopped = rows(store)
    store.close()
    store, run = prepare(tmp_path / "whole.db")
    act(store, run)
    assert rows(store) == stopped
    store.close()


def test_notices_that_stand_are_not_written_again(tmp_path: Path) -> None:
    store, _ = alike(tmp_path / "dynsync.db")
    store.note_standing()
    noted = store._db.execute("SELECT code, id, detail FROM notices ORDER BY id").fetchall()
    shared = {id_: detail for code, id_, detail in noted if code == "shared-email"}
    assert shared == {f"c{number}": f"{number // 2}@x" for number in range(PAIRS - 1)}, "the last one is alone"
    assert {id_ for code, id_, _ in noted if code == "team-owner"} == {f"c{number}" for number in range(PAIRS)}
    before = store._db.total_changes
    store.note_standing()
    assert store._db.total_changes == before
    store._db.execute("UPDATE records SET state = 'skipped' WHERE id = 'c2'")
    store._db.execute("UPDATE records SET email = '4@x' WHERE id = 'c5'")
    store._db.execute("UPDATE records SET team = '' WHERE id = 'c7'")
    store.note_standing()
    noted = store._db.execute("SELECT code, id, detail FROM notices ORDER BY id").fetchall()
    now = {id_: detail for code, id_, detail in noted if code == "shared-email"}
    alone = {"c2", "c3", "c4"}
    assert now == {**{id_: detail for id_, detail in shared.items() if id_ not in alone}, "c5": "4@x"}
    assert {f"c{number}" for number in range(PAIRS)} - {id_ for code, id_, _ in noted if code == "team-owner"} == {
        "c2",
        "c7",
    }
    store.close()


class Impatient(CancelToken):
    """Is cancelled when it is asked for the n-th time."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def raise_if_cancelled(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cancel()
        super().raise_if_cancelled()


@pytest.mark.parametrize("number", [1, 3])
def test_a_copy_that_is_stopped_leaves_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(database, "_COPIED_AT_ONCE", 5)
    store, _ = staged(tmp_path / "dynsync.db")
    copy = tmp_path / "dynsync.db.copy"
    copy.write_bytes(b"yesterday's")
    token = Impatient(number)
    with pytest.raises(Cancelled):
        store.copy_to(copy, token)
    assert token.left == 0
    assert copy.read_bytes() == b"yesterday's"
    assert not list(tmp_path.glob("*.part*"))
    wanted = rows(store)
    store.copy_to(copy, CancelToken())
    store.close()
    copied = SqliteStore(copy, finding_of)
    assert rows(copied) == wanted
    copied.close()


def test_a_large_file_is_opened_without_looking_through_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, _ = staged(tmp_path / "dynsync.db")
    store.close()
    told: list[str] = []
    monkeypatch.setattr(database, "see_sound", lambda *_: told.append("whole"))
    SqliteStore(tmp_path / "dynsync.db", finding_of).close()
    assert told == ["whole"]
    monkeypatch.setattr(database, "SEEN_WHOLE", 1_000)
    SqliteStore(tmp_path / "dynsync.db", finding_of).close()
    assert told == ["whole"]

"""What each step of a first sync, an idle cycle and a full comparison costs the ledger alone, without a network."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.child import memory

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.fingerprint import entry, fingerprint
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Cursor, Match, StagedRecord
from dynsync_gui.engine.reading import PAGE_SIZE
from dynsync_gui.store.sync_store import SqliteStore

_FIELDS = tuple(f"field{number}" for number in range(16))
_USERS, _ACCOUNTS, _BATCH = 20, 500, 300
_ROLES = (Entity.CUSTOMER, Entity.CONNECTION)
_SENT = (Match.CREATE, Match.UPDATE)


class _Bench:
    """One ledger, and how what is done with it is told."""

    def __init__(self, path: Path, records: int) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self.store = SqliteStore(path, finding_of)
        self.tenths = [range(records * part // 10, records * (part + 1) // 10) for part in range(10)]

    def measure(self, name: str, *acts: Callable[[], object]) -> None:
        """Do something, and tell what each part of it cost."""
        seconds = []
        for act in acts:
            began = time.process_time()
            act()
            seconds.append(f"{time.process_time() - began:.2f}")
        log = self._log.stat().st_size / 1e6
        print(f"{name:24} log {log:4.0f} MB, memory {memory():4.0f} MB, processor {' '.join(seconds)} s", flush=True)


def show(records: int) -> None:
    """Build a ledger of so many people, and go through a first sync, an idle cycle and a comparison."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dynsync.db"
        bench = _Bench(path, records)
        _first_sync(bench)
        bench.measure("copy", lambda: bench.store.copy_to(path.with_suffix(".copy"), CancelToken()))
        bench.store.close()
        began = time.perf_counter()
        bench.store = SqliteStore(path, finding_of)
        print(f"opened in {time.perf_counter() - began:.3f} s: {path.stat().st_size / 1e6:,.0f} MB")
        _cycle(bench, "idle", lambda run: None)
        _cycle(bench, "comparison", lambda run: _compare(bench, run))
        bench.store.close()


def _first_sync(bench: _Bench) -> None:
    store = bench.store
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [StagedRecord(Entity.USER, f"u{number}", "1", {"firstName": "x"}) for number in range(_USERS)])
    store.stage(run, [StagedRecord(Entity.ACCOUNT, f"a{number}", "1", {"company": "x"}) for number in range(_ACCOUNTS)])

    def stage(page: Sequence[StagedRecord]) -> None:
        store.stage(run, page)

    bench.measure("stage", *(lambda part=part: _paged(store, run, part, stage) for part in bench.tenths))
    _match(bench, run)
    for entities in ((Entity.USER,), (Entity.ACCOUNT,)):
        _write(store, entities, _BATCH)
        bench.measure(f"relink after {entities[0]}", lambda: store.relink(run))
    bench.measure("write", *(lambda part=part: _write(store, PEOPLE, len(part)) for part in bench.tenths))
    bench.measure("end", lambda: store.relink(run), lambda: store.end_run(run, RunState.DONE))


def _match(bench: _Bench, run: int) -> None:
    """What matching and planning do between reading and writing."""
    store = bench.store
    bench.measure("follow life", lambda: store.follow_life(run))
    bench.measure("relink", lambda: store.relink(run))
    bench.measure("leave out", lambda: store.leave_out(_ROLES))
    bench.measure("decide rest", store.decide_rest)
    bench.measure("note standing", lambda: store.note_standing(unmarked=True))
    bench.measure("report and plan", lambda: (store.report(run), store.entity_plans(run), store.shared_emails(20)))


def _cycle(bench: _Bench, name: str, read: Callable[[int], None]) -> None:
    print(f"{name}:")
    run = bench.store.begin_run(RunKind.CYCLE).id
    read(run)
    _match(bench, run)
    bench.store.end_run(run, RunState.DONE)


def _compare(bench: _Bench, run: int) -> None:
    store = bench.store

    def meet(page: Sequence[StagedRecord]) -> None:
        met = store.meet(run, Entity.CONTACT, {one.id: one.source for one in page})
        if len(met) < len(page):
            raise AssertionError("nobody has changed")

    bench.measure("meet", *(lambda part=part: _paged(store, run, part, meet) for part in bench.tenths))
    bench.measure("miss", lambda: store.unseen(run, Entity.CONTACT, 0, PAGE_SIZE))
    bench.measure("begin anew", lambda: store.forget_seen(run, Entity.CONTACT))


def _paged(store: SqliteStore, run: int, part: range, take: Callable[[Sequence[StagedRecord]], None]) -> None:
    for start in range(part.start, part.stop, PAGE_SIZE):
        with store.transaction(lasting=False):
            take([_person(number) for number in range(start, min(start + PAGE_SIZE, part.stop))])
            store.move_cursor(Entity.CONTACT, Cursor(run, next_link="next", whole=True))


def _write(store: SqliteStore, entities: Sequence[Entity], people: int) -> None:
    after = 0
    while people > 0 and (rows := store.outgoing(entities, _SENT, after, _BATCH)):
        after, people = rows[-1].seq, people - len(rows)
        store.acknowledge(
            [Acknowledgement(row.seq, row.version, str(row.seq), frozenset(_FIELDS), row.links.text) for row in rows]
        )


def _person(number: int) -> StagedRecord:
    """Ids and addresses in no order, as those of Dynamics are."""
    mark = hashlib.blake2b(number.to_bytes(8), digest_size=16).hexdigest()
    values = {name: f"{name} of {number}" for name in _FIELDS}
    prints = fingerprint(entry(name, value) for name, value in values.items())
    return StagedRecord(
        Entity.CONTACT,
        f"{mark[:8]}-{mark[8:12]}-4000-8000-{number:012x}",
        "1",
        values,
        hashlib.blake2b(prints, digest_size=16).digest(),
        email=f"{mark[:12]}@people.example",
        parent=f"a{number % _ACCOUNTS}",
        owner=f"u{number % _USERS}",
        prints=prints,
        source=bytes.fromhex(mark),
    )

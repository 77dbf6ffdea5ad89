"""A database of the first version: upgraded in one go, with a copy of what it was before."""

import sqlite3

import pytest

from dynsync_gui.domain.errors import StoreFailed
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Match, StagedRecord
from dynsync_gui.store import migrations
from dynsync_gui.store.sync_store import SqliteStore

ROWS = [
    ("account", "a1", "acknowledged", "", "501", "company"),
    ("contact", "c1", "acknowledged", "a1", "1001", "email,externalCompanyId"),
    ("contact", "c2", "outbox", "a1", "", ""),
]


@pytest.fixture
def old(tmp_path):
    """A profile's database as the first version left it in the middle of a run."""
    path = tmp_path / "dynsync.db"
    connection = sqlite3.connect(path)
    for statement in migrations.MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO runs (id, kind, state, started) VALUES (1, 'first', 'writing', '2026-11-01T08:00:00Z')"
    )
    for entity, id_, state, parent, marketo_id, filled in ROWS:
        connection.execute(
            """INSERT INTO records (entity, id, run, version, state, parent, payload, digest, agreed, marketo_id,
                                    filled)
               VALUES (?, ?, 1, '1', ?, ?, '{"firstName":"x"}', x'01', ?, ?, ?)""",
            (entity, id_, state, parent, b"\x01" if marketo_id else None, marketo_id, filled),
        )
    connection.execute("INSERT INTO cursors VALUES ('contact', 1, '[]', '', 'delta', 1)")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return path


def test_nothing_is_lost_and_what_was_is_kept_beside(old):
    store = SqliteStore(old, finding_of)
    try:
        report = store.unfinished_run()
        assert (report.read, report.acknowledged, report.outbox) == (3, 2, 1)
        assert store.cursor(Entity.CONTACT).delta_link == "delta"
        store.decide_rest()
        (waiting,) = store.outgoing(PEOPLE, (Match.CREATE,), 0, 10)
        assert (waiting.id, waiting.links.company) == ("c2", "a1")
        assert store.unseen(1, Entity.CONTACT, 0, 10) == (), "what was read then counts as met"
    finally:
        store.close()
    copy = sqlite3.connect(old.with_name("dynsync.db.version-1"))
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    assert copy.execute("SELECT count(*) FROM records").fetchone() == (3,)
    copy.close()


def test_people_are_not_sent_again_for_a_company_that_they_are_linked_to(old):
    store = SqliteStore(old, finding_of)
    try:
        store.stage(1, [StagedRecord(Entity.ACCOUNT, "a1", "2", {"company": "y"}, b"\x02", parent="elsewhere")])
        assert store.relink(1) == 0
    finally:
        store.close()


def test_an_upgrade_that_breaks_off_leaves_the_first_version(old, monkeypatch):
    broken = (migrations.MIGRATIONS[0], (*migrations.MIGRATIONS[1], "NOT SQL"))
    monkeypatch.setattr("dynsync_gui.store.database.MIGRATIONS", broken)
    with pytest.raises(StoreFailed):
        SqliteStore(old, finding_of)
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert "owner" not in {row[1] for row in connection.execute("PRAGMA table_info(records)")}
    connection.close()

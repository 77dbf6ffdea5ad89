"""The seeded world: repeatable, and as untidy as real ones."""

import json
from collections import Counter

import pytest

from dynsync_gui.domain.schema import FILTER_FIELD
from dynsync_gui.simulators.generate import new_world
from dynsync_gui.simulators.schema_tables import table_schemas


@pytest.fixture(scope="module")
def world():
    return new_world(12_000, seed=2)


def people(world):
    return [row for name in ("contact", "lead") for row in world.tables[name]]


def test_a_seed_decides_everything():
    first, second, third = new_world(300, 9), new_world(300, 9), new_world(300, 10)
    assert first.as_json() == second.as_json()
    assert first.as_json() != third.as_json()


def test_shares_and_filter(world):
    numbers = {name: len(rows) for name, rows in world.tables.items()}
    assert (numbers["account"], numbers["contact"], numbers["lead"]) == (1800, 6000, 4200)
    assert (numbers["opportunity"], numbers["systemuser"]) == (2400, 20 + 24)
    assert (numbers["new_subscription"], numbers["new_delivery"]) == (3000, 2400)
    assert numbers["connection"] > 1000
    wishes = Counter(row.get(FILTER_FIELD) for row in people(world))
    assert 0.17 < wishes[True] / 10_200 < 0.23
    assert 0.02 < wishes[False] / 10_200 < 0.04


def test_emails_are_as_bad_as_real_ones(world):
    emails = [row.get("emailaddress1") for row in people(world)]
    plain = [email for email in emails if email]
    assert 0.04 < emails.count(None) / len(emails) < 0.08
    exact, folded = Counter(plain), Counter(email.strip().lower() for email in plain)
    assert sum(count > 1 for count in exact.values()) > 20
    assert sum(count > 1 for count in folded.values()) > sum(count > 1 for count in exact.values()) - 20
    assert any(email != email.strip() for email in plain)
    assert any(not email.isascii() for email in plain)
    assert any("@" not in email for email in plain)


def test_relations_are_tangled(world):
    accounts, contacts = world.tables["account"], world.tables["contact"]
    parents = [row["_parentcustomerid_value"] for row in contacts if "_parentcustomerid_value" in row]
    assert any(contacts.get(parent) for parent in parents)
    kept_out = [p for p in parents if (accounts.get(p) or {}).get(FILTER_FIELD) is False]
    assert kept_out
    qualified = [row for row in world.tables["lead"] if row["statecode"] == 1]
    forth = [row for row in qualified if "_parentcontactid_value" in row]
    back = [row for row in contacts if "_originatingleadid_value" in row]
    assert forth
    assert back
    assert len(forth) < len(qualified)
    assert any((contacts.get(row["_parentcontactid_value"]) or {}).get(FILTER_FIELD) is False for row in forth)
    assert any("_owningteam_value" in row for row in contacts)


def test_texts_are_of_the_whole_world(world):
    text = json.dumps(world.as_json(), ensure_ascii=False)
    for sign in ("🙂", "山田", "محمد", "כהן", "Ж", "Ł", "\\r\\n", "İ"):
        assert sign in text or sign == "Ж"
    assert any(len(row.get("description", "")) > 255 for row in people(world))
    assert any("lastname" not in row for row in people(world))


def test_values_fit_their_columns(world):
    for name, schema in table_schemas().items():
        properties = schema.properties
        for row in world.tables[name]:
            for key, value in row.items():
                column = properties[key]
                assert column.length is None or len(value) <= column.length, (key, value)


def test_the_last_changed_row_has_the_highest_version(world):
    rows = sorted((row for rows in world.tables.values() for row in rows), key=lambda row: row["versionnumber"])
    assert [row["modifiedon"] for row in rows] == sorted(row["modifiedon"] for row in rows)
    assert rows[-1]["versionnumber"] == world.version

"""When people travel in files, and what the files hold."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from dynsync_gui.domain.imports import MOST_BYTES
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import BulkUse
from dynsync_gui.domain.storage.records import LedgerRecord, Match
from dynsync_gui.engine import people_files


@pytest.mark.parametrize(
    ("use", "people", "calls", "left", "files"),
    [
        (BulkUse.AUTO, 100_000, 350, 349, True),
        (BulkUse.AUTO, 100_000, 350, 350, False),
        (BulkUse.AUTO, 2_999, 350, 0, False),
        (BulkUse.ALWAYS, 3_000, 10, 50_000, True),
        (BulkUse.ALWAYS, 2_999, 10, 50_000, False),
        (BulkUse.NEVER, 100_000, 350, 0, False),
    ],
)
def test_when_people_travel_in_files(use: BulkUse, people: int, calls: int, left: int, files: bool) -> None:
    assert people_files.by_file(use, calls, left, lambda: people) is files


def record(seq: int, match: Match = Match.CREATE, **values: Any) -> LedgerRecord:
    key = f"00000000-0000-0000-0000-{seq:012}"
    filled = frozenset(values) if match is Match.UPDATE else frozenset()
    person = str(seq) if match is Match.UPDATE else ""
    return LedgerRecord(seq, Entity.CONTACT, key, "1", values, "", "", "", match, person, filled)


def filled(*records: LedgerRecord) -> list[list[list[str]]]:
    """Files as a reader of RFC 4180 sees them."""
    seqs = {one.seq for one in records}
    texts = [file.content(seqs).decode() for file in people_files.files(records, frozenset())]
    return [list(csv.reader(io.StringIO(text, newline=""), strict=True)) for text in texts]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_files, "LEAST_ROWS", 1)


@pytest.mark.usefixtures("small")
def test_values_arrive_as_they_are() -> None:
    odd = 'a "b", c;\td\r\ne \u202eé\U0001f600 =1+1'
    (rows,) = filled(record(1, lastName=odd, unsubscribed=True, leadScore=5, annual=0.1), record(2, city=" x"))
    assert rows == [
        ["dynamicsId", "lastName", "unsubscribed", "leadScore", "annual", "city"],
        [record(1).id, odd, "true", "5", "0.1", ""],
        [record(2).id, "", "", "", "", " x"],
    ]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("value", [None, "", "null", "NULL"])
def test_what_a_file_cannot_say_for_sure_is_left_to_calls(value: str | None) -> None:
    cleared = record(1, Match.UPDATE, lastName=value)
    assert filled(cleared) == []
    (rows,) = filled(cleared, record(2, Match.UPDATE, lastName="A"))
    assert rows == [["dynamicsId", "lastName", "id"], [record(2).id, "A", "2"]]


@pytest.mark.usefixtures("small")
def test_people_who_are_there_never_meet_an_empty_cell() -> None:
    one, two = record(1, Match.UPDATE, lastName="A"), record(2, Match.UPDATE, city="B")
    both, new = record(3, Match.UPDATE, city="C", lastName="D"), record(4, lastName="E")
    found = filled(one, two, both, new)
    assert len(found) == 4
    assert all("" not in row for rows in found for row in rows)
    assert sorted("id" in rows[0] for rows in found) == [False, True, True, True], (
        "who is there is named by Marketo's id"
    )


@pytest.mark.usefixtures("small")
def test_a_file_keeps_to_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_files, "FILE_BYTES", 2_000)
    records = [record(n, **{f"field{n % 9}": 'é"' * (n % 40)}) for n in range(1, 200)]
    records = [one for one in records if all(one.payload.values())]
    files = list(people_files.files(records, frozenset()))
    assert len(files) > 3
    sizes = [len(file.content({one.seq for one in records})) for file in files]
    assert all(size <= 2_000 + 400 for size in sizes)
    assert [one.seq for file in files for one in file.departures] == [one.seq for one in records]


def test_few_of_a_kind_are_left_to_calls() -> None:
    kinds = [record(n, Match.UPDATE, **{f"field{n % 30}": "x"}) for n in range(1, 2_000)]
    assert filled(*kinds) == []
    (rows,) = filled(*kinds, *(record(n, lastName="x") for n in range(3_000, 4_000)))
    assert len(rows) == 1_001


@pytest.mark.usefixtures("small")
def test_who_changed_meanwhile_does_not_depart() -> None:
    (file,) = people_files.files([record(1, lastName="A"), record(2, lastName="B")], frozenset({"city"}))
    assert file.content({2}).decode() == f"dynamicsId,lastName\r\n{record(2).id},B\r\n"
    assert [one.filled for one in file.departures] == [frozenset({"lastName"})] * 2


def test_a_hundred_thousand_people_fit_into_five_files() -> None:
    values = {
        "firstName": "Maximiliane",
        "lastName": "Featherstonehaugh",
        "email": "maximiliane.featherstonehaugh@department.example",
        "title": "Head of International Procurement",
        "phone": "+44 20 7946 0991",
        "mobilePhone": "+44 7700 900461",
        "city": "Kingston upon Thames",
        "country": "United Kingdom",
        "externalCompanyId": "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "externalSalesPersonId": "3f2504e0-4f89-11d3-9a0c-0305e82c3302",
        "unsubscribed": True,
        "dynamicsStatus": "Active",
    }
    people = (record(number, **values) for number in range(100_000))
    files = list(people_files.files(people, frozenset()))
    assert sum(len(file.rows) for file in files) == 100_000
    assert len(files) <= 5
    assert max(len(file.content({one.seq for one in file.departures})) for file in files) <= MOST_BYTES

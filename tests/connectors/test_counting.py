"""Counting what changed lately, however many records that are."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from dynsync_gui.connectors.dynamics.counting import TOO_MANY, count_changed
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.dataverse import DATAVERSE

DAY = date(2026, 3, 1)
START = datetime(2026, 3, 1, tzinfo=UTC)
_RANGE = re.compile(r"modifiedon ge (\S+) and modifiedon lt (\S+?)\)")


class Table:
    """Answers as Dataverse does, which groups so many rows at most."""

    def __init__(self, most: int, moments: list[datetime]) -> None:
        self.most, self.moments, self.calls = most, moments, 0

    def ask(self, target: str, prefer: str) -> dict[str, Any]:
        self.calls += 1
        assert prefer == ""
        found = _RANGE.search(unquote(target))
        assert found is not None, target
        start, end = (datetime.fromisoformat(one) for one in found.groups())
        number = sum(start <= moment < end for moment in self.moments)
        if number > self.most:
            raise ConnectionFailed(TOO_MANY, DATAVERSE["dynamics.page"], "too many")
        return {"value": [{"n": number}] if number else []}


def test_records_of_a_range_are_counted_in_parts_that_are_small_enough() -> None:
    table = Table(10, [START + timedelta(hours=hour) for hour in range(-5, 60)])
    assert count_changed("leads", table.ask, DAY) == 60
    assert table.calls > 1
    few = Table(100, table.moments)
    assert (count_changed("leads", few.ask, DAY), few.calls) == (60, 1)


def test_so_many_in_one_second_cannot_be_counted() -> None:
    with pytest.raises(ConnectionFailed):
        count_changed("leads", Table(10, [START] * 11).ask, DAY)

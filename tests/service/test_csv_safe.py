"""No cell of the problems' CSV is a formula."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.errors import Retry, SettingsError
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import msg
from dynsync_gui.service.csv_safe import safe, write_problems

AT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
STARTS = ["=", "+", "-", "@", "\t", "\r"]


def problem(name: str) -> Problem:
    return Problem(Entity.LEAD, "0f3c", name, "email", "1003", msg("Too long."), msg(""), AT, Retry.NEXT_RUN, name)


@given(st.sampled_from(STARTS), st.text(max_size=20))
def test_what_begins_like_a_formula_gets_an_apostrophe(start: str, rest: str) -> None:
    assert safe(start + rest) == f"'{start}{rest}"


@given(st.text(max_size=20).filter(lambda text: not text.startswith((*STARTS, "\n"))))
def test_other_text_stays(text: str) -> None:
    assert safe(text) == text


def test_the_file_reads_back(tmp_path: Path) -> None:
    names = ["Ann", '=HYPERLINK("http://x","y")', 'say "hi", Zoë\nsecond line', "-1"]
    path = tmp_path / "problems.csv"
    write_problems(path, map(problem, names))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == [names[0], "'" + names[1], names[2], "'-1"]
    assert [row["detail"] for row in rows] == [row["name"] for row in rows]
    assert {(row["since"], row["retry"]) for row in rows} == {("2026-11-22T14:30:00Z", "next-run")}


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        write_problems(tmp_path / "none" / "problems.csv", [])

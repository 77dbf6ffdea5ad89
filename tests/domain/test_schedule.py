from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.schedule import INTERVALS, BackgroundRun, minutes_of, next_run, offset_of

AT = datetime(2026, 11, 22, 14, 58, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(INTERVALS),
    st.integers(0, 4),
)
def test_the_next_run_is_the_first_minute_of_the_clock_that_is_due(now: datetime, every: int, offset: int) -> None:
    due = next_run(now, every, offset)
    assert now < due <= now + timedelta(minutes=every)
    assert due.astimezone().minute in minutes_of(every, offset)
    assert (due.second, due.microsecond) == (0, 0)


def test_the_hour_is_passed_over() -> None:
    assert next_run(AT, 15, 2) == datetime(2026, 11, 22, 15, 2, tzinfo=UTC)
    assert next_run(AT.replace(minute=2, second=0), 15, 2) == AT.replace(minute=17, second=0)


def test_profiles_start_at_different_minutes_below_every_interval() -> None:
    offsets = {offset_of(f"{number:012x}") for number in range(20)}
    assert offsets == set(range(min(INTERVALS)))
    assert all(60 % every == 0 for every in INTERVALS)


def test_a_note_of_a_run_is_read_back() -> None:
    run = BackgroundRun(AT, 3, "Marketo does not answer.", "Wait.")
    assert BackgroundRun.from_note(run.to_note()) == run


@pytest.mark.parametrize(
    "note",
    [{}, {"started": "yesterday", "status": "0"}, {"started": "2026-11-22T14:00:00", "status": "0"}, {"status": "0"}],
)
def test_a_note_that_cannot_be_understood_is_none(note: dict[str, str]) -> None:
    assert BackgroundRun.from_note(note) is None

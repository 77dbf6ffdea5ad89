"""Warnings come 30, 14, 7 and 1 days ahead, and each says how long there is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dynsync_gui.domain.expiry import Expiring, Expiry

TODAY = date(2026, 11, 22)


def ending(days: int, what: Expiring = Expiring.SECRET) -> Expiry:
    return Expiry(what, TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (400, None),
        (31, None),
        (30, 30),
        (15, 30),
        (14, 14),
        (8, 14),
        (7, 7),
        (2, 7),
        (1, 1),
        (0, 1),
        (-1, 0),
        (-900, 0),
    ],
)
def test_the_stages(days: int, stage: int | None) -> None:
    assert ending(days).stage(TODAY) == stage
    assert (ending(days).warning(TODAY) is None) is (stage is None)


def test_each_day_of_the_year_before_has_at_most_four_stages_in_this_order() -> None:
    stages = [ending(days).stage(TODAY) for days in range(365, -5, -1)]
    assert list(dict.fromkeys(stages)) == [None, 30, 14, 7, 1, 0]


@pytest.mark.parametrize(
    ("days", "what", "words"),
    [
        (30, Expiring.SECRET, "client secret expires in 30 days"),
        (1, Expiring.SECRET, "client secret expires in 1 day."),
        (-1, Expiring.SECRET, "client secret has expired"),
        (14, Expiring.CERTIFICATE, "certificate expires in 14 days"),
        (-3, Expiring.CERTIFICATE, "certificate has expired"),
    ],
)
def test_the_words(days: int, what: Expiring, words: str) -> None:
    finding = ending(days, what).warning(TODAY)
    assert finding is not None
    assert words in str(finding.title)
    assert "Certificates & secrets" in str(finding.cure)

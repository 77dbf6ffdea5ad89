"""When unusually much at once stops a sync, and how the stop is named."""

from __future__ import annotations

import pytest

from dynsync_gui.domain.mass_change import Alarm, MassChange, covers, excessive, guard_id, mass_guard, threshold
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import GuardSettings

USUAL = GuardSettings()


@pytest.mark.parametrize(
    ("held", "most"), [(0, 20), (100, 20), (400, 20), (2_000, 100), (10_000, 500), (1_000_000, 500)]
)
def test_the_smaller_of_a_number_and_a_share_never_under_twenty(held: int, most: int) -> None:
    assert threshold(held, USUAL) == most
    over = MassChange(Entity.CONTACT, Alarm.DELETED, most + 1, held)
    at = MassChange(Entity.CONTACT, Alarm.DELETED, most, held)
    assert excessive([over, at], USUAL) == (over,)


def test_the_threshold_is_the_users() -> None:
    assert threshold(10_000, GuardSettings(records=5_000, percent=30)) == 3_000


def test_the_stop_says_what_and_how_many_and_how_to_agree() -> None:
    changes = (
        MassChange(Entity.CONTACT, Alarm.DELETED, 6_204, 48_000),
        MassChange(Entity.LEAD, Alarm.UNSUBSCRIBED, 700, 9_000),
    )
    stop = mass_guard(12, changes)
    assert "6,204 records of “contact” were deleted in Dynamics" in str(stop.finding.title)
    assert "700 records of “lead” would be unsubscribed" in str(stop.finding.title)
    assert f"--accept-guard {guard_id(12, changes)}" in str(stop.finding.cure)
    assert stop.exit_status == 4


def test_an_agreement_holds_for_this_run_and_these_changes_only() -> None:
    one = (MassChange(Entity.CONTACT, Alarm.DELETED, 600, 9_000),)
    more = (MassChange(Entity.CONTACT, Alarm.DELETED, 601, 9_000),)
    assert len({guard_id(1, one), guard_id(2, one), guard_id(1, more)}) == 3
    assert not covers(guard_id(1, one), guard_id(2, one))
    assert not covers(guard_id(1, one), guard_id(1, more))


def test_an_agreement_holds_for_what_is_left_of_it_after_a_run_that_broke_off() -> None:
    many = (MassChange(Entity.CONTACT, Alarm.OPTED_OUT, 600, 9_000), MassChange(Entity.LEAD, Alarm.EMPTIED, 30, 90))
    rest = (MassChange(Entity.CONTACT, Alarm.OPTED_OUT, 540, 9_000),)
    other = (MassChange(Entity.CONTACT, Alarm.EMPTIED, 540, 9_000),)
    assert covers(guard_id(1, many), guard_id(1, many))
    assert covers(guard_id(1, many), guard_id(1, rest))
    assert not covers(guard_id(1, rest), guard_id(1, many))
    assert not covers(guard_id(1, many), guard_id(1, other))

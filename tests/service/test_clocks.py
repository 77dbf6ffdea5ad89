"""This computer's clock is a day wrong, or becomes so between two cycles: nothing is missed on either way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.events import ChecksEnded, RunEnded
from dynsync_gui.engine import change_file, ends
from dynsync_gui.simulators.clock import Clock
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.secrets import SecretSource
from tests.service.conftest import Desk, reaching
from tests.service.life import Life

DAY = 86_400.0


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    with Rehearsal(400, 2, tmp_path / "world", limits=False, clock=Clock()) as rehearsal:
        service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
        yield Life(Desk(service, rehearsal, *reaching(rehearsal), tmp_path / "profile", []))
        service.close()


def edited_and_merged(life: Life) -> None:
    """What is done on both sides arrives on the other one."""
    marketer = life.desk.rehearsal.marketo.marketer
    edited, winner, loser, changed = (row["contactid"] for row in life.rows("contact", statecode=0)[:4])
    marketer.change(int(life.person(edited)["id"]), {"title": f"By hand {edited}"})
    marketer.merge(int(life.person(winner)["id"]), [int(life.person(loser)["id"])])
    life.world.update("contact", changed, {"lastname": "Changed"})
    life.cycle()
    assert life.world.row("contact", edited)["jobtitle"] == f"By hand {edited}"
    assert life.person(changed)["lastName"] == "Changed"
    assert loser in [one.id for one in life.desk.service.problems() if one.code == "merged-in-marketo"]


@pytest.mark.parametrize("many", [True, False])
@pytest.mark.parametrize("ahead", [DAY, -DAY])
def test_a_clock_that_is_a_day_wrong_misses_nothing(
    life: Life, monkeypatch: pytest.MonkeyPatch, ahead: float, *, many: bool
) -> None:
    """Whether changes come in pages or in a file."""
    for module in (change_file, ends):
        monkeypatch.setattr(module, "MANY", 100 if many else 10_000)
    monkeypatch.setattr(change_file, "EVERY", 0.0)
    life.desk.rehearsal.clock.advance(ahead)
    assert isinstance(life.desk.start(), RunEnded)
    life.desk.rehearsal.clock.advance(120)
    edited_and_merged(life)
    told = life.desk.service.check(life.desk.settings, life.desk.secrets).wait(60)
    assert isinstance(told, ChecksEnded)
    (clock,) = (check for check in told.checks if check.id == "dynamics.clock")
    assert clock.state is CheckState.ATTENTION


def test_a_clock_that_is_put_back_between_two_cycles_misses_nothing(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(life.desk.start(), RunEnded)
    life.cycle()
    monkeypatch.setattr(ends, "EVERY", timedelta(0))
    life.desk.rehearsal.clock.advance(DAY)
    edited_and_merged(life)

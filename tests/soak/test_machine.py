"""Both sides and the product at random against a plain model; `build/dev.py soak --stories N` tries more."""

from __future__ import annotations

import sys

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.soak.machine import Machine
from tests.soak.seat import Seat

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows neither forks nor knows SIGKILL")


def test_whatever_happens_both_sides_hold_what_the_model_says() -> None:
    with Seat() as Machine.seat:
        run_state_machine_as_test(
            Machine, settings=settings(max_examples=3, stateful_step_count=20, phases=[Phase.generate])
        )

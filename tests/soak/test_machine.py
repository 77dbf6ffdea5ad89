"""Both sides and the product at random against a plain model; `build/dev.py soak --stories N` tries more."""

from __future__ import annotations

import pytest

from tests.soak.machine import tell_stories
from tests.soak.seat import Seat

pytestmark = pytest.mark.only_on("linux")  # Windows does not fork, and macOS not safely


@pytest.mark.timeout(600)  # some fifty syncs, on a computer that may be busy
def test_whatever_happens_both_sides_hold_what_the_model_says() -> None:
    with Seat() as seat:
        tell_stories(seat, 3)

"""A seeded part of the sweep: every seam and every way of failing once, in a chapter that takes turns."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.soak.play import Course, play, undisturbed
from tests.soak.points import BOUNDLESS, Kind, Point, drawn
from tests.soak.seat import Seat
from tests.soak.story import CHAPTERS, Chapter
from tests.soak.trip import Seam, Way

pytestmark = pytest.mark.only_on("linux")  # Windows does not fork, and macOS not safely

SEED = 20261122
PAIRS = [(seam, way) for seam in Seam for way in Way if (seam, way) != BOUNDLESS]
KINDS = [Kind(CHAPTERS[place % len(CHAPTERS)], *pair) for place, pair in enumerate(PAIRS)]


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    with Seat() as sitting:
        yield sitting


@pytest.fixture(scope="module")
def course(seat: Seat) -> Course:
    return undisturbed(seat)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_operation_that_fails_changes_nothing_about_the_end(seat: Seat, course: Course, kind: Kind) -> None:
    number = random.Random(f"{SEED} {kind}").randrange(course.sizes[kind])
    outcome = play(seat, course, Point(kind, number))
    assert outcome.wrong == [], f"build/dev.py soak --only {outcome.point}\n{outcome.log}"


def test_a_sweep_visits_every_kind_alike_and_no_point_twice() -> None:
    small, large = Kind(Chapter.FIRST, Seam.KEYCHAIN, Way.KILL), Kind(Chapter.LATER, Seam.DATABASE, Way.KILL)
    found = drawn({small: 4, large: 1000}, 100, 7)
    assert len(set(found)) == 100
    assert sum(point.kind == small for point in found) == 4
    assert found == drawn({small: 4, large: 1000}, 100, 7)
    assert found != drawn({small: 4, large: 1000}, 100, 8)
    assert [Point.of(str(point)) for point in found] == found

import pytest

from dynsync_gui.domain.report import RunState
from dynsync_gui.domain.schema import Entity
from dynsync_gui.service.progress import ProgressMeter


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def meter(heard, clock):
    return ProgressMeter(1, heard.append, lambda: (3, 40), 50_000, clock)


def test_rate_and_time_left_come_from_the_last_half_minute(meter, heard, clock):
    meter.begin(RunState.WRITING, {Entity.CONTACT: 1000})
    for second in range(1, 11):
        clock.now = second
        meter.add(Entity.CONTACT, 50)
    assert heard[-1].rate == pytest.approx(50)
    assert heard[-1].seconds_left == pytest.approx(10)
    assert heard[-1].entities[Entity.CONTACT].done == 500
    clock.now = 100
    meter.add(Entity.CONTACT, 0)
    assert heard[-1].rate == pytest.approx(0)
    assert heard[-1].seconds_left is None


def test_at_most_ten_snapshots_a_second(meter, heard, clock):
    meter.begin(RunState.WRITING, {Entity.CONTACT: 1000})
    for step in range(1000):
        clock.now = step / 1000
        meter.add(Entity.CONTACT, 1)
    assert len(heard) <= 11


def test_time_left_is_not_guessed_while_a_total_is_unknown(meter, heard, clock):
    meter.begin(RunState.READING, {Entity.CONTACT: None})
    clock.now = 1
    meter.reached(Entity.CONTACT, 500)
    assert heard[-1].seconds_left is None
    assert heard[-1].calls_today == 40


def test_what_comes_in_meanwhile_is_part_of_the_whole(meter, heard, clock):
    meter.begin(RunState.WRITING, {Entity.CONTACT: 37})
    clock.now = 1
    meter.add(Entity.CONTACT, 47)
    assert (heard[-1].entities[Entity.CONTACT].done, heard[-1].entities[Entity.CONTACT].total) == (47, 47)
    assert heard[-1].seconds_left == 0

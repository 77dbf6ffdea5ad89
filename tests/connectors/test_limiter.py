"""DynSync's share of Marketo's limits."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dynsync_gui.connectors.http.limiter import Limiter, MemoryRateWindow, marketo_day
from dynsync_gui.connectors.http.retry import Gate
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, GuardStop
from dynsync_gui.domain.settings import LimitSettings


def limiter(token: CancelToken, window: MemoryRateWindow | None = None, **limits: int) -> Limiter:
    return Limiter(window or MemoryRateWindow(), LimitSettings(**limits), token, Gate(token))


def test_the_window_never_holds_more_than_its_limit() -> None:
    window, now, taken = MemoryRateWindow(), 1000.0, []
    for _ in range(500):
        wait = window.reserve(now, 20.5, 50)
        if wait == 0.0:
            taken.append(now)
            now += 0.01
        else:
            assert wait > 0
            now += wait
    for start in taken:
        assert sum(start <= each < start + 20.5 for each in taken) <= 50
    assert len(taken) > 400, "and it is not slower than it has to be"


def test_a_clock_that_was_put_back_does_not_stop_everything() -> None:
    window = MemoryRateWindow()
    for _ in range(50):
        assert window.reserve(9000.0, 20.5, 50) == 0.0
    assert window.reserve(1000.0, 20.5, 50) == 0.0


def test_a_lower_limit_counts_what_was_taken_under_a_higher_one() -> None:
    window = MemoryRateWindow()
    for second in range(10):
        window.reserve(1000.0 + second, 20.5, 10)
    assert window.reserve(1010.0, 20.5, 4) == pytest.approx(1006.0 + 20.5 - 1010.0)


def test_no_more_at_once_than_allowed() -> None:
    limits = limiter(CancelToken(), in_flight=3, calls_per_20s=50)
    inside, most, lock, full = [0], [0], threading.Lock(), threading.Barrier(3)

    def work() -> None:
        with limits.place():
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            full.wait(60)
            with lock:
                inside[0] -= 1

    with ThreadPoolExecutor(9) as pool:
        for future in [pool.submit(work) for _ in range(9)]:
            future.result()
    assert most[0] == 3
    assert limits.made == 9


def test_waiting_for_a_place_ends_with_the_work() -> None:
    token, window = CancelToken(), MemoryRateWindow()
    limits = limiter(token, window, calls_per_20s=1)
    with limits.place():
        pass
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    with pytest.raises(Cancelled), limits.place():
        pass
    assert window.reserve(time.time(), 20.5, 1) > 0, "the place was not free yet"
    timer.join()


def test_the_days_allowance_stops_the_work_and_is_kept() -> None:
    token, window = CancelToken(), MemoryRateWindow()
    limits = limiter(token, window, daily_calls=2)
    for _ in range(2):
        with limits.place():
            pass
    for again in (limits, limiter(token, window, daily_calls=2)):
        with pytest.raises(GuardStop) as caught, again.place():
            pass
        assert caught.value.code == "quota"
    assert window.count_day(marketo_day()) == 2


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (1_795_327_199.0, "2026-11-21"),  # 2026-11-22 05:59:59 UTC: still the day before in Chicago (UTC-6)
        (1_795_327_200.0, "2026-11-22"),
        (1_782_881_999.0, "2026-06-30"),  # 2026-07-01 04:59:59 UTC: summer time there (UTC-5)
        (1_782_882_000.0, "2026-07-01"),
    ],
)
def test_the_day_is_us_central(moment: float, day: str) -> None:
    assert marketo_day(moment) == day

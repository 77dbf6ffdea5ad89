"""When requests are made again, and how all workers wait together."""

from __future__ import annotations

import threading
import time

import pytest

from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.retry import Again, Gate, Patience, Repeater, brief, passing, patient
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.network import network_finding

FAILURE = TemporaryFailure("network.server", network_finding("network.server", "host"))


class Impatient(CancelToken):
    """Notes how long it was told to wait, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.raise_if_cancelled()


def failing(times: int, trouble: Exception = FAILURE):
    left = [trouble] * times

    def once() -> str:
        if left:
            raise left.pop()
        return "done"

    return once


def test_passing_trouble_is_outlived() -> None:
    token = Impatient()
    assert Repeater(token, Gate(token)).run(failing(7), patient()) == "done"
    assert len(token.waits) == 7
    assert all(0 <= wait <= min(30.0, 0.5 * 2 ** (n + 1)) for n, wait in enumerate(token.waits))


def test_waits_are_random() -> None:
    token = Impatient()
    Repeater(token, Gate(token)).run(failing(7), patient())
    first = list(token.waits)
    token.waits.clear()
    Repeater(token, Gate(token)).run(failing(7), patient())
    assert token.waits != first


def test_eight_tries_and_no_more() -> None:
    token = Impatient()
    with pytest.raises(TemporaryFailure):
        Repeater(token, Gate(token)).run(failing(8), patient())
    assert len(token.waits) == 7


def test_other_errors_are_not_repeated() -> None:
    token = Impatient()
    with pytest.raises(ConnectionFailed):
        Repeater(token, Gate(token)).run(failing(1, ConnectionFailed("x", FAILURE.finding)), patient())
    assert token.waits == []


def test_an_answer_without_an_end_is_asked_for_twice_more() -> None:
    token, endless = Impatient(), ConnectionFailed("network.too-big", FAILURE.finding)
    assert Repeater(token, Gate(token)).run(failing(2, endless), patient()) == "done"
    with pytest.raises(ConnectionFailed) as told:
        Repeater(token, Gate(token)).run(failing(3, endless), patient())
    assert told.value is endless


def test_being_told_to_wait_is_no_failed_try() -> None:
    token, told = CancelToken(), []
    once = failing(5, Again(FAILURE, 0.0, throttled=True))
    began = time.monotonic()
    assert Repeater(token, Gate(token, told.append)).run(once, Patience(2, 60.0)) == "done"
    assert time.monotonic() - began >= 0.5, "and it is never asked in a tight loop"


def test_trouble_after_a_long_time_of_being_told_to_wait_is_outlived(monkeypatch: pytest.MonkeyPatch) -> None:
    """All workers are held back for an hour, and what comes then is a gateway that stumbles."""
    clock = [1_000.0]

    class Waiting(CancelToken):
        def wait(self, seconds: float) -> None:
            clock[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    token = Waiting()
    troubles = [FAILURE, Again(FAILURE, 3_600.0, throttled=True), FAILURE]

    def once() -> str:
        if troubles:
            raise troubles.pop()
        return "done"

    assert Repeater(token, Gate(token)).run(once, patient()) == "done"
    assert clock[0] >= 4_600.0


def test_trouble_that_lasts_is_not_outlived(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000.0]

    def hang() -> str:
        clock[0] += 130.0
        raise FAILURE

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    token = Impatient()
    with pytest.raises(TemporaryFailure):
        Repeater(token, Gate(token)).run(hang, patient())
    assert clock[0] <= 1_000.0 + 130.0 + 300.0 + 130.0


def test_brief_patience_does_not_wait_for_long_pauses() -> None:
    token = Impatient()
    with pytest.raises(TemporaryFailure):
        Repeater(token, Gate(token)).run(failing(1, Again(FAILURE, 120.0, throttled=True)), brief(20.0))
    assert token.waits == []


def test_a_pause_holds_every_worker_and_is_told_once() -> None:
    token, told, passed = CancelToken(), [], []
    gate = Gate(token, told.append)
    gate.pause(0.4)
    gate.pause(0.4)
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: (gate.passed(), passed.append(time.monotonic()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(passed) == 3
    assert min(passed) - began >= 0.35
    assert told == [0.4]


def test_a_pause_ends_with_the_work() -> None:
    token = CancelToken()
    gate = Gate(token)
    gate.pause(60.0)
    timer = threading.Timer(0.05, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        gate.passed()
    timer.join()


@pytest.mark.parametrize(
    ("status", "again", "throttled"),
    [(429, True, True), (500, True, False), (502, True, False), (503, True, False), (408, True, False)]
    + [(status, False, False) for status in (400, 401, 403, 404, 405, 412, 413, 501, 505)],
)
def test_statuses(status: int, again: bool, throttled: bool) -> None:
    found = passing(FAILURE, status, None)
    assert (found is not None) is again
    assert (found is not None and found.throttled) is throttled


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Sun, 22 Nov 2020 10:00:30 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert Answer("host", 429, headers).retry_after() == seconds

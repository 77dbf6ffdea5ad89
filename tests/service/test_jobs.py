import threading

import pytest

from dynsync_gui.domain.errors import Finding, SettingsError
from dynsync_gui.domain.events import Event, JobCancelled, JobFailed
from dynsync_gui.domain.text import msg
from dynsync_gui.service.jobs import Lane, Lanes


@pytest.fixture
def heard():
    return []


@pytest.fixture
def lanes(heard):
    opened = Lanes(heard.append)
    yield opened
    opened.close()


def test_a_job_ends_with_exactly_one_event(lanes, heard):
    job = lanes.run(Lane.INTERACTIVE, lambda job: Event(job.number))
    assert job.wait(60) == Event(job.number)
    assert heard == [Event(job.number)]


def test_a_known_error_is_told_with_its_finding(lanes):
    error = SettingsError("x", Finding(msg("No."), msg("Do.")))

    def work(job):
        raise error

    assert lanes.run(Lane.INTERACTIVE, work).wait(60).error is error


def test_an_unknown_error_is_told_without_its_words(lanes, expect_log):
    def work(job):
        raise RuntimeError("CANARY with a secret")

    expect_log("something unknown")
    event = lanes.run(Lane.INTERACTIVE, work).wait(60)
    assert isinstance(event, JobFailed)
    assert "CANARY" not in f"{event.error} {event.error.detail}"


def test_a_waiting_job_can_be_cancelled(lanes):
    began = threading.Event()

    def work(job):
        began.set()
        job.token.wait(60)

    job = lanes.run(Lane.INTERACTIVE, work)
    assert began.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)


def test_syncs_run_one_at_a_time_and_checks_beside_them(lanes):
    first, second, checked = threading.Event(), threading.Event(), threading.Event()
    go = threading.Event()

    def sync(began):
        def work(job):
            began.set()
            go.wait(60)
            return Event(job.number)

        return work

    lanes.run(Lane.SYNC, sync(first))
    waiting = lanes.run(Lane.SYNC, sync(second))
    lanes.run(Lane.INTERACTIVE, lambda job: checked.set() or Event(job.number))
    assert first.wait(60)
    assert checked.wait(60)
    assert not second.is_set()
    go.set()
    assert waiting.wait(60)


def test_closing_cancels_what_runs_and_what_waits(heard):
    lanes = Lanes(heard.append)
    jobs = [lanes.run(Lane.SYNC, lambda job: job.token.wait(60)) for _ in range(3)]
    lanes.close()
    assert all(isinstance(job.wait(0), JobCancelled) for job in jobs)


def test_a_job_after_the_end_is_cancelled_at_once(heard):
    lanes = Lanes(heard.append)
    lanes.close()
    assert isinstance(lanes.run(Lane.SYNC, lambda job: Event(job.number)).wait(0), JobCancelled)

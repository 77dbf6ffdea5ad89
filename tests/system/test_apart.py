"""A process of its own for work: what it is given is done in order, and it never holds up who started it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynsync_gui.domain.ports.apart import ApartFailed
from dynsync_gui.system import apart
from dynsync_gui.system.apart import ProcessApart

ROOT = Path(__file__).parents[2]
linux_alone = pytest.mark.skipif(sys.platform != "linux", reason="signals and process handles of Linux")


@pytest.fixture
def process() -> Iterator[ProcessApart]:
    """One that computes what it reads."""
    made = ProcessApart(eval)
    yield made
    made.close()
    assert made._process.poll() is not None


def test_work_is_done_elsewhere(process: ProcessApart) -> None:
    process.give(b"__import__('os').getpid()")
    assert process.take() not in {os.getpid(), None}


def test_outcomes_come_in_the_order_of_what_was_given_however_large(process: ProcessApart) -> None:
    for number in range(5):
        process.give(b"'%d' * 3_000_000 # %b" % (number, b"x" * 3_000_000))
    assert [process.take() for _ in range(5)] == [str(number) * 3_000_000 for number in range(5)]


def test_one_that_falls_says_so_from_then_on(process: ProcessApart) -> None:
    process.give(b"1 / 0")
    for _ in range(2):
        with pytest.raises(ApartFailed):
            process.take()
    with pytest.raises(ApartFailed):
        process.give(b"1" * 1_000_000)


def test_nobody_waits_for_ever(process: ProcessApart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_SECONDS", 0.2)
    process.give(b"__import__('threading').Event().wait()")
    with pytest.raises(ApartFailed):
        process.take()


@linux_alone
def test_nobody_waits_for_one_that_does_not_listen(process: ProcessApart, monkeypatch: pytest.MonkeyPatch) -> None:
    process.give(b"1")
    assert process.take() == 1
    monkeypatch.setattr(apart, "_SECONDS", 0.2)
    os.kill(process._process.pid, signal.SIGSTOP)
    with pytest.raises(ApartFailed):
        process.give(b" " * 10_000_000)


def test_a_program_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart, "_program", lambda: [str(tmp_path / "missing")])
    with pytest.raises(ApartFailed):
        ProcessApart(eval)


def test_another_version_is_not_worked_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "__version__", "0.0.1")
    process = ProcessApart(eval)
    try:
        with pytest.raises(ApartFailed):
            process.take()
    finally:
        process.close()


def test_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNSYNC_MARKETO_CLIENT_SECRET", "secret")
    other = ProcessApart(eval)
    try:
        other.give(b"dict(__import__('os').environ)")
        known = other.take()
    finally:
        other.close()
    assert "PATH" in known
    assert "secret" not in known.values()


@linux_alone
def test_it_ends_with_who_started_it() -> None:
    started = (
        "from dynsync_gui.system.apart import ProcessApart\n"
        "made = ProcessApart(eval); made.give(b'1'); made.take()\n"
        "print(made._process.pid, flush=True); input()"
    )
    command = [sys.executable, "-c", started]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    try:
        ended, _, _ = select.select([child], [], [], 30)
    finally:
        os.close(child)
    assert ended

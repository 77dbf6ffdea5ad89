"""Nobody is made twice, though Marketo goes on with a call after the connection, or DynSync, is gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dynsync_gui.connectors.marketo import creating
from dynsync_gui.domain.errors import Cancelled
from dynsync_gui.domain.events import Event, RunEnded, Waiting
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.schema import KEY_FIELD, System
from dynsync_gui.simulators.marketo.errors import begin_request
from dynsync_gui.simulators.transport import CutConnectionError
from tests.judge import judge
from tests.service.conftest import Desk


class Late:
    """The first call that creates people: its connection breaks, and it is over after some looks at who is there."""

    def __init__(self, desk: Desk, looks: int) -> None:
        self.looks = looks
        self.ids: set[str] = set()
        self._calls, self._clock = desk.rehearsal.marketo.person_calls, desk.rehearsal.clock
        self._sync, self._query, self._wait = self._calls.sync, self._calls.query, self._calls._wait
        self._decided, self._released = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._calls.sync, self._calls.query, self._calls._wait = self.sync, self.query, self.wait  # type: ignore[method-assign]

    def sync(self, request: Any) -> Any:
        body = json.loads(request.get_data())
        if self._thread is not None or body["lookupField"] != KEY_FIELD:
            return self._sync(request)
        self.ids = {row[KEY_FIELD] for row in body["input"]}
        self._thread = threading.Thread(target=self.go_on, args=(request,))
        self._thread.start()
        assert self._decided.wait(30)
        raise CutConnectionError

    def go_on(self, request: Any) -> None:
        begin_request(self._clock)
        self._sync(request)

    def wait(self) -> None:
        if threading.current_thread() is self._thread:
            self._decided.set()
            assert self._released.wait(60)
        self._wait()

    def query(self, request: Any) -> Any:
        if self.ids & set((request.form or {}).get("filterValues", "").split(",")):
            self.looks -= 1
            if self.looks == 0:
                self.finish()
        return self._query(request)

    def finish(self) -> None:
        self._released.set()
        if self._thread is not None:
            self._thread.join()


@pytest.fixture
def late(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Late]:
    monkeypatch.setattr(creating, "OVER_SECONDS", 4.0)
    made = Late(desk, looks=3)
    yield made
    made.finish()


def alone(desk: Desk) -> None:
    held = [person.get(KEY_FIELD) for person in desk.rehearsal.audit()["marketo"]["persons"]]
    keys = [key for key in held if key]
    assert len(keys) == len(set(keys))
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_a_call_that_marketo_still_works_on_is_not_made_again(desk: Desk, late: Late) -> None:
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert late.looks <= 0
    alone(desk)


def test_the_wait_is_told_and_ends_with_a_stop(desk: Desk, late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "OVER_SECONDS", 95.0)
    late.looks = 1_000
    told: list[Waiting] = []
    begun = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Waiting):
            told.append(event)
            begun.set()

    desk.service.subscribe(hear)
    job = desk.service.start(desk.settings, desk.secrets)
    assert begun.wait(60)
    job.cancel()
    assert job.wait(60) is not None
    begins, over = told
    assert (begins.system, begins.cause) == (over.system, over.cause) == (System.MARKETO, WaitCause.UNHEARD)
    assert 0 < begins.seconds <= 95.0
    assert over.seconds == 0


def test_what_was_under_way_when_a_run_ended_is_seen_out_by_the_next_one(
    desk: Desk, late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise Cancelled

    with monkeypatch.context() as dying:
        dying.setattr(creating.Creating, "await_created", dies)
        assert not isinstance(desk.start(), RunEnded)
    assert late.looks == 3
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded), ended
    assert late.looks <= 0
    alone(desk)

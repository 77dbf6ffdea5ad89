from __future__ import annotations

import threading
import time
from typing import Any

from PySide6.QtCore import QThread

from dynsync_gui.domain.events import CheckChanged, Event, JobCancelled, Progress
from dynsync_gui.domain.report import RunState
from dynsync_gui.ui.bridge import Bridge
from tests.ui.demo_world import CHECKS
from tests.ui.scripted_service import ScriptedService


def on_a_thread(act: Any) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def closed(qtbot: Any, bridge: Bridge) -> None:
    with qtbot.waitSignal(bridge.closed):
        bridge.close()
    bridge.join()


def test_events_of_any_thread_arrive_on_the_windows_thread_in_order(qtbot: Any) -> None:
    service = ScriptedService()
    bridge = Bridge(service)
    heard: list[Event] = []
    threads = set()
    bridge.heard.connect(lambda event: (heard.append(event), threads.add(QThread.currentThread())))
    sent = [CheckChanged(1, check) for check in CHECKS] + [JobCancelled(1)]
    on_a_thread(lambda: [service.tell(event) for event in sent])
    assert heard == []
    qtbot.waitUntil(lambda: len(heard) == len(sent))
    assert heard == sent
    assert threads == {QThread.currentThread()}
    closed(qtbot, bridge)


def test_progress_is_passed_on_at_most_ten_times_a_second_and_the_last_one_counts(qtbot: Any) -> None:
    service = ScriptedService()
    bridge = Bridge(service)
    calls: list[int] = []
    bridge.heard.connect(lambda event: calls.append(event.calls))

    enough = threading.Event()
    told: list[int] = []

    def flood() -> None:
        while not enough.wait(0.001):
            told.append(len(told))
            service.tell(Progress(1, RunState.WRITING, {}, calls=told[-1]))
        service.tell(Progress(1, RunState.WRITING, {}, calls=-1))

    thread, began = threading.Thread(target=flood), time.monotonic()
    thread.start()
    qtbot.waitUntil(lambda: len(calls) >= 4)
    enough.set()
    qtbot.waitUntil(lambda: calls[-1:] == [-1])
    thread.join()
    assert len(calls) < len(told)
    assert time.monotonic() - began >= 0.09 * (len(calls) - 1)
    closed(qtbot, bridge)


def test_an_end_does_not_wait_for_the_next_tenth_and_comes_after_its_progress(qtbot: Any) -> None:
    service = ScriptedService()
    bridge = Bridge(service)
    heard: list[Event] = []
    bridge.heard.connect(heard.append)
    first, second = (Progress(1, RunState.WRITING, {}, calls=calls) for calls in (1, 2))
    on_a_thread(lambda: service.tell(first))
    qtbot.waitUntil(lambda: heard == [first])
    on_a_thread(lambda: (service.tell(second), service.tell(JobCancelled(1))))
    qtbot.waitUntil(lambda: heard == [first, second, JobCancelled(1)])
    closed(qtbot, bridge)


def test_nothing_is_heard_after_close_and_the_service_stops_on_another_thread(qtbot: Any) -> None:
    service = ScriptedService()
    bridge = Bridge(service)
    heard: list[Event] = []
    bridge.heard.connect(heard.append)
    listener = service._listeners[0]
    on_a_thread(lambda: service.tell(JobCancelled(1)))
    closed(qtbot, bridge)
    on_a_thread(lambda: listener(JobCancelled(2)))
    qtbot.wait(0)
    assert heard == []
    assert service.closed_on == "dynsync-close"
    assert service._listeners == []
    bridge.close()

"""A service that answers from a script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynsync_gui.domain.events import (
    BackgroundRead,
    CheckChanged,
    ChecksEnded,
    ChoiceEstimated,
    ChoiceImported,
    ChoicesRead,
    Described,
    Event,
    Explained,
    FilterRead,
    FitChecked,
    FitProgress,
    JobCancelled,
    PlanReady,
    ProblemsRead,
    ProfileRead,
    Reconciled,
    RehearsalReady,
    RunEnded,
    TablesFound,
)
from dynsync_gui.domain.report import Problem, Proof, Status
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    Settings,
)
from dynsync_gui.service.api import Listener
from tests.cli.world import (
    ANSWER,
    AT,
    CARD,
    CERTIFICATE,
    CHOSEN,
    FIT,
    IN_BACKGROUND,
    OFFERS,
    PASSED,
    PLAN,
    PROBLEM,
    REPORT,
    SECRETS,
    SETTINGS,
    STATES,
    TABLES,
    VERSIONS,
)


class ScriptedJob:
    """A job that has ended already, or ends when it is cancelled."""

    number = 1

    def __init__(self, event: Event | None) -> None:
        self.event = event
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        self.cancelled.set()
        self.event = self.event or JobCancelled(1)

    def wait(self, seconds: float | None = None) -> Event | None:
        if self.event is None:
            self.cancelled.wait(seconds)
        return self.event


@dataclass
class ScriptedBackground:
    """Syncs while no window is open."""

    state: BackgroundState = IN_BACKGROUND
    answer: Any = None
    done: list[Any] = field(default_factory=list)

    def _job(self, *done: Any) -> ScriptedJob:
        self.done.append(done)
        return ScriptedJob(self.answer or BackgroundRead(1, self.state))

    def read(self) -> ScriptedJob:
        return self._job("read")

    def choose(self, *, keep_syncing: bool, every_minutes: int) -> ScriptedJob:
        return self._job("choose", keep_syncing, every_minutes)

    def apply(self) -> ScriptedJob:
        return self._job("apply")

    def note_run(self, run: BackgroundRun) -> None:
        self.done.append(("note_run", run))

    def remove(self, *, all_profiles: bool, everything: bool) -> ScriptedJob:
        return self._job("remove", all_profiles, everything)


@dataclass
class ScriptedUpdates:
    """Newer versions."""

    answer: Any = None
    done: list[Any] = field(default_factory=list)

    def look(self) -> ScriptedJob:
        self.done.append("look")
        return ScriptedJob(self.answer)

    def download(self, folder: Path | None = None) -> ScriptedJob:
        self.done.append(folder)
        return ScriptedJob(self.answer)


@dataclass
class ScriptedService:
    """Answers from `script` where it has an answer; None there is a job that never ends."""

    settings: Settings | None = SETTINGS
    script: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    closed: int = 0
    background: ScriptedBackground = field(default_factory=ScriptedBackground)
    updates: ScriptedUpdates = field(default_factory=ScriptedUpdates)
    paused = False

    def _job(self, name: str, otherwise: Event, *given: Any) -> ScriptedJob:
        self.done.append(name)
        self.given[name] = given
        event = self.script.get(name, otherwise)
        if isinstance(event, list):  # one answer a call
            event = event.pop(0)
        if isinstance(event, Exception):
            raise event
        return ScriptedJob(event)

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def read_profile(self) -> ScriptedJob:
        return self._job("read_profile", ProfileRead(1, self.settings, self.status()))

    def prepare_rehearsal(self) -> ScriptedJob:
        return self._job("prepare_rehearsal", RehearsalReady(1, SETTINGS, SECRETS))

    def check(self, settings: Settings, secrets: Secrets, *, only: System | None = None) -> ScriptedJob:
        for check in self.script.get("told", ()):
            self.tell(CheckChanged(1, check))
        return self._job("check", ChecksEnded(1, PASSED, CARD), settings, secrets, only)

    def confirm_identity(self, name: str, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._job("confirm_identity", ProfileRead(1, settings, self.status()), name)

    def describe(self, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._job("describe", Described(1, OFFERS), settings, secrets)

    def find_tables(self, settings: Settings, secrets: Secrets | None) -> ScriptedJob:
        return self._job("find_tables", TablesFound(1, TABLES), settings, secrets)

    def read_filter(self, settings: Settings, secrets: Secrets | None) -> ScriptedJob:
        return self._job("read_filter", FilterRead(1, STATES), settings, secrets)

    def create_filter(
        self, settings: Settings, secrets: Secrets | None, entity: Entity, *, default: bool
    ) -> ScriptedJob:
        return self._job("create_filter", FilterRead(1, STATES), entity, default)

    def check_fit(self, settings: Settings, secrets: Secrets | None, *, everything: bool = False) -> ScriptedJob:
        self.tell(FitProgress(1, Entity.LEAD, 200, None if everything else 500))
        return self._job("check_fit", FitChecked(1, FIT), settings, everything)

    def choice_history(self) -> ScriptedJob:
        return self._job("choice_history", ChoicesRead(1, VERSIONS))

    def restore_choice(self, number: int) -> ScriptedJob:
        return self._job("restore_choice", ChoicesRead(1, VERSIONS), number)

    def estimate_choice(self, settings: Settings, secrets: Secrets | None = None) -> ScriptedJob:
        return self._job("estimate_choice", ChoiceEstimated(1, ()), settings, secrets)

    def export_choice(self, path: Path, settings: Settings) -> ScriptedJob:
        return self._job("export_choice", ChoiceImported(1, settings.fields), path, settings)

    def import_choice(self, path: Path) -> ScriptedJob:
        return self._job("import_choice", ChoiceImported(1, CHOSEN), path)

    def plan(self, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._job("plan", PlanReady(1, PLAN), settings, secrets)

    def keep(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> ScriptedJob:
        return self._job("keep", ProfileRead(1, settings, self.status()), settings, secrets, session_only)

    def start(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> ScriptedJob:
        self.tell(PlanReady(1, PLAN))
        return self._job("start", RunEnded(1, REPORT), settings, secrets, session_only)

    def go_on(self) -> ScriptedJob:
        return self._job("go_on", RunEnded(1, REPORT, Proof(17, 17, 17, 1, 2)))

    def follow(self) -> ScriptedJob:
        return self._job("follow", JobCancelled(1))

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    @property
    def records(self) -> ScriptedService:
        return self

    def withhold(self, ids: Sequence[str] = ()) -> ScriptedJob:
        return self._job("withhold", ProblemsRead(1, (PROBLEM,), self.status()), tuple(ids))

    def retry(self, ids: Sequence[str] = ()) -> ScriptedJob:
        return self._job("retry", ProblemsRead(1, (PROBLEM,), self.status()), tuple(ids))

    def sync_one(self, entity: Entity, id_: str) -> ScriptedJob:
        return self._job("sync_one", Explained(1, ANSWER), entity, id_)

    def reconcile(self, sample: int = 0, path: Path | None = None) -> ScriptedJob:
        return self._job("reconcile", Reconciled(1, CERTIFICATE, Path("kept.txt")), sample, path)

    def why(self, asked: str) -> ScriptedJob:
        return self._job("why", Explained(1, ANSWER), asked)

    def status(self) -> Status:
        return Status("attention", (REPORT,), AT)

    def read_problems(self) -> ScriptedJob:
        return self._job("read_problems", ProblemsRead(1, (PROBLEM,), self.status()))

    def problems(self) -> tuple[Problem, ...]:
        return (PROBLEM,)

    def export_problems(self, path: Path) -> ScriptedJob:
        return self._job("export_problems", ProblemsRead(1, (PROBLEM,), self.status()), path)

    def send_test_mail(self, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._job("send_test_mail", JobCancelled(1))

    def close(self) -> None:
        self.closed += 1

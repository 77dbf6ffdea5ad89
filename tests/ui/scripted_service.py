"""A service that follows a script and tells its events on real threads, as the real one does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import BackgroundRead, Event, JobCancelled, JobFailed, UpdateRead
from dynsync_gui.domain.releases import UpdateKind, UpdateState
from dynsync_gui.domain.renewal import Renewal
from dynsync_gui.domain.report import Problem, Status
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Entry, Registration
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.setup import HalfDone
from dynsync_gui.service.api import Listener
from tests.ui.demo_world import EMPTY, SCRIPTS


class Gate:
    """A place in a script where the job stands until the test lets it go on."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.reached = threading.Event()


Step = Callable[[int], Event] | Gate
Script = Sequence[Step]


class ScriptedJob:
    """A thread that tells one script."""

    def __init__(self, service: ScriptedService, number: int, script: Script) -> None:
        self._service, self._number, self._script = service, number, script
        self._cancel = threading.Event()
        self._last: Event | None = None
        self.thread = threading.Thread(target=self._tell, name=f"job-{number}")

    @property
    def number(self) -> int:
        return self._number

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def cancel(self) -> None:
        self._cancel.set()
        for step in self._script:
            if isinstance(step, Gate):
                step.open.set()

    def wait(self, seconds: float | None = None) -> Event | None:
        self.thread.join(seconds)
        return self._last

    def _tell(self) -> None:
        for step in self._script:
            if isinstance(step, Gate):
                step.reached.set()
                step.open.wait(60)
            if self._cancel.is_set():
                self._say(JobCancelled(self._number))
                return
            if not isinstance(step, Gate):
                self._say(step(self._number))

    def _say(self, event: Event) -> None:
        self._last = event
        self._service.tell(event)


class ScriptedBackground:
    """Keeps `BackgroundApi`; its jobs are counted apart from the service's own."""

    def __init__(self, service: ScriptedService) -> None:
        self._service = service
        self.state = BackgroundState(Entry(Registration.OFF))
        self.refusal: DynSyncError | None = None
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.jobs: list[ScriptedJob] = []

    def read(self, *, anew: bool = True) -> ScriptedJob:
        return self._begin("read", anew)

    def choose(self, *, keep_syncing: bool, every_minutes: int) -> ScriptedJob:
        return self._begin("choose", keep_syncing, every_minutes)

    def apply(self) -> ScriptedJob:
        return self._begin("apply")

    def note_run(self, run: BackgroundRun) -> None:
        self.calls.append(("note_run", (run,)))

    def note_explained(self) -> ScriptedJob:
        self.state = replace(self.state, explained=True)
        return self._begin("note_explained")

    def remove(self, *, all_profiles: bool, everything: bool) -> ScriptedJob:
        return self._begin("remove", all_profiles, everything)

    def _begin(self, name: str, *arguments: object) -> ScriptedJob:
        self.calls.append((name, arguments))
        state, refusal = self.state, self.refusal if name in {"choose", "apply"} else None

        def answer(job: int) -> Event:
            return BackgroundRead(job, state) if refusal is None else JobFailed(job, refusal)

        job = ScriptedJob(self._service, 1_000 + len(self.jobs), [answer])
        self.jobs.append(job)
        job.thread.start()
        return job


class ScriptedUpdates:
    """Keeps `UpdatesApi`; its jobs are counted apart from the service's own."""

    def __init__(self, service: ScriptedService) -> None:
        self._service = service
        self.found: Step = lambda job: UpdateRead(job, UpdateState(UpdateKind.OFF, "0.1.0"))
        self.downloaded: Step = self.found
        self.calls: list[str] = []
        self.jobs: list[ScriptedJob] = []

    def look(self) -> ScriptedJob:
        return self._begin("look", self.found)

    def download(self, folder: Path | None = None) -> ScriptedJob:
        return self._begin("download", self.downloaded)

    def _begin(self, name: str, step: Step) -> ScriptedJob:
        self.calls.append(name)
        job = ScriptedJob(self._service, 2_000 + len(self.jobs), [step])
        self.jobs.append(job)
        job.thread.start()
        return job


class ScriptedService:
    """Keeps `SyncApi`.

    Attributes:
        scripts: What each kind of job tells.
        calls: What was asked, in order: name and arguments.
    """

    def __init__(self, **scripts: Script) -> None:
        self.scripts: dict[str, Script] = {**SCRIPTS, **scripts}
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.jobs: list[ScriptedJob] = []
        self.closed = threading.Event()
        self.closed_on = ""
        self._listeners: list[Listener] = []
        self._paused = False
        self.background = ScriptedBackground(self)
        self.updates = ScriptedUpdates(self)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    def asked(self, name: str) -> list[tuple[object, ...]]:
        """Arguments of every call of that name."""
        return [arguments for called, arguments in self.calls if called == name]

    def read_profile(self) -> ScriptedJob:
        return self._begin("read_profile")

    def prepare_rehearsal(self) -> ScriptedJob:
        return self._begin("prepare_rehearsal")

    def check(self, settings: Settings, secrets: Secrets | None, *, only: System | None = None) -> ScriptedJob:
        return self._begin("check", settings, secrets)

    def confirm_identity(
        self, name: str, settings: Settings | None = None, secrets: Secrets | None = None
    ) -> ScriptedJob:
        return self._begin("confirm_identity", name, settings, secrets)

    def environments(self, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._begin("environments", settings, secrets)

    def keep(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> ScriptedJob:
        return self._begin("keep", settings, secrets)

    def keep_half_done(self, left: HalfDone) -> ScriptedJob:
        return self._begin("keep_half_done", left)

    def renew(self, renewal: Renewal) -> ScriptedJob:
        return self._begin("renew", renewal)

    def describe(self, settings: Settings, secrets: Secrets | None) -> ScriptedJob:
        return self._begin("describe", settings, secrets)

    def find_tables(self, settings: Settings, secrets: Secrets | None) -> ScriptedJob:
        return self._begin("find_tables", settings, secrets)

    def sample(self, settings: Settings, secrets: Secrets | None) -> ScriptedJob:
        return self._begin("sample", settings, secrets)

    def read_filter(self, settings: Settings, secrets: Secrets | None) -> ScriptedJob:
        return self._begin("read_filter", settings, secrets)

    def create_filter(
        self, settings: Settings, secrets: Secrets | None, entity: Entity, *, default: bool
    ) -> ScriptedJob:
        return self._begin("create_filter", settings, secrets, entity, default)

    def check_fit(self, settings: Settings, secrets: Secrets | None, *, everything: bool = False) -> ScriptedJob:
        return self._begin("check_fit", settings, secrets, everything)

    def choice_history(self) -> ScriptedJob:
        return self._begin("choice_history")

    def save_choice(self, fields: FieldSettings) -> ScriptedJob:
        return self._begin("save_choice", fields)

    def estimate_choice(self, settings: Settings, secrets: Secrets | None = None) -> ScriptedJob:
        return self._begin("estimate_choice", settings, secrets)

    def restore_choice(self, number: int) -> ScriptedJob:
        return self._begin("restore_choice", number)

    def export_choice(self, path: Path, settings: Settings) -> ScriptedJob:
        return self._begin("export_choice", path, settings)

    def import_choice(self, path: Path) -> ScriptedJob:
        return self._begin("import_choice", path)

    def plan(self, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._begin("plan", settings, secrets)

    def start(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> ScriptedJob:
        return self._begin("start_session" if session_only else "start", settings, secrets)

    def go_on(self) -> ScriptedJob:
        return self._begin("go_on")

    def accept_guard(self, id_: str) -> ScriptedJob:
        return self._begin("accept_guard", id_)

    def follow(self) -> ScriptedJob:
        return self._begin("follow")

    def pause(self) -> None:
        self.calls.append(("pause", ()))
        self._paused = True

    def resume(self) -> None:
        self.calls.append(("resume", ()))
        self._paused = False

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def records(self) -> ScriptedService:
        """Questions and orders about single records are scripted beside the others."""
        return self

    def why(self, asked: str) -> ScriptedJob:
        return self._begin("why", asked)

    def withhold(self, ids: Sequence[str] = ()) -> ScriptedJob:
        return self._begin("withhold", tuple(ids))

    def retry(self, ids: Sequence[str] = ()) -> ScriptedJob:
        return self._begin("retry", tuple(ids))

    def sync_one(self, entity: Entity, id_: str) -> ScriptedJob:
        return self._begin("sync_one", entity, id_)

    def reconcile(self, sample: int = 0, path: Path | None = None) -> ScriptedJob:
        return self._begin("reconcile", sample, path)

    def status(self) -> Status:
        return EMPTY

    def read_problems(self) -> ScriptedJob:
        return self._begin("read_problems")

    def problems(self) -> tuple[Problem, ...]:
        return ()

    def export_problems(self, path: Path) -> ScriptedJob:
        return self._begin("export_problems", path)

    def send_test_mail(self, settings: Settings, secrets: Secrets) -> ScriptedJob:
        return self._begin("send_test_mail", settings, secrets)

    def close(self) -> None:
        self.closed_on = threading.current_thread().name
        jobs = [*self.jobs, *self.background.jobs, *self.updates.jobs]
        for job in jobs:
            job.cancel()
        for job in jobs:
            job.thread.join(60)
        self.closed.set()

    def _begin(self, name: str, *arguments: object) -> ScriptedJob:
        self.calls.append((name, arguments))
        job = ScriptedJob(self, len(self.jobs) + 1, self.scripts[name])
        self.jobs.append(job)
        job.thread.start()
        return job

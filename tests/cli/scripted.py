"""A service that answers from a script, and a way to call the command line with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.cli import main
from dynsync_gui.cli.options import Options
from dynsync_gui.cli.workshop import Workshop
from dynsync_gui.domain.certificate import Certificate, EntityCount
from dynsync_gui.domain.checks import (
    Check,
    CheckState,
    EnvironmentKind,
    IdentityCard,
    SystemIdentity,
)
from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.errors import DynSyncError, Finding, Retry
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
    JobFailed,
    PlanReady,
    ProblemsRead,
    ProfileRead,
    Reconciled,
    RehearsalReady,
    RunEnded,
)
from dynsync_gui.domain.explain import Answer, Cause, Explanation, FieldView, Step
from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.fit import FitCure, FitExample, FitReason, FitReport, Misfit
from dynsync_gui.domain.mapping import FieldOffer, NewField
from dynsync_gui.domain.plan import EntityPlan, Plan
from dynsync_gui.domain.report import Difference, Problem, Proof, RunKind, RunReport, RunState, Status
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Entry, Registration
from dynsync_gui.domain.schema import Entity, FieldType, SourceField, System, TargetType
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    DynamicsSettings,
    EnableSettings,
    FieldSettings,
    MarketoSettings,
    Settings,
)
from dynsync_gui.domain.text import msg
from dynsync_gui.service.api import Listener
from dynsync_gui.system.secrets import SessionSecrets

AT = datetime(2026, 11, 22, 14, 30, 5, 123456, tzinfo=UTC)
SETTINGS = Settings(
    DynamicsSettings("https://contoso.crm.dynamics.com", client_id="app"),
    MarketoSettings("https://123-abc-456.mktorest.com", "api"),
    enable=EnableSettings("admin@contoso.example", accept=True),
)
SECRETS = Secrets(dynamics_client_secret="CANARY-dynamics", marketo_client_secret="CANARY-marketo")
ENVIRONMENT = {
    "DYNSYNC_DYNAMICS_CLIENT_SECRET": SECRETS.dynamics_client_secret,
    "DYNSYNC_MARKETO_CLIENT_SECRET": SECRETS.marketo_client_secret,
}
ANSWERS = """
[dynamics]
url = "https://contoso.crm.dynamics.com"
client_id = "app"
[marketo]
endpoint = "https://123-abc-456.mktorest.com"
client_id = "api"
[enable]
email = "admin@contoso.example"
accept = true
"""
PASSED = (
    Check("dynamics.sign-in", System.DYNAMICS, CheckState.PASSED, msg("Sign-in"), seconds=0.5),
    Check("marketo.sign-in", System.MARKETO, CheckState.ATTENTION, msg("Sign-in"), msg("It is slow."), msg("Wait.")),
)
FAILED = (
    PASSED[0],
    Check(
        "marketo.sign-in",
        System.MARKETO,
        CheckState.FAILED,
        msg("Sign-in"),
        msg("Marketo did not accept the secret."),
        msg("Copy it again."),
        code="601",
        ids={"request": "e42b#1"},
    ),
)
CARD = IdentityCard(
    SystemIdentity(
        System.DYNAMICS, "1", "Contoso", "contoso.crm.dynamics.com", EnvironmentKind.SANDBOX, {"contact": 7}
    ),
    SystemIdentity(System.MARKETO, "2", "123-ABC-456", "123-abc-456.mktorest.com", EnvironmentKind.UNKNOWN),
)
IN_BACKGROUND = BackgroundState(Entry(Registration.ON, 10), wanted=True, next_run=AT)
NEW = NewField("statusReason", "Status Reason", TargetType.STRING)
PLAN = Plan(
    (EntityPlan(Entity.ACCOUNT, 3, 3), EntityPlan(Entity.CONTACT, 1500, 1400, 60, 30, 10, 5)),
    duplicates=36,
    new_fields=(NEW,),
    calls=14,
    minutes=2.04,
)
REPORT = RunReport(
    7, RunKind.FIRST, RunState.DONE, AT, AT, read=20, acknowledged=15, problems=2, unchanged=2, skipped=1, calls=4
)
PROBLEM = Problem(
    Entity.LEAD, "0f3c", "Ann\x1b[2J Lee", "email", "1003", msg("Too long."), msg("Shorten it."), AT, Retry.WHEN_CHANGED
)
OFFERS = {
    Entity.LEAD: (
        FieldOffer(
            SourceField("firstname", "First Name", FieldType.STRING), "firstName", "First Name", preselected=True
        ),
        FieldOffer(SourceField("statuscode", "Status Reason", FieldType.STATUS), NEW.name, NEW.label, NEW),
        FieldOffer(SourceField("entityimage", "Image", FieldType.IMAGE), reason=msg("No place for it.")),
        FieldOffer(SourceField("new_synctomkto", "Sync", FieldType.BOOLEAN), is_filter=True, preselected=True),
    )
}
VIEW = FieldView(
    "jobtitle", "title", "Job Title", "Head", "Head", "B\x1b[2Joss", equal=False, winner=System.DYNAMICS,
    rule=msg("Dynamics fills it."), cause=Cause.OVERWRITTEN, finding=msg("Somebody changed it."),
)  # fmt: skip
STEP = Step("dynamics", CheckState.PASSED, msg("In Dynamics"), msg("Dynamics has it."))
ANSWER = Answer(
    "ann@contoso.example",
    (
        Explanation(
            Entity.LEAD, "0f3c", "Ann\x1b[2J Lee", "77", (STEP,), (VIEW,), Cause.OVERWRITTEN,
            msg("Somebody changed it."), msg("Sync it now."), AT,
        ),
    ),
)  # fmt: skip
CERTIFICATE = Certificate(
    AT,
    "Contoso",
    "123-ABC-456",
    0,
    (EntityCount(Entity.CONTACT, 5, 3, 1, 1, 1),),
    (Difference(Entity.CONTACT, "0f3c", msg("is not in Marketo")),),
)
CHOSEN = FieldSettings({Entity.LEAD: (FieldChoice("firstname", direction=Direction.BOTH),)})
FIT = FitReport(
    {Entity.LEAD: 1500},
    complete=False,
    misfits=(
        Misfit(
            Entity.LEAD,
            "jobtitle",
            "title",
            FitReason.TOO_LONG,
            1200,
            (FitExample("0f3c", "Ann\x1b[2J Lee", "Head of " + "everything " * 6),),
            tuple(FitCure),
        ),
    ),
)
STATES = {
    Entity.LEAD: FilterState(Entity.LEAD, FilterColumn.PRESENT, "new_synctomkto", 388, 1200, 16, default=False),
    Entity.CONTACT: FilterState(Entity.CONTACT, FilterColumn.MISSING, may_create=True),
    Entity.ACCOUNT: FilterState(
        Entity.ACCOUNT,
        FilterColumn.OTHER_PREFIX,
        "cr123_synctomkto",
        reason=msg("You may not."),
        warnings=(msg("It keeps nobody out."),),
    ),
}
VERSIONS = (
    ChoiceVersion(1, AT, "ada", FieldSettings()),
    ChoiceVersion(2, AT, "bo\x1b[2J", CHOSEN, (msg("lead: firstname changed."),)),
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


@dataclass
class Answer:
    """What a call gave back."""

    status: int
    out: str
    err: str
    opened: list[Options]

    @property
    def document(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass
class Caller:
    """Calls the command line as a function."""

    service: ScriptedService
    store: Any
    profile: Path
    capsys: pytest.CaptureFixture[str]
    ask: Callable[[str], str] | None = None
    confirm: Callable[[str], str] | None = None

    def __call__(self, *arguments: str) -> Answer:
        opened: list[Options] = []

        def open_service(options: Options) -> ScriptedService:
            opened.append(options)
            return self.service

        workshop = Workshop(open_service, lambda _: self.store, self.ask, self.confirm)
        status = main(["--profile", str(self.profile), *arguments], workshop)
        out, err = self.capsys.readouterr()
        assert self.service.listeners == []
        assert self.service.closed == len(opened)
        self.service.closed = 0
        return Answer(status, out, err, opened)


def failed(kind: type[DynSyncError], code: str = "the-code") -> JobFailed:
    """How a job ends that could not be done."""
    return JobFailed(1, kind(code, Finding(msg("It did not work."), msg("Do this.")), "the vendor's words"))


def caller(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    """A caller whose store holds the secrets of the settings."""
    store = SessionSecrets()
    store.write(SECRETS)
    return Caller(ScriptedService(), store, tmp_path / "profile", capsys)

"""What the service tells while it works: immutable, plain data, told on the worker's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dynsync_gui.domain.canary import CanaryCount
from dynsync_gui.domain.certificate import Certificate
from dynsync_gui.domain.checks import Check, IdentityCard
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.errors import DynSyncError, Finding
from dynsync_gui.domain.explain import Answer
from dynsync_gui.domain.filter_state import FilterState
from dynsync_gui.domain.fit import FitReport
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.plan import BackFill, Plan
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.releases import UpdateState
from dynsync_gui.domain.report import Problem, Proof, RunReport, RunState, Status
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schedule import BackgroundState
from dynsync_gui.domain.schema import Entity, EntitySchema, System, Target, TargetSchema
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import FieldSettings, Settings, SignIn
from dynsync_gui.domain.setup import HalfDone


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a job.

    Attributes:
        job: Number of the job, as its `Job` handle has it.
    """

    job: int


@dataclass(frozen=True, slots=True)
class CheckChanged(Event):
    """A named check began (``pending``) or ended."""

    check: Check


@dataclass(frozen=True, slots=True)
class ChecksEnded(Event):
    """All checks are done; the card is there when both systems passed."""

    checks: tuple[Check, ...]
    card: IdentityCard | None


@dataclass(frozen=True, slots=True)
class Described(Event):
    """The live schemas.

    Attributes:
        offers: As rows of the field page.
        tables: Dynamics' tables.
        targets: Marketo's objects.
        languages: Languages (LCID) that option labels can be written in.
    """

    offers: Mapping[Entity, tuple[FieldOffer, ...]] = field(hash=False)
    tables: Mapping[Entity, EntitySchema] = field(default_factory=dict, hash=False)
    targets: Mapping[Target, TargetSchema] = field(default_factory=dict, hash=False)
    languages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TablesFound(Event):
    """The organisation's own tables that belong to people or accounts, by label."""

    tables: tuple[RelatedTable, ...]


@dataclass(frozen=True, slots=True)
class ChoicesRead(Event):
    """The versions of the choice of fields, the newest last; that one is in use."""

    versions: tuple[ChoiceVersion, ...]


@dataclass(frozen=True, slots=True)
class ChoiceImported(Event):
    """A choice that a file holds and that fits today's schemas; nothing is kept yet."""

    fields: FieldSettings


@dataclass(frozen=True, slots=True)
class ChoiceEstimated(Event):
    """What a change of the choice will send; empty where it sends nothing."""

    back_fills: tuple[BackFill, ...]


@dataclass(frozen=True, slots=True)
class EntityProgress:
    """How far one entity is in the present phase; `total` is None while unknown."""

    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """A snapshot of the work, at most ten a second.

    Attributes:
        phase: Reading, matching or writing.
        entities: Per entity.
        rate: Records a second over the last half minute.
        seconds_left: None while it cannot be told.
        calls: Marketo calls of this run.
        calls_today: Marketo calls of DynSync today.
        daily_calls: The configured allowance.
        problems: Problems so far.
        away: People on their way to Marketo in files.
    """

    phase: RunState
    entities: Mapping[Entity, EntityProgress] = field(hash=False)
    rate: float = 0.0
    seconds_left: float | None = None
    calls: int = 0
    calls_today: int = 0
    daily_calls: int = 50_000
    problems: int = 0
    away: int = 0


@dataclass(frozen=True, slots=True)
class PlanReady(Event):
    """The plan is made; nothing has been written."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """A vendor has to be waited for.

    Attributes:
        system: Which one.
        seconds: How long at most; 0 where it is waited for no more.
        cause: Why.
    """

    system: System
    seconds: float
    cause: WaitCause = WaitCause.SLOWED


@dataclass(frozen=True, slots=True)
class SignInPrompt(Event):
    """A sign-in waits for a person; the attributes are those of `domain.prompts.Prompt`."""

    kind: SignIn
    address: str
    code: str
    seconds: float
    kept: bool = True


@dataclass(frozen=True, slots=True)
class SignInEnded(Event):
    """The sign-in waits for nobody any more, however it went; the work goes on."""


@dataclass(frozen=True, slots=True)
class EnvironmentsFound(Event):
    """The environments that the person who signed in may use, by name."""

    environments: tuple[Environment, ...]


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    """A run is over.

    Attributes:
        report: Its numbers.
        proof: Both sides compared, after a rehearsal.
        mailed_to: Who was sent the end-of-sync message; empty where no mail was sent.
        mail_failure: Why it could not be sent.
    """

    report: RunReport
    proof: Proof | None = None
    mailed_to: str = ""
    mail_failure: DynSyncError | None = None


@dataclass(frozen=True, slots=True)
class CycleEnded(Event):
    """One cycle of a job that goes on is over; the next begins by itself.

    Attributes:
        ended: Its run; None where passing trouble ended it.
        failure: That trouble.
        next_run: UTC.
        until: When Marketo takes calls again, where the day's are used up and the runs before that only read; UTC.
    """

    ended: RunEnded | None
    failure: DynSyncError | None
    next_run: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailSent(Event):
    """A message was handed to the mail server (or, without one, shown on this computer)."""

    to: str
    by_mail: bool


@dataclass(frozen=True, slots=True)
class JobFailed(Event):
    """A job could not be done; what it had finished is kept."""

    error: DynSyncError


@dataclass(frozen=True, slots=True)
class JobCancelled(Event):
    """A job was stopped by the user."""


@dataclass(frozen=True, slots=True)
class RehearsalReady(Event):
    """The built-in rehearsal systems answer; these settings and secrets reach them."""

    settings: Settings
    secrets: Secrets


@dataclass(frozen=True, slots=True)
class ProfileRead(Event):
    """What an earlier set-up left: settings (None for none), where its syncs stand, and a later set-up half-way."""

    settings: Settings | None
    status: Status
    half_done: HalfDone | None = None


@dataclass(frozen=True, slots=True)
class BackgroundRead(Event):
    """What happens while the window is closed."""

    state: BackgroundState


@dataclass(frozen=True, slots=True)
class UpdateRead(Event):
    """Whether there is a newer DynSync."""

    state: UpdateState


@dataclass(frozen=True, slots=True)
class Downloaded(Event):
    """A newer DynSync was downloaded and proved; a person may install it."""

    state: UpdateState
    path: Path


@dataclass(frozen=True, slots=True)
class Removed(Event):
    """DynSync is out of the scheduler, and with `everything` off the disk.

    Attributes:
        entries: How many entries the scheduler had.
        everything: Whether settings, database and secrets went, too.
        left: Names of files in the profile's folder that DynSync did not make.
        keychain: Why the secrets could not be taken out of the keychain; None where they were.
    """

    entries: int
    everything: bool = False
    left: tuple[str, ...] = ()
    keychain: Finding | None = None


@dataclass(frozen=True, slots=True)
class ProblemsRead(Event):
    """Problems and the state they belong to."""

    problems: tuple[Problem, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Sampled(Event):
    """What the columns of each table hold, by column name."""

    samples: Mapping[Entity, Mapping[str, ColumnSample]] = field(hash=False)


@dataclass(frozen=True, slots=True)
class FilterRead(Event):
    """Where the filter column stands in each table."""

    states: Mapping[Entity, FilterState] = field(hash=False)


@dataclass(frozen=True, slots=True)
class FitProgress(Event):
    """How many records of a table the fit check has read; `total` is None while unknown."""

    entity: Entity
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class FitChecked(Event):
    """The fit check is done."""

    report: FitReport


@dataclass(frozen=True, slots=True)
class Explained(Event):
    """Why a record is not, or not so, in Marketo."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Reconciled(Event):
    """Both sides were compared.

    Attributes:
        certificate: What came of it.
        path: The readable file; a JSON file of the same name stands beside it.
    """

    certificate: Certificate
    path: Path


@dataclass(frozen=True, slots=True)
class CanaryStep(Event):
    """A step of a careful start is done.

    Attributes:
        rung: Records of each table that it took at most.
        counts: Per table.
    """

    rung: int
    counts: tuple[CanaryCount, ...]

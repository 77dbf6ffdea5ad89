"""What the scripted service answers, and what a person sets up with."""

from __future__ import annotations

from datetime import UTC, datetime

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
from dynsync_gui.domain.events import JobFailed
from dynsync_gui.domain.explain import Answer, Cause, Explanation, FieldView, Step
from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.fit import FitCure, FitExample, FitReason, FitReport, Misfit
from dynsync_gui.domain.mapping import FieldOffer, NewField
from dynsync_gui.domain.plan import EntityPlan, NewObject, Plan
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.report import Difference, Problem, RunKind, RunReport, RunState
from dynsync_gui.domain.schedule import BackgroundState, Entry, Registration
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
    new_objects=(NewObject("new_sub", "Subscription", 6), NewObject("new_visit", "Visit", 1, more=True)),
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
    (EntityCount(Entity.CONTACT, 6, 3, 1, 1, 1, kept=1),),
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
TABLES = (
    RelatedTable(Entity("new_delivery"), "Deli\x1b[2Jvery", (Entity("new_ticket"),)),
    RelatedTable(Entity("new_ticket"), "Ticket", (Entity.CONTACT, Entity.ACCOUNT)),
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


def failed(kind: type[DynSyncError], code: str = "the-code") -> JobFailed:
    """How a job ends that could not be done."""
    return JobFailed(1, kind(code, Finding(msg("It did not work."), msg("Do this.")), "the vendor's words"))

"""What the scripted service tells: two systems, their fields, a plan, a run and its problems."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dynsync_gui.domain.checks import Check, CheckState, EnvironmentKind, IdentityCard, Owner, SystemIdentity
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, Finding, Retry, SecretsUnavailable
from dynsync_gui.domain.events import (
    CheckChanged,
    ChecksEnded,
    CycleEnded,
    EntityProgress,
    EnvironmentsFound,
    JobFailed,
    MailSent,
    PlanReady,
    ProblemsRead,
    ProfileRead,
    Progress,
    RehearsalReady,
    RunEnded,
    SignInEnded,
    SignInPrompt,
    Waiting,
)
from dynsync_gui.domain.guards import Confirmed, accepted, identity_check, identity_guard
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.plan import EntityPlan, NewObject, Plan
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.report import Problem, Proof, RunKind, RunReport, RunState, Status
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Entry, Registration
from dynsync_gui.domain.schema import Entity, System, TargetType
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    DynamicsSettings,
    EnableSettings,
    MarketoSettings,
    NetworkSettings,
    Settings,
    SignIn,
)
from dynsync_gui.domain.text import NOTHING, msg
from tests.ui.field_world import REPORT as FIT
from tests.ui.field_world import SCRIPTS as FIELD_SCRIPTS
from tests.ui.why_world import SCRIPTS as WHY_SCRIPTS

NOW = datetime.now(UTC)
_D, _M = System.DYNAMICS, System.MARKETO
OWN = Settings(
    dynamics=DynamicsSettings("https://contoso.crm4.dynamics.com", client_id="0f9b4c2a-6d1e-4a57-9c33-5f0e8a1b7d42"),
    marketo=MarketoSettings("https://123-abc-456.mktorest.com", "b7a1f0d2-33c1-4a0e-8f27-91cf7d6f3e10"),
)
OWN_SECRETS = Secrets(dynamics_client_secret="u8Q~typed-for-dynamics", marketo_client_secret="typed-for-marketo")
REHEARSAL = replace(
    OWN,
    dynamics=replace(OWN.dynamics, url="https://127.0.0.1:8443"),
    marketo=replace(OWN.marketo, endpoint="https://127.0.0.1:8444"),
    network=NetworkSettings(trusted_hosts=("127.0.0.1:8443", "127.0.0.1:8444")),
    rehearsal=True,
)

CHECKS = tuple(
    Check(f"{system.value}.{id_}", system, CheckState.PASSED, title, finding, seconds=seconds)
    for system, id_, title, finding, seconds in (
        (_D, "address", msg("Address answers"), msg("A Dynamics 365 environment answers there."), 0.2),
        (_D, "sign-in", msg("Sign-in"), msg("Signed in as DynSync (application user)."), 0.6),
        (_D, "rights", msg("Rights to read"), msg("Accounts, contacts and leads can be read."), 0.3),
        (_M, "address", msg("Address answers"), msg("A Marketo instance answers there."), 0.1),
        (_M, "sign-in", msg("Sign-in"), msg("The API service accepts the client secret."), 0.4),
        (_M, "rights", msg("Rights to write"), msg("People, companies and their schema can be written."), 0.3),
    )
)
FAILED = tuple(
    replace(
        check,
        state=CheckState.FAILED,
        finding=msg("You pasted the secret's ID. DynSync needs its value."),
        cure=msg("Make a new secret in the app registration and copy its value, which is shown only once."),
        owner=Owner.ENTRA_ADMIN,
        code="AADSTS7000215",
        ids={"Correlation ID": "4f1f2f0e-8d2a-4a5e-9a70-0f3a3b1a5c11"},
        detail="Invalid client secret provided.",
    )
    if check.id == "dynamics.sign-in"
    else replace(check, state=CheckState.SKIPPED, finding=NOTHING)
    if check.id == "dynamics.rights"
    else check
    for check in CHECKS
)
CARD = IdentityCard(
    SystemIdentity(
        _D,
        "5b0c1e0e-0000-4000-8000-1c9d5a7b3f10",
        "Contoso Ltd",
        "contoso.crm4.dynamics.com",
        EnvironmentKind.PRODUCTION,
        {"account": 5_000, "contact": 48_210, "lead": 12_904},
        frozenset({"account"}),
        ("Yvonne McKay", "Fourth Coffee", "Zoë Ångström"),
    ),
    SystemIdentity(
        _M,
        "123-ABC-456",
        "123-ABC-456",
        "123-abc-456.mktorest.com",
        EnvironmentKind.UNKNOWN,
        {"person": None},
        familiar=("Susanna Stubberød", "Maria Campbell", "李小龙"),
    ),
)
NAMED = IdentityCard(replace(CARD.dynamics, address="crm.contoso.example:8443", named_host=True), replace(CARD.marketo))
REHEARSAL_CARD = IdentityCard(
    *(
        replace(side, kind=EnvironmentKind.REHEARSAL, address=address, named_host=True)
        for side, address in ((CARD.dynamics, "127.0.0.1:8443"), (CARD.marketo, "127.0.0.1:8444"))
    )
)

NEW_FIELDS = (
    NewField("dynamicsId", "Dynamics Id", TargetType.STRING),
    NewField("ms_donotphone", "Do not allow Phone Calls", TargetType.BOOLEAN),
    NewField("ms_address1_county", "Address 1 County", TargetType.STRING),
    NewField("microsoftCompany", "Microsoft Company Name", TargetType.STRING),
)
WARNED = (
    *CHECKS,
    Check(
        "marketo.native-sync",
        _M,
        CheckState.ATTENTION,
        msg("Marketo's own CRM sync"),
        msg("Marketo is already connected to a CRM by its own sync."),
        msg("Ask Marketo Support to remove that connection."),
        Owner.MARKETO_ADMIN,
        "1018",
    ),
)
_BEFORE = Confirmed("old", "Contoso Test", OWN.dynamics.url, EnvironmentKind.PRODUCTION, "123-ABC-456")
_NOW = replace(_BEFORE, organisation=CARD.dynamics.id, name="Contoso Ltd")
CHANGED = (*CHECKS, *filter(None, [identity_check(_BEFORE, _NOW)]))
PLAN = Plan(
    (
        EntityPlan(Entity.ACCOUNT, 212, 210, 2),
        EntityPlan(Entity.CONTACT, 1_204, 1_050, 120, 6, 28, 3),
        EntityPlan(Entity.LEAD, 640, 552, 18, 4, 20, 2, 46),
    ),
    duplicates=36,
    new_fields=NEW_FIELDS,
    new_objects=(NewObject("new_subscription", "Subscription", 6),),
    calls=14,
    minutes=2.2,
    calls_today=812,
    fit=FIT,
)


def progress(done: float, phase: RunState = RunState.WRITING) -> object:
    """A snapshot: how much of it all is done."""

    def tell(job: int) -> Progress:
        totals = {Entity.ACCOUNT: 212, Entity.CONTACT: 1_204, Entity.LEAD: 640}
        left = sum(totals.values()) * done
        entities = {}
        for entity, total in totals.items():
            part = int(min(total, max(0, left)))
            left -= part
            entities[entity] = EntityProgress(part, total)
        return Progress(
            job, phase, entities, 31.4, 65 * (1 - done) + 1, int(14 * done), 812 + int(14 * done), 50_000, 5
        )

    return tell


REPORT = RunReport(
    1,
    RunKind.FIRST,
    RunState.DONE,
    NOW - timedelta(minutes=4),
    NOW - timedelta(minutes=2),
    2_056,
    1_947,
    0,
    5,
    10,
    94,
    23,
)
PROOF = Proof(1_952, 1_952, 1_952, 94, 5)


def _problem(number: int, entity: Entity, name: str, field: str, code: str, title: str, cure: str) -> Problem:
    id_ = f"{number:08x}-6d1e-4a57-9c33-5f0e8a1b7d42"
    texts = {"1003": (msg("This e-mail address is not one that Marketo takes."), msg("Correct it in Dynamics."))}
    shown = texts.get(code, (msg(title), msg(cure)))
    return Problem(entity, id_, name, field, code, *shown, NOW, Retry.WHEN_CHANGED, "Invalid value")


PROBLEMS = (
    *(
        _problem(place, Entity.CONTACT, name, "emailaddress1", "1003", "", "")
        for place, name in enumerate(("Zoë Ångström", "=cmd|' /C calc'!A0", "Nguyễn Thị Minh"))
    ),
    *(
        _problem(
            place,
            Entity.LEAD,
            name,
            "companyname",
            "1077",
            "The value is longer than the Marketo field.",
            "Shorten it in Dynamics, or let a Marketo admin make the field longer.",
        )
        for place, name in enumerate(("Fourth Coffee", "<b>Litware</b> & Söhne"), 10)
    ),
)
EMPTY = Status("new")
IN_BACKGROUND = BackgroundState(
    Entry(Registration.ON, 5),
    wanted=True,
    next_run=NOW + timedelta(minutes=3),
    last=BackgroundRun(NOW - timedelta(minutes=2), 0),
)
STATUS = Status("attention", (REPORT,))
ENVIRONMENTS = (
    Environment("Contoso Ltd", "https://contoso.crm4.dynamics.com", EnvironmentKind.PRODUCTION),
    Environment("Contoso Test", "https://contosotest.crm4.dynamics.com", EnvironmentKind.SANDBOX),
    Environment("Fabrikam (old)", "https://fabrikam.crm4.dynamics.com", EnvironmentKind.SANDBOX, enabled=False),
)
SETTINGS = replace(OWN, enable=EnableSettings("admin@contoso.com", accept=True))


def keychain(job: int) -> JobFailed:
    """The keychain is locked."""
    finding = Finding(
        msg("The keychain of this computer is locked."),
        msg("Unlock it and try again, or let DynSync keep the secrets until it is closed."),
    )
    return JobFailed(job, SecretsUnavailable("keychain-locked", finding))


def refused(job: int) -> JobFailed:
    """Something that is not about the keychain."""
    finding = Finding(msg("Marketo does not answer."), msg("Look at the network and try again."))
    return JobFailed(job, ConnectionFailed("marketo.unreachable", finding))


NO_MAIL = DynSyncError(
    "mail-sign-in", Finding(msg("The mail server did not accept the password."), msg("Enter it again."))
)


def test_mail_failed(job: int) -> JobFailed:
    """The mail server refused the test message."""
    return JobFailed(job, NO_MAIL)


def mail_failed(job: int) -> RunEnded:
    """The sync is done, and the mail server refused."""
    return RunEnded(job, REPORT, PROOF, mail_failure=NO_MAIL)


def checks(rows: tuple[Check, ...], card: IdentityCard | None) -> list[object]:
    """The script of a test."""
    script: list[object] = []
    for row in rows:
        script.append(lambda job, row=row: CheckChanged(job, replace(row, state=CheckState.PENDING, finding=NOTHING)))
        script.append(lambda job, row=row: CheckChanged(job, row))
    return [*script, lambda job: ChecksEnded(job, rows, card)]


def trouble(job: int) -> CycleEnded:
    """A cycle that passing trouble ended."""
    return CycleEnded(job, None, refused(job).error, NOW + timedelta(minutes=5))


def quiet(job: int) -> CycleEnded:
    """A cycle that found nothing changed."""
    report = RunReport(2, RunKind.CYCLE, RunState.DONE, NOW, NOW)
    return CycleEnded(job, RunEnded(job, report), None, NOW + timedelta(minutes=5))


RUN = [progress(part / 10) for part in range(1, 11)] + [
    lambda job: RunEnded(job, REPORT, PROOF, mailed_to="admin@contoso.com"),
]
SCRIPTS: dict[str, list[object]] = {
    "read_profile": [lambda job: ProfileRead(job, None, EMPTY)],
    "prepare_rehearsal": [lambda job: RehearsalReady(job, REHEARSAL, OWN_SECRETS)],
    "check": checks(CHECKS, CARD),
    "confirm_identity": [lambda job: ProfileRead(job, SETTINGS, STATUS)],
    "environments": [lambda job: EnvironmentsFound(job, ENVIRONMENTS)],
    "renew": [lambda job: ProfileRead(job, SETTINGS, STATUS)],
    "keep_half_done": [lambda job: ProfileRead(job, None, EMPTY)],
    **FIELD_SCRIPTS,
    **WHY_SCRIPTS,
    "plan": [progress(0.3, RunState.READING), lambda job: PlanReady(job, PLAN)],
    "start": RUN,
    "start_session": RUN,
    "go_on": RUN,
    "follow": [quiet],
    "read_problems": [lambda job: ProblemsRead(job, PROBLEMS, STATUS)],
    "export_problems": [lambda job: ProblemsRead(job, PROBLEMS, STATUS)],
    "withhold": [lambda job: ProblemsRead(job, PROBLEMS, STATUS)],
    "retry": [lambda job: ProblemsRead(job, PROBLEMS, STATUS)],
    "send_test_mail": [lambda job: MailSent(job, "admin@contoso.com", by_mail=True)],
}


def browser(job: int) -> SignInPrompt:
    """A browser opens."""
    address = "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=51f81489"
    return SignInPrompt(job, SignIn.BROWSER, address, "", 300)


def signed_in(job: int) -> SignInEnded:
    """Nobody is waited for any more."""
    return SignInEnded(job)


def device(job: int) -> SignInPrompt:
    """A code for another device; this computer cannot keep the sign-in."""
    return SignInPrompt(job, SignIn.DEVICE, "https://microsoft.com/devicelogin", "GPQ7-K2MX", 899, kept=False)


def changed(job: int) -> JobFailed:
    """Another organisation answers than the one that was confirmed."""
    stop = identity_guard(_BEFORE, _NOW)
    assert stop is not None
    return JobFailed(job, stop)


def misnamed(job: int) -> JobFailed:
    """Another name was typed than the organisation's."""
    stop = accepted("Contoso", _NOW)
    assert stop is not None
    return JobFailed(job, stop)


def waiting(job: int) -> Waiting:
    """Dynamics asks to slow down."""
    return Waiting(job, System.DYNAMICS, 12)

from dataclasses import replace

from dynsync_gui.domain.checks import Check, CheckState, EnvironmentKind, IdentityCard, SystemIdentity
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.plan import Plan
from dynsync_gui.domain.schema import Entity, FieldType, SourceField, System
from dynsync_gui.domain.secrets import ENVIRONMENT, Secrets
from dynsync_gui.domain.settings import DynamicsSettings, MarketoSettings, Settings, SignIn
from dynsync_gui.domain.setup import SetupFlow, Step, in_vain
from dynsync_gui.domain.text import msg

SETTINGS = Settings(
    dynamics=DynamicsSettings("contoso.crm.dynamics.com/main.aspx", client_id="app"),
    marketo=MarketoSettings("123-abc-456", "service"),
)
SECRETS = Secrets(dynamics_client_secret="CANARY-1", marketo_client_secret="CANARY-2")
CARD = IdentityCard(*(SystemIdentity(system, "1", "Contoso", "host", EnvironmentKind.PRODUCTION) for system in System))
PASSED = (Check("a", System.DYNAMICS, CheckState.PASSED, msg("A")),)
OFFERS = {
    Entity.LEAD: (
        FieldOffer(SourceField("firstname", "First", FieldType.STRING), "firstName", preselected=True),
        FieldOffer(SourceField("lastname", "Last", FieldType.STRING), "lastName"),
        FieldOffer(SourceField("photo", "Photo", FieldType.IMAGE), reason=msg("No.")),
    )
}


def proven() -> SetupFlow:
    flow = SetupFlow()
    flow.enter(SETTINGS, SECRETS)
    flow.accept_checks(flow.fingerprint(), PASSED, CARD)
    return flow


def fields(flow: SetupFlow, step: Step) -> list[str]:
    return [missing.field for missing in flow.missing(step)]


def test_an_empty_page_names_every_field_in_order():
    assert fields(SetupFlow(), Step.CREDENTIALS) == [
        "dynamics.url",
        "dynamics.client_id",
        "dynamics.client_secret",
        "marketo.endpoint",
        "marketo.client_id",
        "marketo.client_secret",
    ]


def test_pasted_addresses_are_normalised():
    flow = SetupFlow()
    flow.enter(SETTINGS, SECRETS)
    assert flow.draft.settings.dynamics.url == "https://contoso.crm.dynamics.com"
    assert flow.draft.settings.marketo.endpoint == "https://123-abc-456.mktorest.com"


def test_next_needs_a_passed_test_of_exactly_these_inputs_and_a_confirmed_card():
    flow = proven()
    assert fields(flow, Step.CREDENTIALS) == ["card"]
    flow.confirm_card(confirmed=True)
    assert not flow.missing(Step.CREDENTIALS)
    flow.enter(flow.draft.settings, replace(SECRETS, marketo_client_secret="other"))
    assert fields(flow, Step.CREDENTIALS) == ["test"]
    assert not flow.draft.card_confirmed


def test_a_test_of_earlier_inputs_proves_nothing():
    flow = SetupFlow()
    flow.enter(SETTINGS, SECRETS)
    before = flow.fingerprint()
    flow.enter(replace(SETTINGS, marketo=MarketoSettings("124-abc-456", "service")), SECRETS)
    assert not flow.accept_checks(before, PASSED, CARD)
    assert fields(flow, Step.CREDENTIALS) == ["test"]


def test_a_failed_check_is_no_proof():
    flow = SetupFlow()
    flow.enter(SETTINGS, SECRETS)
    failed = (replace(PASSED[0], state=CheckState.FAILED),)
    assert not flow.accept_checks(flow.fingerprint(), failed, None)
    assert fields(flow, Step.CREDENTIALS) == ["test"]


def test_choices_start_from_the_defaults_and_void_the_plan():
    flow = proven()
    flow.accept_offers(OFFERS)
    flow.draft.plan = Plan(())
    assert flow.chosen(Entity.LEAD) == {"firstname"}
    flow.choose(Entity.LEAD, frozenset({"firstname"}))
    assert flow.draft.plan is not None
    flow.choose(Entity.LEAD, frozenset({"lastname", "photo"}))
    assert flow.draft.plan is None
    assert flow.chosen(Entity.LEAD) == {"lastname"}
    flow.choose(Entity.LEAD, frozenset())
    assert fields(flow, Step.FIELDS) == ["fields"]


def test_start_needs_plan_tick_and_address():
    flow = proven()
    assert fields(flow, Step.ENABLE) == ["plan", "accept", "email"]
    flow.draft.plan = Plan(())
    flow.enable(" admin@contoso.com ", accept=True)
    assert not flow.missing(Step.ENABLE)


def test_secrets_are_not_in_the_fingerprint_or_in_any_repr():
    flow = proven()
    for shown in (flow.fingerprint(), repr(flow.draft), repr(SECRETS)):
        assert "CANARY" not in shown


def test_nothing_is_given_in_vain_without_a_word():
    assert in_vain(SETTINGS, SECRETS) == ()
    certificate = replace(SETTINGS, dynamics=replace(SETTINGS.dynamics, certificate="/keys/app.pem"))
    assert in_vain(certificate, Secrets(marketo_client_secret="x")) == ()
    (told,) = in_vain(certificate, SECRETS)
    assert "DYNSYNC_DYNAMICS_CLIENT_SECRET is taken for the password of the certificate's file" in str(told)
    person = replace(certificate, dynamics=replace(certificate.dynamics, sign_in=SignIn.BROWSER))
    everything = Secrets(*["CANARY"] * 5)
    told = "\n".join(map(str, in_vain(person, everything)))
    assert "“dynamics.certificate” has no use" in told
    assert [name for name in ENVIRONMENT.values() if name not in told] == ["DYNSYNC_MARKETO_CLIENT_SECRET"]
    assert "CANARY" not in told

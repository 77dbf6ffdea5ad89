"""What was confirmed stays confirmed: other systems stop a run until a person agrees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import DynSyncError, GuardStop
from dynsync_gui.domain.events import ChecksEnded, Event, JobFailed, ProfileRead, RunEnded
from dynsync_gui.domain.settings import MarketoSettings, NativeSync
from dynsync_gui.system.settings_file import read_confirmed, read_settings, write_settings


@pytest.fixture
def started(desk):
    """A desk whose first sync is done."""
    assert isinstance(desk.start(), RunEnded)
    return desk


def stopped(event: Event) -> DynSyncError:
    assert isinstance(event, JobFailed)
    assert isinstance(event.error, GuardStop), event.error
    return event.error


def go_on(desk) -> Event:
    event = desk.service.go_on().wait(60)
    assert event is not None
    return event


def confirmed(desk):
    return read_confirmed(desk.folder / "settings.toml")


def test_the_first_run_of_an_accepted_set_up_confirms(started) -> None:
    known = confirmed(started)
    assert known.organisation == started.rehearsal.world.organisation
    assert (known.name, known.url, known.kind) == ("Rehearsal", started.settings.dynamics.url, "sandbox")
    assert known.munchkin == started.settings.marketo.endpoint.removeprefix("https://")
    assert isinstance(go_on(started), RunEnded)


def restored_copy(desk) -> None:
    desk.rehearsal.world.organisation = "00000000-1111-4222-8333-444444444444"


def production(desk) -> None:
    desk.rehearsal.dataverse.organisation.kind = "Customer"


def another_marketo(desk) -> None:
    path = desk.folder / "settings.toml"
    settings = read_settings(path)
    other = settings.marketo.endpoint.replace("127.0.0.1", "localhost")
    hosts = (*settings.network.trusted_hosts, other.removeprefix("https://"))
    changed = replace(
        settings,
        marketo=MarketoSettings(other, settings.marketo.client_id),
        network=replace(settings.network, trusted_hosts=hosts),
    )
    write_settings(path, changed, read_confirmed(path))


@pytest.mark.parametrize(
    ("change", "words", "aside"),
    [
        (restored_copy, "perhaps a restored copy", True),
        (production, "was a sandbox environment", False),
        (another_marketo, "another Marketo than the one", True),
    ],
)
def test_another_system_stops_until_its_name_is_typed(started, change, words: str, *, aside: bool) -> None:
    change(started)
    before = started.rehearsal.audit()["marketo"]
    error = stopped(go_on(started))
    assert (error.code, int(error.exit_status)) == ("identity", 4)
    assert words in str(error.finding.title)
    assert "Rehearsal" in str(error.finding.cure)
    assert stopped(go_on(started)).code == "identity", "it stays stopped"
    assert started.rehearsal.audit()["marketo"] == before
    wrong = started.service.confirm_identity("Contoso").wait(60)
    assert stopped(wrong).code == "identity-name"
    assert stopped(go_on(started)).code == "identity"
    assert isinstance(started.service.confirm_identity("  rehearsal ").wait(60), ProfileRead)
    assert bool(list(started.folder.glob("dynsync-*.db"))) is aside, "what is remembered of others is never mixed in"
    assert isinstance(go_on(started), RunEnded)


def test_setting_up_the_same_address_again_does_not_confirm_a_copy(started) -> None:
    restored_copy(started)
    assert stopped(started.start()).code == "identity"


def test_setting_up_another_address_confirms_it(started) -> None:
    moved = started.settings.dynamics.url.replace("127.0.0.1", "localhost")
    hosts = (*started.settings.network.trusted_hosts, moved.removeprefix("https://"))
    restored_copy(started)
    started.rehearsal.dataverse.serve_at(moved, started.rehearsal.entra_url)
    started.rehearsal.directory.audience = moved
    changed = replace(
        started.settings,
        dynamics=replace(started.settings.dynamics, url=moved),
        network=replace(started.settings.network, trusted_hosts=hosts),
    )
    event = started.service.start(changed, started.secrets).wait(120)
    assert isinstance(event, RunEnded), event
    assert confirmed(started).url == moved


def test_a_new_name_or_an_untold_kind_stops_nothing(started) -> None:
    started.rehearsal.dataverse.organisation.name = "Renamed"
    started.rehearsal.faults.add("code", system="dataverse", path="RetrieveCurrent", code="0x80040220", count=0)
    assert isinstance(go_on(started), RunEnded)


def test_the_check_list_says_it_too(started) -> None:
    fine = started.service.check(started.settings, started.secrets).wait(60)
    assert isinstance(fine, ChecksEnded)
    assert "identity" not in {check.id for check in fine.checks}
    restored_copy(started)
    event = started.service.check(started.settings, started.secrets).wait(60)
    assert isinstance(event, ChecksEnded)
    last = event.checks[-1]
    assert (last.id, last.state, last.code) == ("identity", CheckState.ATTENTION, "identity")
    assert event.card is not None


def test_a_check_of_an_accepted_set_up_confirms_its_first_card(desk) -> None:
    desk.service.keep(desk.settings, desk.secrets).wait(30)
    desk.service.check(desk.settings, desk.secrets).wait(60)
    assert confirmed(desk) is not None
    restored_copy(desk)
    assert stopped(go_on(desk)).code == "identity"


def test_a_check_of_nothing_stored_keeps_nothing(desk) -> None:
    desk.service.check(desk.settings, desk.secrets).wait(60)
    assert not desk.folder.exists()


def test_marketos_own_sync_stops_a_run(desk) -> None:
    desk.rehearsal.marketo.native_crm = True
    before = desk.rehearsal.audit()["marketo"]
    error = stopped(desk.start())
    assert (error.code, int(error.exit_status)) == ("1018", 4)
    assert stopped(desk.service.plan(desk.settings, desk.secrets).wait(60)).code == "1018"
    assert stopped(desk.service.describe(desk.settings, desk.secrets).wait(60)).code == "1018"
    assert desk.rehearsal.audit()["marketo"] == before


@pytest.mark.parametrize("sign", ["fields", "companies"])
def test_either_sign_of_marketos_own_sync_stops_a_run(desk, monkeypatch, sign) -> None:
    """Its fields are marked, or companies are refused: a role or a subscription may show only one of the two."""
    if sign == "fields":
        monkeypatch.setattr(type(desk.rehearsal.marketo), "native_crm", False)
        desk.rehearsal.marketo.schema_calls.native_crm = True
    else:
        desk.rehearsal.faults.add("code", system="marketo", code="1018", path="companies", count=0)
    before = desk.rehearsal.audit()["marketo"]
    assert stopped(desk.start()).code == "1018"
    assert desk.rehearsal.audit()["marketo"] == before


def test_people_only_leaves_companies_and_links_out(desk) -> None:
    desk.rehearsal.marketo.native_crm = True
    enable = replace(desk.settings.enable, native_sync=NativeSync.PEOPLE)
    asked = len(desk.rehearsal.log.entries("marketo"))
    event = desk.start(enable=enable)
    assert isinstance(event, RunEnded), event
    held = desk.rehearsal.audit()["marketo"]
    assert event.report.acknowledged > 100
    people = [person for person in held["persons"] if person.get("dynamicsId")]
    assert len(people) > 100
    assert not [person for person in people if person.get("externalCompanyId")]
    assert not held["companies"]
    companies = [each for each in desk.rehearsal.log.entries("marketo")[asked:] if "/companies" in each.path]
    assert {each.path for each in companies} == {"/rest/v1/companies/describe.json"}
    assert not [problem for problem in desk.service.problems() if problem.code in {"company-missing", "1018", "1021"}]

"""What a cycle costs in which nothing happened, and that it still sees what changed about tables and fields."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from dynsync_gui.domain.events import RunEnded
from dynsync_gui.engine import ends, overtaking
from dynsync_gui.simulators import customising
from tests.service.conftest import Desk
from tests.service.life import Life

TABLES = 6
"""Users, accounts, contacts, leads, opportunities and connections."""
SIGN_IN = {"/api/data/v9.2/", "/identity/oauth/token"}


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the computer, nobody looks meanwhile what may overtake, as each look is a call."""
    monkeypatch.setattr(overtaking, "EVERY", math.inf)


@pytest.fixture
def life(desk: Desk) -> Life:
    assert isinstance(desk.start(), RunEnded)
    alive = Life(desk)
    alive.cycle()
    return alive


def asked(life: Life) -> Counter[tuple[str, str]]:
    """Requests of one more cycle to both sides, by system and path; signing in is not counted."""
    log = life.desk.rehearsal.log
    log.clear()
    life.cycle()
    calls = Counter((one.system, one.path) for one in log.entries() if one.path not in SIGN_IN)
    return Counter({call: number for call, number in calls.items() if call[0] != "entra"})


def definitions(calls: Counter[tuple[str, str]]) -> int:
    return sum(number for (_, path), number in calls.items() if "EntityDefinitions" in path)


def described(calls: Counter[tuple[str, str]]) -> set[str]:
    """What Marketo was asked to describe."""
    return {path.removeprefix("/rest/v1/").rpartition("/")[0] for _, path in calls if "/describe" in path}


def test_an_idle_cycle_costs_one_call_a_table_and_four(life: Life) -> None:
    calls = asked(life)
    assert calls.total() <= TABLES + 4, calls
    assert described(calls) == {"leads"}
    again = asked(life)
    assert again == calls


def test_an_idle_cycle_costs_no_more_where_no_version_of_the_definitions_is_told(life: Life) -> None:
    dataverse, told = life.desk.rehearsal.dataverse, asked(life).total()
    dataverse.reader.tells_version = False
    assert definitions(asked(life)) > 4 * TABLES, "none of that kind was kept yet"
    for _ in range(2):
        calls = asked(life)
        assert calls.total() == told, calls
        assert definitions(calls) == 0


@pytest.mark.parametrize("stamp", ["told", "expired", "denied"])
def test_without_a_version_what_becomes_another_one_is_seen_at_once(life: Life, stamp: str) -> None:
    """A column that is there, one that is deleted, and an option with another label; then it is quiet again."""
    life.desk.rehearsal.dataverse.reader.tells_version = False
    life.desk.rehearsal.dataverse.definition_changes.denied = stamp == "denied"
    life.cycle()
    if stamp == "expired":
        life.desk.rehearsal.dataverse.definition_changes.oldest = life.world.metadata_version + 1
    customising.add_column(life.world, "contact", customising.new_column("new_Latecomer", "String", {1033: "Late"}))
    assert definitions(asked(life)) > 0
    life.world.drop_column("contact", "new_latecomer")
    assert definitions(asked(life)) > 0
    row = next(row for row in life.rows("lead") if row.get("leadsourcecode") is not None)
    customising.set_option(life.world, "lead", "leadsourcecode", row["leadsourcecode"], "Called otherwise")
    life.cycle()
    assert life.person(row["leadid"])["leadSource"] == "Called otherwise"
    assert (definitions(asked(life)) == 0) is (stamp != "denied")


def test_one_changed_record_arrives_with_twelve_calls(life: Life) -> None:
    """Its owner is looked at, its person looked up and written; with a file of changes to be read it may be sixteen."""
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    life.world.update("contact", contact, {"firstname": "Ada"})
    calls = asked(life)
    assert life.person(contact)["firstName"] == "Ada"
    assert calls.total() <= TABLES + 6, calls
    assert described(calls) == {"leads"}
    life.world.update("contact", contact, {"firstname": "Grace"})
    told = {path for _, path in asked(life) if "activit" in path}
    assert told == {"/rest/v1/activities/leadchanges.json"}, "our own write is no sign of a person at work"


def test_merges_and_deletions_are_looked_for_once_an_hour(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "EVERY", timedelta(0))
    asked(life)
    looking = {path.rpartition("/")[2] for _, path in asked(life) if "activit" in path}
    assert looking == {"leadchanges.json", "activities.json", "deletedleads.json"}
    monkeypatch.undo()
    assert {path.rpartition("/")[2] for _, path in asked(life) if "activit" in path} == {"leadchanges.json"}


def test_a_new_column_is_seen_at_once(life: Life) -> None:
    def known() -> bool:
        return b"new_latecomer" in zlib.decompress((life.desk.folder / "shelf-dynamics-contact").read_bytes())

    assert not known()
    column = customising.new_column("new_Latecomer", "String", {1033: "Latecomer"})
    customising.add_column(life.world, "contact", column)
    assert definitions(asked(life)) > 0
    assert known()
    assert definitions(asked(life)) == 0


def test_an_option_with_another_label_is_seen_at_once(life: Life) -> None:
    row = next(row for row in life.rows("lead") if row.get("leadsourcecode") is not None)
    customising.set_option(life.world, "lead", "leadsourcecode", row["leadsourcecode"], "Called otherwise")
    life.cycle()
    assert life.person(row["leadid"])["leadSource"] == "Called otherwise"


@pytest.mark.parametrize("field", ["billingCity", "site"])
def test_nothing_is_written_by_what_marketo_told_before(life: Life, field: str) -> None:
    """Only the first of the two is written by default: a change beside it is no reason for a refusal either."""
    account = life.rows("account", statecode=0)[0]["accountid"]
    companies = life.desk.rehearsal.marketo.kinds.companies.fields
    companies.get(field).read_only = True
    life.world.update("account", account, {"name": "Named anew", "address1_city": "Elsewhere"})
    life.cycle()
    (company,) = (
        one for one in life.desk.rehearsal.audit()["marketo"]["companies"] if one["externalCompanyId"] == account
    )
    assert (company["company"], ("account", account) in life.desk.listed()) == ("Named anew", False)
    assert (company["billingCity"] == "Elsewhere") == (field != "billingCity")


def test_a_person_field_that_changed_is_seen_at_once(life: Life) -> None:
    person = life.rows("contact", statecode=0)[0]["contactid"]
    before = life.person(person)["title"]
    life.desk.rehearsal.marketo.fields.get("title").read_only = True
    life.world.update("contact", person, {"firstname": "Zoë", "jobtitle": "Another"})
    life.cycle()
    assert (life.person(person)["firstName"], life.person(person)["title"]) == ("Zoë", before)


def test_what_is_broken_or_missing_is_asked_for_anew(life: Life) -> None:
    shelf = {path.name: path for path in Path(life.desk.folder).glob("shelf-*")}
    assert len(shelf) == TABLES + 5
    shelf["shelf-dynamics-account"].write_bytes(b"broken")
    shelf["shelf-marketo-company"].unlink()
    calls = asked(life)
    assert {path.partition("'")[2].partition("'")[0] for _, path in calls if "EntityDefinitions" in path} == {"account"}
    assert described(calls) == {"leads", "companies"}


def test_the_fields_page_and_the_checks_ask_anew(life: Life) -> None:
    log = life.desk.rehearsal.log
    for job in (life.desk.service.describe, life.desk.service.check):
        log.clear()
        job(life.desk.settings, life.desk.secrets).wait(60)
        assert log.entries("dataverse", "EntityDefinitions"), job
        assert log.entries("marketo", "/companies/describe"), job

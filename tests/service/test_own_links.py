"""Custom objects are linked by what Marketo offers, or by what a type that is there already names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import Reconciled, RunEnded
from dynsync_gui.domain.settings import ObjectSettings
from dynsync_gui.simulators import events
from dynsync_gui.simulators.marketo.custom_types import CustomType
from dynsync_gui.system.secrets import SecretSource
from tests.judge import History, judge
from tests.service.conftest import Desk

OWN = ("new_subscription", "new_delivery")
OFFER = "/schema/linkableObjects.json"


@pytest.fixture
def own(desk: Desk) -> Desk:
    desk.settings = replace(desk.settings, objects=ObjectSettings(custom=OWN))
    return desk


def ended(desk: Desk, event: Any) -> None:
    assert isinstance(event, RunEnded), event
    assert (event.report.closes, event.report.outbox) == (True, 0)


def judged(desk: Desk, *, by_id: bool) -> None:
    verdict = judge(desk.rehearsal.audit(), desk.listed(), History(own=OWN, by_id=by_id))
    assert verdict.wrong == []
    assert verdict.eligible > 400
    assert not {table for table, _ in desk.listed()} & set(OWN), "no row is refused"


def certified(desk: Desk) -> None:
    event = desk.service.records.reconcile(0, None).wait(120)
    assert isinstance(event, Reconciled), event
    assert event.certificate.holds


def asked(desk: Desk, path: str = "/customobjects/schema") -> int:
    return len(desk.rehearsal.log.entries("marketo", path))


def held(desk: Desk, table: str = OWN[0]) -> dict[str, dict[str, Any]]:
    rows = desk.rehearsal.audit()["marketo"]["customobjects"][table]
    return {row["dynamicsId"]: row for row in rows}


def companies(desk: Desk) -> dict[str, int]:
    return {row["externalCompanyId"]: row["id"] for row in desk.rehearsal.audit()["marketo"]["companies"]}


def below_accounts(desk: Desk) -> dict[str, str]:
    """Account by subscription, of those that Marketo holds below a company."""
    there, rows = held(desk), desk.rehearsal.world.as_json()["new_subscription"]
    found = {
        row["new_subscriptionid"]: row["_new_accountid_value"]
        for row in rows
        if there.get(row["new_subscriptionid"], {}).get("companyId")
    }
    assert len(found) > 5
    return found


def made_by_hand(desk: Desk, name: str, person: str, company: str, steps: str = "") -> None:
    """A type as somebody made it in Marketo: key, links, and the fields that the steps name."""
    custom = desk.rehearsal.marketo.custom
    made = CustomType(desk.rehearsal.clock, name, {"displayName": f"Ours {name}"})
    links = [("personId", "lead", person), ("companyId", "company", company)]
    fields = [{"name": "dynamicsId", "displayName": "Key", "dataType": "string", "isDedupeField": True}]
    fields += [
        {"name": link, "displayName": link, "dataType": "link", "relatedTo": {"name": target, "field": by}}
        for link, target, by in links
    ]
    for each, kind in re.findall(r"(\w+) \((\w+)\)", steps):
        fields.append({"name": each, "displayName": each, "dataType": kind})
    made.add(fields, lambda _name, link: custom._linked(link))
    made.approve()
    custom.types[name] = made


def test_the_best_link_that_is_offered_is_taken_and_asked_for_once(own: Desk) -> None:
    ended(own, own.start())
    assert asked(own, OFFER) == 1
    judged(own, by_id=False)
    certified(own)


@pytest.fixture
def strict(own: Desk) -> Desk:
    """Where companies may be linked by their id alone."""
    own.rehearsal.marketo.custom.company_links = ("id",)
    ended(own, own.start())
    return own


def test_rows_are_linked_by_the_id_of_their_company_where_only_that_is_offered(strict: Desk) -> None:
    assert asked(strict, OFFER) == 1
    judged(strict, by_id=True)
    certified(strict)
    row = next(iter(below_accounts(strict)))
    strict.rehearsal.world.update("new_subscription", row, {"new_seats": 4321})
    strict.rehearsal.log.clear()
    ended(strict, strict.service.go_on().wait(120))
    assert held(strict)[row]["new_seats"] == 4321
    assert asked(strict) == 0, "the type is there, and tells its links"
    strict.rehearsal.log.clear()
    again = strict.service.go_on().wait(120)
    assert (again.report.acknowledged, again.report.outbox) == (0, 0)


def test_rows_that_marketo_holds_already_are_known_again_by_the_id_of_their_company(
    strict: Desk, tmp_path: Path
) -> None:
    before = [held(strict, name) for name in OWN]
    strict.rehearsal.clock.advance(60)
    service = open_service(Options(tmp_path / "another", SecretSource.SESSION))
    try:
        ended(strict, service.start(strict.settings, strict.secrets).wait(120))
    finally:
        service.close()
    assert [held(strict, name) for name in OWN] == before, "nothing is written, which would show in updatedAt"


def test_a_row_that_moves_and_one_whose_account_goes_into_another_are_linked_anew(strict: Desk) -> None:
    world, below = strict.rehearsal.world, below_accounts(strict)
    ids = companies(strict)
    active = [row["accountid"] for row in world.as_json()["account"] if row["statecode"] == 0]
    moved, *others = below
    other = next(one for one in active if one != below[moved] and one in ids)
    world.update("new_subscription", moved, {"new_accountid": other})
    follows = next(row for row in others if below[row] in active and below[row] != other)
    events.merge(world, "account", other, below[follows])
    ended(strict, strict.service.go_on().wait(120))
    assert {held(strict)[row]["companyId"] for row in (moved, follows)} == {ids[other]}
    judged(strict, by_id=True)
    certified(strict)


def test_a_company_that_is_made_anew_in_marketo_gets_its_rows_back(strict: Desk) -> None:
    below, store = below_accounts(strict), strict.rehearsal.marketo.kinds.companies.store
    row, account = next(iter(below.items()))
    before = companies(strict)[account]
    store.delete(before)
    strict.rehearsal.world.update("account", account, {"name": "Made anew"})
    ended(strict, strict.service.go_on().wait(120))
    now = companies(strict)[account]
    assert now != before
    assert held(strict)[row]["companyId"] == now
    judged(strict, by_id=True)


@pytest.mark.parametrize("by", ["id", "externalCompanyId"])
def test_a_type_that_is_there_keeps_the_link_it_was_made_with(own: Desk, by: str) -> None:
    for name in OWN:
        made_by_hand(own, name, "id", by)
    own.rehearsal.marketo.custom.company_links = ("id",)
    ended(own, own.start())
    assert asked(own, OFFER) == 0
    judged(own, by_id=by == "id")
    certified(own)


def test_a_type_that_is_whole_needs_no_right_to_make_types(strict: Desk) -> None:
    strict.rehearsal.marketo.custom.metadata = False
    row, account = next(iter(below_accounts(strict).items()))
    strict.rehearsal.world.update("new_subscription", row, {"new_seats": 17})
    added = strict.rehearsal.world.insert("new_subscription", {"new_name": "Added", "new_accountid": account})
    ended(strict, strict.service.go_on().wait(120))
    assert held(strict)[row]["new_seats"] == 17
    assert held(strict)[added]["companyId"] == companies(strict)[account]


def refused(desk: Desk, code: str = "type-refused") -> dict[str, str]:
    return {str(one.entity): one.detail for one in desk.service.problems() if one.code == code}


def test_a_type_that_was_made_by_hand_where_no_program_may_make_types_is_filled(own: Desk) -> None:
    own.rehearsal.marketo.custom.metadata = False
    assert isinstance(own.start(), RunEnded)
    steps = refused(own, "type-missing")
    assert steps.keys() == set(OWN)
    for name in OWN:
        made_by_hand(own, name, "id", "id", steps[name])
    ended(own, own.service.go_on().wait(120))
    judged(own, by_id=True)


def test_where_no_link_fits_the_tables_stay_out_and_the_rest_arrives(own: Desk) -> None:
    custom = own.rehearsal.marketo.custom
    custom.company_links = ()
    event = own.start()
    assert isinstance(event, RunEnded), event
    assert event.report.closes
    assert refused(own).keys() == set(OWN)
    assert all("no link that fits" in why and "External Company Id / Id" in why for why in refused(own).values())
    assert custom.types == {}, "nothing is made that cannot be linked"
    assert judge(own.rehearsal.audit(), own.listed(), History()).wrong == []
    custom.company_links = ("id",)
    ended(own, own.service.go_on().wait(120))
    assert refused(own) == {}
    judged(own, by_id=True)


def test_a_type_that_is_there_with_another_link_is_listed(own: Desk) -> None:
    made_by_hand(own, OWN[0], "email", "id")
    event = own.start()
    assert isinstance(event, RunEnded), event
    assert refused(own).keys() == {OWN[0]}
    assert held(own) == {}
    assert len(held(own, OWN[1])) > 20


def test_a_marketo_that_does_not_tell_its_links_is_written_by_our_key(own: Desk) -> None:
    own.rehearsal.faults.add("code", system="marketo", code="610", path=OFFER, count=0)
    ended(own, own.start())
    judged(own, by_id=False)

"""Companies that people and opportunities leave: what can be cleared is, and what cannot is listed."""

from __future__ import annotations

from typing import Any

import pytest

from dynsync_gui.domain.events import Explained, RunEnded
from dynsync_gui.domain.explain import Cause, Explanation
from dynsync_gui.domain.schema import COMPANY_KEY
from tests.service.conftest import Desk
from tests.service.life import Life


@pytest.fixture
def life(desk: Desk) -> Life:
    assert isinstance(desk.start(), RunEnded)
    return Life(desk)


def listed(life: Life, code: str) -> set[str]:
    return {problem.id for problem in life.desk.service.problems() if problem.code == code}


def why(life: Life, id_: str) -> Explanation:
    event = life.desk.service.records.why(id_).wait(60)
    assert isinstance(event, Explained), event
    return event.answer.explanations[0]


def company_of(life: Life, opportunity: str) -> Any:
    rows = life.desk.rehearsal.audit()["marketo"]["opportunities"]
    (found,) = [row for row in rows if row["externalOpportunityId"] == opportunity]
    return found.get(COMPANY_KEY)


def member(life: Life) -> tuple[str, str]:
    """A contact with its account, both in Marketo."""
    accounts = {row["accountid"] for row in life.rows("account")}
    contact = next(row for row in life.rows("contact", statecode=0) if row.get("_parentcustomerid_value") in accounts)
    return contact["contactid"], contact["_parentcustomerid_value"]


@pytest.mark.parametrize("besides", [{}, {"jobtitle": "Gone freelance"}])
def test_who_leaves_a_company_is_listed_until_there_is_another(life: Life, besides: dict[str, str]) -> None:
    contact, account = member(life)
    life.world.update("contact", contact, {"parentcustomerid": None, **besides})
    life.cycle()
    assert life.person(contact)[COMPANY_KEY] == account, "Marketo lets nobody be without"
    assert listed(life, "company-kept") == {contact}
    assert why(life, contact).cause is Cause.NO_COMPANY
    life.cycle()
    assert listed(life, "company-kept") == {contact}
    other = next(row["accountid"] for row in life.rows("account") if row["accountid"] != account)
    life.world.update("contact", contact, {"parentcustomerid": other})
    life.settled()
    assert life.person(contact)[COMPANY_KEY] == other
    assert listed(life, "company-kept") == set()
    assert why(life, contact).cause is Cause.IN_STEP


def test_who_changes_to_a_company_that_is_kept_out_keeps_the_one_before(life: Life) -> None:
    contact, account = member(life)
    hidden = life.world.insert("account", {"name": "Hidden Ltd", "new_synctomkto": False})
    life.world.update("contact", contact, {"parentcustomerid": hidden})
    life.cycle()
    assert life.person(contact)[COMPANY_KEY] == account
    assert listed(life, "company-kept") == {contact}


def test_a_company_that_comes_later_is_no_longer_missed(life: Life) -> None:
    hidden = life.world.insert("account", {"name": "Hidden Ltd", "new_synctomkto": False})
    contact = life.world.insert(
        "contact", {"lastname": "Of Hidden", "parentcustomerid": hidden, "emailaddress1": "of@hidden.example"}
    )
    life.cycle()
    assert contact in listed(life, "company-missing")
    life.world.update("account", hidden, {"new_synctomkto": True})
    life.settled()
    assert life.person(contact)[COMPANY_KEY] == hidden
    assert contact not in listed(life, "company-missing")


def test_an_opportunity_leaves_the_company_that_its_customer_left(life: Life) -> None:
    contact, account = member(life)
    deal = life.world.insert("opportunity", {"name": "Of one person", "customerid": contact})
    life.settled()
    assert company_of(life, deal) == account
    life.world.update("contact", contact, {"parentcustomerid": None})
    life.cycle()
    assert company_of(life, deal) is None

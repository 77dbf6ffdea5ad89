"""A value that Marketo refuses can be left out of one record until it changes in Dynamics; nothing else is lost."""

from __future__ import annotations

import pytest

from dynsync_gui.domain.events import Explained, JobFailed, ProblemsRead, Reconciled, RunEnded
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import Entity
from tests.service.conftest import Desk
from tests.service.life import Life

WRONG, RIGHT = "not an address", "right@contoso.example"


@pytest.fixture
def life(desk: Desk) -> Life:
    return Life(desk)


def refused(life: Life) -> str:
    """A contact that Marketo refuses for its address."""
    contact = life.world.insert("contact", {"lastname": "Refused", "jobtitle": "Head", "emailaddress1": WRONG})
    assert isinstance(life.desk.start(), RunEnded)
    assert ("contact", contact) in life.desk.listed()
    return contact


def withheld(life: Life) -> list[Problem]:
    return [one for one in life.desk.service.problems() if one.code == "value-withheld"]


def why(life: Life, id_: str) -> Cause:
    told = life.desk.service.records.why(id_).wait(60)
    assert isinstance(told, Explained), told
    return told.answer.explanations[0].cause


def test_the_record_goes_without_the_value_and_gets_it_when_it_is_another_one(life: Life) -> None:
    contact = refused(life)
    assert isinstance(life.desk.service.records.withhold([contact]).wait(60), ProblemsRead)
    ended = life.cycle()
    assert (ended.report.acknowledged, ended.report.problems) == (1, 0)
    person = life.person(contact)
    assert (person["lastName"], person["title"], person.get("email")) == ("Refused", "Head", None)
    assert ("contact", contact) not in life.desk.listed()
    (notice,) = withheld(life)
    assert (notice.id, notice.field, notice.name, notice.aside) == (contact, "email", "Refused", False)
    assert why(life, contact) is Cause.WITHHELD
    compared = life.desk.service.records.reconcile().wait(60)
    assert isinstance(compared, Reconciled)
    assert compared.certificate.holds
    life.world.update("contact", contact, {"jobtitle": "Other"})
    life.world.expire_tokens()  # all is read again
    assert life.cycle().report.acknowledged == 1
    assert ("contact", contact) not in life.desk.listed()
    assert life.person(contact)["title"] == "Other"
    assert len(withheld(life)) == 1
    life.world.update("contact", contact, {"emailaddress1": RIGHT})
    life.cycle()
    assert life.person(contact)["email"] == RIGHT
    assert withheld(life) == []
    assert why(life, contact) is Cause.IN_STEP


def test_one_record_on_demand_tries_the_value_again(life: Life) -> None:
    contact = refused(life)
    life.desk.service.records.withhold().wait(60)
    life.cycle()
    assert ("contact", contact) not in life.desk.listed()
    life.desk.service.records.sync_one(Entity.CONTACT, contact).wait(60)
    assert contact not in {one.id for one in withheld(life)}
    assert ("contact", contact) in life.desk.listed()


def test_where_no_value_is_refused_there_is_none_to_leave_out(life: Life) -> None:
    refused(life)
    withhold = life.desk.service.records.withhold
    told = withhold(["1b2c3d4e-0000-4000-8000-000000000000"]).wait(60)
    assert isinstance(told, JobFailed)
    assert told.error.code == "not-aside"
    assert isinstance(withhold().wait(60), ProblemsRead)
    told = withhold().wait(60)
    assert isinstance(told, JobFailed)
    assert told.error.code == "no-value"

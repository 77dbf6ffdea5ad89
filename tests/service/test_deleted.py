"""What is deleted in Dynamics is marked in Marketo where a field can say so, and listed where none can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.settings import DeletedPolicy, ObjectSettings
from dynsync_gui.simulators.marketo.fields import Field
from tests.service.conftest import Desk
from tests.service.life import Life

MARK = "microsoftIsDeleted"
OWN = "new_subscription"
TABLES = {"account": "accountid", "opportunity": "opportunityid", OWN: f"{OWN}id"}


@pytest.fixture
def synced(desk: Desk) -> Callable[..., Life]:
    """A world after its first sync; Marketo has been given the mark for companies and opportunities, or not."""

    def made(*, given: bool, deleted: DeletedPolicy = DeletedPolicy.MARK) -> Life:
        kinds = desk.rehearsal.marketo.kinds
        for kind in (kinds.companies, kinds.opportunities) if given else ():
            kind.fields.add_existing(Field(MARK, "boolean", None, "Microsoft is Deleted", custom=True))
        desk.settings = replace(desk.settings, objects=ObjectSettings(custom=(OWN,), deleted=deleted))
        assert isinstance(desk.start(), RunEnded)
        return Life(desk)

    return made


def held(life: Life, table: str) -> dict[str, dict[str, Any]]:
    """What Marketo has of a table, by Dynamics id."""
    audit = life.desk.rehearsal.audit()["marketo"]
    match table:
        case "account":
            return {row["externalCompanyId"]: row for row in audit["companies"] if row.get("externalCompanyId")}
        case "opportunity":
            return {row["externalOpportunityId"]: row for row in audit["opportunities"]}
    return {row["dynamicsId"]: row for row in audit["customobjects"][table]}


def delete_one_each(life: Life) -> dict[str, str]:
    gone = {}
    for table, key in TABLES.items():
        there = held(life, table)
        gone[table] = next(row[key] for row in life.world.as_json()[table] if row[key] in there)
    for table, id_ in gone.items():
        life.world.delete(table, id_)
    return gone


def unmarked(life: Life) -> set[tuple[str, str]]:
    return {(one.entity.value, one.id) for one in life.desk.service.problems() if one.code == "deleted-unmarked"}


def test_rows_companies_and_opportunities_are_marked_where_a_field_can_say_so(synced: Callable[..., Life]) -> None:
    life = synced(given=True)
    before = {table: len(held(life, table)) for table in TABLES}
    gone = delete_one_each(life)
    life.cycle()
    assert {table: held(life, table)[id_].get(MARK) for table, id_ in gone.items()} == dict.fromkeys(TABLES, True)
    assert {table: len(held(life, table)) for table in TABLES} == before
    assert unmarked(life) == set()
    life.desk.rehearsal.log.clear()
    assert life.cycle().report.acknowledged == 0
    life.world.insert("account", {"accountid": gone["account"], "name": "Back again"})
    life.world.insert("opportunity", {"opportunityid": gone["opportunity"], "name": "Back again"})
    life.cycle()
    back = {table: held(life, table)[gone[table]] for table in ("account", "opportunity")}
    assert {table: bool(row.get(MARK)) for table, row in back.items()} == dict.fromkeys(back, False)


def test_where_no_field_can_say_so_they_stay_and_are_listed(synced: Callable[..., Life]) -> None:
    life = synced(given=False)
    gone = delete_one_each(life)
    life.cycle()
    assert held(life, OWN)[gone[OWN]].get(MARK) is True, "the type of an own table is DynSync's to complete"
    assert all(gone[table] in held(life, table) for table in TABLES)
    assert unmarked(life) == {("account", gone["account"]), ("opportunity", gone["opportunity"])}
    life.world.insert("account", {"accountid": gone["account"], "name": "Back again"})
    life.cycle()
    assert unmarked(life) == {("opportunity", gone["opportunity"])}


def test_what_is_gone_from_marketo_too_is_not_made_again_to_be_marked(synced: Callable[..., Life]) -> None:
    life = synced(given=True)
    gone = delete_one_each(life)
    kinds = life.desk.rehearsal.marketo.kinds
    (opportunity,) = kinds.opportunities.store.find("externalOpportunityId", gone["opportunity"])
    kinds.opportunities.store.delete(opportunity)
    life.cycle()
    assert gone["opportunity"] not in held(life, "opportunity")
    assert (("opportunity", gone["opportunity"]) in life.desk.listed(), unmarked(life)) == (False, set())


def test_who_wants_them_left_is_told_nothing(synced: Callable[..., Life]) -> None:
    life = synced(given=False, deleted=DeletedPolicy.LEAVE)
    gone = delete_one_each(life)
    life.cycle()
    assert all(gone[table] in held(life, table) and not held(life, table)[gone[table]].get(MARK) for table in TABLES)
    assert unmarked(life) == set()

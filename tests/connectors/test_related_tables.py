"""Own tables that can be synced: those that belong to people or accounts, and those that belong to such a one."""

from __future__ import annotations

from typing import Any

import pytest

from dynsync_gui.connectors.dynamics.related_tables import related_tables
from dynsync_gui.domain.errors import TemporaryFailure


def table(name: str, label: str, *named: str, custom: bool = True) -> dict[str, Any]:
    links = [{"ReferencedEntity": to, "ReferencingAttribute": "x", "IsCustomRelationship": custom} for to in named]
    labels = {"LocalizedLabels": [{"Label": label, "LanguageCode": 1033}] if label else []}
    return {"LogicalName": name, "DisplayName": labels, "ManyToOneRelationships": links}


def found(*rows: dict[str, Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    tables = related_tables(lambda _path: {"value": list(rows)})
    return {one.entity.value: (one.label, tuple(one.hangs_on)) for one in tables}


def test_nearest_first_and_no_deeper_than_two() -> None:
    rows = (
        table("new_visit", "Visit", "systemuser", "new_ticket"),
        table("new_ticket", "Ticket", "account", "contact", "new_visit"),
        table("new_step", "Step", "new_visit"),
        table("new_alone", "Alone", "systemuser", "businessunit"),
        table("new_unnamed", "", "lead"),
        table("new_audit", "Audit", "contact", custom=False),
        {"LogicalName": "new_odd", "ManyToOneRelationships": None},
    )
    assert found(*rows) == {
        "new_ticket": ("Ticket", ("contact", "account")),
        "new_visit": ("Visit", ("new_ticket",)),
        "new_unnamed": ("new_unnamed", ("lead",)),
    }


def test_a_table_that_names_itself_alone_is_none() -> None:
    assert found(table("new_tree", "Tree", "new_tree")) == {}


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": ["x"]}])
def test_an_answer_that_tells_nothing_is_trouble(body: dict[str, Any]) -> None:
    with pytest.raises(TemporaryFailure):
        related_tables(lambda _path: body)

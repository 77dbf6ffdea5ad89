"""Counts, groups and single values: what Dataverse tells, and where it refuses."""

from collections import Counter

import pytest

from dynsync_gui.simulators.dataverse import aggregation

FILTER = "new_synctomkto"
MERGED = "aggregate($count as n)"


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_yes_no_and_blank_are_counted_in_one_call(dynamics):
    wanted = Counter(row.get(FILTER) for row in dynamics.rehearsal.world.tables["contact"])
    rows = dynamics.get(f"contacts?$apply=groupby(({FILTER}),{MERGED})").json()["value"]
    assert {row.get(FILTER): row["n"] for row in rows} == wanted
    assert any(FILTER not in row for row in rows)


def test_aggregates_of_filtered_rows(dynamics):
    rows = [r for r in dynamics.rehearsal.world.tables["opportunity"] if r["statecode"] == 1 and "actualvalue" in r]
    path = "opportunities?$apply=filter(statecode eq 1 and actualvalue ne null)/"
    terms = (
        "$count as n,actualvalue with sum as total,actualvalue with max as most,_ownerid_value with countdistinct as o"
    )
    told = dynamics.get(f"{path}aggregate({terms})").json()["value"][0]
    values = [row["actualvalue"] for row in rows]
    assert (told["n"], told["most"]) == (len(values), max(values))
    assert told["total"] == pytest.approx(sum(values))
    assert told["o"] == len({row["_ownerid_value"] for row in rows})
    grouped = dynamics.get("opportunities?$apply=groupby((statecode,statuscode),aggregate($count as n))").json()
    assert sum(row["n"] for row in grouped["value"]) == len(dynamics.rehearsal.world.tables["opportunity"])


def test_too_many_rows_are_not_aggregated(dynamics, monkeypatch):
    monkeypatch.setattr(aggregation, "MOST_AGGREGATED", 100)
    assert code(dynamics.get(f"contacts?$apply={MERGED}")) == (400, "0x8004E023")
    assert code(dynamics.get(f"contacts?$apply=filter(statecode ge 0)/{MERGED}")) == (400, "0x8004E023")
    few = dynamics.get(f"contacts?$apply=filter({FILTER} eq false)/{MERGED}").json()["value"]
    assert 0 < few[0]["n"] <= 100


@pytest.mark.parametrize(
    "query",
    [
        "$apply=nothing",
        "$apply=aggregate($count)",
        "$apply=groupby((nothing),aggregate($count as n))",
        "$apply=filter(statecode eq 0)",
        "$apply=aggregate(statecode with guess as n)",
        "$apply=aggregate($count as n)&$filter=statecode eq 0",
    ],
)
def test_aggregates_that_dataverse_refuses(dynamics, query):
    assert code(dynamics.get(f"contacts?{query}")) == (400, "0x80060888")


@pytest.mark.parametrize("value", ["null", "true", "false"])
def test_filters_on_yes_no_and_blank(dynamics, value):
    wanted = {"null": None, "true": True, "false": False}[value]
    rows, _, _ = dynamics.read(f"contacts?$select={FILTER}&$filter={FILTER} eq {value}")
    assert len(rows) == sum(row.get(FILTER) is wanted for row in dynamics.rehearsal.world.tables["contact"]) > 0


def test_rows_are_found_by_ids_and_by_value(dynamics):
    world = dynamics.rehearsal.world
    some = sorted(row["contactid"] for row in world.tables["contact"])[:150:3]
    listed = ",".join(f"'{row_id}'" for row_id in some)
    within = f"Microsoft.Dynamics.CRM.In(PropertyName='contactid',PropertyValues=[{listed}])"
    either = " or ".join(f"contactid eq {row_id.upper()}" for row_id in some)
    for condition in (within, either, f"({either}) and statecode ge 0"):
        rows, _, pages = dynamics.read(f"contacts?$select=fullname&$filter={condition}", "odata.maxpagesize=20")
        assert [row["contactid"] for row in rows] == some
        assert pages == 3
    contact = next(row for row in world.tables["contact"] if "'" in row.get("lastname", ""))
    name = contact["lastname"].replace("'", "''").upper()
    rows = dynamics.get(f"contacts?$select=lastname&$filter=lastname eq '{name}'").json()["value"]
    assert contact["contactid"] in {row["contactid"] for row in rows}
    assert len(rows) == sum(row.get("lastname") == contact["lastname"] for row in world.tables["contact"])
    owner = contact["_ownerid_value"]
    rows = dynamics.get(f"contacts?$select=lastname&$filter=_ownerid_value eq {owner}").json()["value"]
    assert len(rows) == sum(row["_ownerid_value"] == owner for row in world.tables["contact"])


def test_an_order_with_the_key_is_the_same_on_each_page(dynamics):
    path = "contacts?$select=modifiedon&$orderby=modifiedon desc,contactid"
    rows, _, _ = dynamics.read(path, "odata.maxpagesize=40")
    assert len({row["contactid"] for row in rows}) == 300
    assert [row["modifiedon"] for row in rows] == sorted((row["modifiedon"] for row in rows), reverse=True)
    changed = rows[-1]["contactid"]
    dynamics.rehearsal.world.update("contact", changed, {"jobtitle": "Changed"})
    assert dynamics.get(path, "odata.maxpagesize=1").json()["value"][0]["contactid"] == changed


def test_totals_of_every_table(dynamics):
    names = "%5B'opportunity','systemuser','new_subscription'%5D"
    told = dynamics.get(f"RetrieveTotalRecordCount(EntityNames=@e)?@e={names}").json()["EntityRecordCountCollection"]
    tables = dynamics.rehearsal.world.tables
    assert told["Values"] == [len(tables[name]) for name in told["Keys"]]

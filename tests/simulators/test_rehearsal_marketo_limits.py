"""Marketo's limits and permissions hold for every call there is."""

import pytest

CALLS = [
    ("GET", "/rest/v1/leads.json?filterType=id&filterValues=1"),
    ("POST", "/rest/v1/leads/1/merge.json?leadId=2"),
    ("GET", "/rest/v1/salespersons/describe.json"),
    ("GET", "/rest/v1/opportunities/describe.json"),
    ("GET", "/rest/v1/opportunities/roles/describe.json"),
    ("GET", "/rest/v1/customobjects.json"),
    ("GET", "/rest/v1/customobjects/schema.json"),
    ("GET", "/rest/v1/activities/types.json"),
    ("GET", "/rest/v1/lists.json"),
    ("GET", "/rest/v1/stats/usage.json"),
    ("POST", "/bulk/v1/leads.json?format=csv"),
    ("GET", "/bulk/v1/leads/batch/1.json"),
    ("GET", "/bulk/v1/customobjects/car/import/1/status.json"),
    ("GET", "/bulk/v1/leads/export.json"),
]
PERMISSIONS = {
    "Read-Only Lead", "Read-Write Lead", "Read-Only Sales Person", "Read-Only Opportunity", "Read-Only Custom Object",
    "Read-Write Custom Object Type", "Read-Only Activity", "Read-Write Custom Object",
}  # fmt: skip


@pytest.fixture
def code(rehearsal, marketo):
    """Calls, and gives the code of the refusal."""

    def call(verb, path):
        answer = marketo.session.request(verb, rehearsal.marketo_url + path).json()
        return "" if answer["success"] else answer["errors"][0]["code"]

    return call


@pytest.mark.parametrize(("verb", "path"), CALLS)
def test_each_call_meets_each_limit(rehearsal, marketo, code, verb, path):
    quota = rehearsal.marketo.quota
    quota.daily = 0
    assert code(verb, path) == "607"
    quota.daily = 50_000
    quota.rate = 0
    assert code(verb, path) == "606"
    quota.rate = 100
    quota.concurrent = 0
    assert code(verb, path) == "615"
    quota.concurrent = 10
    rehearsal.marketo.denied |= PERMISSIONS
    assert code(verb, path) == ("" if "stats" in path else "603")
    assert code("PATCH", path) == "605"
    rehearsal.marketo.identity.end_token()
    assert code(verb, path) == "602"
    before = {row["errorCode"]: row["count"] for row in _errors(rehearsal, marketo)}
    assert before["607"] == before["606"] == before["615"] == 1


def _errors(rehearsal, marketo):
    marketo.sign_in()
    return marketo.get("stats/errors/last7days.json")["result"][0]["errors"]


def test_the_day_begins_at_midnight_central(rehearsal, marketo, code):
    quota = rehearsal.marketo.quota
    # 05:59 UTC is 23:59 in the zone where the day of every instance begins.
    moment = rehearsal.clock.moment()
    rehearsal.clock.advance((29 * 3600 + 59 * 60 - (moment.hour * 3600 + moment.minute * 60 + moment.second)) % 86_400)
    marketo.sign_in()
    quota.daily = 1
    assert [code("GET", "/rest/v1/lists.json") for _ in range(2)] == ["", "607"]
    rehearsal.clock.advance(60)
    assert code("GET", "/rest/v1/lists.json") == ""
    quota.daily = 50_000
    days = marketo.get("stats/usage/last7days.json")["result"]
    assert [day["total"] for day in days[:2]] == [1, 1]

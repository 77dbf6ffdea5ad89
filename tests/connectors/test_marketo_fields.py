"""Marketo's fields, and what the checks make of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynsync_gui.connectors.marketo import schema
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.schema import KEY_FIELD, Target, TargetField, TargetType

from .marketo_script import MarketoScript, ok, refused

KEY = NewField(KEY_FIELD, "Dynamics Id", TargetType.STRING)
KEY_ROW = {"name": KEY_FIELD, "displayName": "Dynamics Id", "dataType": "string", "length": 255, "updateable": True}


@pytest.fixture
def script(forge) -> MarketoScript:
    return MarketoScript(forge)


@pytest.fixture
def writer(script: MarketoScript) -> Iterator[MarketoRestWriter]:
    made = script.writer()
    yield made
    made.close()


def described(*fields: dict[str, object], searchable: tuple[str, ...] = ("id", "email")):
    return ok({"name": "API Lead", "searchableFields": [[key] for key in searchable], "fields": list(fields)})


def test_the_description(writer: MarketoRestWriter) -> None:
    known = writer.describe(Target.PERSON)
    assert known.searchable == {"id", "email"}
    assert known.field("email") == TargetField("email", "Email Address", TargetType.EMAIL, 255)
    assert known.field("leadScore") == TargetField("leadScore", "Score", TargetType.SCORE, None, updateable=False)
    assert known.field("sfdcType").type is TargetType.OTHER


def test_fields_are_made_in_one_call_and_waited_for(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/schema/fields.json"] = ok({"name": KEY_FIELD, "status": "created"})
    script.answers["/describe2.json"] = [
        described(),
        described(),
        described(KEY_ROW),
        described(KEY_ROW, searchable=("id", KEY_FIELD)),
    ]
    writer.create_fields([KEY])
    (request,) = script.asked("/schema/fields.json")
    expected = {"input": [{"displayName": "Dynamics Id", "name": KEY_FIELD, "dataType": "string"}]}
    assert request.json == expected
    assert len(script.asked("/describe2.json")) == 4


def test_what_is_there_is_not_made_again(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.fields.append(KEY_ROW)
    script.searchable.append(KEY_FIELD)
    writer.create_fields([KEY])
    assert script.asked("/schema/fields.json") == []


@pytest.mark.parametrize("code", ["1003", "1005", "1017"])
def test_a_field_that_another_run_made_is_fine(script: MarketoScript, writer: MarketoRestWriter, code: str) -> None:
    there = described(KEY_ROW, searchable=(KEY_FIELD,))
    message = f"Field '{KEY_FIELD}' already exists"
    skipped = {"name": KEY_FIELD, "status": "skipped", "reasons": [{"code": code, "message": message}]}
    for answer in (refused(code, message), ok(skipped)):
        script.answers["/schema/fields.json"] = answer
        script.answers["/describe2.json"] = [described(), there]
        writer.create_fields([KEY])
    assert len(script.asked("/schema/fields.json")) == 2


def test_a_refused_field_is_named(script: MarketoScript, writer: MarketoRestWriter) -> None:
    reason = {"code": "1003", "message": "display name in use"}
    script.answers["/schema/fields.json"] = ok({"name": KEY_FIELD, "status": "skipped", "reasons": [reason]})
    with pytest.raises(ConnectionFailed) as caught:
        writer.create_fields([KEY])
    assert caught.value.code == "marketo.fields-refused"
    assert "Dynamics Id" in str(caught.value.finding.title)
    assert "display name in use" in caught.value.detail


def test_without_the_permission_the_cure_names_it(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/schema/fields.json"] = refused("603", "Access denied")
    with pytest.raises(ConnectionFailed) as caught:
        writer.create_fields([KEY])
    assert "Read-Write Schema Custom Field" in str(caught.value.finding.cure)


def test_fields_that_do_not_appear(script: MarketoScript, writer: MarketoRestWriter, monkeypatch) -> None:
    monkeypatch.setattr(schema, "_WAIT_SECONDS", 1.0)
    script.answers["/schema/fields.json"] = ok({"name": KEY_FIELD, "status": "created"})
    with pytest.raises(ConnectionFailed) as caught:
        writer.create_fields([KEY])
    assert (caught.value.code, caught.value.detail) == ("marketo.fields-late", KEY_FIELD)


def checked(writer: MarketoRestWriter) -> dict[str, Check]:
    seen: list[Check] = []
    checks = writer.check(seen.append)
    assert [check.state for check in seen[::2]] == [CheckState.PENDING] * len(checks)
    assert tuple(seen[1::2]) == checks
    return {check.id: check for check in checks}


def companies(script: MarketoScript) -> None:
    script.answers["/companies/describe.json"] = described({"name": "company", "dataType": "string"})


def test_all_is_well(script: MarketoScript, writer: MarketoRestWriter) -> None:
    companies(script)
    checks = checked(writer)
    assert list(checks) == [
        "marketo.address",
        "marketo.sign-in",
        "marketo.quota",
        "marketo.persons",
        "marketo.companies",
        "marketo.native-sync",
        "marketo.fields",
        "marketo.key",
        "marketo.partitions",
        "marketo.sales-persons",
        "marketo.opportunities",
        "marketo.changes",
        "marketo.custom-objects",
    ]
    assert {check.state for check in checks.values()} == {CheckState.PASSED}
    assert all(
        request.method == "GET" or request.form.get("_method") == "GET" or "identity" in request.target
        for request in script.server.requests
    ), "a check writes nothing"


def test_another_crm_sync(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/companies"] = refused("1018", "CRM Enabled")
    checks = checked(writer)
    assert checks["marketo.companies"].state is CheckState.SKIPPED
    assert (checks["marketo.native-sync"].state, checks["marketo.native-sync"].code) == (CheckState.ATTENTION, "1018")


def test_fields_of_another_crm_sync(script: MarketoScript, writer: MarketoRestWriter) -> None:
    companies(script)
    script.fields[0] = {**script.fields[0], "crmManaged": True}
    assert checked(writer)["marketo.native-sync"].state is CheckState.ATTENTION


@pytest.mark.parametrize(
    ("change", "state"),
    [({}, "passed"), ({"dataType": "integer"}, "failed"), ({"updateable": False}, "failed")],
)
def test_the_key_field(script: MarketoScript, writer: MarketoRestWriter, change: dict, state: str) -> None:
    companies(script)
    script.fields.append({**KEY_ROW, **change})
    assert checked(writer)["marketo.key"].state == state


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ok({"date": "2026-11-22", "total": 10}), "passed"),
        (ok({"date": "2026-11-22", "total": 41_000}), "attention"),
        (ok({"date": "2026-11-22", "total": 50_000}), "failed"),
        (refused("603"), "passed"),
        (refused("607"), "failed"),
    ],
)
def test_the_quota(script: MarketoScript, writer: MarketoRestWriter, answer, state: str) -> None:
    companies(script)
    script.answers["/usage.json"] = answer
    checks = checked(writer)
    assert checks["marketo.quota"].state == state
    assert (checks["marketo.persons"].state is CheckState.SKIPPED) is (state == "failed")

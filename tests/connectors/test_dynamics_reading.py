"""Reading Dataverse: what is asked, what is followed, what is asked again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.ports.dynamics import Page
from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, SourceField, System

from .dynamics_script import ROOT, DynamicsScript
from .scripted import Exchange

ID = "ABCDEF00-2222-4333-8444-555555555555"
SCHEMA = EntitySchema(
    Entity.LEAD,
    "Lead",
    "leads",
    "leadid",
    (
        SourceField("leadid", "Lead", FieldType.UNIQUEIDENTIFIER),
        SourceField("subject", "Subject", FieldType.STRING),
        SourceField("ownerid", "Owner", FieldType.OWNER),
        SourceField("hidden", "Hidden", FieldType.STRING, readable=False),
    ),
)
NAMES = ["subject", "ownerid", "hidden", "subject", "vanished"]


@pytest.fixture
def script(forge) -> DynamicsScript:
    return DynamicsScript(forge)


@pytest.fixture
def waits() -> list[tuple[System, float]]:
    return []


@pytest.fixture
def reader(script: DynamicsScript, waits, token: CancelToken) -> Iterator[DataverseReader]:
    made = script.reader(token, on_wait=lambda system, seconds, _: waits.append((system, seconds)))
    yield made
    made.close()


def read(reader: DataverseReader, link: str = "", *, track: bool = True, shown: bool = False) -> Page:
    return reader.read_page(SCHEMA, NAMES, link, track=track, shown=shown, page_size=500)


def row(**more: object) -> dict[str, object]:
    return {"@odata.etag": 'W/"4027"', "leadid": ID, "subject": "Hello", "_ownerid_value": None, **more}


def test_the_first_page(script: DynamicsScript, reader: DataverseReader) -> None:
    annotated = row(
        _ownerid_value=ID,
        **{
            "_ownerid_value@OData.Community.Display.V1.FormattedValue": "Ada",
            "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "team",
            "extra": 1,
        },
    )
    link = f"{script.server.url}{ROOT}leads?$deltatoken=919042%2108%2f22%2f2017"
    script.answers["/leads"] = lambda exchange: exchange.reply({"value": [annotated], "@odata.deltaLink": link})
    page = read(reader, shown=True)
    request = script.asked("/leads")[0]
    assert request.target == f"{ROOT}leads?$select=leadid,subject,_ownerid_value"
    assert request.headers["prefer"] == (
        "odata.maxpagesize=500,odata.track-changes,odata.include-annotations="
        '"Microsoft.Dynamics.CRM.lookuplogicalname,OData.Community.Display.V1.FormattedValue"'
    )
    assert request.headers["odata-version"] == request.headers["odata-maxversion"] == "4.0"
    assert request.headers["accept"] == "application/json"
    record = page.records[0]
    assert (record.id, record.version) == (ID.lower(), "4027")
    assert (record.values["subject"], record.values["_ownerid_value"]) == ("Hello", ID.lower())
    assert (record.shown, record.points_to) == ({"_ownerid_value": "Ada"}, {"_ownerid_value": "team"})
    assert (page.next_link, page.delta_link) == ("", link)


@pytest.mark.parametrize("track", [False, True])
def test_links_are_followed_letter_by_letter_and_keep_what_was_asked_for(
    script: DynamicsScript, reader: DataverseReader, *, track: bool
) -> None:
    """A preference holds for one request alone."""
    query = "$select=leadid&$skiptoken=%3Ccookie%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%22%7e%2f"
    script.answers["/leads"] = lambda exchange: exchange.reply({"value": []})
    read(reader, f"{script.server.url}/api/data/v9.2/leads?{query}", track=track)
    request = script.asked("/leads")[0]
    assert request.target == f"/api/data/v9.2/leads?{query}"
    tracked = "odata.track-changes," if track else ""
    assert request.headers["prefer"].startswith(f"odata.maxpagesize=500,{tracked}odata.include-annotations=")


HEAVY = 1_000
"""Bytes of a row."""


def heavy(script: DynamicsScript) -> list[tuple[str, int]]:
    """Let a page hold as many heavy rows as are asked for; returns where each began, and how many were asked for."""
    asked: list[tuple[str, int]] = []

    def page(exchange: Exchange) -> None:
        rows = int(exchange.request.headers["prefer"].partition("maxpagesize=")[2].partition(",")[0])
        start = exchange.request.query.get("$skiptoken", "")
        asked.append((start, rows))
        link = f"leads?$select=leadid&$skiptoken={int(start or 0) + rows}"
        exchange.reply({"value": [row(subject="x" * HEAVY)] * rows, "@odata.nextLink": link})

    script.answers["/leads"] = page
    return asked


def test_a_page_of_heavy_rows_is_asked_for_anew_from_its_start_with_fewer(
    script: DynamicsScript, reader: DataverseReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.PAGE_BYTES", 200 * HEAVY)
    asked = heavy(script)
    first = read(reader)
    assert (len(first.records), asked) == (125, [("", 500), ("", 250), ("", 125)])
    second = read(reader, first.next_link, track=False)
    assert (len(second.records), asked[3:]) == (125, [("125", 125)]), "the table stays at it"
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.PAGE_BYTES", 70 * HEAVY)
    third = read(reader, second.next_link, track=False)
    assert (len(third.records), asked[4:]) == (62, [("250", 125), ("250", 62)]), "a page onward as well"


def test_where_not_even_few_rows_fit_the_error_names_the_table(
    script: DynamicsScript, reader: DataverseReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.PAGE_BYTES", 200)
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.MOST_BYTES", 40 * HEAVY)
    asked = heavy(script)
    with pytest.raises(ConnectionFailed) as caught:
        read(reader)
    assert [rows for _, rows in asked] == [500, 250, 125, 62, 50, 50, 50]
    assert caught.value.code == "rows-too-large"
    assert "“Lead”" in str(caught.value.finding.title)
    assert "50" in str(caught.value.finding.title)


def test_the_fewest_rows_may_fill_any_answer(
    script: DynamicsScript, reader: DataverseReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.PAGE_BYTES", 200)
    heavy(script)
    assert len(read(reader).records) == 50


def test_a_relative_link_is_resolved(script: DynamicsScript, reader: DataverseReader) -> None:
    script.answers["/leads"] = lambda exchange: exchange.reply({"value": []})
    read(reader, "leads?$skiptoken=2")
    assert script.asked("/leads")[0].target == f"{ROOT}leads?$skiptoken=2"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/data/v9.2/leads",
        "http://{host}/api/data/v9.2/leads",
        "//evil.example/api/data/v9.2/leads",
        "https://{host}@evil.example/api/data/v9.2/leads",
        "https://user@{host}/api/data/v9.2/leads",
        "https://{host}.evil.example/api/data/v9.2/leads",
        "https://{host}/other/leads",
        "https://{host}/api/data/v9.2/../../other",
        "https://{host}/api/data/v9.2/%2e%2e/%2e%2e/other",
        "https:\\\\{host}/api/data/v9.2/leads",
        "https://{host}/api/data/v9.2/leads?a b",
        "https://{host}/api/data/v9.2/le\nads",
        "https://127.0.0.1/api/data/v9.2/leads",
    ],
)
def test_a_link_that_leads_away_is_refused(script: DynamicsScript, reader: DataverseReader, link: str) -> None:
    link = link.format(host=script.server.host)
    with pytest.raises(ConnectionFailed) as caught:
        read(reader, link)
    assert caught.value.code == "dynamics.link"
    script.answers["/leads"] = lambda exchange: exchange.reply({"value": [], "@odata.nextLink": link})
    with pytest.raises(ConnectionFailed) as caught:
        read(reader)
    assert caught.value.code == "dynamics.link"
    assert len(script.asked("leads")) == 1


def test_rows_are_told_apart_by_their_prints(script: DynamicsScript, reader: DataverseReader) -> None:
    """Half characters, which only a lenient reader of JSON takes, among them."""
    half = r'"subject": "\ud83d"'
    rows = ['"subject": "Hello"', '"subject": null', '"subject": 1', '"subject": 1.0', half, half]
    body = ",".join(f'{{"leadid": "{ID}", {one}}}' for one in rows)
    script.answers["/leads"] = lambda exchange: exchange.reply(f'{{"value": [{body}]}}'.encode())
    prints = [record.print for record in read(reader).records]
    assert len(set(prints)) == 5
    assert prints[4] == prints[5]


def test_removed_records(script: DynamicsScript, reader: DataverseReader) -> None:
    gone = {"@odata.context": "https://x/$metadata#leads/$deletedEntity", "id": ID, "reason": "deleted"}
    script.answers["/leads"] = lambda exchange: exchange.reply({"value": [row(), gone]})
    kept, removed = read(reader).records
    assert (kept.deleted, removed.deleted, removed.id, removed.values) == (False, True, ID.lower(), {})


@pytest.mark.parametrize(
    "body",
    [b'{"error": "none"}', b"<html>", b'{"value": {}}', b'{"value": [{"subject": "no id"}]}', b'{"value": [1]}'],
)
def test_a_page_that_is_not_whole_is_asked_again(script: DynamicsScript, reader: DataverseReader, body: bytes) -> None:
    def broken_once(exchange) -> None:
        script.answers["/leads"] = lambda exchange: exchange.reply({"value": [row()]})
        exchange.reply(body)

    script.answers["/leads"] = broken_once
    assert len(read(reader).records) == 1
    assert len(script.asked("/leads")) == 2


def test_being_told_to_wait(script: DynamicsScript, reader: DataverseReader, waits) -> None:
    def busy_once(exchange) -> None:
        script.answers["/leads"] = lambda exchange: exchange.reply({"value": []})
        exchange.reply(
            {"error": {"code": "0x80072322", "message": "Number of requests exceeded"}}, 429, Retry_After="1"
        )

    script.answers["/leads"] = busy_once
    read(reader)
    assert waits == [(System.DYNAMICS, 1.0)]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (410, {"error": {"code": "0x80044352", "message": "Version stamp has expired."}}, "0x80044352"),
        (400, {"error": {"code": "0x80072491", "message": "Change tracking is not enabled."}}, "0x80072491"),
        (403, {"error": {"code": "0x80072560", "message": "The user is not a member."}}, "0x80072560"),
        (403, {"error": {"code": "-2147180256", "message": "licence"}}, "0x8004a120"),
        (403, b"<html>blocked</html>", "http.403"),
        (404, b"", "http.404"),
        (501, b"", "http.501"),
    ],
)
def test_refusals_keep_their_code(
    script: DynamicsScript, reader: DataverseReader, status: int, body: object, code: str
) -> None:
    script.answers["/leads"] = lambda exchange: exchange.reply(body, status, **{"x-ms-service-request-id": "request-1"})
    with pytest.raises(ConnectionFailed) as caught:
        read(reader)
    assert caught.value.code == code
    assert caught.value.ids == {"x-ms-service-request-id": "request-1"}
    assert caught.value.finding.title
    assert len(script.asked("/leads")) == 1


def test_a_missing_right_is_named(script: DynamicsScript, reader: DataverseReader) -> None:
    words = "Principal user (Id=1, type=8) is missing prvReadLead privilege"
    script.answers["/leads"] = lambda exchange: exchange.reply({"error": {"code": "0x80040220", "message": words}}, 403)
    with pytest.raises(DynSyncError) as caught:
        read(reader)
    assert "prvReadLead" in str(caught.value.finding.cure)

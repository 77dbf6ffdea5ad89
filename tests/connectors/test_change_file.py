"""A file of all changes between two moments, as a scripted Marketo writes it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange

from .marketo_script import MarketoScript, ok, refused
from .scripted import Exchange, Forge

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
END = START + timedelta(minutes=5)
ORDER = ChangeOrder("e-1", "2026-11-22T08:05:00Z", END)
TITLE = {"name": "title", "displayName": "Job Title", "dataType": "string", "length": 255, "updateable": True}
CITY = {"name": "city", "displayName": "City", "dataType": "string", "length": 255, "updateable": True}
BEGUN = {"createdAt": "2026-11-22T08:04:55Z", "startedAt": "2026-11-22T08:05:30Z"}
Row = tuple[int, str, object]


@pytest.fixture
def script(forge: Forge) -> MarketoScript:
    made = MarketoScript(forge)
    made.fields += [TITLE, CITY]
    made.answers["/activities/types.json"] = ok(
        {"id": 2, "name": "Fill Out Form"}, {"id": 113, "name": "Change Data Value"}
    )
    made.answers["/pagingtoken.json"] = ok(nextPageToken="onward")
    for call in ("create", "enqueue"):
        made.answers[f"/{call}.json"] = ok({"exportId": "e-1", "status": "Created"})
    return made


def written(script: MarketoScript, rows: Sequence[Row], status: str = "Completed", **told: object) -> bytes:
    """A finished file of these rows: person, field as the file names it, and its attributes."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["leadId", "primaryAttributeValue", "attributes"])
    for person, name, attributes in rows:
        writer.writerow([person, name, attributes if isinstance(attributes, str) else json.dumps(attributes)])
    content = stream.getvalue().encode()
    about = {"fileSize": len(content), "fileChecksum": f"sha256:{hashlib.sha256(content).hexdigest()}", **BEGUN, **told}
    script.answers["/status.json"] = ok({"exportId": "e-1", "status": status, **about})

    def file(exchange: Exchange) -> None:
        exchange.reply(content, content_type="text/csv; charset=utf-8")

    script.answers["/file.json"] = file
    return content


def taken(writer: MarketoRestWriter) -> list[PersonChange]:
    written = writer.ordered_changes(ORDER, ["title", "city"])
    assert written is not None
    return [change for part in written.parts for change in part]


def test_it_is_asked_for_by_the_name_of_the_activity(script: MarketoScript) -> None:
    writer = script.writer()
    order = writer.order_changes(START, END)
    writer.close()
    assert order is not None
    assert (order.id, order.until) == ("e-1", END)
    (made,) = script.asked("/create.json")
    assert made.json["filter"]["activityTypeIds"] == [113]
    moments = made.json["filter"]["createdAt"]
    assert moments["startAt"] < moments["endAt"] == order.ends
    assert len(script.asked("/enqueue.json")) == 1


def test_an_instance_without_such_activities_makes_none(script: MarketoScript) -> None:
    script.answers["/activities/types.json"] = ok({"id": 2, "name": "Fill Out Form"})
    writer = script.writer()
    assert writer.order_changes(START, END) is None
    writer.close()


def test_fields_are_found_by_their_labels_and_unknown_ones_may_be_any(script: MarketoScript) -> None:
    rows: list[Row] = [
        (7, "Job Title", {"Old Value": "a", "New Value": "b", "Source": "Web service API"}),
        (8, "title", {"New Value": "c"}),
        (9, "Email Address", {"New Value": "x@y.example"}),
        (10, "Renamed Since", {"Old Value": "d"}),
        (11, "CITY", "no json"),
    ]
    written(script, rows)
    writer = script.writer()
    found = taken(writer)
    writer.close()
    assert found[:2] == [PersonChange("7", "title", "a", "b", by_hand=False), PersonChange("8", "title", "", "c")]
    assert set(found[2:4]) == {PersonChange("10", "title", "d"), PersonChange("10", "city", "d")}
    assert found[4:] == [PersonChange("11", "city", "")]


def test_many_come_in_parts(script: MarketoScript) -> None:
    written(script, [(number, "City", {"New Value": str(number)}) for number in range(700)])
    writer = script.writer()
    found = writer.ordered_changes(ORDER, ["city"])
    assert found is not None
    assert [len(part) for part in found.parts] == [300, 300, 100]
    writer.close()


@pytest.mark.parametrize(
    ("told", "since"),
    [
        ({"startedAt": "2026-11-22T08:05:30Z"}, "2026-11-22T08:04:59Z"),
        ({"startedAt": "2026-11-22T08:04:56+0000"}, "2026-11-22T08:04:56Z"),
        ({"startedAt": None, "createdAt": "2026-11-22T08:04:55Z"}, "2026-11-22T08:04:55Z"),
    ],
)
def test_what_follows_begins_where_it_ends_or_where_it_was_written_before(
    script: MarketoScript, told: dict[str, object], since: str
) -> None:
    written(script, [(1, "City", {"New Value": "x"})], **told)
    writer = script.writer()
    taken(writer)
    writer.close()
    assert [request.query["sinceDatetime"] for request in script.asked("/pagingtoken.json")] == [since]


@pytest.mark.parametrize("status", ["Created", "Queued", "Processing"])
def test_what_is_not_written_yet_is_none(script: MarketoScript, status: str) -> None:
    written(script, [], status)
    writer = script.writer()
    assert writer.ordered_changes(ORDER, ["city"]) is None
    writer.close()


@pytest.mark.parametrize(
    ("status", "size"), [("Failed", 10), ("Canceled", 10), ("Completed", 500_000_000), ("Completed", "many")]
)
def test_what_will_never_come_or_is_too_large_fails(script: MarketoScript, status: str, size: object) -> None:
    written(script, [], status, fileSize=size)
    writer = script.writer()
    with pytest.raises(ConnectionFailed):
        writer.ordered_changes(ORDER, ["city"])
    writer.close()
    assert script.asked("/file.json") == []


def test_half_a_file_is_none(script: MarketoScript) -> None:
    written(script, [(1, "City", {"New Value": "x"})], fileChecksum=f"sha256:{0:064}")
    writer = script.writer()
    with pytest.raises(TemporaryFailure):
        writer.ordered_changes(ORDER, ["city"])
    writer.close()


def test_a_job_that_nobody_knows_fails(script: MarketoScript) -> None:
    script.answers["/status.json"] = refused("1013", "Export not found")
    writer = script.writer()
    with pytest.raises(ConnectionFailed):
        writer.ordered_changes(ORDER, ["city"])
    writer.close()


def test_a_file_that_is_called_complete_before_it_is_there_is_none(script: MarketoScript) -> None:
    written(script, [(1, "City", {"New Value": "x"})])
    script.answers["/file.json"] = lambda exchange: exchange.reply(b"", status=404)
    writer = script.writer()
    assert writer.ordered_changes(ORDER, ["city"]) is None
    writer.close()


def test_who_was_at_work_is_told(script: MarketoScript) -> None:
    sources = ["Web service API", "Smart Campaign", None]
    written(script, [(1, "City", {"New Value": "x", "Source": source}) for source in sources])
    writer = script.writer()
    assert [change.by_hand for change in taken(writer)] == [False, True, None]
    writer.close()

"""Calls about files: hand over, ask, and read back."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta

import pytest

from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.errors import ConnectionFailed, GuardStop, TemporaryFailure
from dynsync_gui.domain.imports import MOST_BYTES, ImportState, ImportStatus, QueueFull
from dynsync_gui.domain.ports.marketo import BatchRefused

from .marketo_script import Answer, MarketoScript, ok, refused
from .test_contract import contract

__all__ = ["contract"]
CONTENT = 'dynamicsId,lastName\r\na-1,"O""Neil, é"\r\n'.encode()
QUEUED = ok({"batchId": 1022, "importId": "1022", "status": "Queued"})
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def text(content: str, status: int = 200) -> Answer:
    return lambda exchange: exchange.reply(content.encode(), status, **{"Content-Type": "text/csv"})


@pytest.mark.parametrize(("known", "field"), [(False, "dynamicsId"), (True, "id")])
def test_a_file_travels_as_adobe_wants_it(
    script: MarketoScript, writer: MarketoRestWriter, known: bool, field: str
) -> None:
    script.answers["/bulk/v1/leads.json"] = QUEUED
    assert writer.send_people(CONTENT, known=known) == "1022"
    (request,) = script.asked("/bulk/v1/leads.json")
    assert (request.method, request.query) == ("POST", {"format": "csv", "lookupField": field})
    kind = request.headers["content-type"]
    assert kind.startswith("multipart/form-data; boundary=")
    (part,) = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body).get_payload()
    assert part.get_param("name", header="content-disposition") == "file"
    assert part.get_filename() == "people.csv"
    assert part.get_content_type() == "text/csv"
    assert part.get_payload(decode=True) == CONTENT


def test_a_file_that_is_too_big_never_leaves(script: MarketoScript, writer: MarketoRestWriter) -> None:
    with pytest.raises(ValueError, match="10 MB"):
        writer.send_people(b"x" * (MOST_BYTES + 1))
    assert script.server.requests == []


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (refused("1016"), QueueFull),
        (refused("1003"), BatchRefused),
        (refused("1006"), BatchRefused),
        (refused("603"), ConnectionFailed),
        (refused("612"), ConnectionFailed),
        (refused("607"), GuardStop),
        (lambda exchange: exchange.reply(b"", 413), BatchRefused),
        (refused("608"), TemporaryFailure),
        (lambda exchange: exchange.reply(b"<html>", 502), TemporaryFailure),
        (ok(), TemporaryFailure),
        (ok({"status": "Queued"}), TemporaryFailure),
    ],
)
def test_files_that_are_not_taken(
    script: MarketoScript, writer: MarketoRestWriter, answer: Answer, raised: type[Exception]
) -> None:
    """Once each: who does not know whether a file arrived must not send it again at once."""
    script.answers["/bulk/v1/leads.json"] = answer
    with pytest.raises(raised) as caught:
        writer.send_people(CONTENT)
    assert type(caught.value) is raised
    assert len(script.asked("/bulk/v1/leads.json")) == 1


def test_a_token_that_ended_is_renewed_for_a_file(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/bulk/v1/leads.json"] = [refused("602"), QUEUED]
    assert writer.send_people(CONTENT) == "1022"
    assert script.asked("/bulk/v1/leads.json")[0].body == script.asked("/bulk/v1/leads.json")[1].body


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (ok({"batchId": 7, "status": "Queued"}), ImportStatus(ImportState.WAITING)),
        (ok({"batchId": 7, "status": "Importing", "numOfLeadsProcessed": 3}), ImportStatus(ImportState.WAITING)),
        (ok({"batchId": 7, "status": "Failed", "message": "No"}), ImportStatus(ImportState.FAILED, message="No")),
        (
            ok({"batchId": 7, "status": "Complete", "numOfRowsFailed": 2, "numOfRowsWithWarning": 1, "message": "m"}),
            ImportStatus(ImportState.DONE, 2, 1, "m"),
        ),
        (refused("1013", "gone"), ImportStatus(ImportState.FORGOTTEN, message="gone")),
        (lambda exchange: exchange.reply(b"no", 404), ImportStatus(ImportState.FORGOTTEN, message="HTTP 404")),
    ],
)
def test_how_far_an_import_is(
    script: MarketoScript, writer: MarketoRestWriter, answer: Answer, status: ImportStatus
) -> None:
    script.answers["/batch/7.json"] = answer
    assert writer.import_status("7") == status


def test_rows_come_back_with_their_reasons(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/failures.json"] = text(
        'dynamicsId,title,lastName,Import Failure Reason\r\nA-1,,"x\r\ny","Bad, ""very"""\r\nb-2,Only two\r\n'
    )
    assert writer.import_rows("7") == {"a-1": 'Bad, "very"', "b-2": "Only two"}
    script.answers["/warnings.json"] = text("", 404)
    assert writer.import_rows("7", warned=True) == {}
    script.answers["/failures.json"] = [refused("601"), text("dynamicsId,Import Failure Reason\na,b\n")]
    assert writer.import_rows("7") == {"a": "b"}
    script.answers["/failures.json"] = refused("607")
    with pytest.raises(GuardStop):
        writer.import_rows("7")


def test_ids_come_in_a_file(script: MarketoScript, writer: MarketoRestWriter) -> None:
    created = ok({"exportId": "e-1", "status": "Created"})
    script.answers["/export/create.json"] = created
    script.answers["/enqueue.json"] = ok({"exportId": "e-1", "status": "Queued"})
    assert writer.begin_keys(NOW, NOW + timedelta(hours=2)) == "e-1"
    (request,) = script.asked("/export/create.json")
    assert request.json["fields"] == ["id", "dynamicsId"]
    assert set(request.json["filter"]) == {"createdAt"}
    assert script.asked("/export/e-1/enqueue.json")[0].method == "POST"
    script.answers["/status.json"] = [ok({"status": status}) for status in ("Queued", "Processing", "Completed")]
    script.answers["/file.json"] = [text("", 404), text("id,dynamicsId\n5,A-1\n6,null\n7,\n")]
    assert [writer.keys("e-1") for _ in range(4)] == [None, None, None, {"a-1": "5"}]
    script.answers["/file.json"] = text("dynamicsId\n5\n")
    with pytest.raises(ConnectionFailed):
        writer.keys("e-1")
    for status in ("Failed", "Canceled", "Cancelled"):
        script.answers["/status.json"] = ok({"status": status})
        with pytest.raises(ConnectionFailed):
            writer.keys("e-1")


@pytest.mark.parametrize(
    ("words", "raised"),
    [
        ("Too many jobs in queue", QueueFull),
        ("Export daily quota exceeded", ConnectionFailed),
        ("Already queued", None),
    ],
)
def test_the_queue_of_exports(
    script: MarketoScript, writer: MarketoRestWriter, words: str, raised: type[Exception] | None
) -> None:
    script.answers["/export/create.json"] = ok({"exportId": "e-1", "status": "Created"})
    script.answers["/enqueue.json"] = refused("1029", words)
    if raised is None:
        assert writer.begin_keys(NOW, NOW) == "e-1"
        return
    with pytest.raises(raised):
        writer.begin_keys(NOW, NOW)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_requests_fit_adobes_definition(contract, script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/bulk/v1/leads.json"] = QUEUED
    script.answers["/export/create.json"] = ok({"exportId": "e-1", "status": "Created"})
    script.answers["/enqueue.json"] = ok({"exportId": "e-1", "status": "Queued"})
    script.answers["/status.json"] = ok({"exportId": "e-1", "status": "Completed"})
    script.answers["/batch/1022.json"] = ok({"batchId": 1022, "status": "Queued"})
    script.answers["/file.json"] = text("id,dynamicsId\n")
    script.answers["/failures.json"] = script.answers["/warnings.json"] = text("dynamicsId,Import Failure Reason\n")
    writer.send_people(CONTENT)
    writer.import_status("1022")
    writer.import_rows("1022")
    writer.import_rows("1022", warned=True)
    writer.begin_keys(NOW, NOW + timedelta(hours=1))
    writer.keys("e-1")
    asked = [request for request in script.server.requests if "/bulk/" in request.path]
    assert len(asked) == 8
    for request in asked:
        kind = request.headers.get("content-type", "")
        body = {"file": "people.csv"} if "multipart" in kind else request.json if request.body else None
        assert contract.request(request.method, request.path, request.query, body, kind) == [], request.target


def test_a_file_waits_its_turn(script: MarketoScript, writer: MarketoRestWriter, monkeypatch) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.marketo.codes.WINDOW_SECONDS", 0.1)
    script.answers["/bulk/v1/leads.json"] = [refused("606"), refused("606"), QUEUED]
    assert writer.send_people(CONTENT) == "1022"

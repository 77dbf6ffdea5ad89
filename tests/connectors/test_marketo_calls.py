"""Calls to Marketo: sign-in, envelope, repeats, refusals."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import Cancelled, ConnectionFailed, GuardStop, TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.ports.marketo import BatchRefused, RowOutcome, TooManyMatches
from dynsync_gui.domain.schema import System, Target

from .marketo_script import MarketoScript, ok, refused
from .scripted import Exchange


@pytest.fixture
def script(forge) -> MarketoScript:
    return MarketoScript(forge)


@pytest.fixture
def waits() -> list[tuple[System, float]]:
    return []


@pytest.fixture
def writer(script: MarketoScript, waits, token: CancelToken) -> Iterator[MarketoRestWriter]:
    made = script.writer(token, lambda system, seconds, _: waits.append((system, seconds)))
    yield made
    made.close()


ROWS = [{"dynamicsId": "a", "email": "a@b.com"}, {"dynamicsId": "b", "email": None}]
CREATED = ok({"id": 1, "status": "created"}, {"id": 2, "status": "updated"})
OUTCOME = (RowOutcome("created", "1"), RowOutcome("updated", "2"))


def no_wait(*_: object) -> None:
    pytest.fail("it waited")


def upsert(writer: MarketoRestWriter) -> tuple[RowOutcome, ...]:
    return writer.upsert(Target.PERSON, ROWS, "dynamicsId")


def test_the_secret_travels_in_a_form_body(script: MarketoScript, writer: MarketoRestWriter) -> None:
    writer.describe(Target.PERSON)
    (request,) = script.asked("/identity")
    assert (request.method, request.target) == ("POST", "/identity/oauth/token")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    expected = {"grant_type": "client_credentials", "client_id": "client-id", "client_secret": "s3cret+/ value"}
    assert request.form == expected


def test_threads_share_one_token(script: MarketoScript, writer: MarketoRestWriter) -> None:
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(writer.describe, Target.PERSON) for _ in range(8)]:
            future.result()
    assert len(script.asked("/identity")) == 1


def test_a_token_that_is_refused_in_all_threads_at_once_is_replaced_once(script: MarketoScript) -> None:
    together = threading.Barrier(8, timeout=60)

    def told(exchange: Exchange) -> None:
        if exchange.request.headers["authorization"] == "Bearer token-1":
            together.wait()
            refused("602")(exchange)
        else:
            CREATED(exchange)

    script.answers["/leads.json"] = told
    writer = script.writer(in_flight=8)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda _: upsert(writer), range(8))) == [OUTCOME] * 8
    finally:
        writer.close()
    assert len(script.asked("/identity")) == 2


def test_a_token_at_its_end_is_waited_out(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.lives = [0, "1", 3600]
    began = time.monotonic()
    writer.describe(Target.PERSON)
    assert len(script.asked("/identity")) == 3
    assert time.monotonic() - began >= 2.0


@pytest.mark.parametrize("code", ["601", "602"])
def test_a_refused_token_is_replaced_at_once(
    script: MarketoScript, writer: MarketoRestWriter, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CancelToken, "wait", no_wait)
    script.answers["/leads.json"] = [refused(code), CREATED]
    assert upsert(writer) == OUTCOME
    assert len(script.asked("/identity")) == 2


@pytest.mark.parametrize("code", ["601", "602"])
def test_a_token_that_is_refused_as_soon_as_it_is_new_is_passing_trouble(
    script: MarketoScript, writer: MarketoRestWriter, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(CancelToken, "wait", lambda _, seconds: waits.append(seconds))
    script.answers["/leads.json"] = [refused("601")] * 4 + [refused(code), CREATED]
    assert upsert(writer) == OUTCOME
    assert len(script.asked("/identity")) == 6
    assert len(waits) == 4
    assert sum(waits) <= 15.0


@pytest.mark.parametrize("code", ["601", "602"])
def test_tokens_refused_again_and_again_end_it(
    script: MarketoScript, writer: MarketoRestWriter, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(CancelToken, "wait", lambda _, seconds: waits.append(seconds))
    script.answers["/leads.json"] = refused(code)
    with pytest.raises(ConnectionFailed) as caught:
        upsert(writer)
    assert not isinstance(caught.value, TemporaryFailure)
    assert (caught.value.code, caught.value.finding) == (code, MARKETO["601"])
    assert len(script.asked("/leads.json")) == 6
    assert sum(waits) <= 15.0


def test_credentials_that_are_withdrawn_meanwhile_end_it_at_once(
    script: MarketoScript, writer: MarketoRestWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CancelToken, "wait", no_wait)
    script.answers["/leads.json"] = [CREATED, refused("601")]
    upsert(writer)
    script.answers["/identity"] = lambda exchange: exchange.reply({"error": "invalid_client"}, 401)
    with pytest.raises(ConnectionFailed) as caught:
        upsert(writer)
    assert caught.value.code == "marketo.credentials"
    assert len(script.asked("/leads.json")) == 2


@pytest.mark.parametrize(("status", "error"), [(401, "invalid_client"), (401, "unauthorized"), (400, "invalid_client")])
def test_wrong_credentials(script: MarketoScript, writer: MarketoRestWriter, status: int, error: str) -> None:
    script.answers["/identity"] = lambda exchange: exchange.reply({"error": error, "error_description": "Bad"}, status)
    checks = {check.id: check for check in writer.check(lambda _: None)}
    assert checks["marketo.address"].state is CheckState.PASSED
    assert (checks["marketo.sign-in"].state, checks["marketo.sign-in"].code) == ("failed", "marketo.credentials")
    assert {check.state for check in checks.values()} == {"passed", "failed", "skipped"}


@pytest.mark.parametrize("body", [b"not found", b"{}", b"<html>404</html>"])
def test_what_is_no_marketo(script: MarketoScript, writer: MarketoRestWriter, body: bytes) -> None:
    script.answers["/identity"] = lambda exchange: exchange.reply(body, 404)
    address = writer.check(lambda _: None)[0]
    assert (address.id, address.state, address.code) == ("marketo.address", "failed", "marketo.not-marketo")


def test_rows_are_sent_as_adobe_wants_them(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = CREATED
    assert upsert(writer) == OUTCOME
    (request,) = script.asked("/leads.json")
    assert request.json == {"action": "createOrUpdate", "lookupField": "dynamicsId", "input": ROWS}
    assert request.headers["content-type"] == "application/json"
    writer.upsert(Target.PERSON, [{"id": 1}, {"id": 2}], "id")
    assert script.asked("/leads.json")[-1].json["action"] == "updateOnly"


def test_companies_are_found_again_by_their_key(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/companies.json"] = ok({"seq": 1, "status": "updated", "id": 8}, {"seq": 0, "status": "created"})
    rows = [{"externalCompanyId": "a"}, {"externalCompanyId": "b"}]
    outcome = writer.upsert(Target.COMPANY, rows, "externalCompanyId")
    assert outcome == (RowOutcome("created", ""), RowOutcome("updated", "8"))
    body = script.asked("/companies.json")[0].json
    assert body == {"action": "createOrUpdate", "dedupeBy": "dedupeFields", "input": rows}


def test_half_characters_do_not_stop_a_batch(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = ok({"id": 1, "status": "created"})
    writer.upsert(Target.PERSON, [{"dynamicsId": "a", "firstName": "Z\ud83d o\u0308 \U0001f600"}], "dynamicsId")
    assert script.asked("/leads.json")[0].json["input"][0]["firstName"] == "Z? o\u0308 \U0001f600"


def test_reasons_of_rows(script: MarketoScript, writer: MarketoRestWriter) -> None:
    reason = {"code": "1003", "message": "Invalid value for field 'email' and value 'x'"}
    script.answers["/leads.json"] = ok({"status": "skipped", "reasons": [reason]}, {"status": "skipped"})
    first, second = upsert(writer)
    assert (first.status, first.code, first.message) == ("skipped", "1003", reason["message"])
    assert (second.status, second.code) == ("skipped", "unknown")


@pytest.mark.parametrize(
    "answer",
    [
        ok({"id": 1, "status": "created"}),
        ok({"id": 1, "status": "created"}, {"id": 2}),
        ok({"id": 1, "status": "created"}, 2),
        lambda exchange: exchange.reply({"success": True}),
        lambda exchange: exchange.reply({"success": False}),
        lambda exchange: exchange.reply(b"<html>", 502),
        lambda exchange: exchange.reply(b"<html>"),
        *(refused(code) for code in ("500", "502", "604", "608", "611", "614", "713", "719")),
    ],
)
def test_an_unknown_outcome_is_sent_again(script: MarketoScript, writer: MarketoRestWriter, answer) -> None:
    there = ok({"dynamicsId": "a"}, {"dynamicsId": "b"})
    answers = [answer, CREATED]
    script.answers["/leads.json"] = lambda exchange: (
        there(exchange) if b"_method=GET" in exchange.request.body else answers.pop(0)(exchange)
    )
    assert upsert(writer) == OUTCOME
    bodies = [request.body for request in script.asked("/leads.json") if b"_method=GET" not in request.body]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_too_many_at_once_is_waited_out(script: MarketoScript, writer: MarketoRestWriter, waits) -> None:
    script.answers["/leads.json"] = [refused("615"), CREATED]
    assert upsert(writer) == OUTCOME
    assert [system for system, _ in waits] == [System.MARKETO]
    assert 1.0 <= waits[0][1] <= 3.0


def test_the_rate_limit_holds_everybody_for_a_window(script: MarketoScript, token: CancelToken) -> None:
    waits, waiting = [], threading.Event()
    writer = script.writer(token, lambda *wait: (waits.append(wait), waiting.set()))
    script.answers["/leads.json"] = refused("606", "Max rate limit '100' exceeded with in '20' secs")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(upsert, writer)
        assert waiting.wait(60)
        token.cancel()
        assert isinstance(future.exception(5), Cancelled)
    writer.close()
    assert waits == [(System.MARKETO, 20.0, WaitCause.SLOWED)]
    assert len(script.asked("/leads.json")) == 1


def test_the_daily_quota_stops_the_work(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = refused("607", "Daily quota '50000' reached")
    with pytest.raises(GuardStop) as caught:
        upsert(writer)
    assert caught.value.code == "quota"
    assert len(script.asked("/leads.json")) == 1


@pytest.mark.parametrize("code", ["413", "609", "1003", "1006", "1036", "1077"])
def test_a_batch_refused_for_what_it_holds(script: MarketoScript, writer: MarketoRestWriter, code: str) -> None:
    script.answers["/leads.json"] = refused(code)
    with pytest.raises(BatchRefused) as caught:
        upsert(writer)
    assert caught.value.code == code
    assert len(script.asked("/leads.json")) == 1


def test_a_body_too_large_is_refused_for_what_it_holds(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = lambda exchange: exchange.reply(b"<html>413</html>", 413)
    with pytest.raises(BatchRefused) as caught:
        upsert(writer)
    assert caught.value.code == "413"


@pytest.mark.parametrize("code", ["603", "605", "610", "616", "1018", "8888"])
def test_refusals_that_no_smaller_batch_helps(script: MarketoScript, writer: MarketoRestWriter, code: str) -> None:
    script.answers["/leads.json"] = refused(code, "their words")
    with pytest.raises(ConnectionFailed) as caught:
        upsert(writer)
    failure = caught.value
    assert (failure.code, failure.detail, dict(failure.ids)) == (code, "their words", {"requestId": "r#2"})
    assert not isinstance(failure, TemporaryFailure)
    assert len(script.asked("/leads.json")) == 1


def test_a_missing_permission_is_named(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/companies.json"] = refused("603", "Access denied")
    with pytest.raises(ConnectionFailed) as caught:
        writer.upsert(Target.COMPANY, [{"externalCompanyId": "a"}], "externalCompanyId")
    assert "Read-Write Company" in str(caught.value.finding.cure)


def test_looking_up_goes_through_all_pages(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = [
        ok({"id": 1}, nextPageToken="next==", moreResult=True),
        ok(nextPageToken="last==", moreResult=True),
        ok({"id": 2}, nextPageToken="end==", moreResult=False),
    ]
    found = writer.find(Target.PERSON, "email", ["a@b.com", "o'b+c@d.com"], ["id", "email"])
    assert [row["id"] for row in found] == [1, 2]
    first, second, third = script.asked("/leads.json")
    assert (first.method, first.target) == ("POST", "/rest/v1/leads.json")
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert first.form == {
        "_method": "GET",
        "filterType": "email",
        "filterValues": "a@b.com,o'b+c@d.com",
        "fields": "id,email",
        "batchSize": "300",
    }
    assert (second.form["nextPageToken"], third.form["nextPageToken"]) == ("next==", "last==")


def test_pages_without_an_end(script: MarketoScript, writer: MarketoRestWriter, monkeypatch) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.marketo.records._MOST_PAGES", 3)
    script.answers["/leads.json"] = ok({"id": 1}, nextPageToken="again", moreResult=True)
    with pytest.raises(TemporaryFailure):
        writer.find(Target.PERSON, "email", ["a@b.com"], ["id"])


def test_too_many_matches(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = refused("1003", "Too many results match the filter")
    with pytest.raises(TooManyMatches):
        writer.find(Target.PERSON, "email", ["a@b.com"], ["id"])


def test_nothing_found_is_no_refusal(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = refused("702", "No data found")
    assert writer.find(Target.PERSON, "email", ["a@b.com"], ["id"]) == ()
    assert writer.find(Target.PERSON, "email", [], ["id"]) == ()
    assert len(script.asked("/leads.json")) == 1


@pytest.mark.parametrize("values", [["a,b"], [str(n) for n in range(301)]])
def test_what_cannot_be_asked_is_not_asked(script: MarketoScript, writer: MarketoRestWriter, values) -> None:
    with pytest.raises(ValueError, match="at most 300"):
        writer.find(Target.PERSON, "email", values, ["id"])
    assert script.asked("/leads.json") == []


def test_every_person_by_partitions(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.searchable.append("leadPartitionId")
    script.answers["/partitions.json"] = ok({"id": 1, "name": "Default"}, {"id": 7, "name": "EU"})
    script.answers["/leads.json"] = [ok({"id": 1}), ok({"id": 2}, {"id": 1})]
    assert sorted(row["id"] for row in writer.all_persons(["email"], 1000) or ()) == [1, 2]
    assert [request.form["filterValues"] for request in script.asked("/leads.json")] == ["1", "7"]
    assert writer.all_persons(["email"], 1) is None
    script.answers["/leads.json"] = refused("1003", "Too many results match the filter")
    assert writer.all_persons(["email"], 1000) is None


def test_persons_cannot_be_listed_without_partitions(script: MarketoScript, writer: MarketoRestWriter) -> None:
    assert writer.all_persons(["email"], 1000) is None
    assert script.asked("/partitions.json") == []

"""A call that creates people and of which nobody heard."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from dynsync_gui.connectors.marketo import creating
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, ConnectionFailed
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.schema import KEY_FIELD, System, Target

from .marketo_script import Answer, MarketoScript, ok, refused
from .scripted import Exchange

ROWS = [{KEY_FIELD: "a", "email": "a@b.com"}, {KEY_FIELD: "B", "email": None}]
CREATED = ok({"id": 1, "status": "created"}, {"id": 2, "status": "created"})
FOUND = ok({KEY_FIELD: "a"}, {KEY_FIELD: "b"})
HALF = ok({KEY_FIELD: "a"})


def cut(exchange: Exchange) -> None:
    exchange.wire.shutdown(2)


def busy(exchange: Exchange) -> None:
    exchange.reply(b"<html>Bad gateway</html>", 502)


def later(exchange: Exchange) -> None:
    exchange.reply(b"", 503, Retry_After="0")


def told(script: MarketoScript) -> list[str]:
    """What was asked for, in order."""
    return ["look" if "_method=GET" in str(one.body) else "create" for one in script.asked("/leads.json")]


@pytest.mark.parametrize("unheard", [cut, busy, refused("604")])
def test_it_is_made_again_once_everybody_is_there(
    script: MarketoScript, writer: MarketoRestWriter, unheard: Answer
) -> None:
    script.answers["/leads.json"] = [unheard, ok(), HALF, FOUND, CREATED]
    assert [one.status for one in writer.upsert(Target.PERSON, ROWS, KEY_FIELD)] == ["created"] * 2
    assert told(script) == ["create", "look", "look", "look", "create"]
    assert script.asked("/leads.json")[3].form["filterValues"] == "B", "who is there is not asked for again"


def test_it_is_made_again_once_it_must_be_over(
    script: MarketoScript, writer: MarketoRestWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating, "OVER_SECONDS", 1.0)
    began = time.monotonic()
    script.answers["/leads.json"] = lambda exchange: (
        ok()(exchange) if "_method=GET" in str(exchange.request.body) else answers.pop(0)(exchange)
    )
    answers: list[Answer] = [cut, CREATED]
    writer.upsert(Target.PERSON, ROWS, KEY_FIELD)
    assert time.monotonic() - began >= 1.0
    assert told(script)[0] == told(script)[-1] == "create"


@pytest.mark.parametrize("heard", [refused("606"), refused("615"), later])
def test_an_answer_is_an_answer(
    script: MarketoScript, writer: MarketoRestWriter, heard: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CancelToken, "wait", lambda *_: None)
    script.answers["/leads.json"] = [heard, CREATED]
    writer.upsert(Target.PERSON, ROWS, KEY_FIELD)
    assert told(script) == ["create", "create"]


def test_what_is_known_by_its_id_is_sent_again_at_once(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = [cut, CREATED]
    writer.upsert(Target.PERSON, [{"id": 1}, {"id": 2}], "id")
    assert told(script) == ["create", "create"]


def test_it_is_not_tried_for_ever(script: MarketoScript, writer: MarketoRestWriter) -> None:
    script.answers["/leads.json"] = lambda exchange: (
        FOUND(exchange) if "_method=GET" in str(exchange.request.body) else cut(exchange)
    )
    with pytest.raises(ConnectionFailed) as caught:
        writer.upsert(Target.PERSON, ROWS, KEY_FIELD)
    assert caught.value.code == "network.reset"
    assert told(script).count("create") == 5


def test_a_stop_ends_the_waiting(script: MarketoScript, writer: MarketoRestWriter, token: CancelToken) -> None:
    def cancelling(exchange: Exchange) -> None:
        token.cancel()
        ok()(exchange)

    script.answers["/leads.json"] = [cut, cancelling]
    with pytest.raises(Cancelled):
        writer.upsert(Target.PERSON, ROWS, KEY_FIELD)


def test_a_wait_is_told_until_it_is_over(script: MarketoScript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "OVER_SECONDS", 95.0)
    waits: list[tuple[System, float, WaitCause]] = []
    writer = script.writer(on_wait=lambda *told: waits.append(told))
    script.answers["/leads.json"] = [cut, HALF, HALF, FOUND, CREATED]
    writer.upsert(Target.PERSON, ROWS, KEY_FIELD)
    writer.close()
    (system, seconds, cause), end = waits
    assert (system, cause) == (System.MARKETO, WaitCause.UNHEARD)
    assert 0 < seconds <= 95.0
    assert end == (System.MARKETO, 0.0, WaitCause.UNHEARD)


def test_who_is_there_at_once_is_not_waited_for(script: MarketoScript) -> None:
    waits: list[tuple[System, float, WaitCause]] = []
    writer = script.writer(on_wait=lambda *told: waits.append(told))
    script.answers["/leads.json"] = [cut, FOUND, CREATED]
    writer.upsert(Target.PERSON, ROWS, KEY_FIELD)
    writer.close()
    assert waits == []


def test_several_waits_are_told_as_one_until_the_last_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    told: list[float] = []
    creator = creating.Creating(None, CancelToken(), told.append)  # type: ignore[arg-type]  no call is made
    with creator._told(1_090.0):
        with creator._told(1_090.5), creator._told(1_100.0):
            assert told == [90.0, 100.0]
        assert told == [90.0, 100.0]
    assert told == [90.0, 100.0, 0.0]
    with creator._told(1_010.0):
        assert told[3:] == [10.0], "what is over does not count any more"


def test_a_wait_that_is_over_by_then_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    told: list[float] = []
    creator = creating.Creating(None, CancelToken(), told.append)  # type: ignore[arg-type]  no call is made
    with creator._told(999.0):
        pass
    assert told == []

"""A list of who is still there, as a scripted Marketo writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dynsync_gui.domain.errors import ConnectionFailed

from .marketo_script import MarketoScript, ok, refused
from .scripted import Forge

SINCE = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def script(forge: Forge) -> MarketoScript:
    made = MarketoScript(forge)
    made.answers["/pagingtoken.json"] = ok(nextPageToken="onward")
    for call in ("create", "enqueue"):
        made.answers[f"/{call}.json"] = ok({"exportId": "e-1", "status": "Created"})
    return made


def written(script: MarketoScript, content: bytes) -> None:
    about = {"createdAt": "2026-11-22T08:10:00Z", "startedAt": "2026-11-22T08:10:07Z", "fileSize": len(content)}
    script.answers["/status.json"] = ok({"exportId": "e-1", "status": "Completed", **about})
    script.answers["/file.json"] = lambda exchange: exchange.reply(content, content_type="text/csv")


def test_it_is_asked_for_by_the_day_of_the_last_change(script: MarketoScript) -> None:
    writer = script.writer()
    assert writer.order_roll(SINCE) == "e-1"
    writer.close()
    (made,) = script.asked("/create.json")
    assert made.path == "/bulk/v1/leads/export/create.json"
    assert made.json["fields"] == ["id"]
    assert made.json["filter"]["updatedAt"]["startAt"] < "2026-11-22T08:00:00Z"
    assert len(script.asked("/enqueue.json")) == 1


def test_an_instance_that_cannot_tell_makes_none(script: MarketoScript) -> None:
    script.answers["/create.json"] = refused("1035", "Unsupported filter type for target subscription: updatedAt")
    writer = script.writer()
    with pytest.raises(ConnectionFailed):
        writer.order_roll(SINCE)
    writer.close()


def test_who_is_on_it_comes_in_parts_and_what_follows_begins_where_it_was_written(script: MarketoScript) -> None:
    written(script, b"id\n" + b"".join(b"%d\n" % number for number in range(2_500)))
    writer = script.writer()
    roll = writer.called("e-1")
    assert roll is not None
    parts = list(roll.there)
    writer.close()
    assert [len(part) for part in parts] == [1_000, 1_000, 500]
    assert [id_ for part in parts for id_ in part] == [str(number) for number in range(2_500)]
    assert roll.onward == "onward"
    assert [one.query["sinceDatetime"] for one in script.asked("/pagingtoken.json")] == ["2026-11-22T08:10:07Z"]


def test_a_list_of_something_else_is_none(script: MarketoScript) -> None:
    written(script, b"email\na@b.example\n")
    writer = script.writer()
    roll = writer.called("e-1")
    assert roll is not None
    with pytest.raises(ConnectionFailed):
        list(roll.there)
    writer.close()

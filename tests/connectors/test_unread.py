"""A page that is looked into elsewhere: its links are found at its ends, and no broken one passes for a last."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynsync_gui.connectors.dynamics.unread import unread_of
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.domain.errors import TemporaryFailure

ROWS = [{"contactid": f"{number:08d}-0000-0000-0000-000000000000", "lastname": "L" * 80} for number in range(200)]
NEXT = 'https://x.test/contacts?$skiptoken=<cookie pagenumber="2" a=\\"é\\"/>&b'
DELTA = "https://x.test/contacts?$deltatoken=1"


def links(body: bytes) -> tuple[str, str]:
    page = unread_of(Answer("x.test", 200, {}, body))
    assert page.body == body
    return page.next_link, page.delta_link


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"@odata.context": "c", "value": ROWS, "@odata.nextLink": NEXT}, (NEXT, "")),
        ({"@odata.nextLink": NEXT, "value": ROWS}, (NEXT, "")),
        ({"@odata.context": "c" * 9_000, "@odata.nextLink": NEXT, "value": ROWS}, (NEXT, "")),
        ({"@odata.context": "c", "@odata.deltaLink": DELTA, "value": ROWS}, ("", DELTA)),
        ({"value": ROWS, "@odata.deltaLink": DELTA}, ("", DELTA)),
        ({"value": ROWS}, ("", "")),
        ({"value": []}, ("", "")),
        ({"value": [*ROWS, {"text": json.dumps({"@odata.nextLink": "no"})}]}, ("", "")),
        (
            {"value": [*ROWS, {"text": f'"{json.dumps({"@odata.nextLink": "no"})}"'}], "@odata.nextLink": NEXT},
            (NEXT, ""),
        ),
    ],
)
def test_links_are_found_wherever_they_stand(
    page: dict[str, Any], expected: tuple[str, str], indent: int | None, *, ascii_only: bool
) -> None:
    assert links(json.dumps(page, ensure_ascii=ascii_only, indent=indent).encode()) == expected


@pytest.mark.parametrize("cut", [0, 1, 2, 60, 5_000])
def test_what_ends_in_the_midst_is_no_last_page(cut: int) -> None:
    """Even where it ends with a bracket, as at the end of a row."""
    body = json.dumps({"@odata.context": "c", "value": ROWS, "@odata.nextLink": NEXT}).encode()
    short = body[: body.rfind(b'], "@odata.nextLink"') - cut]
    with pytest.raises(TemporaryFailure):
        links(short)


def test_a_link_that_cannot_be_read_makes_it_none() -> None:
    with pytest.raises(TemporaryFailure):
        links(b'{"value": [], "@odata.nextLink": "https://x.test/\xff"}')


@pytest.mark.parametrize("body", [b"", b"<html>{}</html>", b'{"error": {"code": "0x1"}}', b'{"value": null}', b"[{}]"])
def test_what_is_no_page_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(TemporaryFailure):
        links(body)

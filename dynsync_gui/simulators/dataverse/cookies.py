"""Paging cookies and change tokens, which only this server can make and which are used verbatim."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from dynsync_gui.simulators.dataverse.errors import DataverseError

_KEY = secrets.token_bytes(16)
_OUTER = re.compile(r'<cookie pagenumber="(\d+)" pagingcookie="([^"]*)" istracking="(True|False)" />')
_INNER = re.compile(r'<cookie page="(\d+)"><row last="([^"]*)" until="(\d+)" seal="([0-9a-f]{20})" /></cookie>')
_TOKEN = re.compile(r"(\d+)!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
_DATE = "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins.

    Attributes:
        page: Its number, 1 for the first.
        last: Mark of the last row already given: an id, a row number or ``version:id``.
        until: Highest row version when the reading began.
    """

    page: int = 1
    last: str = ""
    until: int = 0


def skip_token(place: Place, question: str, *, tracking: bool) -> str:
    """The percent-encoded value of ``$skiptoken``.

    Args:
        place: Where the next page begins.
        question: Path and the other options, once decoded; the token is worth nothing with others.
        tracking: Whether changes are tracked.
    """
    inner = (
        f'<cookie page="{place.page}"><row last="{place.last}" until="{place.until}" '
        f'seal="{_seal(place, question)}" /></cookie>'
    )
    outer = f'<cookie pagenumber="{place.page}" pagingcookie="{quote(inner, safe="")}" istracking="{tracking}" />'
    return quote(outer, safe="=/")


def read_skip_token(text: str, question: str) -> Place:
    """The place in a token, decoded once; a token that was touched is refused."""
    outer = _OUTER.fullmatch(text)
    inner = _INNER.fullmatch(unquote(outer[2])) if outer else None
    if outer is None or inner is None or outer[1] != inner[1]:
        raise DataverseError(400, "0x80040203", "Malformed XML in the Paging Cookie")
    place = Place(int(inner[1]), inner[2], int(inner[3]))
    if not hmac.compare_digest(_seal(place, question), inner[4]):
        raise DataverseError(400, "0x8004112A", "Invalid page number in paging cookie.")
    return place


def _seal(place: Place, question: str) -> str:
    text = f"{place.page}|{place.last}|{place.until}|{question}"
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()[:20]


def delta_token(version: int, now: float) -> str:
    """The percent-encoded value of ``$deltatoken``: row version and server time."""
    return quote(f"{version}!{datetime.fromtimestamp(now, UTC).strftime(_DATE)}", safe="").lower()


def read_delta_token(text: str, *, newest: int, oldest: int, now: float, days: int) -> int:
    """The row version in a token; an unknown or too old one is refused."""
    found = _TOKEN.fullmatch(text)
    if found is not None:
        version = int(found[1])
        try:
            age = now - datetime.strptime(found[2], _DATE).replace(tzinfo=UTC).timestamp()
        except ValueError:
            age = float("inf")
        if oldest <= version <= newest and age <= days * 86_400:
            return version
    raise DataverseError(
        400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync."
    )

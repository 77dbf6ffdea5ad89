"""What to do about Marketo's response-level codes (Adobe, REST error codes; HTTP 200 with ``success`` false)."""

from __future__ import annotations

from dynsync_gui.domain.rights import Permission

PASSING = frozenset({"500", "502", "604", "608", "611", "614", "713", "719", "1014"})
"""Passing trouble; reads and upserts may be made again."""
SYSTEM_ERROR = "611"
"""Passing, or provoked by malformed content and lasting: its tries are capped (Adobe, REST error codes)."""
SIGN_IN = frozenset({"600", "601", "602"})
"""The token is no longer good; a new one and one more try at once, then some more."""
NOT_SENT = frozenset({"network.dns", "network.refused", "network.unreachable", "network.proxy", "network.tls"})
"""Trouble before a call was on its way."""
UNDER_WAY = frozenset({"502", "604"})
"""A gateway or a time limit spoke, and the call may still be worked on."""
QUOTA = "607"
NOTHING_FOUND = "702"
CONTENT = frozenset({"413", "414", "609", "611", "701", "704", "709"})
"""On an upsert: refused for what it holds, smaller calls may show which row it was. So are all codes from 1000 on."""
NOT_CONTENT = frozenset({"1008", "1009", "1011", "1018"})
"""Of the codes from 1000 on: about the whole set-up, whatever the rows hold."""

WINDOW_SECONDS = 20.0


def refuses_content(code: str) -> bool:
    """Whether a response-level code on an upsert is about what the call holds."""
    if code in CONTENT:
        return True
    return code.isdecimal() and 1000 <= int(code) < 2000 and code not in NOT_CONTENT


PERMISSIONS = (
    ("/leads/schema/", Permission.CUSTOM_FIELD),
    ("/rest/v1/companies", Permission.COMPANY),
    ("/rest/v1/salespersons", Permission.SALES_PERSON),
    ("/rest/v1/opportunities", Permission.OPPORTUNITY),
    ("/rest/v1/activities", Permission.ACTIVITY),
    ("/rest/v1/customobjects/schema", Permission.CUSTOM_TYPE),
    ("/rest/v1/customobjects", Permission.CUSTOM_OBJECT),
    ("/rest/v1/leads", Permission.PERSON),
    ("/rest/v1/lists", Permission.PERSON),
    ("/bulk/v1/leads", Permission.PERSON),
)
"""Role permission by the beginning or a part of a path (Adobe, endpoint permissions)."""


def permission_for(path: str) -> str:
    """The role permission that a path needs, as Marketo's screens name it."""
    return next((name for part, name in PERMISSIONS if part in path), "Access API")

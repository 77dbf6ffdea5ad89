"""Pages whose rows are looked into elsewhere; light to load, as a process of its own needs no more than this."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from dynsync_gui.connectors.dynamics.wire import links_of, page_of
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.domain.ports.dynamics import Page, Unread
from dynsync_gui.domain.schema import EntitySchema, SourceField

_ENDS = 4_096
"""Bytes at both ends of a page among which its links stand."""

_LINK = re.compile(rb'[{,]\s*"@odata\.(next|delta)Link"\s*:\s*("(?:[^"\\]|\\.)*")\s*[,}]', re.DOTALL)
"""A link of the page: within a text the sign before the name would be a backslash."""


def unread_of(answer: Answer) -> Unread:
    """A page as it came.

    Where it leads to is seen at its ends. What is between them is told to be broken by whoever reads it, except for the
    last page of a table, which leads nowhere: that one has to be seen whole, or records would be lost.

    Raises:
        TemporaryFailure: It is no whole page.
    """
    body, last = answer.body, answer.body[-_ENDS:]
    links = dict(_LINK.findall(body[:_ENDS]) + _LINK.findall(last)) if last.rstrip().endswith(b"}") else {}
    if links:
        with suppress(ValueError):  # an answer that is damaged there, too
            return Unread(body, *(json.loads(links.get(kind, b'""')) for kind in (b"next", b"delta")))
    return Unread(body, *links_of(answer.json()))


def page_reader(schema: EntitySchema, fields: Sequence[SourceField]) -> Callable[[bytes], Page]:
    """What reads the body of such a page, in any process."""
    return partial(_read, schema, tuple(fields))


def _read(schema: EntitySchema, fields: Sequence[SourceField], body: bytes) -> Page:
    return page_of(Answer("", 200, {}, body).json(), schema, fields)

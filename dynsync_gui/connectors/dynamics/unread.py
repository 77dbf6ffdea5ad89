"""Pages whose rows are looked into elsewhere; light to load, as a process of its own needs no more than this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from dynsync_gui.connectors.dynamics.wire import links_of, page_of
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.domain.ports.dynamics import Page, Unread
from dynsync_gui.domain.schema import EntitySchema, SourceField


def unread_of(answer: Answer) -> Unread:
    """A page as it came.

    Raises:
        TemporaryFailure: It is no whole page.
    """
    return Unread(answer.body, *links_of(answer.json()))


def page_reader(schema: EntitySchema, fields: Sequence[SourceField]) -> Callable[[bytes], Page]:
    """What reads the body of such a page, in any process."""
    return partial(_read, schema, tuple(fields))


def _read(schema: EntitySchema, fields: Sequence[SourceField], body: bytes) -> Page:
    return page_of(Answer("", 200, {}, body).json(), schema, fields)

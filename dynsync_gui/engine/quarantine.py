"""Trouble that concerns one table or one object alone: it is left out with a notice, and everything else goes on."""

from __future__ import annotations

from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure

TABLE_OUT, OBJECT_OUT, FIELD_OUT = "table-out", "object-out", "field-out"
"""Notices: Dynamics does not give a table; Marketo does not take an object, has no such field."""

TYPE_MISSING, TYPE_REFUSED = "type-missing", "type-refused"
"""Notices: Marketo lets no program make a custom object; it does not take this one as it is."""

LIST_MISSING, LIST_OUT = "list-missing", "list-out"
"""Notices: there is no static list to take people out of; Marketo takes nobody out of it."""

_OF_DYNAMICS = {
    "0x80040220", "0x80042f09", "0x80040231", "0x8004f504",  # a right was withdrawn
    "0x80041103", "0x80060888",  # a column is gone
    "0x80041102", "0x80040217", "http.403", "http.404",  # the table is gone
}  # fmt: skip
_OF_MARKETO = {"603", "610", "616", "703", "1018", "1026", "1028"}
_OF_SIGN_IN = {"600", "601", "602"}


def quarantines(failure: ConnectionFailed) -> bool:
    """Whether a failure is about one table or object, so that the others can go on."""
    return not isinstance(failure, TemporaryFailure) and failure.code in _OF_DYNAMICS | _OF_MARKETO


def stops_step(failure: ConnectionFailed) -> bool:
    """Whether Marketo itself, which numbers its refusals, refuses a step that everything else goes on without."""
    if isinstance(failure, TemporaryFailure) or failure.code in _OF_SIGN_IN:
        return False
    return failure.code.isdecimal()

"""The rules that leave a record out, and the problems that set one aside, in words."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.findings.records import JOINED
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.storage.records import Skip
from dynsync_gui.domain.text import NOTHING, Message, msg

RULES: Mapping[str, tuple[Message, Message]] = {
    Skip.OWNS_NOTHING: (
        msg("It is a disabled user who owns no record that is synced."),
        msg("Nothing: it comes by itself once a record of its own is synced."),
    ),
    Skip.PARENT: (
        msg("What it belongs to is left out itself."),
        msg("Let the record that it belongs to be synced."),
    ),
    Skip.DOUBLE: (msg("Another record says the same of the same person and opportunity."), NOTHING),
    Skip.UNCHOSEN: (
        msg("Nothing of its table is chosen any more."),
        msg("Choose fields of this table again, and it is sent."),
    ),
    Skip.UNRELATED: (msg("It does not stand between an opportunity and a person."), NOTHING),
}
"""What a rule says, and what to do, by `Skip`."""

BELONGS_TO_NOBODY = msg("It belongs to nobody in Dynamics."), msg("Say in Dynamics whom it belongs to.")
"""The same of a row that names no other."""


def set_aside(place: Place, problem: Problem, parent: Place | None) -> tuple[str, Cause, Message, Message]:
    """Which link of the chain a problem breaks, why, in words, and what to do."""
    if problem.code == JOINED:
        return "carried", Cause.MERGED, problem.title, problem.cure
    if problem.retry is Retry.AFTER_PARENT:
        name = (parent.name or parent.id) if parent is not None else place.parent
        finding = msg("It waits for what it belongs to, “{name}”, which is not in Marketo.", name=name)
        return "waiting", Cause.PARENT, finding, msg("Look why: ask for {id}.", id=place.parent)
    if problem.retry is Retry.NEXT_RUN:
        finding = msg("Marketo could not take it for now: {why}", why=problem.title)
        cure = msg("Nothing: DynSync tries it again by itself. To try at once, press Retry.")
        return "sent", Cause.RETRY, finding, cure
    return "sent", Cause.REFUSED, msg("Marketo refused it: {why}", why=problem.title), problem.cure

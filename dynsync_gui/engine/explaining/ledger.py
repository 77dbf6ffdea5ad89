"""What the ledger alone can say of a record, while Marketo takes no more calls today."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.convert import email_of
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.explain import Answer, Cause, Explanation, Step, id_in
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.schema import FILTER_FIELD, Entity
from dynsync_gui.domain.storage.records import Skip
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import NOTHING, Message, msg
from dynsync_gui.engine.explaining.chain import TITLES
from dynsync_gui.engine.explaining.rules_in_words import RULES, set_aside


def from_ledger(store: SyncStore, asked: str, stop: GuardStop) -> Answer:
    """The records that are asked about, as the last sync left them.

    Args:
        store: The ledger.
        asked: E-mail address or Dynamics id.
        stop: Why Marketo cannot be asked.
    """
    id_ = id_in(asked)
    places = store.places([id_]) if id_ else store.places_of_email(email_of(asked))
    known = {(one.entity, one.id): one for one in store.places([place.parent for place in places if place.parent])}
    found = [
        _explained(place, known.get((place.parent_entity, place.parent)), stop)
        for place in places
        if place.entity is not Entity.CUSTOMER
    ]
    if not found:
        raise stop
    return Answer(asked, tuple(found))


def _explained(place: Place, parent: Place | None, stop: GuardStop) -> Explanation:
    waits = Step(
        "waiting", CheckState.FAILED, msg("Waiting"), stop.finding.title, stop.finding.cure, stop.code, stop.detail
    )
    cause, verdict, cure, steps = Cause.QUOTA, stop.finding.title, stop.finding.cure, [waits]
    problem = place.problem
    if problem is not None:
        link, cause, verdict, cure = set_aside(place, problem, parent)
        steps = [Step(link, CheckState.FAILED, TITLES[link], verdict, cure, problem.code, problem.detail), waits]
    elif place.state == "skipped" and place.reason in _LEFT_OUT:
        link, cause, verdict, cure = _LEFT_OUT[place.reason]
        steps = [Step(link, CheckState.FAILED, TITLES[link], verdict, cure)]
    return Explanation(
        place.entity, place.id, place.name, place.marketo_id, tuple(steps), (), cause, verdict, cure, place.sent
    )


_LEFT_OUT: Mapping[str, tuple[str, Cause, Message, Message]] = {
    Skip.FILTERED: (
        "filter",
        Cause.FILTERED,
        msg("“Sync to Marketo” was No in Dynamics when the sync read it, and only that keeps a record out."),
        msg("Set “Sync to Marketo” ({field}) to Yes in Dynamics.", field=FILTER_FIELD),
    ),
    Skip.FOLDED: (
        "carried", Cause.FOLDED, msg("The lead was qualified. Its contact is the same person in Marketo."), NOTHING
    ),
    Skip.MERGED: (
        "carried", Cause.MERGED, msg("It was merged into another record in Dynamics, which stands for it."), NOTHING
    ),
    Skip.DELETED: ("dynamics", Cause.DELETED, msg("It was deleted in Dynamics."), NOTHING),
    **{reason: ("carried", Cause.LEFT_OUT, finding, cure) for reason, (finding, cure) in RULES.items()},
}  # fmt: skip
"""What the ledger alone says of a record that a rule leaves out."""

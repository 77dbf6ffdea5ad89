"""What the ledger alone can say of a record, while Marketo takes no more calls today."""

from __future__ import annotations

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.convert import email_of
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.explain import Answer, Cause, Explanation, Step, id_in
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg


def from_ledger(store: SyncStore, asked: str, stop: GuardStop) -> Answer:
    """The records that are asked about, as the last sync left them.

    Args:
        store: The ledger.
        asked: E-mail address or Dynamics id.
        stop: Why Marketo cannot be asked.
    """
    id_ = id_in(asked)
    places = store.places([id_]) if id_ else store.places_of_email(email_of(asked))
    found = [_explained(place, stop) for place in places if place.entity is not Entity.CUSTOMER]
    if not found:
        raise stop
    return Answer(asked, tuple(found))


def _explained(place: Place, stop: GuardStop) -> Explanation:
    waits = Step(
        "waiting", CheckState.FAILED, msg("Waiting"), stop.finding.title, stop.finding.cure, stop.code, stop.detail
    )
    cause, verdict, cure, steps = Cause.QUOTA, stop.finding.title, stop.finding.cure, [waits]
    problem = place.problem
    if problem is not None:
        finding = msg("Marketo refused it: {why}", why=problem.title)
        refused = Step("sent", CheckState.FAILED, msg("Sent"), finding, problem.cure, problem.code, problem.detail)
        cause, verdict, cure, steps = Cause.REFUSED, finding, problem.cure, [refused, waits]
    return Explanation(
        place.entity, place.id, place.name, place.marketo_id, tuple(steps), (), cause, verdict, cure, place.sent
    )

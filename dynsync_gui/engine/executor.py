"""Sends the outbox in the order of one cycle: what others refer to first, what is removed last, in reverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.ports import MarketoWriter
from dynsync_gui.domain.schema import PEOPLE, Entity, Target
from dynsync_gui.domain.storage import Match, Notice, SyncStore
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.lanes import Lane
from dynsync_gui.engine.overtaking import Overtaking
from dynsync_gui.engine.own_types import OwnType
from dynsync_gui.engine.quarantine import LIST_MISSING, OBJECT_OUT, quarantines
from dynsync_gui.engine.sending import ByKey, Merging, Removing, Roles, Sending, Unlisting
from dynsync_gui.engine.settling import ProblemOf, Settling

OnWritten = Callable[[Entity, int], None]
_UPSERTS = (Match.CREATE, Match.UPDATE)
_ROLES = (Entity.CUSTOMER, Entity.CONNECTION)


class Executor:
    """One run's writing.

    Args:
        marketo: Where to write.
        store: The ledger.
        run: The run's number.
        own: What becomes of an organisation's own tables.
        calls: Keeps how many calls the run has made.
        in_flight: Calls at the same time.
        token: Pauses and stops it; batches in flight are always waited for and kept.
        problem_of: Title, cure, retry class and field of a row's reason.
        on_written: Told an entity and how many of its records are settled since the last time.
        overtaking: What may go first now and then; None for nothing.
    """

    def __init__(
        self,
        marketo: MarketoWriter,
        store: SyncStore,
        run: int,
        own: Mapping[Entity, OwnType],
        calls: CallCount,
        in_flight: int,
        token: CancelToken,
        *,
        problem_of: ProblemOf,
        on_written: OnWritten,
        overtaking: Overtaking | None = None,
        filtered_list: str = "",
    ) -> None:
        self._marketo = marketo
        self._store = store
        self._run = run
        self._own = own
        self._filtered_list = filtered_list
        self._settling = Settling(store, problem_of, calls, on_written)
        self._lane = Lane(store, calls, in_flight, token, self._settling, overtaking)

    @property
    def refused(self) -> int:
        """Records that Marketo refused so far."""
        return self._settling.refused

    @property
    def reopened(self) -> bool:
        """Whether records have to be matched anew, as the first in line for a person was refused."""
        return self._settling.reopened

    def write(self) -> None:
        """Send everything that is matched.

        Raises:
            DynSyncError: A call could not be made; what is not acknowledged stays in the outbox.
        """
        self._settling.reopened = False
        self._store.forget_notices(OBJECT_OUT)
        for entity in (Entity.USER, Entity.ACCOUNT):
            self._drain((entity,), _UPSERTS, ByKey(self._marketo, entity.target))
        self._drain((Entity.ACCOUNT,), (Match.TAKE,), ByKey(self._marketo, Target.COMPANY, by="id"))
        self._drain(PEOPLE, (Match.ADOPT, Match.TAKE), ByKey(self._marketo, Target.PERSON, by="id"))
        self._drain(PEOPLE, _UPSERTS, ByKey(self._marketo, Target.PERSON))
        self._store.follow_life(self._run)  # who was new a moment ago has a person now, which others go into
        self._drain(PEOPLE, (Match.TAKE,), ByKey(self._marketo, Target.PERSON, by="id"))
        self._drain(PEOPLE, (Match.MERGE,), Merging(self._marketo))
        unlisting = Unlisting(self._marketo, self._filtered_list)
        self._drain(PEOPLE, (Match.UNLIST,), unlisting)
        if unlisting.missing:
            self._store.notice([Notice(Entity.CONTACT, "", LIST_MISSING, self._filtered_list)])
        self._drain((Entity.OPPORTUNITY,), _UPSERTS, ByKey(self._marketo, Target.OPPORTUNITY))
        self._drain((Entity.OPPORTUNITY,), (Match.TAKE,), ByKey(self._marketo, Target.OPPORTUNITY, by="marketoGUID"))
        self._store.await_parents((*_ROLES, *self._own))
        self._drain(_ROLES, _UPSERTS, Roles(self._marketo))
        for entity, own in self._own.items():
            for matches, by in ((_UPSERTS, ""), ((Match.TAKE,), "marketoGUID")):
                self._drain((entity,), matches, ByKey(self._marketo, Target.CUSTOM_OBJECT, by=by, kind=own.name))
        self._drain(PEOPLE, (Match.TAKE,), ByKey(self._marketo, Target.PERSON, by="id"))  # links that moved meanwhile
        self._remove()

    def _remove(self) -> None:
        for entity, own in self._own.items():
            self._drain((entity,), (Match.DELETE,), Removing(self._marketo, Target.CUSTOM_OBJECT, kind=own.name))
        for entities in (_ROLES, (Entity.OPPORTUNITY,), PEOPLE, (Entity.ACCOUNT,), (Entity.USER,)):
            self._drain(entities, (Match.DELETE,), Removing(self._marketo, entities[0].target))

    def _drain(self, entities: Sequence[Entity], matches: Sequence[Match], sending: Sending) -> None:
        """Send all of a kind; an object that Marketo no longer takes waits, and everything else goes on."""
        try:
            self._lane.drain(entities, matches, sending)
        except ConnectionFailed as failure:
            if sending.target is Target.PERSON or not quarantines(failure):
                raise
            self._store.notice([Notice(entities[0], "", OBJECT_OUT, failure.detail)])
        self._store.relink(self._run)

"""Sends the outbox in the order of one cycle: what others refer to first, what is removed last, in reverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.ports.marketo import MarketoWriter
from dynsync_gui.domain.schema import PEOPLE, Entity, Target
from dynsync_gui.domain.storage.records import Match, Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.flight import Flight
from dynsync_gui.engine.lanes import Lane
from dynsync_gui.engine.overtaking import Overtaking
from dynsync_gui.engine.own_types import OwnType
from dynsync_gui.engine.quarantine import LIST_MISSING, LIST_OUT, OBJECT_OUT, quarantines, stops_step
from dynsync_gui.engine.sending import ByKey, Known, Merging, OwnRows, Removing, Roles, Sending, Unlisting
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
        look: Finds out what became of persons that are missing.
        overtaking: What may go first now and then; None for nothing.
        filtered_list: The static list that people leave when their filter turns to No; empty for none.
        by_file: Says whether people travel in files; without overtaking none do.
        on_away: Told how many people are on their way in files now.
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
        look: Callable[[], None],
        overtaking: Overtaking | None = None,
        filtered_list: str = "",
        by_file: Callable[[], bool] = lambda: False,
        on_away: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._marketo = marketo
        self._store = store
        self._run = run
        self._own = own
        self._token = token
        self._filtered_list = filtered_list
        self._list: str | None = None
        self._settling = Settling(store, problem_of, calls, on_written, look)
        self._lane = Lane(store, calls, in_flight, token, self._settling, overtaking)
        self._by_file = by_file
        self._flight = Flight(
            marketo,
            store,
            run,
            calls,
            token,
            self._settling,
            overtaking,
            on_written=on_written,
            on_away=on_away,
        )
        self._flies = overtaking is not None

    @property
    def refused(self) -> int:
        """Records that Marketo refused so far."""
        return self._settling.refused

    @property
    def reopened(self) -> bool:
        """Whether records have to be matched anew, as a person is free again, or another one now."""
        return self._settling.reopened

    def land(self) -> None:
        """Bring in who is on the way in files from an earlier run."""
        self._flight.carry(wanted=False)

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
        if self._flies:
            self._flight.carry(wanted=self._by_file())
        self._drain(PEOPLE, (Match.UPDATE,), Known(self._marketo))
        self._see_out_the_unheard()
        self._drain(PEOPLE, (Match.CREATE,), ByKey(self._marketo, Target.PERSON))
        with self._store.stoppable(self._token):
            self._store.follow_life(self._run)  # who was new a moment ago has a person now, which others go into
        self._drain(PEOPLE, (Match.TAKE,), ByKey(self._marketo, Target.PERSON, by="id"))
        self._store.mute_survivors()
        self._drain(PEOPLE, (Match.MERGE,), Merging(self._marketo))
        self._unlist()
        self._drain((Entity.OPPORTUNITY,), _UPSERTS, ByKey(self._marketo, Target.OPPORTUNITY))
        self._drain((Entity.OPPORTUNITY,), (Match.TAKE,), ByKey(self._marketo, Target.OPPORTUNITY, by="marketoGUID"))
        with self._store.stoppable(self._token):
            self._store.await_parents((*_ROLES, *self._own))
        self._drain(_ROLES, _UPSERTS, Roles(self._marketo))
        for entity, own in self._own.items():
            for matches, by in ((_UPSERTS, ""), ((Match.TAKE,), "marketoGUID")):
                self._drain((entity,), matches, OwnRows(self._marketo, own, by=by))
        self._drain(PEOPLE, (Match.TAKE,), ByKey(self._marketo, Target.PERSON, by="id"))  # links that moved meanwhile
        self._remove()

    def _see_out_the_unheard(self) -> None:
        """Let no person be made twice, whose creation was under way when a run ended before its answer came."""
        if unheard := self._store.unheard():
            self._marketo.await_created(unheard)
        self._store.forget_unheard()

    def _unlist(self) -> None:
        """Take people out of the list; where there is none, or Marketo refuses that, they wait for the next run."""
        if not self._filtered_list or not self._store.anybody_to_unlist():
            self._forget_about_list()
            self._store.remember_to_unlist()
            return
        try:
            if self._list is None:
                self._forget_about_list()
                self._list = self._marketo.list_id(self._filtered_list)
                if not self._list:
                    self._store.notice([Notice(Entity.CONTACT, "", LIST_MISSING, self._filtered_list)])
            if self._list:
                self._store.take_up_unlisting(self._run)
                self._drain(PEOPLE, (Match.UNLIST,), Unlisting(self._marketo, self._list))
        except ConnectionFailed as failure:
            if not stops_step(failure):
                raise
            self._list = ""
            self._store.notice([Notice(Entity.CONTACT, "", LIST_OUT, f"{failure.code} {failure.detail}")])
        if not self._list:
            self._store.remember_to_unlist()

    def _forget_about_list(self) -> None:
        for code in (LIST_MISSING, LIST_OUT):
            self._store.forget_notices(code)

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
        with self._store.stoppable(self._token):
            self._store.relink(self._run)

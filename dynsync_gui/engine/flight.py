"""Sends people in files: each file departs, is waited for, and lands with the ids of everybody who is in it.

The ledger knows who is on the way before a file is handed over, so that whatever happens they are either found by the
id of the import, or sent again: a file may be read twice. Who did not arrive, as Marketo does not take a value or has
the person no more, is sent by a call right after, which tells the reason with its code.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.imports import Import, ImportState, ImportStatus, QueueFull, Traveller
from dynsync_gui.domain.ports.marketo import BatchRefused, MarketoWriter
from dynsync_gui.domain.schema import KEY_FIELD, PEOPLE, Entity, Target
from dynsync_gui.domain.storage.records import LedgerRecord, Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.matching import CHUNK
from dynsync_gui.engine.overtaking import Overtaking
from dynsync_gui.engine.people_files import files
from dynsync_gui.engine.settling import Settling

FILES_OUT, IMPORT_WARNING = "files-out", "import-warning"
"""Notices: Marketo does not take files; it took a person with a warning."""

AT_ONCE = 5
"""Files on their way: Marketo reads two at a time and keeps ten for everybody, people at its screens among them."""

_FIRST_LOOK, _LONGEST_LOOK = 10.0, 900.0
"""Seconds between two looks at an import: they grow, since each costs a call and a file may take hours."""
_MINUTE = 60.0
"""Seconds until the next look at an export, which Marketo itself looks at once a minute (Adobe), or at a full queue."""
_LOST = 300.0
"""Seconds until a file of which nobody heard is sent again: two files of the same new people that are read at the same
time would make two persons of each."""
_MOST_LOOKS = 60
_TRIES = 5
_SLICE = 1.0
_CLOCKS = timedelta(hours=1)
"""How far two clocks may be apart."""
_KEPT = timedelta(days=7)
"""How long Marketo knows an import (Adobe, bulk lead import); one that has not ended by then is waited for no more."""

log = logging.getLogger(__name__)


class Flight:
    """One run's files.

    Args:
        marketo: Where to send them.
        store: The ledger.
        run: The run's number.
        calls: Keeps how many calls the run has made.
        token: Pauses and stops it.
        settling: Knows which fields Marketo no longer has, and whether records have to be matched anew.
        overtaking: What goes first while files are waited for; None for nothing.
        on_written: Told an entity and how many of its records are settled since the last time.
        on_away: Told how many people are on their way now.
    """

    def __init__(
        self,
        marketo: MarketoWriter,
        store: SyncStore,
        run: int,
        calls: CallCount,
        token: CancelToken,
        settling: Settling,
        overtaking: Overtaking | None,
        *,
        on_written: Callable[[Entity, int], None],
        on_away: Callable[[int], None],
    ) -> None:
        self._marketo = marketo
        self._store = store
        self._run = run
        self._calls = calls
        self._token = token
        self._settling = settling
        self._overtaking = overtaking
        self._on_written = on_written
        self._on_away = on_away

    def carry(self, *, wanted: bool) -> None:
        """Bring in what is on its way from an earlier run, then, where it is wanted, send everybody who may travel.

        Raises:
            DynSyncError: A call could not be made; who is on the way stays so until the next run.
        """
        self._store.forget_notices(FILES_OUT)
        if waiting := self._store.imports.open():
            self._on_away(self._store.imports.away())
            self._land(waiting)
        if not wanted:
            return
        flying: list[Import] = []
        for file in files(self._candidates(), self._settling.dropped(Target.PERSON)):
            number, seqs = self._store.imports.begin(file.departures)
            if not seqs:  # each of them is another version by now, and has gone first
                self._store.imports.call_back(number)
                continue
            departed = self._depart(number, file.content(seqs), known=file.known)
            if departed is None:
                break
            flying.append(departed)
            if len(flying) == AT_ONCE:
                if not self._land(flying):
                    return
                flying = []
        if flying:
            self._land(flying)

    def _candidates(self) -> Iterator[LedgerRecord]:
        after = 0
        while records := self._store.imports.candidates(after, CHUNK):
            self._token.checkpoint()
            yield from records
            after = records[-1].seq

    def _depart(self, number: int, content: bytes, *, known: bool) -> Import | None:
        """Hand a file over; None where Marketo does not take it, so that its people are sent by calls."""
        sent = datetime.now(UTC)
        try:
            batch = self._handed_over(content, known=known)
        except TemporaryFailure:
            raise  # it may have arrived
        except BatchRefused as refused:
            words = refused.message
        except ConnectionFailed as failure:
            words = failure.detail
        except QueueFull:
            words = ""
        else:
            self._store.imports.keep_batch(number, batch)
            self._calls.keep()
            self._on_away(self._store.imports.away())
            return Import(number, batch, sent)
        self._store.imports.call_back(number)
        self._give_up(words)
        return None

    def _handed_over(self, content: bytes, *, known: bool) -> str:
        """Marketo's id of the file's import.

        Where nobody knows whether a file arrived it is sent again, but not while Marketo may be busy with the first.
        """
        failed, full = 0, 0
        while True:
            try:
                return self._marketo.send_people(content, known=known)
            except QueueFull:
                full += 1
                if full == _MOST_LOOKS:
                    raise
                self._rest(_MINUTE)
            except TemporaryFailure:
                failed += 1
                if failed == _TRIES:
                    raise
                self._rest(_LOST)

    def _land(self, flying: Sequence[Import]) -> bool:
        """Wait for files and settle them; returns whether Marketo took them all."""
        landed: list[tuple[Import, ImportStatus]] = []
        good = True
        for one in flying:
            if not one.batch:  # it may have arrived all the same, and must not be read twice at once
                self._rest(_LOST - (datetime.now(UTC) - one.sent).total_seconds())
            status = self._arrived(one) if one.batch else ImportStatus(ImportState.FORGOTTEN)
            if status.state is ImportState.DONE:
                landed.append((one, status))
                continue
            self._store.imports.call_back(one.number)
            if status.state is ImportState.FAILED:
                good = False
                self._give_up(status.message)
        if landed:
            people = {one.number: self._store.imports.travellers(one.number) for one, _ in landed}
            new = [one.sent for one, _ in landed if not all(person.person for person in people[one.number].values())]
            created = self._created(min(new)) if new else {}
            for one, status in landed:
                self._settle(one, status, people[one.number], created)
        self._calls.keep()
        self._on_away(self._store.imports.away())
        return good

    def _arrived(self, one: Import) -> ImportStatus:
        """Wait until Marketo is done with a file."""
        seconds = _FIRST_LOOK
        while True:
            self._rest(seconds)
            status = self._marketo.import_status(one.batch)
            self._calls.keep()
            if status.state is not ImportState.WAITING:
                return status
            if datetime.now(UTC) - one.sent > _KEPT:
                return ImportStatus(ImportState.FORGOTTEN)
            seconds = min(2 * seconds, _LONGEST_LOOK)

    def _created(self, since: datetime) -> Mapping[str, str] | None:
        """Ids of the people who were created since then; None where Marketo does not list them, so that each is asked.

        A list costs some five calls, whoever is in it; asking costs one for 300 people.
        """
        for _ in range(_TRIES):
            try:
                extract = self._marketo.begin_keys(since - _CLOCKS, datetime.now(UTC) + _CLOCKS)
                for _ in range(_MOST_LOOKS):
                    self._rest(_MINUTE)
                    if (keys := self._marketo.keys(extract)) is not None:
                        return keys
            except QueueFull:
                self._rest(_MINUTE)
            except ConnectionFailed as failure:
                log.info("the list of new people is not to be had: %s", failure.code)
                return None
        return None

    def _settle(
        self,
        one: Import,
        status: ImportStatus,
        travellers: Mapping[str, Traveller],
        created: Mapping[str, str] | None,
    ) -> None:
        failed = self._marketo.import_rows(one.batch) if status.failed else {}
        if len(failed) < status.failed:  # nobody knows who it was: all are sent again
            self._store.imports.call_back(one.number)
            return
        warned = self._marketo.import_rows(one.batch, warned=True) if status.warned else {}
        ids = {key: traveller.person for key, traveller in travellers.items() if traveller.person}
        ids |= {key: person for key, person in (created or {}).items() if key in travellers and key not in ids}
        unknown = [key for key in travellers if key not in ids and key not in failed]
        for start in range(0, len(unknown), CHUNK):
            self._token.checkpoint()
            rows = self._marketo.find(Target.PERSON, KEY_FIELD, unknown[start : start + CHUNK], ["id", KEY_FIELD])
            ids |= {str(row[KEY_FIELD]).lower(): str(row["id"]) for row in reversed(rows)}
        notices = [
            Notice(travellers[key].entity, key, IMPORT_WARNING, words)
            for key, words in warned.items()
            if key in travellers
        ]
        self._store.notice(notices)
        landing = self._store.imports.land(self._run, one.number, ids, failed.keys())
        self._settling.reopened = self._settling.reopened or landing.overtaken
        for entity, number in landing.acknowledged.items():
            self._on_written(entity, number)

    def _give_up(self, words: str) -> None:
        self._store.notice([Notice(PEOPLE[0], "", FILES_OUT, words)])

    def _rest(self, seconds: float) -> None:
        """Wait; what is urgent goes meanwhile."""
        while seconds > 0:
            self._token.wait(min(seconds, _SLICE))
            seconds -= _SLICE
            self._token.checkpoint()
            if self._overtaking is not None and self._overtaking.due:
                self._overtaking.take()

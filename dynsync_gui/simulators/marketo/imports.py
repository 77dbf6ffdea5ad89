"""The queue of bulk imports: files wait, two at a time are read in, and bad rows come back in a file."""

from __future__ import annotations

import csv
import io
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dynsync_gui.simulators.marketo.errors import MarketoError, RecordError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.marketo.activities import ActivityLog, Origin

    Take = Callable[[dict[str, str]], str]

DELIMITERS = {"csv": ",", "tsv": "\t", "ssv": ";"}
_MOST_JOBS, _MOST_RUNNING = 10, 2
_DAYS_KEPT = 7
_REASON = "Import Failure Reason"


@dataclass(slots=True)
class ImportJob:
    """One file.

    Attributes:
        number: The batch id.
        of: ``leads``, or the API name of a custom object.
        rows: The file's rows; empty once it is read in.
        delimiter: Between its cells.
        keys: Columns without which no row can be read in.
        take: Reads one row in; gives a warning or nothing, or refuses it.
        origin: Who sent it.
        begins: When it is its turn, in seconds since 1970.
        ends: When it is done.
        total: Rows without the header.
        finished: Whether Marketo is done with it.
        failed: Whether it gave it up.
    """

    number: int
    of: str
    rows: list[list[str]]
    delimiter: str
    keys: tuple[str, ...]
    take: Take
    origin: Origin
    begins: float
    ends: float
    total: int
    finished: bool = False
    failed: bool = False
    message: str = ""
    failures: list[list[str]] = field(default_factory=list)
    warnings: list[list[str]] = field(default_factory=list)

    def file(self, rows: list[list[str]]) -> str | None:
        """Failures or warnings as a file with the header of the one that came; None where there are none."""
        if not rows:
            return None
        stream = io.StringIO()
        csv.writer(stream, delimiter=self.delimiter, lineterminator="\n").writerows([[*self.rows[0], _REASON], *rows])
        return stream.getvalue()


class ImportQueue:
    """Imports of one instance, first come first served.

    Attributes:
        failing: How many of the next files Marketo gives up, without reading any row of them.
        whole_rows: Whether rows come back as they were; seen in the field: without their empty cells.
        start_seconds: How long a file waits at least.
        rows_per_second: How fast it is read in. Adobe publishes no speed, and busy instances are far slower.
    """

    def __init__(self, clock: Clock, log: ActivityLog) -> None:
        self.start_seconds, self.rows_per_second = 1.0, 2_000.0
        self.failing, self.whole_rows = 0, True
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()
        self._jobs: list[ImportJob] = []
        self._pending: list[ImportJob] = []

    def submit(self, of: str, content: bytes, form: str, keys: tuple[str, ...], take: Take) -> ImportJob:
        """Puts a file into the queue; refuses it where the queue is full."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise MarketoError("1003", "File is not encoded in UTF-8") from None
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[form]) if row]
        except csv.Error as error:
            raise MarketoError("1003", f"File cannot be read: {error}") from None
        if len(rows) < 2:
            raise MarketoError("1003", "File has no rows")
        self.advance()
        with self._lock:
            if len(self._pending) >= _MOST_JOBS:
                raise MarketoError("1016")
            now = self._clock.now()
            begins = turn([job.ends for job in self._pending], now + self.start_seconds)
            total = len(rows) - 1
            job = ImportJob(
                len(self._jobs) + 1001, of, rows, DELIMITERS[form], keys, take, self._log.origin,
                begins, begins + total / self.rows_per_second, total,
            )  # fmt: skip
            self._jobs.append(job)
            self._pending.append(job)
            return job

    def advance(self) -> None:
        """Reads in what its time has come for; called before anything else is answered."""
        if not self._pending:
            return
        with self._lock:
            now = self._clock.now()
            for job in sorted(self._pending, key=lambda job: job.ends):
                if job.ends <= now:
                    if self.failing:
                        self.failing -= 1
                        job.rows, job.finished, job.failed = job.rows[:1], True, True
                        job.message = "Import failed"
                    else:
                        with self._log.acting(job.origin):
                            _read_in(job, whole=self.whole_rows)
                    self._pending.remove(job)

    def job(self, of: str, number: int) -> ImportJob:
        """An import of the last days; 1013 where there is none."""
        for job in self._jobs:
            if job.number == number and job.of == of and job.ends + _DAYS_KEPT * 86_400 > self._clock.now():
                return job
        raise MarketoError("1013", f"Import batch '{number}' not found")

    def progress(self, job: ImportJob) -> tuple[str, int]:
        """The status of an import, and how many of its rows were looked at."""
        now = self._clock.now()
        if job.failed:
            return "Failed", 0
        if job.finished:
            return "Complete", job.total
        if now < job.begins:
            return "Queued", 0
        return "Importing", min(job.total, int((now - job.begins) * self.rows_per_second))


def turn(ends: list[float], earliest: float) -> float:
    """When the next job can begin, if others end then and two run at a time."""
    ahead = sorted(ends)
    return max(earliest, ahead[-_MOST_RUNNING]) if len(ahead) >= _MOST_RUNNING else earliest


def _read_in(job: ImportJob, *, whole: bool) -> None:
    header, *rows = job.rows
    keyless = any(key not in header for key in job.keys)
    for row in rows:
        try:
            if keyless:
                raise RecordError("1003", "missing.dedupe.fields")  # noqa: TRY301 - a row's outcome
            if len(row) != len(header):
                raise RecordError("1003", "Number of columns does not match the header")  # noqa: TRY301
            # An empty cell leaves the value as it is; what would clear one is not documented.
            warning = job.take({name: cell for name, cell in zip(header, row, strict=True) if cell})
        except RecordError as error:
            kept = row if whole else [cell for cell in row if cell]
            job.failures.append([*kept, str(error)])
        else:
            if warning:
                job.warnings.append([*row, warning])
    job.rows = [header]
    job.finished = True
    job.message = "Import completed with errors, see failures" if job.failures else "Import succeeded"

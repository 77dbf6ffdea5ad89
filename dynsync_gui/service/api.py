"""What a window or a command line may ask of the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from dynsync_gui.domain.events import Event
from dynsync_gui.domain.report import Problem, Status
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings

Listener = Callable[[Event], None]


class Job(Protocol):
    """Work in a background thread; its events carry its number and end with exactly one last event.

    Last events: `ChecksEnded`, `Described`, `PlanReady`, `RunEnded`, `MailSent`, `RehearsalReady`, `ProfileRead`,
    `ProblemsRead`, `EnvironmentsFound`, `ChoicesRead`, `ChoiceImported`, `Explained`, `Reconciled`; `JobFailed` and
    `JobCancelled` for any job.
    """

    @property
    def number(self) -> int:
        """As in its events."""

    def cancel(self) -> None:
        """Stop it; returns at once, the last event follows."""

    def wait(self, seconds: float | None = None) -> Event | None:
        """Block until the last event, and return it; None when the time is over. Never call it on a GUI thread."""


class RecordsApi(Protocol):
    """Questions and orders about single records; every method returns at once, as those of `SyncApi` do."""

    def why(self, asked: str) -> Job:
        """Say why the records of an e-mail address or a Dynamics id are not, or not so, in Marketo: `Explained`."""

    def reconcile(self, sample: int = 0, path: Path | None = None) -> Job:
        """Compare both sides now and keep a certificate, as text and as JSON: `Reconciled`.

        Args:
            sample: Most records of a table; 0 for all.
            path: Where the text goes; None for the profile's folder.
        """

    def sync_one(self, entity: Entity, id_: str) -> Job:
        """Read one record now, with the parents it needs, and bring it over before all others: `Explained`.

        Whatever both sides agreed on is sent anew. A sync of this process that is writing does it between two
        batches; where one is stopped, the record goes before what that has still to send.
        """

    def retry(self, ids: Sequence[str] = ()) -> Job:
        """Put records that were set aside back in line for the next run: `ProblemsRead`.

        Args:
            ids: Their Dynamics ids; all where none is named. One that is not set aside ends in `JobFailed`.
        """


class SyncApi(Protocol):
    """The service. Every method returns at once; work runs in threads and is told as events on those threads."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event from now on; returns what ends that."""

    def read_profile(self) -> Job:
        """Read what is stored of an earlier set-up: `ProfileRead` (settings or None, has_secrets, status)."""

    def prepare_rehearsal(self) -> Job:
        """Start the built-in rehearsal systems: `RehearsalReady` with the settings and secrets that reach them."""

    def check(self, settings: Settings, secrets: Secrets, *, only: System | None = None) -> Job:
        """Test both connections, or only one: `CheckChanged` for each check, then `ChecksEnded`.

        Where the profile's set-up was confirmed between other systems, one more check (id ``identity``) says so.
        """

    def confirm_identity(self, name: str, settings: Settings | None = None, secrets: Secrets | None = None) -> Job:
        """Take the present systems as the confirmed ones: `ProfileRead`; a wrong name is a `GuardStop`.

        Args:
            name: The Dynamics organisation's name, as a person typed it.
            settings: The stored ones where None.
            secrets: The kept ones where None.
        """

    def describe(self, settings: Settings, secrets: Secrets) -> Job:
        """Read the live schemas: `Described`."""

    def choice_history(self) -> Job:
        """Read the versions of the stored choice of fields: `ChoicesRead`."""

    def restore_choice(self, number: int) -> Job:
        """Take a version of the choice again, as a new version: `ChoicesRead`."""

    def export_choice(self, path: Path, settings: Settings) -> Job:
        """Write the choice in these settings to a readable file without secrets: `ChoiceImported` with it."""

    def import_choice(self, path: Path) -> Job:
        """Read a choice from a file and hold it against the schemas described last, else today's: `ChoiceImported`.

        A file that is wrong, foreign or does not fit ends in `JobFailed` with the line and the cure.
        """

    def plan(self, settings: Settings, secrets: Secrets) -> Job:
        """Read both sides and count: `Progress`, then `PlanReady`. Writes nothing anywhere."""

    def start(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> Job:
        """Keep settings and secrets, then run the first sync: `Progress`, `Waiting`, `PlanReady`, then `RunEnded`.

        `PlanReady` comes before anything is written, with the numbers of this very run.

        Args:
            settings: With `enable.accept` true.
            secrets: Go to the keychain.
            session_only: Keep the secrets in memory only.
        """

    def keep(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> Job:
        """Only keep settings and secrets, as `start` does first: `ProfileRead`."""

    def go_on(self) -> Job:
        """Go on with what is undone, or run the next cycle, with the stored settings: as `start`."""

    def follow(self) -> Job:
        """Go on as `go_on`, and again and again, until cancelled: as `go_on`, with `CycleEnded` after each cycle.

        Passing trouble is waited out; anything else ends it with `JobFailed`.
        """

    def accept_guard(self, id_: str) -> Job:
        """Agree to what a mass change guard stopped, by its id: `ProfileRead`; another id is a `GuardStop`."""

    def pause(self) -> None:
        """Let the running sync stand still after the batches in flight."""

    def resume(self) -> None:
        """Let it go on."""

    @property
    def paused(self) -> bool:
        """Whether the running sync stands still."""

    @property
    def records(self) -> RecordsApi:
        """Questions and orders about single records."""

    def status(self) -> Status:
        """Runs and state of the profile, read from its database; quick, but not for the GUI thread."""

    def read_problems(self) -> Job:
        """Read problems, notices and runs: `ProblemsRead`."""

    def problems(self) -> tuple[Problem, ...]:
        """All records set aside; not for the GUI thread."""

    def export_problems(self, path: Path) -> Job:
        """Write them as CSV that no spreadsheet takes for formulas: `ProblemsRead` when done."""

    def send_test_mail(self, settings: Settings, secrets: Secrets) -> Job:
        """Send a test message to `enable.email`: `MailSent`."""

    def close(self) -> None:
        """Cancel everything, wait for the threads (at most two seconds after the request in flight), stop rehearsal."""

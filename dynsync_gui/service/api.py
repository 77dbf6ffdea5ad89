"""What a window or a command line may ask of the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from dynsync_gui.domain.events import Event
from dynsync_gui.domain.renewal import Renewal
from dynsync_gui.domain.report import Problem, Status
from dynsync_gui.domain.schedule import BackgroundRun
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.setup import HalfDone

Listener = Callable[[Event], None]


class Job(Protocol):
    """Work in a background thread; its events carry its number and end with exactly one last event.

    Last events: `ChecksEnded`, `Described`, `PlanReady`, `RunEnded`, `MailSent`, `RehearsalReady`, `ProfileRead`,
    `ProblemsRead`, `EnvironmentsFound`, `BackgroundRead`, `Removed`, `UpdateRead`, `Downloaded`, `Sampled`,
    `FilterRead`, `FitChecked`, `ChoicesRead`, `ChoiceImported`, `ChoiceEstimated`, `Explained`, `Reconciled`;
    `JobFailed` and `JobCancelled` for any job.
    """

    @property
    def number(self) -> int:
        """As in its events."""

    def cancel(self) -> None:
        """Stop it; returns at once, the last event follows."""

    def wait(self, seconds: float | None = None) -> Event | None:
        """Block until the last event, and return it; None when the time is over. Never call it on a GUI thread."""


class BackgroundApi(Protocol):
    """Syncs while the window is closed, of the profile that is no rehearsal; the rules of `SyncApi` hold."""

    def read(self, *, anew: bool = True) -> Job:
        """What the scheduler holds, and how its last run ended: `BackgroundRead`.

        Args:
            anew: Ask the scheduler itself, and do not be content with its last answer.
        """

    def choose(self, *, keep_syncing: bool, every_minutes: int) -> Job:
        """Register with the platform's scheduler, or unregister, and keep the choice: `BackgroundRead`.

        Args:
            keep_syncing: Whether to register.
            every_minutes: One of `domain.schedule.INTERVALS`.
        """

    def apply(self) -> Job:
        """Make the scheduler do what the stored settings ask for: `BackgroundRead`."""

    def note_run(self, run: BackgroundRun) -> None:
        """Remember how a run of the scheduler ended; quick, but not for the GUI thread."""

    def note_explained(self) -> Job:
        """Remember that the user knows what closing the window does: `BackgroundRead`."""

    def remove(self, *, all_profiles: bool, everything: bool) -> Job:
        """Take DynSync out of the scheduler: `Removed`; a `GuardStop` while something syncs.

        Args:
            all_profiles: Of every profile of this user, not of this one alone.
            everything: Also remove this profile's settings, database, logs and secrets.
        """


class UpdatesApi(Protocol):
    """Newer versions of DynSync, at the address of the settings; the rules of `SyncApi` hold."""

    def look(self) -> Job:
        """Whether there is one: `UpdateRead`; a `ConnectionFailed` where what came is not to be trusted."""

    def download(self, folder: Path | None = None) -> Job:
        """Keep its file for this computer, proved: `Downloaded`, or `UpdateRead` where there is none. Installs nothing.

        Args:
            folder: Where to; the user's downloads where None.
        """


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

    def withhold(self, ids: Sequence[str] = ()) -> Job:
        """Let records that were set aside be sent without the value that their problem names: `ProblemsRead`.

        The value stays out until it is another one in Dynamics, or until `sync_one`. It does not sync by itself.
        """

    def retry(self, ids: Sequence[str] = ()) -> Job:
        """Put records that were set aside back in line for the next run: `ProblemsRead`.

        Args:
            ids: Their Dynamics ids; all where none is named. One that is not set aside ends in `JobFailed`.
        """


class SyncApi(Protocol):
    """The service. Every method returns at once; work runs in threads and is told as events on those threads.

    Where a person has to sign in, any job but a run tells `SignInPrompt`, and `SignInEnded` once nobody is waited for.
    """

    @property
    def background(self) -> BackgroundApi:
        """Syncs while the window is closed."""

    @property
    def updates(self) -> UpdatesApi:
        """Newer versions of DynSync."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event from now on; returns what ends that."""

    def read_profile(self) -> Job:
        """Read what is stored of an earlier set-up: `ProfileRead`."""

    def prepare_rehearsal(self) -> Job:
        """Start the built-in rehearsal systems: `RehearsalReady` with the settings and secrets that reach them."""

    def check(self, settings: Settings, secrets: Secrets | None, *, only: System | None = None) -> Job:
        """Test both connections, or only one: `CheckChanged` for each check, then `ChecksEnded`.

        The kept secrets are taken where none are given. Where the profile's set-up was confirmed between other systems,
        one more check (id ``identity``) says so.
        """

    def confirm_identity(self, name: str, settings: Settings | None = None, secrets: Secrets | None = None) -> Job:
        """Take the present systems as the confirmed ones: `ProfileRead`; a wrong name is a `GuardStop`.

        Args:
            name: The Dynamics organisation's name, as a person typed it.
            settings: The stored ones where None.
            secrets: The kept ones where None.
        """

    def environments(self, settings: Settings, secrets: Secrets) -> Job:
        """List the environments that the person who signs in may use: `EnvironmentsFound`.

        Args:
            settings: `dynamics.url` may be empty; a person has to be who signs in.
            secrets: For a proxy that asks for an account.
        """

    def describe(self, settings: Settings, secrets: Secrets | None) -> Job:
        """Read the live schemas: `Described`. Without secrets the kept ones are used."""

    def find_tables(self, settings: Settings, secrets: Secrets | None) -> Job:
        """Look for the organisation's own tables that can be synced: `TablesFound`.

        `describe` tells of those that `Settings.synced_objects` names.
        """

    def sample(self, settings: Settings, secrets: Secrets | None) -> Job:
        """Read a few records of each table: `Sampled`."""

    def read_filter(self, settings: Settings, secrets: Secrets | None) -> Job:
        """Look for the filter column in each table and count what it says: `FilterRead`."""

    def create_filter(self, settings: Settings, secrets: Secrets | None, entity: Entity, *, default: bool) -> Job:
        """Create the filter column in a table, and publish it: `FilterRead`.

        Args:
            settings: Reach the systems.
            secrets: The kept ones where None.
            entity: The table.
            default: What new records say.
        """

    def check_fit(self, settings: Settings, secrets: Secrets | None, *, everything: bool = False) -> Job:
        """Find values that Marketo would refuse or change: `FitProgress`, then `FitChecked`. Writes nothing.

        Args:
            settings: With the choice to be checked.
            secrets: The kept ones where None.
            everything: Read all records, not a sample.
        """

    def choice_history(self) -> Job:
        """Read the versions of the stored choice of fields: `ChoicesRead`."""

    def save_choice(self, fields: FieldSettings) -> Job:
        """Keep another choice for the next run, and as a new version: `ChoicesRead`."""

    def restore_choice(self, number: int) -> Job:
        """Take a version of the choice again, as a new version: `ChoicesRead`."""

    def estimate_choice(self, settings: Settings, secrets: Secrets | None = None) -> Job:
        """Say what these settings' choice would send beyond the stored one's: `ChoiceEstimated`.

        Args:
            settings: With the choice that is thought of.
            secrets: None for those that are kept; asked for where records of a range have to be counted.
        """

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

    def keep_half_done(self, left: HalfDone) -> Job:
        """Keep a set-up that is left half-way, without secrets, until one is finished: `ProfileRead`."""

    def renew(self, renewal: Renewal) -> Job:
        """Change one secret of the finished set-up, or sign in again: `CheckChanged`, then `ProfileRead`.

        It is tried first; what does not work ends in `JobFailed`, and nothing is kept of it.
        """

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

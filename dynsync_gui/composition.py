"""Builds the service for the window and for the command line; the one place where all rooms meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.findings.records import finding_of, refusal_of
from dynsync_gui.domain.ports import Connections, Mailer, Profile
from dynsync_gui.domain.releases import ReleaseSource
from dynsync_gui.domain.settings import MailKind, Settings
from dynsync_gui.domain.storage import SyncStore
from dynsync_gui.rehearsal import RehearsalProcess
from dynsync_gui.service.mail_routes import RoutedMailer
from dynsync_gui.service.mailer import SmtpMailer
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.service.workplace import Rehearsal, Workplace
from dynsync_gui.store.rate_window import StoredRateWindow
from dynsync_gui.store.sync_store import SqliteStore
from dynsync_gui.system.browser import open_browser
from dynsync_gui.system.notes import FolderNotes
from dynsync_gui.system.paths import Profile as Folder
from dynsync_gui.system.paths import profile_of
from dynsync_gui.system.profile import StoredProfile
from dynsync_gui.system.resources import default_targets, release_key
from dynsync_gui.system.schedule import platform_scheduler
from dynsync_gui.system.secrets import SecretSource, SessionSecrets, open_secrets
from dynsync_gui.system.token_cache import KeptSignIn


@dataclass(frozen=True, slots=True)
class Options:
    """What decides how the service is built.

    Attributes:
        profile: Folder of the profile; None for the platform's own place.
        secrets: Where secrets are.
        records: Size of a rehearsal.
        seed: Which rehearsal.
        proxy: Names the system's proxy for an address, on any thread; by default the environment's is taken.
    """

    profile: Path | None = None
    secrets: SecretSource = SecretSource.KEYCHAIN
    records: int = 2_000
    seed: int = 1
    proxy: Callable[[str], str | None] | None = None


def open_service(options: Options) -> SyncService:
    """The service over one profile; close it at the end."""
    folder = profile_of(options.profile)
    windows = {False: StoredRateWindow(), True: StoredRateWindow()}
    real = StoredProfile(folder, open_secrets(options.secrets, folder.id), windows[False], windows[False].attach)
    rehearsed = StoredProfile(
        Folder(folder.folder / "rehearsal"), SessionSecrets(), windows[True], windows[True].attach, rehearsal=True
    )
    profiles: dict[bool, Profile] = {False: real, True: rehearsed}
    process = RehearsalProcess(options.records, options.seed)
    nowhere = options.secrets is not SecretSource.KEYCHAIN
    sign_ins = {
        False: KeptSignIn(folder.folder, folder.id, _nowhere) if nowhere else KeptSignIn(folder.folder, folder.id),
        True: KeptSignIn(folder.folder / "rehearsal", "", _nowhere),
    }

    # requests and msal take as long to load as all the rest: the window is painted without them.
    def connections(profile: Profile) -> Connections:
        from dynsync_gui.connectors.http.proxies import system_proxy  # noqa: PLC0415
        from dynsync_gui.connectors.opening import PeopleSignIn, VendorConnections  # noqa: PLC0415

        kept = sign_ins[profile is rehearsed]
        people = PeopleSignIn(kept.cache, lambda: kept.protected, open_browser)
        return VendorConnections(lambda _address: profile.rate_window(), options.proxy or system_proxy, people)

    def by_smtp(_settings: Settings) -> Mailer:
        from dynsync_gui.connectors.http.tls import trusting_context  # noqa: PLC0415

        return SmtpMailer(trusting_context)

    def by_microsoft(settings: Settings) -> Mailer:
        from dynsync_gui.connectors.http.proxies import system_proxy  # noqa: PLC0415
        from dynsync_gui.connectors.mail import VendorMailer  # noqa: PLC0415
        from dynsync_gui.connectors.opening import PeopleSignIn  # noqa: PLC0415

        people = PeopleSignIn(sign_ins[settings.rehearsal].cache)
        return VendorMailer(settings.mail.kind, lambda: people.access(CancelToken()), options.proxy or system_proxy)

    def releases() -> ReleaseSource:
        from dynsync_gui.connectors.updates import ReleaseFiles  # noqa: PLC0415

        return ReleaseFiles(release_key())

    def close() -> None:
        for window in windows.values():
            window.close()

    def open_store(path: Path | None) -> SyncStore:
        return SqliteStore(path, finding_of)

    return SyncService(
        Workplace(
            connections=connections,
            open_store=open_store,
            profile=lambda rehearsal: profiles[rehearsal],
            defaults=default_targets,
            problem_of=refusal_of,
            mailer=RoutedMailer(
                {
                    MailKind.SMTP: by_smtp,
                    MailKind.DYNAMICS: by_microsoft,
                    MailKind.GRAPH: by_microsoft,
                }
            ),
            sign_in=lambda rehearsal: sign_ins[rehearsal],
            rehearsal=Rehearsal(process.start, process.stop),
            scheduler=platform_scheduler(folder),
            notes=FolderNotes(folder.folder),
            releases=releases,
            close=close,
        )
    )


def _nowhere(_path: Path, _profile_id: str) -> None:
    """No place to keep a sign-in: it ends with the session."""

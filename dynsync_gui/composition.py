"""Builds the service for the window and for the command line; the one place where all rooms meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.findings.records import finding_of, refusal_of
from dynsync_gui.domain.ports.apart import Apart
from dynsync_gui.domain.ports.connections import Connections
from dynsync_gui.domain.ports.profile import Mailer, Profile
from dynsync_gui.domain.releases import ReleaseSource
from dynsync_gui.domain.settings import MailKind, Settings
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.rehearsal import RehearsalProcess
from dynsync_gui.service.mail_routes import RoutedMailer
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.service.workplace import Rehearsal, Workplace
from dynsync_gui.store.rate_window import StoredRateWindow
from dynsync_gui.system.apart import ProcessApart
from dynsync_gui.system.browser import open_browser
from dynsync_gui.system.memory import spare_memory
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
    spare_memory()
    folder = profile_of(options.profile)
    halves = {rehearsal: _half(options, folder, rehearsal=rehearsal) for rehearsal in (False, True)}
    process = RehearsalProcess(options.records, options.seed)

    def close() -> None:
        for half in halves.values():
            half.window.close()

    def open_store(path: Path | None) -> SyncStore:
        from dynsync_gui.store.sync_store import SqliteStore  # noqa: PLC0415  a first start has none

        return SqliteStore(path, finding_of)

    return SyncService(
        Workplace(
            connections=lambda profile: _connections(options, halves[profile is halves[True].profile]),
            open_store=open_store,
            profile=lambda rehearsal: halves[rehearsal].profile,
            defaults=default_targets,
            problem_of=refusal_of,
            mailer=_mailer(options, halves),
            sign_in=lambda rehearsal: halves[rehearsal].sign_in,
            rehearsal=Rehearsal(process.start, process.stop),
            scheduler=platform_scheduler(folder),
            notes=FolderNotes(folder.folder),
            releases=_releases,
            start_apart=_start_apart,
            close=close,
        )
    )


@dataclass(frozen=True, slots=True)
class _Half:
    """The real profile or the rehearsal's, with what belongs to it alone."""

    profile: Profile
    window: StoredRateWindow
    sign_in: KeptSignIn


def _half(options: Options, folder: Folder, *, rehearsal: bool) -> _Half:
    window = StoredRateWindow()
    if rehearsal:
        below = Folder(folder.folder / "rehearsal")
        profile = StoredProfile(below, SessionSecrets(), window, window.attach, rehearsal=True)
        return _Half(profile, window, KeptSignIn(below.folder, "", _nowhere))
    profile = StoredProfile(folder, open_secrets(options.secrets, folder.id), window, window.attach)
    if options.secrets is SecretSource.KEYCHAIN:
        return _Half(profile, window, KeptSignIn(folder.folder, folder.id))
    return _Half(profile, window, KeptSignIn(folder.folder, folder.id, _nowhere))


def _start_apart(work: Callable[[bytes], Any]) -> Apart:
    from dynsync_gui.store.travelling import travelling  # noqa: PLC0415  as the store

    return travelling(ProcessApart, work)


# requests and msal take as long to load as all the rest: the window is painted without them.
def _connections(options: Options, half: _Half) -> Connections:
    from dynsync_gui.connectors.http.proxies import system_proxy  # noqa: PLC0415
    from dynsync_gui.connectors.opening import PeopleSignIn, VendorConnections  # noqa: PLC0415

    people = PeopleSignIn(half.sign_in.cache, lambda: half.sign_in.protected, open_browser)
    return VendorConnections(lambda _address: half.profile.rate_window(), options.proxy or system_proxy, people)


def _mailer(options: Options, halves: Mapping[bool, _Half]) -> Mailer:
    def by_smtp(_settings: Settings) -> Mailer:
        from dynsync_gui.connectors.http.tls import trusting_context  # noqa: PLC0415
        from dynsync_gui.service.mailer import SmtpMailer  # noqa: PLC0415

        return SmtpMailer(trusting_context)

    def by_microsoft(settings: Settings) -> Mailer:
        from dynsync_gui.connectors.http.proxies import system_proxy  # noqa: PLC0415
        from dynsync_gui.connectors.mail import VendorMailer  # noqa: PLC0415
        from dynsync_gui.connectors.opening import PeopleSignIn  # noqa: PLC0415

        people = PeopleSignIn(halves[settings.rehearsal].sign_in.cache)
        return VendorMailer(settings.mail.kind, lambda: people.access(CancelToken()), options.proxy or system_proxy)

    return RoutedMailer({MailKind.SMTP: by_smtp, MailKind.DYNAMICS: by_microsoft, MailKind.GRAPH: by_microsoft})


def _releases() -> ReleaseSource:
    from dynsync_gui.connectors.updates import ReleaseFiles  # noqa: PLC0415

    return ReleaseFiles(release_key())


def _nowhere(_path: Path, _profile_id: str) -> None:
    """No place to keep a sign-in: it ends with the session."""

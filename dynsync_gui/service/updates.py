"""Looks for a newer DynSync and downloads it; it is never installed by DynSync itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui import __version__
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.events import Downloaded, Event, UpdateRead
from dynsync_gui.domain.releases import UpdateKind, UpdateState, judge
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.workplace import Workplace
from dynsync_gui.system.machine import platform_tag
from dynsync_gui.system.paths import downloads_folder

_NOTE = "updates"


class Updates:
    """See `service.api.UpdatesApi` for what each method does.

    Args:
        workplace: What it works with.
        lanes: Where its jobs run.
        installed: The version that runs.
        now: The time.
    """

    def __init__(
        self,
        workplace: Workplace,
        lanes: Lanes,
        installed: str = __version__,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._workplace, self._lanes = workplace, lanes
        self._installed, self._now = installed, now

    def look(self) -> BackgroundJob:
        """Last event `UpdateRead`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: UpdateRead(job.number, self._look(job.token)))

    def download(self, folder: Path | None = None) -> BackgroundJob:
        """Look once more, and keep the file for this computer; last event `Downloaded`."""

        def work(job: BackgroundJob) -> Event:
            state = self._look(job.token)
            settings = self._settings()
            if state.artefact is None or settings is None:
                return UpdateRead(job.number, state)
            target = folder or downloads_folder()
            source, secrets = self._workplace.releases(), self._secrets(settings)
            path = source.download(state.artefact, target, settings, secrets, job.token)
            return Downloaded(job.number, state, path)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def _look(self, token: CancelToken) -> UpdateState:
        settings = self._settings()
        if settings is None or not settings.updates.address:
            return UpdateState(UpdateKind.OFF, self._installed)
        release = self._workplace.releases().read(settings, self._secrets(settings), token)
        kind = judge(release, self._installed, self._seen(), self._now())
        self._workplace.notes.write(_NOTE, {"published": release.published.isoformat()})
        artefact = release.artefact(platform_tag()) if kind is UpdateKind.NEWER else None
        return UpdateState(kind, self._installed, release, artefact)

    def _seen(self) -> datetime | None:
        """When the newest release that was ever seen here was published."""
        try:
            seen = datetime.fromisoformat(self._workplace.notes.read(_NOTE)["published"])
        except (KeyError, ValueError):
            return None
        return seen if seen.tzinfo else None

    def _settings(self) -> Settings | None:
        return self._workplace.profile(False).read_settings()

    def _secrets(self, settings: Settings) -> Secrets:
        """A keychain is only troubled for the account of a proxy."""
        return self._workplace.profile(False).secrets().read() if settings.network.proxy_username else Secrets()

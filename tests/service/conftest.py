"""A real service over the rehearsal systems, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.connectors.http import limiter
from dynsync_gui.connectors.marketo import creating
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.events import Event
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    BulkUse,
    DynamicsSettings,
    EnableSettings,
    LimitSettings,
    MarketoSettings,
    NetworkSettings,
    Settings,
)
from dynsync_gui.engine import people_files
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.secrets import SecretSource

ADMIN = "admin@contoso.example"


def reaching(rehearsal: Rehearsal) -> tuple[Settings, Secrets]:
    """What reaches a rehearsal as if it were two real systems, at the highest permitted rate."""
    accounts = rehearsal.accounts
    urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
    settings = Settings(
        dynamics=DynamicsSettings(rehearsal.dynamics_url, client_id=accounts["client_id"]),
        marketo=MarketoSettings(rehearsal.marketo_url, accounts["marketo_client_id"]),
        network=NetworkSettings(str(rehearsal.ca_bundle), tuple(urlsplit(url).netloc for url in urls)),
        limits=LimitSettings(calls_per_20s=100, in_flight=10),
        enable=EnableSettings(ADMIN, accept=True),
    )
    secrets = Secrets(
        dynamics_client_secret=accounts["client_secret"], marketo_client_secret=accounts["marketo_client_secret"]
    )
    return settings, secrets


@dataclass
class Desk:
    """A service, what reaches its systems, and what it told."""

    service: SyncService
    rehearsal: Rehearsal
    settings: Settings
    secrets: Secrets
    folder: Path
    heard: list[Event]

    def start(self, **settings: object) -> Event:
        """Start a sync and wait for its last event."""
        event = self.service.start(replace(self.settings, **settings), self.secrets).wait(120)
        assert event is not None
        return event

    def listed(self) -> set[tuple[str, str]]:
        """Entity and id of every record that was set aside."""
        return {(problem.entity.value, problem.id) for problem in self.service.problems() if problem.aside}


@pytest.fixture(autouse=True)
def brief_rate_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marketo's 20 seconds, and the longest time of a call, pass in an instant; a rehearsal is as quick."""
    monkeypatch.setattr(limiter, "_WINDOW", 0.1)
    monkeypatch.setattr(creating, "OVER_SECONDS", 0.4)
    monkeypatch.setattr(creating, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    with Rehearsal(400, 2, tmp_path / "world", limits=False) as running:
        yield running


@pytest.fixture
def desk(rehearsal: Rehearsal, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "profile"
    service = open_service(Options(folder, SecretSource.SESSION))
    heard: list[Event] = []
    service.subscribe(heard.append)
    yield Desk(service, rehearsal, *reaching(rehearsal), folder, heard)
    service.close()


@pytest.fixture
def in_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files for few, and a world whose clock goes on while somebody waits."""
    monkeypatch.setattr(people_files, "LEAST_ROWS", 1)
    monkeypatch.setattr(people_files, "LEAST_PEOPLE", 1)
    monkeypatch.setattr(CancelToken, "wait", lambda _, seconds: desk.rehearsal.clock.advance(seconds))
    desk.settings = replace(desk.settings, limits=replace(desk.settings.limits, bulk=BulkUse.ALWAYS))

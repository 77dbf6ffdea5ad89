"""Looking for updates through the service: a real profile and a real server with a signed release file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import Downloaded, Event, JobFailed, UpdateRead
from dynsync_gui.domain.releases import UpdateKind
from dynsync_gui.domain.settings import NetworkSettings, Settings, UpdateSettings
from dynsync_gui.service.api import Job
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.service.updates import Updates
from dynsync_gui.system.machine import platform_tag
from dynsync_gui.system.secrets import SecretSource
from dynsync_gui.system.settings_file import write_settings
from tests.connectors.scripted import Exchange, Forge
from tests.connectors.test_updates import KEY, NOW, PROGRAM, public, sealed


@dataclass
class Maker:
    """Who publishes: changes what stands at the address."""

    url: str
    answer: Any = None

    def publish(self, version: str, age: timedelta = timedelta(0), platform: str = "") -> None:
        file = {
            "platform": platform or platform_tag(),
            "name": f"DynSync-{version}.bin",
            "url": f"{self.url}/program",
            "sha256": hashlib.sha256(PROGRAM).hexdigest(),
            "size": len(PROGRAM),
        }
        self.answer = sealed(
            {
                "format": 1,
                "product": "DynSync",
                "version": version,
                "published": (NOW - age).isoformat(),
                "expires": (NOW + timedelta(days=90)).isoformat(),
                "notes": {"en": "Faster."},
                "artefacts": [file],
            }
        )


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[Maker]:
    forge = Forge(tmp_path)

    def script(exchange: Exchange) -> None:
        exchange.reply(PROGRAM if exchange.request.path == "/program" else made.answer)

    made = Maker(forge.serve(script).url)
    made.publish("9.0.0")
    yield made
    forge.stop()


@pytest.fixture
def settings(maker: Maker, tmp_path: Path) -> Settings:
    network = NetworkSettings(ca_bundle=str(tmp_path / "ca.pem"))
    return Settings(network=network, updates=UpdateSettings(f"{maker.url}/release.json", public(KEY)))


Open = Callable[[Settings], Updates]


@pytest.fixture
def updates(tmp_path: Path) -> Iterator[Open]:
    services: list[SyncService] = []

    def make(settings: Settings) -> Updates:
        folder = tmp_path / "profile"
        folder.mkdir(exist_ok=True)
        write_settings(folder / "settings.toml", settings)
        services.append(open_service(Options(folder, SecretSource.SESSION)))
        return Updates(services[-1]._workplace, services[-1]._lanes, "0.1.0", lambda: NOW)

    yield make
    for service in services:
        service.close()


def ended(job: Job) -> Event:
    event = job.wait(60)
    assert event is not None
    return event


def test_nothing_is_asked_of_anybody_until_an_address_is_set(updates: Open, maker: Maker) -> None:
    event = ended(updates(Settings()).look())
    assert isinstance(event, UpdateRead)
    assert event.state.kind is UpdateKind.OFF


def test_a_newer_one_is_found_and_downloaded_where_one_wants_it(
    updates: Open, settings: Settings, tmp_path: Path
) -> None:
    made = updates(settings)
    event = ended(made.look())
    assert isinstance(event, UpdateRead)
    assert event.state.kind is UpdateKind.NEWER
    assert event.state.artefact is not None
    event = ended(made.download(tmp_path / "here"))
    assert isinstance(event, Downloaded)
    assert event.path.read_bytes() == PROGRAM
    assert event.path.parent == tmp_path / "here"


def test_the_same_one_is_current_and_nothing_is_downloaded(
    updates: Open, settings: Settings, maker: Maker, tmp_path: Path
) -> None:
    maker.publish("0.1.0")
    event = ended(updates(settings).download(tmp_path / "here"))
    assert isinstance(event, UpdateRead)
    assert event.state.kind is UpdateKind.CURRENT
    assert not (tmp_path / "here").exists()


def test_an_old_one_that_is_played_back_is_refused_even_by_a_later_process(
    updates: Open, settings: Settings, maker: Maker
) -> None:
    assert isinstance(ended(updates(settings).look()), UpdateRead)
    maker.publish("8.0.0", age=timedelta(days=1))
    event = ended(updates(settings).look())
    assert isinstance(event, JobFailed)
    assert event.error.code == "update-replayed"


def test_one_without_a_file_for_this_computer_says_so(updates: Open, settings: Settings, maker: Maker) -> None:
    maker.publish("9.0.0", platform="linux-riscv")
    event = ended(updates(settings).look())
    assert isinstance(event, JobFailed)
    assert event.error.code == "update-platform"


def test_what_is_refused_is_not_remembered(updates: Open, settings: Settings, maker: Maker) -> None:
    maker.publish("0.0.9", age=-timedelta(days=1))
    event = ended(updates(settings).look())
    assert isinstance(event, JobFailed)
    assert event.error.code == "update-older"
    maker.publish("9.0.0")
    assert isinstance(ended(updates(settings).look()), UpdateRead)


def test_without_a_key_nobody_is_trusted(updates: Open, settings: Settings) -> None:
    event = ended(updates(replace(settings, updates=replace(settings.updates, key=""))).look())
    assert isinstance(event, JobFailed)
    assert event.error.code == "update-no-key"


@pytest.mark.parametrize(
    ("system", "machine", "tag"),
    [
        ("win32", "AMD64", "windows-x64"),
        ("darwin", "arm64", "macos-arm64"),
        ("linux", "x86_64", "linux-x64"),
        ("linux", "aarch64", "linux-arm64"),
    ],
)
def test_computers_are_named_as_release_files_do(system: str, machine: str, tag: str) -> None:
    assert platform_tag(system, machine) == tag

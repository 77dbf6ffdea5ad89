"""Servers and clients for the connectors' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynsync_gui.connectors.http.client import HttpClient
from dynsync_gui.connectors.http.hosts import Hosts
from dynsync_gui.connectors.marketo import creating
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.cancel import CancelToken

from .marketo_script import MarketoScript
from .scripted import Forge


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def forge(authority_folder: Path) -> Iterator[Forge]:
    made = Forge(authority_folder)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def brief_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest time of a call passes in an instant."""
    monkeypatch.setattr(creating, "OVER_SECONDS", 5.0)
    monkeypatch.setattr(creating, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def token() -> CancelToken:
    return CancelToken()


MakeClient = Callable[..., HttpClient]


@pytest.fixture
def client(forge: Forge, token: CancelToken) -> Iterator[MakeClient]:
    """Makes clients for a host; closes them all."""
    made: list[HttpClient] = []

    def make(host: str, *others: str, **options) -> HttpClient:
        options.setdefault("ca_bundle", forge.ca_bundle)
        made.append(HttpClient(Hosts(host, frozenset(others)), token, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def script(forge: Forge) -> MarketoScript:
    return MarketoScript(forge)


@pytest.fixture
def writer(script: MarketoScript, token: CancelToken) -> Iterator[MarketoRestWriter]:
    made = script.writer(token)
    yield made
    made.close()

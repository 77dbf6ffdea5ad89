"""A rehearsal, and people who sign in to it in a thread, as they would beside the program."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import msal

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.prompts import Prompt
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, NetworkSettings, Settings, SignIn
from dynsync_gui.simulators.person import Page, Person
from dynsync_gui.simulators.server import Rehearsal


def named(rehearsal: Rehearsal, name: str = "sync", **habits) -> Person:
    """A person of the tenant."""
    domain = "federated.rehearsal.example" if name == "person" else "rehearsal.example"
    habits.setdefault("password", rehearsal.accounts["password"])
    return Person(rehearsal.ca_bundle, f"{name}@{domain}", **habits)


@dataclass
class Desk:
    """What one test signs in with; `prompts` is what a person was asked, `over` how often that was over."""

    rehearsal: Rehearsal
    person: Person | None = None
    settings: Settings = field(default_factory=Settings)
    secrets: Secrets = field(default_factory=Secrets)
    cache: msal.TokenCache = field(default_factory=msal.SerializableTokenCache)
    seconds: float = 20.0
    prompts: list[Prompt] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    over: int = 0
    token: CancelToken = field(default_factory=CancelToken)

    def __post_init__(self) -> None:
        rehearsal = self.rehearsal
        urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
        self.settings = Settings(
            DynamicsSettings(rehearsal.dynamics_url),
            network=NetworkSettings(str(rehearsal.ca_bundle), tuple(urlsplit(url).netloc for url in urls)),
        )
        self.checks: dict[str, Check] = {}
        self._busy: list[threading.Thread] = []
        self._readers: list[DataverseReader] = []

    def by(self, sign_in: SignIn, **changes) -> Desk:
        """Sign in this way."""
        self.settings = replace(self.settings, dynamics=replace(self.settings.dynamics, sign_in=sign_in, **changes))
        return self

    def access(self, *, attended: bool = True) -> Access:
        return Access(self.token, self.prompted if attended else None, self.cache, seconds=self.seconds)

    def prompted(self, prompt: Prompt | None) -> None:
        """Called on the worker's thread, as a window is; None tells that nobody is waited for any more."""
        if prompt is None:
            self.over += 1
            return
        self.prompts.append(prompt)
        if self.person is not None:
            self._busy.append(threading.Thread(target=self._act, args=(self.person, prompt)))
            self._busy[-1].start()

    def check(self, *, attended: bool = True) -> Check:
        """Sign in by way of the checks; the sign-in's check."""
        reader = DataverseReader(self.settings, self.secrets, self.token, access=self.access(attended=attended))
        self._readers.append(reader)
        self.checks = {check.id: check for check in reader.check([Entity.CONTACT], lambda _: None)}
        self.leave()
        return self.checks["dynamics.sign-in"]

    def leave(self) -> None:
        """Wait for the people, and close what was opened."""
        for thread in self._busy:
            thread.join(60)
        for reader in self._readers:
            reader.close()
        self._busy.clear()
        self._readers.clear()

    def _act(self, person: Person, prompt: Prompt) -> None:
        page = person.enters_code(prompt.address, prompt.code) if prompt.code else person.signs_in(prompt.address)
        self.pages.append(page)


def new_rehearsal(folder: Path) -> Rehearsal:
    """A small one that is asked for device codes every second."""
    rehearsal = Rehearsal(40, 5, folder, limits=False)
    rehearsal.entra.devices.interval = 1
    return rehearsal

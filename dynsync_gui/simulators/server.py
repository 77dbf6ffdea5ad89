"""Runs the rehearsal: three TLS servers and one control port on loopback over one world."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.authority import Authority
from dynsync_gui.simulators.clock import Clock
from dynsync_gui.simulators.control import Control
from dynsync_gui.simulators.dataverse.app import Dataverse
from dynsync_gui.simulators.directory import DOMAIN, Directory
from dynsync_gui.simulators.entra import Entra
from dynsync_gui.simulators.faults import FaultPlan
from dynsync_gui.simulators.gate import Gate, Vendor
from dynsync_gui.simulators.generate import new_world
from dynsync_gui.simulators.marketo.app import Marketo
from dynsync_gui.simulators.marketo.fields import Field
from dynsync_gui.simulators.marketo.seeding import seed_persons
from dynsync_gui.simulators.traffic import RequestLog
from dynsync_gui.simulators.transport import WsgiServer

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self


class Rehearsal:
    """A whole rehearsal; a ``with`` statement starts and stops it.

    Attributes:
        world: What Dynamics holds.
        entra: The sign-in; its users and applications are in ``directory``.
        dataverse: The Dynamics side.
        marketo: The Marketo side.
        faults: Rules of what goes wrong.
        log: Requests received, without secrets.
        ca_bundle: Certificate that a client has to trust.
    """

    def __init__(
        self,
        records: int = 2000,
        seed: int = 1,
        folder: Path | None = None,
        latency: float = 0.0,
        limits: bool = True,
        *,
        port_base: int = 0,
        known_share: float = 0.05,
        key_field: str = "",
        clock: Clock | None = None,
    ) -> None:
        """Builds the world; nothing is served before ``start``.

        Args:
            records: Dynamics records in all.
            seed: Decides the whole world.
            folder: Where the certificate files go.
            latency: Seconds that every data request takes, on both sides.
            limits: Whether the vendors' rate limits are in force.
            port_base: First of four ports in a row; 0 = any free ones.
            known_share: Part of the persons that Marketo has already by e-mail.
            key_field: REST name of a custom string person field that exists from the beginning.
            clock: The world's time; a test may bring its own and put it forward.
        """
        if folder is None:
            raise ValueError("a folder for the certificates is needed")
        self.clock = clock or Clock()
        self._stopping = threading.Event()
        self._authority = Authority(folder)
        self.ca_bundle = self._authority.ca_bundle
        self.world = new_world(records, seed, self.clock)
        self.directory = Directory(self.clock)
        self.entra = Entra(self.directory, self.clock)
        self.dataverse = Dataverse(self.world, self.directory, self._stopping, limits=limits)
        self.marketo = Marketo(self.clock, self._stopping, limits=limits)
        if key_field:
            self.marketo.fields.add_existing(Field(key_field, "string", 255, key_field, custom=True))
        seed_persons(self.marketo, self.world, known_share)
        self.set_latency(latency)
        self.faults, self.log = FaultPlan(seed), RequestLog()
        self.control = Control(self)
        self._port_base = port_base
        self._servers: list[WsgiServer] = []
        self.entra_url = self.dynamics_url = self.marketo_url = self.control_url = ""

    def start(self) -> Self:
        """Opens the ports and begins to serve."""
        tls = self._authority.context()
        vendors: tuple[Vendor, ...] = (self.entra, self.dataverse, self.marketo)
        apps: list[Any] = [Gate(v, self.faults, self.log, self.clock, self._stopping) for v in vendors]
        ports = [self._port_base + n if self._port_base else 0 for n in range(4)]
        try:
            for app, port, context in zip((*apps, self.control), ports, (tls, tls, tls, None), strict=True):
                self._servers.append(WsgiServer(app, port, context))
        except OSError:
            for server in self._servers:
                server.server_close()
            raise
        self.entra_url, self.dynamics_url, self.marketo_url, self.control_url = (s.url for s in self._servers)
        self.entra.url, self.directory.audience = self.entra_url, self.dynamics_url
        self.dataverse.serve_at(self.dynamics_url, self.entra_url)
        for server in self._servers:
            server.start()
        return self

    def stop(self) -> None:
        """Ends every connection; no thread and no socket stays behind."""
        self._stopping.set()
        for server in self._servers:
            server.stop()
        self._servers.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def accounts(self) -> dict[str, str]:
        """What a person would type into DynSync."""
        service, people, identity = self.directory.service, self.directory.people, self.marketo.identity
        user = self.directory.users[f"sync@{DOMAIN}"]
        return {
            "username": user.name,
            "password": user.password,
            "client_id": service.client_id,
            "client_secret": next(iter(service.secrets.values())),
            "user_client_id": people.client_id,
            "user_client_secret": next(iter(people.secrets.values())),
            "marketo_client_id": identity.client_id,
            "marketo_client_secret": identity.client_secret,
            "tenant": self.directory.tenant,
        }

    def set_latency(self, seconds: float) -> None:
        """Time that every data request takes, on both sides."""
        self.dataverse.latency = self.marketo.latency = seconds

    def audit(self) -> dict[str, Any]:
        """Everything that both systems hold, for whoever judges a run."""
        self.dataverse.members.publish()
        return {"marketo": self.marketo.audit(), "dataverse": self.world.as_json()}

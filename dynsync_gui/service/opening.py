"""Opens both systems for a job, and tells what they say to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dynsync_gui.domain.events import Event, SignInEnded, SignInPrompt, Waiting
from dynsync_gui.domain.ports.connections import Connection, Connections, Shelf
from dynsync_gui.domain.ports.listening import OnPrompt
from dynsync_gui.domain.prompts import Environment, Prompt
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.service.workplace import Workplace
from dynsync_gui.system.redaction import keep_out


class Opening:
    """Opens connections.

    Args:
        workplace: What the service works with.
        emit: Takes the events of waits and sign-ins.
    """

    def __init__(self, workplace: Workplace, emit: Callable[[Event], None]) -> None:
        self._workplace = workplace
        self._emit = emit

    @contextmanager
    def connected(
        self,
        settings: Settings,
        secrets: Secrets | None,
        job: BackgroundJob,
        *,
        attended: bool = True,
        shelf: Shelf | None = None,
    ) -> Iterator[Connection]:
        """Both systems, with the kept secrets where none are given.

        A run is not attended: it never opens a browser, whoever started it. It alone may take descriptions from a
        shelf: whoever looks at fields or checks wants them as they are now.
        """
        if secrets is None:
            secrets = self._workplace.profile(settings.rehearsal).secrets().read()
        keep_out(secrets.values())
        connection = self._connections(settings).open(
            settings,
            secrets,
            job.token,
            lambda system, seconds, cause: self._emit(Waiting(job.number, system, seconds, cause)),
            self._prompting(job) if attended else None,
            shelf,
        )
        try:
            yield connection
        finally:
            connection.close()

    def environments(self, settings: Settings, secrets: Secrets, job: BackgroundJob) -> tuple[Environment, ...]:
        """The environments that the person who signs in may use."""
        keep_out(secrets.values())
        return self._connections(settings).environments(settings, secrets, job.token, self._prompting(job))

    def _connections(self, settings: Settings) -> Connections:
        return self._workplace.connections(self._workplace.profile(settings.rehearsal))

    def _prompting(self, job: BackgroundJob) -> OnPrompt:
        def tell(p: Prompt | None) -> None:
            asked = p and SignInPrompt(job.number, p.kind, p.address, p.code, p.seconds, p.kept)
            self._emit(asked or SignInEnded(job.number))

        return tell

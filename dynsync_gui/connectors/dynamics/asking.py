"""What the checks ask of Dataverse: what they need, and what they would like to know."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.dataverse import DATAVERSE

_T = TypeVar("_T")
_EXTRA_SECONDS = 5.0


class Asking:
    """Reads within the time of all checks; what is only nice to know gets the smaller part of it."""

    def __init__(self, client: DataverseClient, patience: Patience) -> None:
        self._client, self.patience = client, patience

    def needed(self, target: str) -> dict[str, Any]:
        """Read what a check cannot do without; raises as `DataverseClient.get` does."""
        return self._client.read(target, self.patience)

    def wished(self, target: str) -> dict[str, Any]:
        """Read what is nice to know; raises `ConnectionFailed` where Dataverse does not tell, or not soon."""
        left = min(_EXTRA_SECONDS, self.patience.left)
        if left < 0.5:
            raise TemporaryFailure("dynamics.page", DATAVERSE["dynamics.page"], "no time left for it")
        return self._client.read(target, Patience(2, left, all_together=True))

    def rows(self, target: str) -> list[dict[str, Any]]:
        """The rows of an optional read; what is no list counts as none."""
        found = self.wished(target).get("value")
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


class Once(Generic[_T]):
    """Something that several checks want, asked for by the first one."""

    def __init__(self, ask: Callable[[], _T]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._found: list[_T] = []

    def __call__(self) -> _T:
        """What was found; the others wait for it."""
        with self._lock:
            if not self._found:
                self._found.append(self._ask())
            return self._found[0]

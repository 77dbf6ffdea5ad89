"""What the checks ask of Dataverse: what they need, and what they would like to know."""

from __future__ import annotations

from typing import Any

from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.dataverse import DATAVERSE

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

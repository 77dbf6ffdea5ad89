"""Static lists: found by name, and people taken out of them (Adobe, static lists)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, read, write
from dynsync_gui.connectors.marketo.records import written
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.marketo import problem_of
from dynsync_gui.domain.ports.marketo import BatchRefused, RowOutcome

_LISTS = "/rest/v1/lists"
_NOT_IN_LIST = {"1004", "1015"}
_NO_LIST = "1013"


def list_id(client: MarketoClient, name: str, patience: Patience) -> str:
    """Id of the static list of that name; empty where there is none.

    Raises:
        Refused: Marketo does not let lists be read.
    """
    rows = client.call(read(f"{_LISTS}.json", name=name), patience, lambda told: told.get("result"))
    ids = [str(row["id"]) for row in rows or () if isinstance(row, dict) and row.get("name") == name and "id" in row]
    return ids[0] if ids else ""


def remove_from_list(
    client: MarketoClient, list_: str, persons: Sequence[str], patience: Patience
) -> tuple[RowOutcome, ...]:
    """Take at most 300 persons out of a list; who is not in it is out of it.

    Adobe's guide names the ids in the address, its definition of the call a body as well.

    Raises:
        BatchRefused: Marketo refused the whole call for the persons that it names.
        ConnectionFailed: Marketo does not allow it at all, or has no such list.
        TemporaryFailure: The trouble outlived the patience; the same call may be made again.
    """
    ids = "&".join(f"id={person}" for person in persons)
    body = {"input": [{"id": int(person)} for person in persons]}
    request = replace(write(f"{_LISTS}/{list_}/leads.json?{ids}", body), method="DELETE")
    try:
        outcomes = written(client, request, patience, len(persons))
    except BatchRefused as refused:
        if refused.code != _NO_LIST:
            raise
        finding, _ = problem_of(refused.code, refused.message)
        raise ConnectionFailed(refused.code, finding, refused.message) from None
    return tuple(RowOutcome("removed") if outcome.code in _NOT_IN_LIST else outcome for outcome in outcomes)

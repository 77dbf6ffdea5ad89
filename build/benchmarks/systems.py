"""Starts the vendors of a measurement in a process of their own, and tells what they were asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steps.console import ROOT


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that a system received.

    Attributes:
        system: ``dataverse``, ``marketo`` or ``entra``.
        path: Without the query.
        query: As it was sent.
        received: Bytes of its body.
        started: Seconds since 1970.
        ended: Likewise.
        code: The vendor's code of a refusal, or that it brought persons (see `vendors.WRITTEN`).
    """

    system: str
    path: str
    query: str
    received: int
    started: float
    ended: float
    code: str


@dataclass(frozen=True, slots=True)
class Systems:
    """Running systems.

    Attributes:
        ready: Their addresses and accounts, as the rehearsal prints them.
    """

    ready: dict[str, Any]

    def exchanges(self, system: str = "") -> list[Exchange]:
        """What was asked so far, of one system where it is named."""
        return [
            Exchange(
                one["system"], one["path"], one["query"], one["received"], one["started"],
                one["started"] + one["seconds"], one["code"],
            )
            for one in self._ask("GET", "/log")
            if system in {"", one["system"]}
        ]  # fmt: skip

    def forget(self) -> None:
        """Begin to count anew."""
        self._ask("DELETE", "/log")

    def do(self, **deed: Any) -> None:
        """Let something happen to the systems; see `dynsync_gui.simulators.control`."""
        self._ask("POST", "/do", deed)

    def change(self, table: str, id_: str, **values: Any) -> None:
        """Change a row of Dynamics."""
        self._ask("POST", "/row", {"table": table, "id": id_, "values": values})

    def first_id(self, table: str) -> str:
        """The id of some row of Dynamics."""
        return str(self._ask("GET", f"/audit/dataverse/{table}")[0])

    def _ask(self, method: str, path: str, content: Any = None) -> Any:
        control = self.ready["control"]
        body = json.dumps(content).encode() if content is not None else None
        request = urllib.request.Request(
            control["url"] + path, body, {"X-Rehearsal-Key": control["key"]}, method=method
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@contextmanager
def prepared(contacts: int, *, latency: float = 0.0, limits: bool = False) -> Iterator[Systems]:
    """Systems with so many contacts that are never what a measurement waits for."""
    program = [str(Path(__file__).with_name("vendors.py"))]
    with _running(program, contacts, latency, limits=limits) as systems:
        yield systems


@contextmanager
def rehearsed(records: int, *, latency: float = 0.0, limits: bool = True) -> Iterator[Systems]:
    """The rehearsal systems as they are."""
    with _running(["-m", "dynsync_gui.simulators"], records, latency, limits=limits) as systems:
        yield systems


@contextmanager
def _running(program: Sequence[str], records: int, latency: float, *, limits: bool) -> Iterator[Systems]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, *program, "--records", str(records), "--folder", folder, "--latency", str(latency)),
            *(() if limits else ("--no-limits",)),
        ]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as process:
            if process.stdin is None or process.stdout is None:
                raise AssertionError("asked for as pipes")
            try:
                yield Systems(json.loads(process.stdout.readline()))
            finally:
                process.stdin.close()  # it ends with its parent
                process.stdout.close()

"""What was asked for on the command line, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.schema import System
from dynsync_gui.system.secrets import SecretSource

DEMO_RECORDS = 2_000


class FieldsAction(StrEnum):
    """What ``fields`` does with the choice."""

    LIST = "list"
    EXPORT = "export"
    IMPORT = "import"
    HISTORY = "history"
    RESTORE = "restore"
    TABLES = "tables"


class FilterAction(StrEnum):
    """What ``filter`` does."""

    STATUS = "status"
    CREATE = "create"


class ProblemsAction(StrEnum):
    """What ``problems`` does."""

    LIST = ""
    SHOW = "show"
    RETRY = "retry"
    WITHOUT = "send-without"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line.

    Attributes:
        verb: What to do.
        json: One JSON document on stdout instead of people's text.
        profile: The folder that holds all state; None for the platform's own place.
        secrets: Where secrets come from.
        language: Two letters; empty for the system's.
        verbose: Whether details go to stderr.
        answers: The answers file of ``setup``.
        secrets_from_stdin: Whether ``setup`` reads secrets from standard input.
        start: Whether ``setup`` starts the sync.
        canary: Whether that begins with a few records and looks after each step.
        once: ``sync`` makes one run.
        background: ``sync`` was started by the platform's scheduler.
        switch: What ``background`` does: ``on``, ``off``, ``mend`` or ``status``.
        every: Minutes between two runs in the background; 0 for what the settings say.
        everything: ``remove`` also removes what the profile keeps.
        yes: ``remove`` asks nobody.
        download: Where ``updates`` keeps a newer version; None to keep nothing.
        only: ``check`` tests this system alone.
        letter: ``check`` writes to this colleague what is missing.
        record: The only record that ``sync`` brings over, as table and id.
        accept_identity: The organisation's name, typed to confirm that systems which changed are the right ones.
        accept_guard: Name of the stop that is agreed to.
        action: What ``fields`` does.
        entity: The only table that ``fields`` lists; empty for all.
        file: Where ``fields`` writes or reads the choice.
        since: ``fields import`` fills new fields only for records that changed on this day or later; None for all.
        version: Which version ``fields restore`` takes again.
        everything: ``fit`` reads all records, not a sample.
        filter_action: What ``filter`` does.
        table: The table in which ``filter create`` makes the column.
        default: What new records say there, ``yes`` or ``no``.
        yes: Whether the change in Dynamics was confirmed.
        csv: Where ``problems`` writes them.
        asked: The e-mail address or Dynamics id that ``why`` or an action of ``problems`` is about.
        problem: What ``problems`` does.
        everything: Whether ``problems retry`` and ``problems send-without`` take all.
        sample: Most records of a table that ``reconcile`` compares; 0 for all.
        records: Size of the rehearsal world.
        seed: What the rehearsal world is made from; the same seed makes the same world.
        port: First of the four ports of ``simulate``; 0 for any.
        folder: Where ``simulate`` writes its certificates; None for a folder that vanishes.
        limits: Whether ``simulate`` enforces the vendors' rate limits.
        until_parent_ends: ``simulate`` serves the program that started it, until that ends.
    """

    verb: str
    json: bool = False
    profile: Path | None = None
    secrets: SecretSource = SecretSource.KEYCHAIN
    language: str = ""
    verbose: bool = False
    answers: Path = field(default_factory=Path)
    secrets_from_stdin: bool = False
    start: bool = False
    canary: bool = False
    once: bool = False
    background: bool = False
    switch: str = "status"
    every: int = 0
    everything: bool = False
    yes: bool = False
    download: Path | None = None
    only: System | None = None
    letter: Owner | None = None
    record: str = ""
    accept_identity: str = ""
    accept_guard: str = ""
    action: FieldsAction = FieldsAction.LIST
    entity: str = ""
    file: Path = field(default_factory=Path)
    since: date | None = None
    version: int = 0
    filter_action: FilterAction = FilterAction.STATUS
    table: str = ""
    default: str = "no"
    csv: Path | None = None
    asked: str = ""
    problem: ProblemsAction = ProblemsAction.LIST
    sample: int = 0
    records: int = DEMO_RECORDS
    seed: int = 1
    port: int = 0
    folder: Path | None = None
    limits: bool = True
    until_parent_ends: bool = False

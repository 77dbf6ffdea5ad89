"""Tables of Dynamics in the ledger: which there are, and how statements name the ones that belong together."""

from __future__ import annotations

import sqlite3

from dynsync_gui.domain.schema import PEOPLE, Entity


def _named(*tables: Entity) -> str:
    return "(" + ", ".join(f"'{table}'" for table in tables) + ")"


OF_PEOPLE = _named(*PEOPLE)
OF_ROLES = _named(Entity.CUSTOMER, Entity.CONNECTION)


def tables(connection: sqlite3.Connection) -> list[str]:
    """Tables that the ledger holds records of: a step in an index for each, as there are few of them and many rows."""
    found: list[str] = []
    last = ""
    while last := connection.execute("SELECT min(entity) FROM records WHERE entity > ?", (last,)).fetchone()[0]:
        found.append(last)
    return found

"""Persons that Marketo knew before anything was synced."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynsync_gui.simulators.marketo.app import Marketo
    from dynsync_gui.simulators.world import World

_SOURCES = ("Web", "Trade Show", "List import", "Webinar")


def seed_persons(marketo: Marketo, world: World, share: float = 0.05) -> None:
    """Gives Marketo some persons of the world by e-mail, without any key, and some of its own.

    Args:
        marketo: The instance.
        world: Whose contacts and leads are drawn from.
        share: Part of the world's persons that Marketo has already.
    """
    draw = random.Random(world.seed + 7)  # noqa: S311 - a seeded world must be repeatable
    seen: set[str] = set()
    for name in ("contact", "lead"):
        for row in world.tables[name]:
            email = str(row.get("emailaddress1", "")).strip()
            if draw.random() >= share or "@" not in email or not email.isascii() or email.lower() in seen:
                continue
            seen.add(email.lower())
            chance = draw.random()
            values = {
                "email": email.upper() if chance < 0.1 else email.title() if chance < 0.15 else email,
                "firstName": row.get("firstname"),
                "lastName": row.get("lastname"),
                "leadSource": draw.choice(_SOURCES),
                "unsubscribed": chance > 0.9,
                "leadScore": draw.randrange(100),
            }
            marketo.persons.create(values)
            if 0.15 < chance < 0.20:
                # A second person of the same e-mail, as imports make them.
                marketo.persons.create({**values, "leadSource": "List import"})
    for number in range(max(3, len(seen) // 10)):
        marketo.persons.create({"email": f"visitor{number}@elsewhere.example", "leadSource": "Web"})

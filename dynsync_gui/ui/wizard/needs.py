"""What somebody has to have at hand before the set-up."""

from __future__ import annotations

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, row
from dynsync_gui.ui.widgets.text import Text


def needs() -> Card:
    """What somebody has to have at hand, in three lines."""
    card = Card(gap=GRID // 2)
    card.body.addWidget(Text(tr("What you need first"), "strong"))
    for icon, line in (
        ("shield", tr("Administrator rights in Dynamics 365 and in Marketo Engage.")),
        (
            "person",
            tr(
                "For Dynamics an application user or a user who may read accounts, contacts and leads; for Marketo an "
                "API service whose role may read and write people, companies and their schema."
            ),
        ),
        ("info", tr("Marketo's own solution for Dynamics is not needed. Where its sync runs, switch it off first.")),
    ):
        picture = Picture(icon, "accent", 16)
        words = Text(line, "muted")
        layout = row(picture, words)
        layout.setAlignment(picture, TOP)
        layout.setStretch(1, 1)
        card.body.addLayout(layout)
    return card

"""What somebody has to have at hand before the set-up."""

from __future__ import annotations

from dynsync_gui.domain.rights import Verb, permissions, table_name, table_rights
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, row
from dynsync_gui.ui.widgets.text import Text


def needs() -> Card:
    """What somebody has to have at hand, in a few lines: for a sync as it is suggested, without own tables."""
    card = Card(gap=GRID // 2)
    card.body.addWidget(Text(tr("What you need first"), "strong"))
    for icon, line in (
        ("shield", tr("Administrator rights in Dynamics 365 and in Marketo Engage.")),
        (
            "person",
            tr(
                "For Dynamics an application user or a user with these rights on the records of the whole "
                "organisation: read {read}; change {changed}.",
                read=_tables(Verb.READ),
                changed=_tables(Verb.WRITE),
            ),
        ),
        (
            "plug",
            tr(
                "For Marketo an API service whose role has: {permissions}.",
                permissions=", ".join(permissions(Settings())),
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


def _tables(verb: Verb) -> str:
    return ", ".join(table_name(right.entity) for right in table_rights(Settings()) if verb in right.verbs)

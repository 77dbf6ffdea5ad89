"""A banner: what happened, what to do, and the actions that fit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton

from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, drop, row
from dynsync_gui.ui.widgets.text import Text, restyle

_ICONS = {"bad": "failed", "attention": "attention", "good": "passed", "accent": "info"}


class Banner(Card):
    """Hidden until there is something to say."""

    def __init__(self) -> None:
        super().__init__("banner", margin=GRID + 4)
        self._picture = Picture("info", "accent", 20)
        self._title = Text("", "strong")
        self._advice = Text("")
        words = column(gap=4)
        words.addWidget(self._title)
        words.addWidget(self._advice)
        top = row(self._picture, words, gap=GRID + 4)
        top.setAlignment(self._picture, TOP)
        top.setStretch(1, 1)
        self._actions = row(None)
        self._buttons: list[QPushButton] = []
        self.body.addLayout(top)
        self.body.addLayout(self._actions)
        self.hide()

    @property
    def says(self) -> str:
        """What it says now, for tests and screen readers."""
        return f"{self._title.text()} {self._advice.text()}".strip() if not self.isHidden() else ""

    def tell(self, tone: str, title: str, advice: str = "", **actions: tuple[str, Callable[[], None]]) -> None:
        """Say something.

        Args:
            tone: good, attention, bad or accent.
            title: What happened.
            advice: What to do.
            actions: Text and what it does, by object name.
        """
        self.setProperty("tone", tone)
        restyle(self)
        self._picture.show_icon(_ICONS[tone], tone)
        self._title.say(title)
        self._advice.say(advice)
        self._advice.setVisible(bool(advice))
        drop(self._actions, self._buttons)
        for name, (label, act) in actions.items():
            button = QPushButton(label)
            button.setObjectName(name)
            button.setAccessibleName(label)
            button.setAutoDefault(False)
            button.clicked.connect(act)
            self._actions.insertWidget(len(self._buttons), button)
            self._buttons.append(button)
            button.show()
        self.setAccessibleName(f"{title} {advice}".strip())
        self.show()

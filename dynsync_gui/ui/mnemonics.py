"""Gives every button and label of a page an Alt letter of its own.

Letters written into the texts would collide in one language or the other; so they are dealt out when a page is
built, in its order, and no translator has to think of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QPushButton, QRadioButton, QWidget

_QUIET = {"link", "tool"}
"""Buttons that repeat or that another key reaches (F1, Tab)."""


Part = QLabel | QAbstractButton


def deal(page: QWidget, first: Iterable[QAbstractButton] = ()) -> None:
    """Deal letters to what is visible of a page: labels with a field, and buttons.

    Called again whenever something appears or goes.

    Args:
        page: What to deal for.
        first: Buttons outside the page that choose before it, such as Next and Back; they keep their choice.
    """
    outer: list[Part] = [part for part in first if wants_letter(part)]
    inner: list[Part] = [part for part in page.findChildren(QLabel) if wants_letter(part)]
    inner += [part for part in page.findChildren(QAbstractButton) if wants_letter(part)]
    shown = [part for part in inner if part.isVisibleTo(page) and part not in outer]
    owners: dict[str, Part] = {}
    for part in outer:
        _choose(part, owners, set(owners))
    kept = set(owners)
    for part in shown:
        _choose(part, owners, set(kept))
    letters = {id(part): char for char, part in owners.items()}
    for part in [*outer, *inner]:
        _mark(part, letters.get(id(part), ""))


def _choose(part: Part, owners: dict[str, Part], tried: set[str]) -> bool:
    """Find a letter for a part; one that has a letter already moves to another where it can (Kuhn's matching)."""
    for char in _candidates(plain(part.text())):
        if char in tried:
            continue
        tried.add(char)
        if char not in owners or _choose(owners[char], owners, tried):
            owners[char] = part
            return True
    return False


def _candidates(text: str) -> list[str]:
    """Letters of a text, first letters of its words before the others."""
    lower = text.casefold()
    starts = [char for place, char in enumerate(lower) if place == 0 or lower[place - 1] == " "]
    return [char for char in dict.fromkeys([*starts, *lower]) if char.isascii() and char.isalpha()]


def plain(text: str) -> str:
    """A text without its Alt mark."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&&")


def _mark(part: Part, char: str) -> None:
    text = plain(part.text())
    starts = [place for place in range(len(text)) if place == 0 or text[place - 1] == " "]
    places = [place for place in (*starts, *range(len(text))) if text[place].casefold() == char]
    marked = f"{text[: places[0]]}&{text[places[0] :]}" if places else text
    if marked != part.text():
        part.setText(marked)


def wants_letter(part: QWidget) -> bool:
    """Whether a widget takes part."""
    if isinstance(part, QLabel):
        return part.buddy() is not None
    if isinstance(part, QPushButton | QCheckBox | QRadioButton):
        return bool(part.text()) and part.property("kind") not in _QUIET
    return False


def reword(button: QAbstractButton, text: str) -> None:
    """Change a button's text and keep its letter, where the new text has it."""
    place = text.casefold().find(kept) if (kept := letter(button.text())) else -1
    button.setText(f"{text[:place]}&{text[place:]}" if place >= 0 else text)
    button.setAccessibleName(text)


def letter(text: str) -> str:
    """The Alt letter in a text; empty for none."""
    place = text.replace("&&", "\0\0").find("&")
    return text[place + 1].casefold() if 0 <= place < len(text) - 1 else ""

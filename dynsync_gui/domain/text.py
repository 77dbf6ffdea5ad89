"""Texts that a person reads: English in the code, other languages from a gettext catalogue.

`msg` marks a text and keeps it untranslated until it is shown, so that plain data (checks, problems, plans)
can carry texts through threads and files and be shown later in whichever language is in use.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use_language(language: str, translations: gettext.NullTranslations) -> None:
    """Make every text shown from now on appear in another language.

    Args:
        language: Two-letter code, ``"en"`` or ``"fr"``; decides how numbers are written.
        translations: The catalogue of that language.
    """
    global _translations, _language  # noqa: PLW0603  one process speaks one language
    _translations = translations
    _language = language


def language() -> str:
    """The two-letter code of the language in use."""
    return _language


def number(value: float, digits: int = 0) -> str:
    """A number as the language in use writes it (``48,210`` or ``48 210``)."""
    text = f"{value:,.{digits}f}"
    if _language == "fr":
        return text.replace(",", "\u202f").replace(".", ",")
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A text with its values, translated when it is turned into a string.

    Attributes:
        text: The English text with ``{name}`` places.
        values: What goes into the places; whole numbers are written as the language does.
        plural: The English text for ``n`` other than one, where the text counts something.
        n: What is counted.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    plural: str = ""
    n: int = 1

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        if not self.text:
            return ""
        text = (
            _translations.ngettext(self.text, self.plural, self.n) if self.plural else _translations.gettext(self.text)
        )
        shown = {name: _shown(value) for name, value in self.values.items()}
        return text.format_map({"n": number(self.n), **shown}) if shown or self.plural else text


class Listing(tuple[Message, ...]):
    """Several texts as one value of another text, translated when they are shown."""

    __slots__ = ()

    def __str__(self) -> str:
        return "; ".join(str(part) for part in self)


NOTHING = Message("")
"""No text; false in a condition."""


def _shown(value: object) -> str:
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def msg(text: str, **values: object) -> Message:
    """Mark a text for translation and keep it with its values."""
    return Message(text, values)


def msgs(one: str, many: str, n: int, **values: object) -> Message:
    """Mark a counting text for translation; ``{n}`` is the number."""
    return Message(one, values, many, n)


def tr(text: str, **values: object) -> str:
    """The text in the language in use, now."""
    return str(Message(text, values))


def ntr(one: str, many: str, n: int, **values: object) -> str:
    """The counting text in the language in use, now; ``{n}`` is the number."""
    return str(Message(one, values, many, n))

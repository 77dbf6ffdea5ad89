"""The languages the window is looked at in: the two real ones, and one that is a third longer than English."""

from __future__ import annotations

import gettext
from pathlib import Path

LANGUAGES = ("en", "fr", "longer")
TRANSLATIONS = Path(__file__).resolve().parents[2] / "resources" / "translations"


class Longer(gettext.NullTranslations):
    """Every text grows by 35 %, at its end, so that names and places in it stay as they are."""

    def gettext(self, message: str) -> str:
        return message + _tail(len(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language: en, fr, or longer."""
    if language == "longer":
        return Longer()
    return gettext.translation("dynsync", TRANSLATIONS, [language], fallback=True)


def _tail(length: int) -> str:
    wanted = max(2, round(length * 0.35))
    return "".join(" aéàùoê"[place % 7] for place in range(wanted))

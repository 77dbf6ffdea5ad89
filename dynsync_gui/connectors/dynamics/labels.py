"""Labels of Dataverse in the right language; any of their parts may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.domain.text import language

_ENGLISH = 1033
_LOCALES = {"en": _ENGLISH, "fr": 1036}


def shown_label(label: Any, fallback: str) -> str:
    """A name for people: in the language of DynSync, else of the Dynamics user, else English, else any."""
    by_locale = _by_locale(label)
    locale = _LOCALES.get(language(), _ENGLISH)
    return by_locale.get(locale) or _user(label) or _any(by_locale) or fallback


def option_label(label: Any, value: int) -> str:
    """A choice as Dynamics shows it to the sync's user: that is what Marketo's own sync would send."""
    return _user(label) or _any(_by_locale(label)) or str(value)


def labels_of(label: Any) -> Mapping[int, str]:
    """A label in all languages of the organisation, by LCID."""
    return _by_locale(label)


def _user(label: Any) -> str:
    own = label.get("UserLocalizedLabel") if isinstance(label, Mapping) else None
    return str(own.get("Label") or "") if isinstance(own, Mapping) else ""


def _by_locale(label: Any) -> dict[int, str]:
    rows = label.get("LocalizedLabels") if isinstance(label, Mapping) else None
    return {
        row["LanguageCode"]: str(row["Label"])
        for row in rows or ()
        if isinstance(row, Mapping) and isinstance(row.get("LanguageCode"), int) and row.get("Label")
    }


def _any(by_locale: Mapping[int, str]) -> str:
    return by_locale.get(_ENGLISH) or next(iter(by_locale.values()), "")

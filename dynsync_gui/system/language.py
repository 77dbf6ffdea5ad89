"""Chooses the language that DynSync speaks, and loads its texts."""

from __future__ import annotations

import gettext
import locale
import logging
import os
import sys
from collections.abc import Mapping

from dynsync_gui.domain.text import use_language
from dynsync_gui.system.resources import resources_folder

_log = logging.getLogger(__name__)

LANGUAGES = ("en", "fr")
_VARIABLES = ("DYNSYNC_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def choose_language(environment: Mapping[str, str] | None = None, system: str = "") -> str:
    """The language to speak, ``en`` where the wanted one is not spoken.

    Args:
        environment: Variables; the process's own where it is None.
        system: What the platform says, such as ``fr_FR``; asked of it where empty.
    """
    variables = os.environ if environment is None else environment
    wanted = next((variables[name] for name in _VARIABLES if variables.get(name)), "") or system or _system_language()
    code = wanted[:2].lower()
    return code if code in LANGUAGES else "en"


def speak(language: str) -> str:
    """Show all texts in a language from now on; where its texts are not there, in English.

    Returns:
        The language that is spoken now.
    """
    if language == "en":
        use_language("en", gettext.NullTranslations())
        return "en"
    catalogue = resources_folder() / "translations" / language / "LC_MESSAGES" / "dynsync.mo"
    try:
        with catalogue.open("rb") as stream:
            translations = gettext.GNUTranslations(stream)
    except (OSError, UnicodeDecodeError, ValueError):
        _log.info("There are no texts in “%s”; DynSync speaks English.", language)
        return speak("en")
    use_language(language, translations)
    return language


def _system_language() -> str:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  only there

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return locale.windows_locale.get(number, "")
    return locale.getlocale()[0] or ""

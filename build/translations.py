"""Collects the texts of the code into a catalogue, and checks and compiles the translations.

Run by `build/dev.py translations`, with the Python of the virtual environment.
"""

from __future__ import annotations

import argparse
import io
import string
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
TEMPLATE = FOLDER / "dynsync.pot"
LANGUAGES = ("fr",)
KEYWORDS = {"msg": None, "msgs": (1, 2), "tr": None, "ntr": (1, 2)}

_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in every header, so that a file changes only when a text does."""


def collect() -> Catalog:
    """All texts marked in the code."""
    catalog = _empty(None)
    found = extract_from_dir(ROOT / "dynsync_gui", [("**.py", "python")], keywords=KEYWORDS, comment_tags=["Seen:"])
    for path, _, texts, comments, _ in sorted(found, key=lambda row: (row[0], row[1])):
        catalog.add(texts, locations=[(f"dynsync_gui/{Path(path).as_posix()}", 0)], auto_comments=comments)
    return catalog


def catalogue(language: str) -> Path:
    """The editable catalogue of a language; its compiled form lies beside it."""
    return FOLDER / language / "LC_MESSAGES" / "dynsync.po"


def load(language: str) -> Catalog:
    """The catalogue of a language as it is on disk; an empty one where there is none yet."""
    path = catalogue(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="dynsync")


def faults(template: Catalog, translated: Catalog) -> list[str]:
    """What is wrong with a catalogue, one line each: texts missing, left over, untranslated or with other places."""
    wanted = {message.id for message in template if message.id}
    had = {message.id for message in translated if message.id}
    lines = [f"not in the catalogue: {_first(text)}" for text in sorted(wanted - had, key=str)]
    lines += [f"no longer in the code: {_first(text)}" for text in sorted(had - wanted, key=str)]
    for message in translated:
        if not message.id or message.id not in wanted:
            continue
        if message.fuzzy or not all(_texts(message.string)):
            lines.append(f"not translated: {_first(message.id)}")
        elif trouble := _places_differ(message):
            lines.append(trouble)
    return lines


def places(text: str) -> set[str]:
    """Names of the places in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _places_differ(message: Message) -> str:
    ids, strings = _texts(message.id), _texts(message.string)
    every = set.union(*(places(text) for text in ids))
    for number, text in enumerate(strings):
        # The singular may say "one" in words and so leave the number out.
        optional = {"n"} if len(ids) == 2 and number == 0 else set()
        if not every - optional <= places(text) <= every:
            return f"other places than in English: {text}"
    return ""


def _texts(one_or_more: str | Sequence[str] | None) -> tuple[str, ...]:
    return (one_or_more or "",) if isinstance(one_or_more, str | None) else tuple(one_or_more)


def _first(text: str | Sequence[str]) -> str:
    return _texts(text)[0]


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain="dynsync",
        project="DynSync",
        version="1",
        header_comment="# Texts of DynSync.",
        copyright_holder="DynSync contributors",
        last_translator="DynSync contributors",
        language_team="DynSync contributors",
        msgid_bugs_address="DynSync contributors",
        creation_date=_DATE,
        revision_date=_DATE,
        fuzzy=False,
    )


def _write(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, include_lineno=False, ignore_obsolete=True, sort_by_file=False)
    path.write_bytes(buffer.getvalue())


def _same(one: Catalog, other: Catalog) -> bool:
    return _by_text(one) == _by_text(other)


def _by_text(catalog: Catalog) -> dict[object, object]:
    """Translations by their English text; a compiled catalogue gives counting texts as lists."""
    return {tuple(m.id) if isinstance(m.id, list | tuple) else m.id: _texts(m.string) for m in catalog if m.id}


def update() -> int:
    """Write the template, bring every language up to date, compile it, and tell what is left to translate."""
    template = collect()
    _write(template, TEMPLATE)
    left = 0
    for language in LANGUAGES:
        translated = load(language)
        translated.update(template, no_fuzzy_matching=True)
        translated.obsolete.clear()
        translated.creation_date = translated.revision_date = _DATE
        _write(translated, catalogue(language))
        with catalogue(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, translated)
        left += _tell(language, faults(template, translated))
    return 1 if left else 0


def check() -> int:
    """Return 0 when template, catalogues and compiled catalogues are complete and fit the code."""
    template = collect()
    with TEMPLATE.open("rb") as file:
        left = _tell("template", faults_of_template(template, read_po(file)))
    for language in LANGUAGES:
        translated = load(language)
        lines = faults(template, translated)
        with catalogue(language).with_suffix(".mo").open("rb") as file:
            if not lines and not _same(translated, read_mo(file)):
                lines.append("the compiled catalogue is out of date: run build/dev.py translations")
        left += _tell(language, lines)
    return 1 if left else 0


def faults_of_template(template: Catalog, on_disk: Catalog) -> list[str]:
    """Whether the template on disk holds exactly the texts of the code."""
    same = {message.id for message in template} == {message.id for message in on_disk}
    return [] if same else ["the template is out of date: run build/dev.py translations"]


def _tell(name: str, lines: list[str]) -> int:
    for line in lines:
        sys.stderr.write(f"{name}: {line}\n")
    return len(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    sys.exit(check() if parser.parse_args().check else update())

"""The catalogues: complete, compiled, with the same places as the English texts, and typeset as French is."""

from __future__ import annotations

import gettext
import re
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "build"))

import translations  # noqa: E402  lies beside the commands that use it

FORBIDDEN = re.compile(r"\b(error|invalid|failed to|please|oops)\b", re.IGNORECASE)
PYTHON_S = [("dynsync_gui/cli/argparse_words.py", 0)]
"""Where words that Python chose are marked."""
UNSPACED = re.compile(r"(?<![\u202f/\d\w])[;!?](?!\w)|\w[;!?](?=\s|$)|(?<!\u202f):(?=\s|$)|«(?!\u202f)|(?<!\u202f)»")
"""Signs before which (or after which) French wants a narrow blank that does not break, and there is none."""


@pytest.fixture(scope="module")
def template() -> Catalog:
    return translations.collect()


@pytest.fixture(scope="module")
def french() -> Catalog:
    return translations.load("fr")


def shown(catalog: Catalog) -> list[str]:
    return [text for message in catalog if message.id for text in translations._texts(message.string) if text]


def test_french_is_complete_and_has_the_same_places(template: Catalog, french: Catalog) -> None:
    assert translations.faults(template, french) == []


def test_template_is_up_to_date(template: Catalog) -> None:
    with translations.TEMPLATE.open("rb") as file:
        assert translations.faults_of_template(template, translations.read_po(file)) == []


def test_compiled_catalogue_is_up_to_date(french: Catalog) -> None:
    with translations.catalogue("fr").with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in french:
        if message.id and not message.pluralizable:
            assert compiled.gettext(message.id) == message.string
        elif message.id:
            assert tuple(compiled.ngettext(*message.id, n) for n in (1, 2)) == tuple(message.string)


def test_french_is_typeset_as_french(french: Catalog) -> None:
    assert [text for text in shown(french) if UNSPACED.search(re.sub(r"https?://\S+", "", text))] == []


@pytest.mark.parametrize("page", sorted((ROOT / "resources" / "help" / "fr").iterdir()), ids=lambda page: page.stem)
def test_french_help_is_typeset_as_french(page: Path) -> None:
    text = re.sub(r"<[^>]*>|https?://\S+|&\w+;", "", page.read_text(encoding="utf-8"))
    assert "\u202f" not in text, "Qt's rich text breaks lines at the narrow blank, and only the wide one holds"
    assert UNSPACED.findall(text.replace("\u00a0", "\u202f")) == []


def test_texts_keep_the_voice(template: Catalog) -> None:
    ours = [message for message in template if message.id and message.locations != PYTHON_S]
    texts = [text for message in ours for text in translations._texts(message.id)]
    assert [text for text in texts if FORBIDDEN.search(text)] == []


def add(catalog: Catalog, english: str | tuple[str, str], french: str | tuple[str, str]) -> Catalog:
    catalog.add(english, french)
    return catalog


@pytest.mark.parametrize(
    ("english", "french", "fault"),
    [
        ("Shortened to {url}.", "Raccourci en {url}.", None),
        ("Shortened to {url}.", "Raccourci en {adresse}.", "other places than in English: Raccourci en {adresse}."),
        ("Shortened to {url}.", "Raccourci.", "other places than in English: Raccourci."),
        ("Shortened to {url}.", "", "not translated: Shortened to {url}."),
        (("{n} field", "{n} fields"), ("un champ", "{n} champs"), None),
        (("{n} field", "{n} fields"), ("{n} champ", "des champs"), "other places than in English: des champs"),
        (("{n} field", "{n} fields"), ("{n} champ", ""), "not translated: {n} field"),
    ],
)
def test_faults_of_a_translation_are_found(
    english: str | tuple[str, str], french: str | tuple[str, str], fault: str | None
) -> None:
    found = translations.faults(add(Catalog(), english, ""), add(Catalog(locale="fr"), english, french))
    assert found == ([fault] if fault else [])


def test_text_that_is_missing_or_left_over_is_found() -> None:
    found = translations.faults(add(Catalog(), "new", ""), add(Catalog(locale="fr"), "old", "vieux"))
    assert found == ["not in the catalogue: new", "no longer in the code: old"]


@pytest.mark.parametrize("text", ["Quoi?", "Attention!", "Note: oui", "un; deux", "«oui»", "Quoi ?"])
def test_wrong_typesetting_is_found(text: str) -> None:
    assert UNSPACED.search(text)


@pytest.mark.parametrize(
    "text", ["Quoi\u202f?", "127.0.0.1:8443", "12:30", "«\u202foui\u202f»", "un\u202f; deux", "x?y=1", "n\u202f:"]
)
def test_right_typesetting_is_left_alone(text: str) -> None:
    assert not UNSPACED.search(text)

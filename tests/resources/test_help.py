"""The offline help: every topic in both languages, readable by Qt, leading nowhere else."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELP = ROOT / "resources" / "help"
TOPICS = {
    "dynamics-address",
    "dynamics-application",
    "dynamics-browser",
    "dynamics-certificate",
    "dynamics-device",
    "dynamics-user",
    "enable",
    "fields",
    "filter",
    "keychain",
    "mail",
    "marketo-address",
    "marketo-service",
    "network",
    "own-registration",
    "problems",
}
PAGES = [
    pytest.param(HELP / language / f"{topic}.html", id=f"{language}-{topic}")
    for language in ("en", "fr")
    for topic in sorted(TOPICS)
]
SHOWN_BY_QT = {
    "a",
    "b",
    "body",
    "h1",
    "h2",
    "head",
    "html",
    "li",
    "meta",
    "ol",
    "p",
    "table",
    "td",
    "th",
    "title",
    "tr",
    "ul",
}


def elements(page: Path) -> list[ET.Element]:
    return list(ET.fromstring(page.read_text(encoding="utf-8")).iter())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_folder_holds_exactly_the_topics(language: str) -> None:
    assert {page.name for page in (HELP / language).iterdir()} == {f"{topic}.html" for topic in TOPICS}


@pytest.mark.parametrize("page", PAGES)
def test_page_is_plain_and_leads_to_other_topics_only(page: Path) -> None:
    found = elements(page)
    assert found[0].get("lang") == page.parent.name
    assert {element.tag for element in found} <= SHOWN_BY_QT
    for element in found:
        assert set(element.attrib) <= {"lang", "charset", "href", "border", "cellpadding", "cellspacing"}
        if element.tag == "a":
            assert element.get("href", "").removesuffix(".html") in TOPICS - {page.stem}


@pytest.mark.parametrize("page", PAGES)
def test_page_has_one_title_and_a_fair_length(page: Path) -> None:
    found = elements(page)
    titles = [element.text for element in found if element.tag in {"title", "h1"}]
    assert len(titles) == 2
    assert titles[0] == titles[1]
    assert 10 <= len(page.read_text(encoding="utf-8").splitlines()) <= 50


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_both_languages_say_the_same_things_in_the_same_order(topic: str) -> None:
    english, french = (
        [element.tag for element in elements(HELP / language / f"{topic}.html") if element.tag != "b"]
        for language in ("en", "fr")
    )
    assert english == french


def topics_in_code() -> Iterator[tuple[str, str]]:
    """Topics that the code names, with the file: as the argument `topic`, or to a function that shows help."""
    for path in sorted((ROOT / "dynsync_gui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = getattr(node.func, "attr", getattr(node.func, "id", ""))
            shown = node.args[:1] if named in {"show_topic", "show_help", "read_help", "open_help"} else []
            for value in [*(word.value for word in node.keywords if word.arg in {"topic", "help_topic"}), *shown]:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    yield value.value, path.name


def test_every_topic_that_the_code_names_exists() -> None:
    missing = {(topic, file) for topic, file in topics_in_code() if topic not in TOPICS}
    assert not missing

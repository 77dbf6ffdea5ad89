"""Resources, language and trust: what DynSync takes from where it runs."""

from __future__ import annotations

import csv
import ssl
import sys
from pathlib import Path

import pytest
import trustme
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schema import ENTITIES, PEOPLE, Entity
from dynsync_gui.domain.text import language, tr
from dynsync_gui.system import language as language_module
from dynsync_gui.system import resources
from dynsync_gui.system.language import choose_language, speak
from dynsync_gui.system.trust import tls_context


@pytest.fixture
def no_memory() -> None:
    resources.resources_folder.cache_clear()


def test_the_default_mapping_is_whole() -> None:
    rows = resources.default_targets()
    counts = {entity: sum(row.entity is entity for row in rows) for entity in ENTITIES}
    assert counts == {Entity.LEAD: 39, Entity.CONTACT: 27, Entity.ACCOUNT: 18}
    by_source = {(row.entity, row.source): row.target for row in rows}
    assert by_source[Entity.LEAD, "emailaddress1"] == "email"
    assert by_source[Entity.CONTACT, "mkt_leadscore"] == "leadScore"
    assert by_source[Entity.LEAD, "companyname"] == "company"
    assert by_source[Entity.ACCOUNT, "websiteurl"] == "website"
    assert not {source for _, source in by_source} & {"ownerid", "accountid", "parentcustomerid"}
    assert all(row.label and row.target.isalnum() for row in rows)


def test_every_person_field_of_the_mapping_is_known_or_new() -> None:
    """A target is one of Marketo's own fields, or named after what Adobe calls it."""
    text = resources.read_text("rehearsal/marketo_fields.csv")
    known = {row["name"] for row in csv.DictReader(text.splitlines()) if row["object"] == "person"}
    new = {row.target for row in resources.default_targets() if row.entity in PEOPLE} - known
    labels = {row.target: row.label for row in resources.default_targets()}
    for name in new:
        assert labels[name].replace(" ", "").casefold() == name.casefold()
    assert "statusReason" in new
    assert len(new) == 14


@pytest.mark.usefixtures("no_memory")
def test_resources_are_found_when_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "dynsync_gui" / "resources"
    inside.mkdir(parents=True)
    (inside / "default_mapping.csv").write_text("entity,source,target,label\n")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.resources_folder() == inside
    resources.resources_folder.cache_clear()


@pytest.mark.usefixtures("no_memory")
def test_help_falls_back_to_english_and_stays_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "help" / "en").mkdir(parents=True)
    (tmp_path / "help" / "en" / "dynamics-url.md").write_text("# Où?", encoding="utf-8")
    (tmp_path / "secret.md").write_text("no")
    monkeypatch.setattr(resources, "resources_folder", lambda: tmp_path)
    assert resources.read_help("dynamics-url", "fr") == "# Où?"
    for topic in ("none", "../../secret", "DYNAMICS", ""):
        with pytest.raises(FileNotFoundError):
            resources.read_help(topic, "en")


@pytest.mark.parametrize(
    ("environment", "system", "chosen"),
    [
        ({"DYNSYNC_LANGUAGE": "fr", "LANG": "en_US.UTF-8"}, "", "fr"),
        ({"DYNSYNC_LANGUAGE": "en", "LC_ALL": "fr_FR"}, "", "en"),
        ({"LC_ALL": "fr_FR.UTF-8", "LANG": "en_US"}, "", "fr"),
        ({"LC_MESSAGES": "fr_CA", "LANG": "en_US"}, "", "fr"),
        ({"LC_ALL": "", "LANG": "fr"}, "", "fr"),
        ({"LANG": "C.UTF-8"}, "fr_FR", "en"),
        ({"LANG": "de_DE"}, "", "en"),
        ({}, "fr_FR", "fr"),
        ({}, "pt_BR", "en"),
    ],
)
def test_the_language_is_chosen(environment: dict[str, str], system: str, chosen: str) -> None:
    assert choose_language(environment, system) == chosen


def test_texts_of_a_language_are_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_module, "resources_folder", lambda: tmp_path)
    assert speak("fr") == "en"
    catalogue = Catalog(locale="fr")
    catalogue.add("Hello", "Bonjour")
    folder = tmp_path / "translations" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "dynsync.mo").open("wb") as stream:
        write_mo(stream, catalogue)
    assert speak("fr") == "fr"
    assert (tr("Hello"), language()) == ("Bonjour", "fr")
    (folder / "dynsync.mo").write_bytes(b"broken")
    assert speak("fr") == "en"
    assert (tr("Hello"), language()) == ("Hello", "en")


def test_a_company_authority_is_added_to_the_systems(tmp_path: Path) -> None:
    bundle = tmp_path / "corp.pem"
    trustme.CA().cert_pem.write_to_path(bundle)
    context = tls_context(str(bundle))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_bundle_without_certificates_is_refused(tmp_path: Path, content: bytes | None) -> None:
    bundle = tmp_path / "corp.pem"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        tls_context(str(bundle))
    assert caught.value.code == "settings-ca-bundle"

"""One list of rights: what the choice makes of it, and that pages, letters and README name the same one."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.letter import letter
from dynsync_gui.domain.rights import (
    Permission,
    Verb,
    permissions,
    returning_columns,
    table_name,
    table_rights,
    verb_names,
)
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.settings import EnableSettings, FieldSettings, NativeSync, ObjectSettings, Settings
from dynsync_gui.domain.text import msg

ROOT = Path(__file__).parents[2]
USUAL = Settings()
OWN = Settings(objects=ObjectSettings(custom=("new_membership",)))
DEFAULTS = [(Entity.CONTACT, "firstname"), (Entity.LEAD, "lastname"), (Entity.ACCOUNT, "name")]
FRENCH = {
    "Compte": "Account",
    "Prospect": "Lead",
    "Utilisateur": "User",
    "Opportunité": "Opportunity",
    "Connexion": "Connection",
    "Contact": "Contact",
    "Lecture": "Read",
    "Lecture, Écriture": "Read, Write",
}


def one_way(entity: Entity, *directions: Direction | None) -> Settings:
    choices = tuple(FieldChoice(f"column{n}", direction=way) for n, way in enumerate(directions))
    return Settings(fields=FieldSettings({entity: choices}))


def named(settings: Settings) -> dict[str, str]:
    return {table_name(right.entity): ", ".join(right.verbs) for right in table_rights(settings)}


def test_the_sync_as_it_is_suggested() -> None:
    assert named(USUAL) == {
        "Account": "Read",
        "Contact": "Read, Write",
        "Lead": "Read, Write",
        "User": "Read",
        "Opportunity": "Read",
        "Connection": "Read",
    }
    assert set(permissions(USUAL)) == set(Permission) - {Permission.CUSTOM_OBJECT, Permission.CUSTOM_TYPE}


def test_what_is_not_synced_needs_nothing() -> None:
    few = Settings(objects=ObjectSettings(owners=False, opportunities=False))
    assert list(named(few)) == ["Account", "Contact", "Lead"]
    assert not {Permission.SALES_PERSON, Permission.OPPORTUNITY} & set(permissions(few))
    beside = Settings(enable=EnableSettings(native_sync=NativeSync.PEOPLE))
    assert list(named(beside)) == ["Contact", "Lead"]
    assert Permission.COMPANY not in permissions(beside)
    assert named(OWN)["new_membership"] == "Read"
    assert set(permissions(OWN)) == set(Permission)


def test_fields_that_travel_to_marketo_only_need_no_right_to_write() -> None:
    there, back = Direction.TO_MARKETO, Direction.TO_DYNAMICS
    assert named(one_way(Entity.CONTACT, there, there))["Contact"] == "Read"
    for other in (back, Direction.BOTH, None):
        settings = one_way(Entity.CONTACT, there, other)
        assert named(settings)["Contact"] == "Read, Write"
        assert returning_columns(settings, DEFAULTS) == {Entity.CONTACT: {"column1"}, Entity.LEAD: {"lastname"}}
    assert returning_columns(USUAL, DEFAULTS) == {Entity.CONTACT: {"firstname"}, Entity.LEAD: {"lastname"}}
    neither = one_way(Entity.CONTACT, there)
    neither = replace(neither, fields=FieldSettings({**neither.fields.chosen, Entity.LEAD: ()}))
    assert Permission.ACTIVITY not in permissions(neither)


@pytest.mark.parametrize("owner", [Owner.DYNAMICS_ADMIN, Owner.MARKETO_ADMIN])
def test_the_letter_names_all_of_it(owner: Owner) -> None:
    check = Check("a", System.DYNAMICS, CheckState.ATTENTION, msg("A thing"), msg("It is off."), owner=owner)
    written = letter((check,), owner, OWN)
    assert written is not None
    listed = re.findall(r"^- (.+)$", written.body, re.MULTILINE)
    if owner is Owner.MARKETO_ADMIN:
        assert listed == list(permissions(OWN))
    else:
        assert listed == [f"{table_name(right.entity)}: {verb_names(right)}" for right in table_rights(OWN)]


def rows(text: str) -> list[list[str]]:
    lines = (line.strip("|") for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def test_readme_names_all_of_it() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = {row[0]: row[1] for row in rows(text) if len(row) == 3 and row[1].startswith("Read")}
    assert told == named(USUAL)
    assert [row[0] for row in rows(text) if row[0].startswith("Read-")] == list(permissions(OWN))


def cells(language: str, topic: str) -> list[list[str]]:
    page = ET.fromstring((ROOT / "resources" / "help" / language / f"{topic}.html").read_text(encoding="utf-8"))
    return [["".join(cell.itertext()) for cell in row] for row in page.iter("tr") if row.find("td") is not None]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_help_names_all_of_it(language: str) -> None:
    listed = cells(language, "dynamics-application")
    told = {FRENCH.get(table, table): FRENCH.get(verbs, verbs) for table, verbs, _reach in listed}
    assert told == named(USUAL)
    assert [row[0] for row in cells(language, "marketo-service")] == list(permissions(OWN))


def test_verbs_are_those_of_dataverse() -> None:
    assert [f"prv{verb}Lead" for verb in Verb] == ["prvReadLead", "prvWriteLead"]

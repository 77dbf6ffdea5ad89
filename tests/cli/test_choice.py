"""The verb ``fields`` beyond its list: the choice as a file, its versions, and what it says of a field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.events import ChoiceEstimated, ChoiceImported, Described
from dynsync_gui.domain.plan import BackFill
from dynsync_gui.domain.schema import Entity, Target, TargetField, TargetSchema, TargetType
from tests.cli.caller import Caller
from tests.cli.world import CHOSEN, OFFERS, SECRETS, SETTINGS

if TYPE_CHECKING:
    from pathlib import Path


def test_the_choice_is_written_taken_in_and_taken_back(call: Caller, tmp_path: Path) -> None:
    path = tmp_path / "choice.toml"
    assert call("fields", "export", str(path), "--json").document == {"file": str(path)}
    assert call.service.given["export_choice"] == (path, SETTINGS)
    assert call("fields", "import", str(path)).status == 0
    kept, secrets, session_only = call.service.given["keep"]
    assert (kept.fields, secrets, session_only) == (CHOSEN, SECRETS, False)
    first, second = call("fields", "history", "--json").document["versions"]
    assert (first["number"], first["who"], first["changes"]) == (1, "ada", [])
    assert second["changes"] == ["lead: firstname changed."]
    text = call("fields", "restore", "1").out
    assert call.service.given["restore_choice"] == (1,)
    assert "lead: firstname changed." in text
    assert "\x1b" not in text


def test_a_choice_is_taken_in_with_its_new_fields_for_some_records_only(call: Caller, tmp_path: Path) -> None:
    before = replace(SETTINGS, fields=CHOSEN)
    more = replace(CHOSEN, chosen={Entity.LEAD: (*CHOSEN.chosen[Entity.LEAD], FieldChoice("statuscode"))})
    first_name = TargetField("firstName", "First Name", TargetType.STRING, 255)
    targets = {Target.PERSON: TargetSchema(Target.PERSON, (first_name,))}
    back_fill = BackFill(Entity.LEAD, ("statuscode",), 1_200, 8, date(2026, 3, 1))
    call.service.settings = before
    call.service.script |= {
        "describe": Described(1, OFFERS, targets=targets),
        "import_choice": ChoiceImported(1, more),
        "estimate_choice": ChoiceEstimated(1, (back_fill,)),
    }
    done = call("fields", "import", str(tmp_path / "choice.toml"), "--since", "2026-03-01")
    assert done.status == 0
    assert "lead: at most 1,200 records, 8 Marketo calls, for statuscode." in done.out
    kept, _, _ = call.service.given["keep"]
    thought_of, secrets = call.service.given["estimate_choice"]
    assert (thought_of.fields, secrets) == (kept.fields, SECRETS)
    days = {one.name: one.since for one in kept.fields.chosen[Entity.LEAD]}
    assert days == {"firstname": None, "statuscode": date(2026, 3, 1)}
    document = call("fields", "import", str(tmp_path / "choice.toml"), "--json").document
    assert document["back_fills"] == [
        {"entity": "lead", "fields": ["statuscode"], "records": 1_200, "calls": 8, "since": "2026-03-01"}
    ]
    for wrong in ("2999-01-01", "yesterday"):
        refused = call("fields", "import", "x.toml", "--since", wrong)
        assert refused.status == ExitStatus.WRONG_USE
        assert wrong in refused.err


def test_a_chosen_field_says_which_way_it_travels(call: Caller) -> None:
    call.service.settings = replace(SETTINGS, fields=CHOSEN)
    (row,) = [row for row in call("fields", "--json").document["fields"] if row["name"] == "firstname"]
    assert row["direction"] == "both"
    assert row["sentence"] == "Dynamics and Marketo fill First Name. If both changed, Marketo wins."
    assert "If both changed, Marketo wins." in call("fields").out
    assert len(call("fields", "--entity", "lead", "--json").document["fields"]) == 4
    unknown = call("fields", "--entity", "leads")
    assert unknown.status == ExitStatus.WRONG_USE
    assert "“leads”" in unknown.err


def test_own_tables_are_listed_and_one_that_is_not_synced_can_be_looked_at(call: Caller) -> None:
    fields = replace(SETTINGS.fields, chosen={Entity("new_ticket"): (FieldChoice("new_name"),)})
    call.service.settings = replace(SETTINGS, fields=fields)
    delivery, ticket = call("fields", "tables", "--json").document["tables"]
    assert delivery["belongs_to"] == ["new_ticket"]
    assert (ticket["entity"], ticket["belongs_to"]) == ("new_ticket", ["contact", "account"])
    assert [delivery["synced"], ticket["synced"]] == [False, True]
    text = call("fields", "tables").out
    assert "\x1b" not in text
    assert text.splitlines()[2].startswith("[x]  new_ticket")
    call("fields", "--entity", "new_delivery")
    settings, _ = call.service.given["describe"]
    assert settings.objects.custom == ("new_delivery",)
    assert call.service.given.get("keep") is None

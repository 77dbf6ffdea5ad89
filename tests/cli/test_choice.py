"""The verb ``fields`` beyond its list: the choice as a file, its versions, and what it says of a field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dynsync_gui.domain.errors import ExitStatus
from tests.cli.caller import Caller
from tests.cli.world import CHOSEN, SECRETS, SETTINGS

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

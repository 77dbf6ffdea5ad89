"""Options stand before or after the verb; wrong use is status 2 and a usage line."""

from __future__ import annotations

import gettext
import io
import os
import re
import sys
from pathlib import Path

import pytest

from dynsync_gui.cli import main
from dynsync_gui.cli.arguments import parse, wanted_language
from dynsync_gui.cli.options import FieldsAction, FilterAction, Options
from dynsync_gui.system.secrets import SecretSource
from tests.cli.caller import Caller


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "--profile", "p", "--secrets", "env", "--language", "fr", "status", "--verbose"],
        ["status", "--json", "--profile", "p", "--secrets", "env", "--language", "fr", "--verbose"],
        ["--profile=p", "--verbose", "status", "--language=fr", "--secrets=env", "--json"],
    ],
)
def test_options_stand_before_or_after_the_verb(arguments: list[str]) -> None:
    options = parse(arguments)
    assert options == Options("status", True, Path("p"), SecretSource.ENVIRONMENT, "fr", True)


def test_the_last_of_two_counts() -> None:
    assert parse(["--profile", "a", "status", "--profile", "b"]).profile == Path("b")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["demo"], Options("demo")),
        (["fields"], Options("fields")),
        (["fields", "--entity", "lead"], Options("fields", entity="lead")),
        (["fields", "export", "c.toml"], Options("fields", action=FieldsAction.EXPORT, file=Path("c.toml"))),
        (["fields", "import", "c.toml"], Options("fields", action=FieldsAction.IMPORT, file=Path("c.toml"))),
        (["fields", "history", "--json"], Options("fields", json=True, action=FieldsAction.HISTORY)),
        (["fields", "restore", "3"], Options("fields", action=FieldsAction.RESTORE, version=3)),
        (["fit"], Options("fit")),
        (["fit", "--all", "--json"], Options("fit", json=True, everything=True)),
        (["filter"], Options("filter")),
        (["filter", "status"], Options("filter")),
        (["filter", "create", "lead"], Options("filter", filter_action=FilterAction.CREATE, table="lead")),
        (
            ["filter", "create", "account", "--default", "yes", "--yes"],
            Options("filter", filter_action=FilterAction.CREATE, table="account", default="yes", yes=True),
        ),
        (["demo", "--records", "50", "--seed", "9"], Options("demo", records=50, seed=9)),
        (["setup", "--answers", "a.toml"], Options("setup", answers=Path("a.toml"))),
        (
            ["setup", "--answers", "a.toml", "--secrets-from-stdin"],
            Options("setup", answers=Path("a.toml"), secrets_from_stdin=True),
        ),
        (["setup", "--answers", "a.toml", "--start"], Options("setup", answers=Path("a.toml"), start=True)),
        (["sync"], Options("sync")),
        (["sync", "--once"], Options("sync", once=True)),
        (["problems", "--csv", "p.csv"], Options("problems", csv=Path("p.csv"))),
        (["simulate", "--port", "9000"], Options("simulate", port=9000)),
        (["simulate", "--no-limits"], Options("simulate", limits=False)),
    ],
)
def test_each_verb_has_its_own(arguments: list[str], expected: Options) -> None:
    assert parse(arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["status", "--jsn"],
        ["--pro", "x", "status"],
        ["setup"],
        ["setup", "--start"],
        ["demo", "--records", "0"],
        ["demo", "--records", "many"],
        ["status", "--secrets", "file"],
        ["status", "--records", "5"],
        ["status", "--language", "de"],
        ["status", "extra"],
    ],
)
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: dynsync" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status", "--secrets", "file"], "keychain, env, session"),
        (["check", "--only", "file"], "dynamics, marketo"),
        (["check", "--letter", "file"], "dynamics-admin, entra-admin, marketo-admin, network"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.endswith(f"“file” is none of {words}\n")


@pytest.mark.parametrize("arguments", [["--help"], ["setup", "--help"], ["--version"]])
def test_help_is_an_answer(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert "DynSync" in (out := capsys.readouterr().out) or "dynsync" in out


def test_the_language_is_known_before_anything_is_said() -> None:
    assert wanted_language(["status", "--language", "fr"]) == "fr"
    assert wanted_language(["--language=fr"]) == "fr"
    assert wanted_language(["--language"]) == ""
    assert wanted_language(["status"]) == ""


def test_a_narrow_console_is_survived(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert call("problems").status == 0
    narrow.flush()
    assert b"0f3c" in raw.getvalue()
    assert "×".encode("cp1252") in raw.getvalue()


def test_a_console_of_ascii_alone_is_survived(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert call("problems").status == 0
    narrow.flush()
    assert b"1 ? Too long." in raw.getvalue()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "arguments manquants\u202f: VERBE"),
        (["sync", "--bogus"], "arguments inconnus\u202f: --bogus"),
        (["bogus"], "choix impossible\u202f: 'bogus'"),
        (["sync", "--record"], "argument --record\u202f: une valeur est attendue"),
        (["reconcile", "--all", "--sample", "3"], "argument --sample\u202f: incompatible avec l’argument --all"),
        (["remove"], "il faut l’un des arguments"),
        (["sync", "--once=1"], "la valeur '1' n’a pas lieu d’être"),
    ],
)
@pytest.mark.parametrize("wanted", ["", "en"])
def test_python_itself_speaks_french_and_no_longer_than_it_is_asked(
    arguments: list[str], said: str, wanted: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANGUAGE", raising=False)
    if wanted:
        monkeypatch.setenv("LANGUAGE", wanted)
    assert main(["--language", "fr", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "utilisation\u202f: dynsync" in told
    assert os.environ.get("LANGUAGE", "") == wanted
    assert gettext.textdomain() == "messages"


def test_help_in_french_has_no_word_of_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "fr", "sync", "--help"]) == 0
    told = capsys.readouterr().out
    assert "afficher cette aide" in told
    assert not re.search(r"\b(usage|show|exit|arguments? required)\b", told)

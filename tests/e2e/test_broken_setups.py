"""Each broken set-up gets a finding of its own, with a cure and without a secret (command line, in this process)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynsync_gui.cli import main
from dynsync_gui.connectors.dynamics import reader
from dynsync_gui.connectors.http import retry
from dynsync_gui.connectors.marketo import writer
from dynsync_gui.simulators.server import Rehearsal
from tests.connectors.test_proxy import Proxy
from tests.e2e.broken import CASES, Case, Entered

BRIEF = 4.5


@pytest.fixture
def entered(tmp_path: Path) -> Iterator[Entered]:
    with Rehearsal(60, 5, tmp_path / "world", limits=False) as running:
        yield Entered(running)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.stop()


def answers(entered: Entered, folder: Path) -> Path:
    quoted = json.dumps
    lines = ["[dynamics]", *(f"{name} = {quoted(value)}" for name, value in entered.dynamics.items())]
    lines += ["[marketo]", *(f"{name} = {quoted(value)}" for name, value in entered.marketo.items())]
    lines += ["[network]", f"trusted_hosts = {quoted(entered.hosts)}"]
    if entered.ca_bundle:
        lines.append(f"ca_bundle = {quoted(entered.ca_bundle)}")
    lines += ["[enable]", 'email = "admin@contoso.example"', "accept = true"]
    lines += [f"native_sync = {quoted(entered.native_sync)}"]
    path = folder / "answers.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_no_two_findings_are_alike() -> None:
    assert len(CASES) >= 40
    assert len({case.words for case in CASES}) == len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_set_up(
    case: Case,
    entered: Entered,
    proxy: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case.breaks(entered)
    before = held(entered.rehearsal)
    if case.brief:
        for module in (reader, writer):
            monkeypatch.setattr(module, "_CHECK_SECONDS", BRIEF)
        monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    if entered.proxy_answer:
        proxy.status = entered.proxy_answer
        monkeypatch.setenv("https_proxy", proxy.url)
    for name, value in entered.secrets.items():
        monkeypatch.setenv(f"DYNSYNC_{name.upper()}", value)
    options = ["--profile", str(tmp_path / "profile"), "--secrets", "env", "--json", "--verbose"]
    status = main([*options, "setup", "--answers", str(answers(entered, tmp_path))])
    said = capsys.readouterr()
    checks = {check["id"]: check for check in json.loads(said.out)["checks"]}
    check = checks[case.check]
    told = f"{check['finding']} {check['cure']}"
    assert (check["state"], check["code"]) == (case.state, case.code), told
    assert case.words in told
    assert check["finding"]
    assert check["cure"]
    assert check["owner"]
    assert status == (3 if case.state == "failed" else 0)
    assert not [each for each in checks.values() if "does not know" in each["finding"] and each["code"] == "unexpected"]
    written = b"".join(path.read_bytes() for path in (tmp_path / "profile").rglob("*") if path.is_file())
    for secret in filter(lambda value: len(value) > 7, entered.secrets.values()):
        assert secret not in said.out + said.err
        assert secret.encode() not in written
    assert_only_reads(entered.rehearsal)
    assert held(entered.rehearsal) == before


def test_an_address_of_a_form_is_made_exact(
    entered: Entered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entered.dynamics["url"] += "/main.aspx?appid=1&pagetype=entityrecord#form"
    for name, value in entered.secrets.items():
        monkeypatch.setenv(f"DYNSYNC_{name.upper()}", value)
    options = ["--profile", str(tmp_path / "profile"), "--secrets", "env", "--json"]
    assert main([*options, "setup", "--answers", str(answers(entered, tmp_path))]) == 0
    states = {check["state"] for check in json.loads(capsys.readouterr().out)["checks"]}
    assert states == {"passed"}


def assert_only_reads(rehearsal: Rehearsal) -> None:
    """Nothing is written before Start: Marketo's long filters travel as forms, and a sign-in is none of either."""
    for exchange in rehearsal.log.entries():
        if exchange.system == "entra":
            continue
        if exchange.system == "dataverse" and "/api/" in exchange.path:
            assert exchange.method == "GET", exchange.path
        elif exchange.method != "GET":
            assert exchange.path.endswith(("/token", "/leads.json", "/companies.json")), exchange.path


def held(rehearsal: Rehearsal) -> str:
    """Everything that both systems hold."""
    return json.dumps([rehearsal.audit(), [field.name for field in rehearsal.marketo.fields.all()]], default=str)

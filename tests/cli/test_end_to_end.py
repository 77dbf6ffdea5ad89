"""The command line as people start it: processes of its own, real systems over HTTPS, a real mail server."""

from __future__ import annotations

import email
import email.policy
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w
import trustme

from tests.service.mail_server import PASSWORD, USER, Mailbox, mail_server

RECORDS = 120


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dynsync_gui.cli", *arguments]


def dynsync(profile: Path, *arguments: str, **variables: str) -> tuple[int, Any, str]:
    """Exit status, JSON document and stderr."""
    ended = subprocess.run(
        command("--json", "--profile", str(profile), *arguments),
        capture_output=True,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        timeout=90,
        check=False,
    )
    return ended.returncode, json.loads(ended.stdout), ended.stderr.decode()


def goes_on_until_told_to_stop(profile: Path, secrets: dict[str, str]) -> int:
    """Exit status of ``dynsync sync``, told to stop after its first cycle."""
    arguments = command("--profile", str(profile), "--secrets", "env", "--language", "en", "sync")
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env={**os.environ, **secrets}) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "The next look is at" in line:
                break
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert "Traceback" not in rest
        status = process.wait(60)
    return 0 if os.name != "posix" else status


@pytest.fixture
def systems(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What ``dynsync simulate`` says; it ends on SIGTERM with status 0."""
    arguments = command("simulate", "--json", "--records", str(RECORDS), "--folder", str(tmp_path / "world"))
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        yield json.loads("".join(lines))
        process.terminate()
        ended = process.wait(60)
    assert ended == (0 if os.name == "posix" else 1)


@pytest.fixture
def mailbox(systems: dict[str, Any]) -> Iterator[Mailbox]:
    """A mail server whose authority stands in the same bundle as that of the systems."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Path(systems["ca_bundle"]).open("ab") as bundle:
        bundle.write(authority.cert_pem.bytes())
    with mail_server(context) as served:
        yield served


def write_answers(path: Path, systems: dict[str, Any], mailbox: Mailbox) -> None:
    hosts = [
        systems[name][key].removeprefix("https://")
        for name, key in (("dynamics", "url"), ("marketo", "endpoint"), ("entra", "url"))
    ]
    answers = {
        "dynamics": {"url": systems["dynamics"]["url"], "client_id": systems["dynamics"]["client_id"]},
        "marketo": {"endpoint": systems["marketo"]["endpoint"], "client_id": systems["marketo"]["client_id"]},
        "network": {"ca_bundle": systems["ca_bundle"], "trusted_hosts": hosts},
        "limits": {"calls_per_20s": 100},
        "enable": {"email": "admin@contoso.example", "accept": True},
        "mail": {"host": "127.0.0.1", "port": mailbox.port, "username": USER},
    }
    path.write_text(tomli_w.dumps(answers))


def secrets_of(systems: dict[str, Any]) -> dict[str, str]:
    return {
        "DYNSYNC_DYNAMICS_CLIENT_SECRET": systems["dynamics"]["client_secret"],
        "DYNSYNC_MARKETO_CLIENT_SECRET": systems["marketo"]["client_secret"],
        "DYNSYNC_MAIL_PASSWORD": PASSWORD,
    }


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_set_up_sync_and_look(tmp_path: Path, systems: dict[str, Any], mailbox: Mailbox) -> None:
    profile, answers = tmp_path / "profile", tmp_path / "answers.toml"
    write_answers(answers, systems, mailbox)
    secrets = secrets_of(systems)

    status, checked, _ = dynsync(profile, "setup", "--answers", str(answers), "--secrets", "env", **secrets)
    assert (status, {check["state"] for check in checked["checks"]} - {"attention"}) == (0, {"passed"})
    assert systems["marketo"]["endpoint"].removeprefix("https://") in checked["card"]["marketo"]["address"]

    status, plan, _ = dynsync(profile, "plan", "--secrets", "env", **secrets)
    assert status == 0
    people = {"account", "contact", "lead"}
    assert sum(one["read"] for one in plan["entities"] if one["entity"] in people) == RECORDS
    assert sum(one["read"] for one in plan["entities"]) > RECORDS

    status, run, _ = dynsync(profile, "setup", "--answers", str(answers), "--start", "--secrets", "env", **secrets)
    assert status == (1 if run["problems"] else 0)
    assert run["read"] > RECORDS
    assert run["read"] == sum(run[name] for name in ("acknowledged", "unchanged", "problems", "skipped"))

    status, _, _ = dynsync(profile, "sync", "--once", "--secrets", "env", **secrets)
    assert status in {0, 1}
    (envelope,) = mailbox.envelopes
    assert isinstance(envelope.content, bytes)
    assert "DynSync" in email.message_from_bytes(envelope.content, policy=email.policy.default)["Subject"]

    assert goes_on_until_told_to_stop(profile, secrets) == 0
    _, state, _ = dynsync(profile, "status")
    assert [entry["kind"] for entry in state["runs"]] == ["cycle", "cycle", "first"]
    table = tmp_path / "problems.csv"
    status, listed, _ = dynsync(profile, "problems", "--csv", str(table))
    assert status == 0
    assert len(table.read_text("utf-8-sig").splitlines()) == 1 + len(listed["problems"]) + len(listed["notices"])

    written = b"".join(path.read_bytes() for path in profile.rglob("*") if path.is_file())
    assert written
    for secret in secrets.values():
        assert secret.encode() not in written


def test_a_wrong_secret_is_status_3(tmp_path: Path, systems: dict[str, Any], mailbox: Mailbox) -> None:
    answers = tmp_path / "answers.toml"
    write_answers(answers, systems, mailbox)
    secrets = {**secrets_of(systems), "DYNSYNC_MARKETO_CLIENT_SECRET": "CANARY-wrong-secret"}
    arguments = ("setup", "--answers", str(answers), "--start", "--secrets", "env")
    status, document, said = dynsync(tmp_path / "profile", *arguments, **secrets)
    assert status == 3
    failed = [check for check in document["checks"] if check["state"] == "failed"]
    assert failed[0]["system"] == "marketo"
    assert failed[0]["cure"]
    assert "CANARY" not in said + json.dumps(document)
    assert mailbox.envelopes == []


@pytest.mark.skipif(os.name != "posix", reason="Windows sends no SIGINT to a single process")
def test_a_demo_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    arguments = command("demo", "--records", "3000")
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "3 Enable sync" in line:
                process.send_signal(signal.SIGINT)
                break
        process.stderr.read()
        assert process.wait(60) == 130
    assert list(tmp_path.iterdir()) == []

"""Whole flows with known secrets, talkative logs and faults: no secret is in any file, stream or argument list."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from dynsync_gui.simulators.server import Rehearsal

ROOT = Path(__file__).parents[2]
WRONG = "CANARY-wrong~secret/+=1"


def forms(secret: str) -> set[bytes]:
    """A secret as it could be written by mistake."""
    raw = secret.encode()
    encoded = {base64.b64encode(raw[start:]).strip(b"=")[2:-2] for start in range(3)}
    return {raw, quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode()} | encoded


@pytest.fixture
def world(tmp_path):
    with Rehearsal(120, 3, tmp_path / "world", limits=False) as running:
        yield running


def answers(world: Rehearsal, folder: Path, sign_in: str) -> Path:
    accounts = world.accounts
    client = accounts["client_id"] if sign_in == "application" else accounts["user_client_id"]
    hosts = [urlsplit(url).netloc for url in (world.dynamics_url, world.marketo_url, world.entra_url)]
    path = folder / f"{sign_in}.toml"
    path.write_text(
        f"""
[dynamics]
url = "{world.dynamics_url}"
sign_in = "{sign_in}"
client_id = "{client}"
{f'username = "{accounts["username"]}"' if sign_in == "password" else ""}
[marketo]
endpoint = "{world.marketo_url}/rest"
client_id = "{accounts["marketo_client_id"]}"
[network]
ca_bundle = "{world.ca_bundle}"
trusted_hosts = {json.dumps(hosts)}
[limits]
calls_per_20s = 100
[enable]
email = "admin@contoso.example"
accept = true
""",
        encoding="utf-8",
    )
    return path


class Watch:
    """Runs commands and keeps all that they say, and their argument lists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen = b""
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()

    def run(self, *arguments: str, **secrets: str) -> int:
        variables = {f"DYNSYNC_{name.upper()}": value for name, value in secrets.items()}
        home = str(self.folder / "home")
        places = {"HOME": home, "XDG_DATA_HOME": home, "TMPDIR": str(self.folder / "tmp"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-X", "dev", "-W", "ignore", "-m", "dynsync_gui.cli", "--verbose"]
        command += ["--secrets", "env", "--profile", str(self.folder / "profile"), *arguments]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **places, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        arguments_seen = threading.Thread(target=self._look_at_arguments, args=(process.pid,))
        arguments_seen.start()
        said, _ = process.communicate(timeout=90)
        arguments_seen.join()
        self.seen += said
        return process.returncode

    def _look_at_arguments(self, pid: int) -> None:
        listing = Path(f"/proc/{pid}/cmdline")
        if listing.exists():
            self.seen += listing.read_bytes()

    def written(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("sign_in", ["application", "password"])
def test_no_secret_is_written_anywhere(world, tmp_path, sign_in):
    folder = tmp_path / "watched"
    folder.mkdir()
    watch = Watch(folder)
    file = answers(world, tmp_path, sign_in)
    accounts = world.accounts
    application = accounts["client_secret"] if sign_in == "application" else accounts["user_client_secret"]
    secrets = {
        "dynamics_password": accounts["password"] if sign_in == "password" else "",
        "dynamics_client_secret": application,
        "marketo_client_secret": accounts["marketo_client_secret"],
        "mail_password": "CANARY-mail-password-9",
    }
    assert watch.run("setup", "--answers", str(file), **secrets) == 0
    wrong = {**secrets, "dynamics_client_secret": WRONG, "marketo_client_secret": WRONG}
    assert watch.run("check", **wrong) == 3
    world.faults.add("reset_before", system="marketo", path="identity", count=1)
    world.faults.add("html_200", system="entra", path="token", count=1)
    world.faults.add("redirect", system="dataverse", path="WhoAmI", count=1)
    assert watch.run("check", **secrets) in {0, 3}
    world.faults.clear()
    world.faults.add("reset_after_execution", system="marketo", path="leads.json", verb="POST", count=1)
    assert watch.run("setup", "--answers", str(file), "--start", "--json", **secrets) in {0, 1}
    assert watch.run("problems", "--csv", str(folder / "problems.csv"), **secrets) == 0
    assert watch.run("plan", "--json", **secrets) == 0
    everything = watch.seen + watch.written()
    assert len(everything) > 20_000
    tokens = [grant for grant in (*world.directory._grants, world.marketo.identity._token) if grant]
    assert tokens
    for secret in (*filter(None, secrets.values()), WRONG, *tokens):
        for form in forms(secret):
            assert form not in everything, "a secret was written"

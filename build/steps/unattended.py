"""A roll-out without a question: the built command line takes answers from a file and secrets from standard input."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from steps.console import Stop, say

SECRETS = {"DYNSYNC_DYNAMICS_CLIENT_SECRET": "a" * 40, "DYNSYNC_MARKETO_CLIENT_SECRET": "b" * 32}
"""Of systems that are not there."""

_CLIENTS = ("11111111-2222-3333-4444-555555555555", "33333333-4444-5555-6666-777777777777")
_SECONDS = 180


def answers(
    dynamics: str, marketo: str, clients: tuple[str, str] = _CLIENTS, sign_in: str = "", ca_bundle: str = ""
) -> str:
    """An answers file.

    Args:
        dynamics: Its address.
        marketo: Its endpoint.
        clients: Client ids in both.
        sign_in: Address of another sign-in host than Microsoft's.
        ca_bundle: A file of authorities besides those of the system.
    """
    hosts = [urlsplit(address).netloc for address in (dynamics, marketo, sign_in) if address]
    return f"""\
[dynamics]
url = "{dynamics}"
sign_in = "application"
client_id = "{clients[0]}"
[marketo]
endpoint = "{marketo}"
client_id = "{clients[1]}"
[network]
trusted_hosts = {json.dumps(hosts)}
ca_bundle = {json.dumps(ca_bundle)}
[enable]
email = "admin@contoso.com"
accept = true
"""


def prove(folder: Path) -> None:
    """Set a bundle up for the sample systems, up to a finished first sync.

    Args:
        folder: The bundle.

    Raises:
        Stop: It did not work.
    """
    program = folder / "dynsync"
    with tempfile.TemporaryDirectory(prefix="dynsync-unattended-") as home, _systems(program) as systems:
        dynamics, marketo = systems["dynamics"], systems["marketo"]
        clients = (dynamics["client_id"], marketo["client_id"])
        file = Path(home) / "answers.toml"
        file.write_text(
            answers(dynamics["url"], marketo["endpoint"], clients, systems["entra"]["url"], systems["ca_bundle"]),
            encoding="utf-8",
        )
        secrets = "".join(
            f"DYNSYNC_{name.upper()}_CLIENT_SECRET={systems[name]['client_secret']}\n"
            for name in ("dynamics", "marketo")
        )
        done = subprocess.run(
            [program, "--secrets", "session", "--json", "setup", "--answers", file, "--secrets-from-stdin", "--start"],
            env={"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8"},
            input=secrets,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode not in {0, 1} or not json.loads(done.stdout).get("acknowledged"):
        raise Stop(f"The set-up without a question did not end with a sync.\n{done.stdout}{done.stderr}")
    say("set up without a question, with secrets from standard input: synced")


@contextlib.contextmanager
def _systems(program: Path) -> Iterator[dict[str, Any]]:
    """The sample systems, served by the bundle itself; yields what it says of them."""
    with subprocess.Popen(
        [program, "simulate", "--json", "--records", "200"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            told = []
            for line in server.stdout:
                told.append(line)
                if line == "}\n":
                    break
            yield json.loads("".join(told))
        finally:
            server.terminate()

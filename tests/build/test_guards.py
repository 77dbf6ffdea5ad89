"""The rules that hold for every test do catch those that break them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BREAKS = """
import logging, os, socket, sys, threading
from pathlib import Path
import pytest

stop = threading.Event()

def test_thread():
    threading.Thread(target=stop.wait, args=(60,), name="left behind", daemon=True).start()

def test_connect():
    with socket.socket() as one, pytest.raises(OSError):
        one.connect(("192.0.2.1", 443))

def test_look_up():
    with pytest.raises(OSError):
        socket.getaddrinfo("www.adobe.com", 443)

def test_log():
    logging.getLogger("somebody").warning("not so good")

def test_log_that_does_not_come(expect_log):
    expect_log("something")

def test_warning():
    import warnings
    warnings.warn("old", DeprecationWarning)

def test_skip():
    pytest.skip("nothing here")
"""

KEEPS = """
import gettext, logging, os, socket, sys
from pathlib import Path
import pytest
from dynsync_gui.domain import text

def test_home():
    assert Path.home().name.startswith("home")
    assert not any(name.lower().endswith("_proxy") for name in os.environ)
    assert "DYNSYNC_MARKETO_CLIENT_SECRET" not in os.environ

def test_keychain():
    import keyring
    assert type(keyring.get_keyring()).__module__ == "keyring.backends.fail"

def test_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_name_that_nobody_has():
    with pytest.raises(socket.gaierror):
        socket.create_connection(("dynamics.invalid", 443))

def test_log(expect_log):
    expect_log("WARNING somebody: not so")
    logging.getLogger("somebody").warning("not so good")

def test_language_changed():
    text.use_language("fr", gettext.NullTranslations())

def test_language_is_back():
    assert text.language() == "en"

@pytest.mark.reference
def test_reference():
    pytest.skip("the folder is not there")

@pytest.mark.only_on("another planet")
def test_elsewhere():
    raise AssertionError
"""


def _run(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(text, encoding="utf-8")
    environment = os.environ | {
        "DYNSYNC_NO_SKIPS": "1",
        "DYNSYNC_MARKETO_CLIENT_SECRET": "x",
        "HTTPS_PROXY": "http://proxy.example:3128",
    }
    command = ["-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "--color=no"]
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(folder)]
    return subprocess.run(
        [sys.executable, *command, *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    ended = _run(tmp_path_factory.mktemp("breaks"), BREAKS)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("ERROR", "test_thread", "Threads are still running after the test: left behind"),
        ("ERROR", "test_connect", "The test wanted to reach 192.0.2.1"),
        ("ERROR", "test_look_up", "The test wanted to reach www.adobe.com"),
        ("ERROR", "test_log", "WARNING somebody: not so good"),
        ("ERROR", "test_log_that_does_not_come", "Expected in the log, but not there: something"),
        ("FAILED", "test_warning", "DeprecationWarning: old"),
        ("FAILED", "test_skip", "DYNSYNC_NO_SKIPS is set"),
    ],
)
def test_breaking_a_rule_fails(broken: str, kind: str, name: str, why: str) -> None:
    assert any(line.startswith(kind) and line.split(" - ")[0].endswith(f"::{name}") for line in broken.splitlines())
    assert why in broken


def test_keeping_the_rules_passes(tmp_path: Path) -> None:
    ended = _run(tmp_path, KEEPS)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 skipped, 1 deselected" in ended.stdout

"""The self-test: what it proves, and that it notices what is broken."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.text import msg
from dynsync_gui.selftest import checks, trust
from dynsync_gui.selftest.footprint import Footprint
from dynsync_gui.selftest.outcome import Failed, Lacking, Outcome, State, document, status_of, text

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dynsync_gui.selftest", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def outcome(state: State) -> Outcome:
    return Outcome("window", msg("Window"), state, "seen", 0.1)


@pytest.mark.keychain
@pytest.mark.screen
def test_everything_works_here_and_leaves_nothing(tmp_path: Path, own_home: Path) -> None:
    before = sorted(own_home.rglob("*"))
    done = run("--json", "--language", "fr", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["passed"] is True
    assert done.stdout.isascii()  # a pipe of Windows has no other letters
    assert not all(each["title"].isascii() for each in told["checks"])
    assert {each["id"]: each["state"] for each in told["checks"]} == dict.fromkeys(
        ("window", "trust", "keychain", "database", "apart", "texts", "rehearsal", "files"), "passed"
    )
    assert next(each for each in told["checks"] if each["id"] == "window")["finding"].endswith("xcb")
    assert list(tmp_path.iterdir()) == []
    assert [path for path in sorted(own_home.rglob("*")) if path not in before and path.is_file()] == []


@pytest.mark.only_on("linux")
def test_window_that_cannot_be_opened_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    (found,) = [each for each in checks.outcomes(tmp_path, checks.CHECKS[:1]) if each.id == "window"]
    assert found.state is State.FAILED
    assert found.finding.startswith("Qt could not open a window: ")


def test_system_that_accepts_anybody_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = trust.trusting_context

    def careless(ca_bundle: str = "") -> ssl.SSLContext:
        if ca_bundle:
            return real(ca_bundle)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    assert "OpenSSL" in trust.check_trust(tmp_path)
    monkeypatch.setattr(trust, "trusting_context", careless)
    with pytest.raises(Failed, match="nobody vouches for"):
        trust.check_trust(tmp_path)


@pytest.mark.only_on("linux")
def test_system_without_authorities_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty = tmp_path / "none.pem"
    empty.write_text("", encoding="ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(Failed, match="trusts no authority"):
        trust.check_trust(tmp_path)


@pytest.mark.only_on("linux")
def test_missing_keychain_is_lacking_not_broken() -> None:
    with pytest.raises(Lacking, match="no keychain"):
        checks.check_keychain(Path())


def test_keychain_that_forgets_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful:
        def get_password(self, service: str, username: str) -> str | None:
            return None

        def set_password(self, service: str, username: str, password: str) -> None: ...

    monkeypatch.setattr("dynsync_gui.system.secrets.platform_keychain", Forgetful)
    (found, _) = checks.outcomes(Path(), (("keychain", msg("Keychain"), checks.check_keychain),))
    assert found.state is State.FAILED


def test_file_written_elsewhere_is_named(tmp_path: Path) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere.txt"
    own.mkdir()

    def stray(folder: Path) -> str:
        (folder / "fine").write_text("x", encoding="ascii")
        elsewhere.write_text("x", encoding="ascii")
        (tmp_path / "made").mkdir()
        return "done"

    *_, files = checks.outcomes(own, (("stray", msg("Files"), stray),))
    assert files.state is State.FAILED
    assert str(elsewhere) in files.finding
    assert str(tmp_path / "made") in files.finding
    assert "fine" not in files.finding


def test_what_the_window_writes_elsewhere_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the process of its own that opens the window."""
    (tmp_path / "sitecustomize.py").write_text(
        "import dynsync_gui.ui.trial as trial\n"
        "real = trial.paint\n"
        f"trial.paint = lambda platform: [open({str(tmp_path / 'stray')!r}, 'w').close(), real(platform)][1]\n",
        encoding="utf-8",
    )
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    with pytest.raises(Failed, match="stray"):
        checks._window("offscreen")


def test_reading_elsewhere_is_no_footprint(tmp_path: Path) -> None:
    footprint = Footprint(tmp_path)
    with footprint.watched():
        Path(__file__).read_text(encoding="utf-8")
        Path(os.devnull).write_text("x", encoding="ascii")
    assert footprint.strays == set()


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((State.PASSED,), ExitStatus.DONE),
        ((State.PASSED, State.LACKING), ExitStatus.PROBLEMS),
        ((State.LACKING, State.FAILED), ExitStatus.FAULT),
    ],
)
def test_status_and_words_follow_the_worst(states: Any, expected: ExitStatus) -> None:
    found = [outcome(state) for state in states]
    assert status_of(found) is expected
    assert document(found)["passed"] is (expected is not ExitStatus.FAULT)
    assert ("does not work" in text(found)) is (expected is ExitStatus.FAULT)


def test_unexpected_trouble_is_a_finding(tmp_path: Path) -> None:
    def broken(_folder: Path) -> str:
        raise ImportError("no module named _sqlite3")

    (found, _) = checks.outcomes(tmp_path, (("database", msg("Database"), broken),))
    assert (found.state, found.finding) == (State.FAILED, "ImportError: no module named _sqlite3")


def test_other_languages_are_spoken(tmp_path: Path) -> None:
    assert checks.check_texts(tmp_path) == "en, fr"

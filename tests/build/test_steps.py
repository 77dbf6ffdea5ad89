"""The parts of `build/dev.py` that decide something."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import dev
import pytest
from steps import checking, console, debian, environment, showing, testing

ROOT = Path(__file__).parents[2]


def test_stamp_follows_the_lock_but_not_its_line_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_bytes(b"one==1\ntwo==2\n")
    first = environment.stamp(lock)
    lock.write_bytes(b"one==1\r\ntwo==2\r\n")
    assert environment.stamp(lock) == first
    lock.write_bytes(b"one==1\ntwo==3\n")
    assert environment.stamp(lock) != first


@pytest.fixture
def bare_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without an environment, whose libraries are an empty list: nothing has to be fetched."""
    lock = tmp_path / "requirements.txt"
    lock.write_text("# nothing\n", encoding="utf-8")
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "LOCKS", {"runtime": lock, "dev": lock})
    return tmp_path


def test_environment_is_made_once_and_follows_the_lock(bare_checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (bare_checkout / ".venv").mkdir()
    python = environment.ready("runtime")
    assert "made anew" in capfd.readouterr().err

    asked = [str(python), "-c", "import dynsync_gui; print(dynsync_gui.__file__)"]
    answer = subprocess.run(asked, cwd=bare_checkout, capture_output=True, text=True, check=True).stdout
    assert Path(answer.strip()).parent == ROOT / "dynsync_gui"

    assert environment.ready("runtime") == python
    assert capfd.readouterr().err == ""

    lock = environment.LOCKS["runtime"]
    lock.write_text("# nothing else\n", encoding="utf-8")
    environment.ready("runtime")
    said = capfd.readouterr().err
    assert "Fetching" in said
    assert "made anew" not in said

    lock.write_text("requests==2.0  # without a digest\n", encoding="utf-8")
    with pytest.raises(console.Stop, match="Not all libraries could be fetched"):
        environment.ready("runtime")


@pytest.mark.only_on("linux")
def test_python_without_ensurepip_names_the_package(bare_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    monkeypatch.setattr(debian.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    package = f"python{environment.PYTHON}-venv"
    with pytest.raises(console.Stop, match=f"sudo apt-get install --no-install-recommends {package}"):
        environment.ready("dev")


def test_missing_libraries_become_packages() -> None:
    lacking = debian.missing(
        {**debian.QT, **debian.QT_SCREEN}, lambda name: name not in {"libEGL.so.1", "libX11-xcb.so.1"}
    )
    assert lacking == {"libEGL.so.1": "libegl1", "libX11-xcb.so.1": "libx11-xcb1"}


@pytest.mark.only_on("linux")
def test_library_that_nobody_has_is_missed() -> None:
    assert debian.missing({"libdynsync-of-nowhere.so.9": "none", "libc.so.6": "libc6"}) == {
        "libdynsync-of-nowhere.so.9": "none"
    }


@pytest.mark.only_on("linux")
@pytest.mark.parametrize("apt", [True, False])
def test_packages_are_named_where_they_cannot_be_installed(monkeypatch: pytest.MonkeyPatch, *, apt: bool) -> None:
    monkeypatch.setattr(debian.shutil, "which", lambda _: "/usr/bin/apt-get" if apt else None)
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    with pytest.raises(console.Stop) as stop:
        debian.install(["libegl1", "libgl1"], "Qt needs them.")
    assert str(stop.value).startswith("Qt needs them.")
    assert "libegl1 libgl1" in str(stop.value)
    assert ("sudo apt-get install" in str(stop.value)) is apt


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("win32", {}, True),
        ("darwin", {"SSH_CONNECTION": "10.0.0.1 22"}, False),
    ],
)
def test_screen_is_recognised(platform: str, variables: dict[str, str], *, expected: bool) -> None:
    assert showing.has_screen(platform, variables) is expected


@pytest.mark.parametrize("failing", ["tests/ui", "tests/e2e", "tests/domain"])
def test_every_test_is_in_one_share_and_none_may_fail(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failing: str
) -> None:
    run: list[str] = []

    def share(_python: Path, folders: Sequence[str], output: IO[bytes] | None = None) -> int:
        run.extend(folders)
        if output:
            output.write(f"{folders[0]}\n".encode())
        return -11 if failing in folders else 0  # as a program that crashed

    monkeypatch.setattr(testing, "_run_share", share)
    assert testing.run_tests(Path("python"), []) == -11
    files = [
        path for each in run for path in ([ROOT / each] if each.endswith(".py") else (ROOT / each).glob("test_*.py"))
    ]
    assert sorted(files) == sorted((ROOT / "tests").glob("*/test_*.py"))
    assert capfd.readouterr().out == "".join(f"{share[0]}\n" for share in testing.shares()[:-1])


def test_keychain_session_does_not_know_the_screen() -> None:
    command = [str(word) for word in testing.in_keychain(["python", "-m", "pytest"], {"DISPLAY": ":7"})]
    session = command.index(str(testing.KEYCHAIN))
    assert command[:session] == ["env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "bash"]
    assert command[session + 1 :] == ["env", "DISPLAY=:7", "python", "-m", "pytest"]


def test_lock_files_name_no_place() -> None:
    assert checking.lock_traces() == []


def test_place_in_a_lock_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("--index-url packages.example\none==1\ntwo @ https://packages.example/two.whl\n", encoding="utf-8")
    monkeypatch.setattr(checking, "ROOT", tmp_path)
    monkeypatch.setattr(checking, "LOCKS", {"runtime": lock})
    assert [line.split(": ")[0] for line in checking.lock_traces()] == ["requirements.txt:1", "requirements.txt:3"]


def test_dev_lock_holds_the_same_versions_as_the_runtime_lock() -> None:
    versions = [
        {line.split(" ")[0] for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line.split(" ")[0]}
        for lock in (environment.LOCKS["runtime"], environment.LOCKS["dev"])
    ]
    assert versions[0]
    assert versions[0] <= versions[1]


def test_help_names_every_verb() -> None:
    asked = [sys.executable, str(ROOT / "build" / "dev.py"), "--help"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=os.sep).stdout
    for verb in ("demo", "test", "lint", "translations", "lock", "soak", "screenshots", "bench", "package", "prove"):
        assert f"    {verb}" in answer


@pytest.mark.parametrize(
    ("words", "verb", "passed_on"),
    [
        (["test"], "test", []),
        (["test", "-q", "--help", "tests/ui"], "test", ["-q", "--help", "tests/ui"]),
        (["bench", "--records", "9"], "bench", ["--records", "9"]),
        (["translations", "--check"], "translations", []),
    ],
)
def test_arguments_of_other_programs_are_passed_on(words: list[str], verb: str, passed_on: list[str]) -> None:
    options = dev._read(words)
    assert (options.verb, options.arguments) == (verb, passed_on)


def test_wrong_verb_is_told_without_a_traceback() -> None:
    asked = [sys.executable, str(ROOT / "build" / "dev.py"), "deploy"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "deploy" in answer.stderr
    assert "Traceback" not in answer.stderr

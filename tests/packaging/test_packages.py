"""What goes with the bundle to each platform: texts, lists and scripts, checked without installing anything."""

from __future__ import annotations

import _ssl
import ast
import configparser
import gzip
import hashlib
import os
import plistlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from bundle import identity
from steps import console, linux_packages, packaging, proving, signing, windows_installers, windows_trial, wine
from steps.bundling import tell_sizes
from steps.cache import folder_of
from steps.console import Stop

from dynsync_gui import app

ROOT = Path(__file__).parents[2]
WIX = {"w": "http://schemas.microsoft.com/wix/2006/wi"}


def nsis() -> str:
    return (ROOT / "build/windows/dynsync.nsi").read_text("utf-8")


def test_installer_speaks_both_languages() -> None:
    texts = re.findall(r"^LangString (\w+) \$\{LANG_(\w+)\} \"(.+)\"$", nsis(), re.MULTILINE)
    english = {name for name, language, _ in texts if language == "ENGLISH"}
    french = {name for name, language, _ in texts if language == "FRENCH"}
    assert english == french
    used = set(re.findall(r"\$\((\w+)\)", nsis()))
    assert used == english


def test_installer_takes_nothing_away_but_its_own() -> None:
    removed = re.findall(r"^\s+(?:RMDir /r|Delete) \"(.+)\"", nsis(), re.MULTILINE)
    assert set(removed) == {
        r"$INSTDIR\lib", r"$INSTDIR\DynSync.exe", r"$INSTDIR\dynsync.com", r"$INSTDIR\uninstall.exe",
        r"$SMPROGRAMS\DynSync.lnk", r"$1\uninstall.exe",
    }  # fmt: skip


def test_whatever_is_everyones_is_touched_by_an_administrator_only() -> None:
    functions = dict(re.findall(r"^Function (\S+)$(.*?)^FunctionEnd$", nsis(), re.MULTILINE | re.DOTALL))
    for name, program in {"TakeForWhom": "$EXEPATH", "un.onInit": r"$INSTDIR\uninstall.exe"}.items():
        asked, _, after = functions[name].partition("!insertmacro IsAdmin $1")
        assert "$AllUsers 1" in asked
        assert re.match(r'\s+\$\{If\} \$1 != "Admin"\n', after)
        assert f'ExecShell "runas" "{program}"' in after.partition("Quit")[0]
    assert "Call NeedAdmin" in functions["ChooseForWhom"]


def test_every_question_has_an_answer_for_silence() -> None:
    asked = [line for line in nsis().splitlines() if line.strip().startswith("MessageBox")]
    assert asked
    assert [line for line in asked if "/SD " not in line] == []


def test_msi_is_for_all_users_and_upgrades() -> None:
    product = ET.parse(ROOT / "build/windows/dynsync.wxs").getroot().find("w:Product", WIX)
    assert product is not None
    package = product.find("w:Package", WIX)
    assert package is not None
    assert package.get("InstallScope") == "perMachine"
    assert product.find("w:MajorUpgrade", WIX) is not None
    assert [feature.get("Id") for feature in product.findall("w:Feature", WIX)] == ["Main", "StartMenu"]
    assert product.find(".//w:Directory[@Id='INSTALLDIR']", WIX) is not None


def test_msi_takes_scheduled_syncs_away_when_it_goes_and_not_when_it_is_upgraded() -> None:
    root = ET.parse(ROOT / "build/windows/dynsync.wxs").getroot()
    action, when = root.find(".//w:CustomAction", WIX), root.find(".//w:InstallExecuteSequence/w:Custom", WIX)
    assert action is not None
    assert when is not None
    assert action.get("ExeCommand") == "remove --registration"
    assert (action.get("Execute"), action.get("Impersonate"), action.get("Return")) == ("deferred", "no", "ignore")
    # Windows Installer refuses what is deferred and stands before this one (error 2762); wine does not.
    assert (when.get("Action"), when.get("After")) == (action.get("Id"), "InstallInitialize")
    assert when.text == 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE'


def test_installer_asks_the_window_to_end_and_not_to_go_beside_the_clock() -> None:
    assert re.findall(r"SendMessage \$1 \$\{(\w+)\} (\d) \$\{CLOSE_APP\}", nsis()) == [
        ("WM_QUERYENDSESSION", "0"),
        ("WM_ENDSESSION", "1"),
    ]


def test_window_names_the_desktop_file_that_is_installed() -> None:
    assert app._DESKTOP_FILE == identity.BUNDLE_ID


def test_desktop_file_is_whole() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(ROOT / "build/linux/dynsync.desktop", encoding="utf-8")
    told = entry["Desktop Entry"]
    assert told["Exec"] in linux_packages.LINKS
    assert told["Categories"].endswith(";")
    assert {name.removesuffix("[fr]") for name in told if name.endswith("[fr]")} == {"GenericName", "Comment"}


@pytest.mark.only_on("linux")
@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
def test_desktop_file_is_valid() -> None:
    subprocess.run(["desktop-file-validate", ROOT / "build/linux/dynsync.desktop"], check=True)


def test_appstream_data_is_of_this_version() -> None:
    told = ET.fromstring(linux_packages.metainfo().encode())
    assert told.findtext("id") == identity.BUNDLE_ID
    (release,) = told.findall("releases/release")
    assert release.get("version") == identity.VERSION
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", release.get("date") or "")
    assert told.findtext("launchable") == f"{identity.BUNDLE_ID}.desktop"


@pytest.mark.only_on("linux")
@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="needs appstream")
def test_appstream_data_is_valid(tmp_path: Path) -> None:
    path = tmp_path / f"{identity.BUNDLE_ID}.metainfo.xml"
    path.write_text(linux_packages.metainfo(), encoding="utf-8")
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", "--no-color", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_entitlements_allow_one_thing() -> None:
    told = plistlib.loads((ROOT / "build/macos/entitlements.plist").read_bytes())
    assert told == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


SCRIPTS = (
    "build/macos/make_dmg.sh",
    "build/steps/in_clean_root.sh",
    "build/linux/prerm",
    "build/with_keyring.sh",
    ".ci/run",
)


@pytest.mark.only_on("linux")
@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_read_by_the_shell_and_are_programs(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.only_on("linux")
@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck")
def test_scripts_have_none_of_the_known_mistakes() -> None:
    subprocess.run(["shellcheck", *SCRIPTS], cwd=ROOT, check=True)


FAKES = {
    "codesign": "",
    "xcrun": "",
    "spctl": "",
    "hdiutil": 'touch "${@: -1}"',
    "ditto": 'if [ "$1" = -c ]; then touch "${@: -1}"; else cp -R "$1" "$2"; fi',
}


@pytest.mark.only_on("linux")
@pytest.mark.parametrize(
    ("identity_", "profile"), [("", ""), ("Developer ID Application: X", ""), ("Developer ID Application: X", "p")]
)
def test_image_is_signed_and_notarised_as_far_as_there_are_keys(tmp_path: Path, identity_: str, profile: str) -> None:
    """With stand-ins for Apple's programs, which write down how they were called; a Mac is not here."""
    tools, app = tmp_path / "bin", tmp_path / "DynSync.app"
    tools.mkdir()
    for name, does in FAKES.items():
        (tools / name).write_text(f'#!/bin/bash\necho "{name} $*" >>"$CALLS"\n{does}\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    for part in (
        "Contents/MacOS/DynSync",
        "Contents/Frameworks/libone.dylib",
        "Contents/Frameworks/QtCore.framework/QtCore",
    ):
        (app / part).parent.mkdir(parents=True, exist_ok=True)
        (app / part).touch(mode=0o755)
    calls = tmp_path / "calls"
    calls.touch()
    variables = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "CALLS": str(calls),
        "DYNSYNC_MAC_IDENTITY": identity_,
        "DYNSYNC_NOTARY_PROFILE": profile,
    }
    command = [ROOT / "build/macos/make_dmg.sh", app, tmp_path / "DynSync.dmg"]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    made = calls.read_text("utf-8").splitlines()
    assert (tmp_path / "DynSync.dmg").exists()
    signed = [line.rpartition("/")[2] for line in made if line.startswith("codesign") and "--sign" in line]
    assert signed == (
        ["libone.dylib", "QtCore.framework", "DynSync", "DynSync.app", "DynSync.dmg"] if identity_ else []
    )
    assert all("--options runtime" in line for line in made if "--sign" in line and not line.endswith(".dmg"))
    assert len([line for line in made if "notarytool submit" in line]) == (2 if profile else 0)
    assert [line.rpartition("/")[2] for line in made if "stapler staple" in line] == (
        ["DynSync.app", "DynSync.dmg"] if profile else []
    )
    assert ("Not signed" in done.stderr) is (not identity_)


def test_nothing_is_signed_without_a_key_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DYNSYNC_SIGN_PFX", "DYNSYNC_SIGN_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    signing.sign_windows([Path("DynSync.exe")])
    assert "Not signed, for want of a key: DynSync.exe" in capsys.readouterr().err


@pytest.mark.only_on("linux")
@pytest.mark.skipif(
    not shutil.which("objdump") or not shutil.which("dpkg-query"), reason="this is no Debian with binutils"
)
def test_dependencies_are_the_packages_of_what_is_not_in_the_bundle(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    shutil.copy(_ssl.__file__, tmp_path / "lib" / "_ssl.so")
    shutil.copy("/bin/true", tmp_path / "DynSync")
    found = linux_packages.dependencies(tmp_path)
    assert "ca-certificates" in found
    assert any(name.startswith("libssl") for name in found)
    assert any(re.fullmatch(r"libc6 \(>= 2\.\d+\)", name) for name in found)


def test_files_of_the_package_are_as_debian_wants_them(tmp_path: Path) -> None:
    bundle, root = tmp_path / "DynSync", tmp_path / "root"
    (bundle / "lib").mkdir(parents=True)
    for name, mode in (("DynSync", 0o755), ("lib/libone.so.1", 0o755)):
        (bundle / name).touch(mode=mode)
    linux_packages._lay_out(bundle, root)
    programs = root / linux_packages.HOME
    assert (programs / "lib/libone.so.1").stat().st_mode & 0o777 == 0o644
    assert (programs / "DynSync").stat().st_mode & 0o777 == 0o755
    for link in linux_packages.LINKS:
        manual = gzip.decompress((root / f"usr/share/man/man1/{link}.1.gz").read_bytes()).decode()
        assert f"DynSync {identity.VERSION}" in manual
    packed = (root / "usr/share/doc/dynsync/changelog.gz").read_bytes()
    assert gzip.decompress(packed).decode() == linux_packages.changelog()
    assert packed[3:8] == bytes(5)  # neither a name nor a time


def test_changelog_of_the_package_is_that_of_this_version() -> None:
    head, news, by = re.split(r"\n{2,}", linux_packages.changelog().strip())
    assert head == f"dynsync ({identity.VERSION}) stable; urgency=medium"
    assert news.startswith("  * ")
    assert re.fullmatch(r" -- .+ <\S+@\S+>  \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", by)


def test_every_complaint_that_is_overridden_has_its_reason() -> None:
    lines = (ROOT / "build/linux/lintian-overrides").read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert all(line.startswith(("# ", "dynsync: ")) for line in lines)


def test_bundle_that_has_grown_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "DynSync").mkdir()
    with (tmp_path / "DynSync" / "libicudata.so").open("wb") as file:
        file.truncate(129_000_000)
    tell_sizes(tmp_path / "DynSync")
    assert "129.0 MB  ICU" in capsys.readouterr().err
    with (tmp_path / "DynSync" / "more").open("wb") as file:
        file.truncate(2_000_000)
    with pytest.raises(Stop, match="more than 130 MB"):
        tell_sizes(tmp_path / "DynSync")


def test_digests_are_as_sha256sum_reads_them(tmp_path: Path) -> None:
    (tmp_path / "b.deb").write_bytes(b"two")
    (tmp_path / "a.deb").write_bytes(b"one")
    packaging.write_sums([tmp_path / "b.deb", tmp_path / "a.deb"], tmp_path / "SHA256SUMS")
    rows = (tmp_path / "SHA256SUMS").read_text("ascii").splitlines()
    assert rows == [
        f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in (("a.deb", b"one"), ("b.deb", b"two"))
    ]


def test_cache_changes_place_with_what_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNSYNC_BUILD_CACHE", str(tmp_path / "cache"))
    lock = tmp_path / "lock"
    lock.write_text("one", encoding="ascii")
    first = folder_of("windows", lock, recipe="1")
    assert first.parent == tmp_path / "cache"
    assert folder_of("windows", lock, recipe="2") != first
    lock.write_text("two", encoding="ascii")
    assert folder_of("windows", lock, recipe="1") != first


def test_windows_is_tried_again_only_after_a_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tried: list[str] = []
    monkeypatch.setenv("DYNSYNC_BUILD_CACHE", str(tmp_path))
    monkeypatch.setattr(proving, "_windows", lambda _python, short: tried.append("once") or 0)
    for digest in ("a", "a", "b"):
        monkeypatch.setattr(proving, "_digest", lambda digest=digest: digest)
        assert proving.prove(Path(), "windows-if-changed") == 0
    assert tried == ["once", "once"]


@pytest.mark.parametrize(
    ("cached", "left", "form"),
    [
        (True, proving.WHOLE, "whole"),
        (True, proving.WHOLE - 1, "short"),
        (True, proving.SHORT - 1, ""),
        (False, proving.WHOLE, "short"),
        (False, proving.WHOLE + proving.MAKING, "whole"),
    ],
)
def test_as_much_of_windows_is_tried_as_there_is_time_for(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cached: bool,
    left: float,
    form: str,
) -> None:
    tried: list[str] = []
    monkeypatch.setenv("DYNSYNC_BUILD_CACHE", str(tmp_path))
    monkeypatch.setattr(wine, "is_cached", lambda: cached)
    monkeypatch.setattr(proving, "_windows", lambda _python, short: tried.append("short" if short else "whole") or 0)
    for _again in range(2):
        assert proving.prove(Path(), "windows-if-changed", left) == 0
    assert tried == ([form] if form else [])
    assert ("NOT TRIED" in capsys.readouterr().err) is (not form)
    assert proving.prove(Path(), "windows-if-changed") == 0
    assert tried[-1] == "whole"  # a short form is no proof of the rest


def test_what_could_not_be_tried_is_no_proof(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DYNSYNC_BUILD_CACHE", str(tmp_path))

    def nowhere(_python: Path) -> None:
        raise console.Stop("There is no Windows Python.")

    monkeypatch.setattr(windows_trial, "lacking", list)
    monkeypatch.setattr(wine, "ready", nowhere)
    assert proving.prove(Path(), "windows-if-changed") == 0
    assert list(tmp_path.iterdir()) == []


def test_everything_that_decides_about_windows_is_there() -> None:
    assert [pattern for pattern in proving._DECIDING if not any(proving.ROOT.glob(pattern))] == []


@pytest.mark.parametrize("name", ["ci", "release"])
def test_workflows_name_actions_by_digest_and_may_only_read(name: str) -> None:
    text = (ROOT / f".github/workflows/{name}.yml").read_text("utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each)] == []
    assert text.count("persist-credentials: false") == sum("actions/checkout@" in each for each in used)
    before_jobs, jobs = text.split("\njobs:\n")
    assert re.search(r"^permissions:\n  contents: read$", before_jobs, re.MULTILINE)
    writing = {job.partition(":")[0] for job in re.split(r"^  (?=\w)", jobs, flags=re.MULTILINE) if ": write\n" in job}
    assert writing == ({"publish"} if name == "release" else set())
    assert "${{" not in "".join(re.findall(r"^ +run: (?:\|\n(?: {10}.*\n)+|.*)", text, re.MULTILINE))


def test_release_workflow_makes_and_tries_every_part() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    for part in (
        "*.deb",
        "*.tar.xz",
        "*-Setup.exe",
        "*.dmg",
        "*.msi",
        "*.cdx.json",
        "SHA256SUMS",
        "attest-build-provenance",
        "release_file.py write",
    ):
        assert part in text
    assert text.count("--self-test") >= 8


def test_version_has_three_numbers_for_windows() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", identity.VERSION)
    assert windows_installers.MOST_MEGABYTES == linux_packages.MOST_MEGABYTES == 45


@pytest.mark.parametrize("entry", ["window", "terminal", "either"])
def test_entries_load_nothing_before_they_know_which_door(entry: str) -> None:
    tree = ast.parse((ROOT / f"build/entries/{entry}.py").read_text("utf-8"))
    loaded = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
    assert not any("dynsync_gui" in ast.dump(each) for each in loaded)

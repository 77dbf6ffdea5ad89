"""The wheel: it carries the whole package, every resource and both programs, and nothing else."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    building = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(building, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_carries_the_package_and_every_resource(wheel: zipfile.ZipFile) -> None:
    carried = {name for name in wheel.namelist() if ".dist-info/" not in name}
    code = {f"dynsync_gui/{name}" for name in files(ROOT / "dynsync_gui")}
    resources = {f"dynsync_gui/resources/{name}" for name in files(ROOT / "resources")}
    assert carried == code | resources
    for kind in ("help/fr/filter.html", "translations/fr/LC_MESSAGES/dynsync.mo", "default_mapping.csv"):
        assert f"dynsync_gui/resources/{kind}" in carried


def test_wheel_installs_both_programs(wheel: zipfile.ZipFile) -> None:
    text = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    programs = configparser.ConfigParser()
    programs.read_string(wheel.read(text).decode())
    assert dict(programs["console_scripts"]) == {"dynsync": "dynsync_gui.cli:main"}
    assert dict(programs["gui_scripts"]) == {"dynsync-gui": "dynsync_gui.app:main"}


def test_wheel_names_its_licence(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())

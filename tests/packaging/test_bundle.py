"""What decides about the content of a bundle: what is left out, the icons, the names, the lists of parts."""

from __future__ import annotations

import ctypes
import json
import plistlib
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cryptography
import jsonschema
import keyring
import PySide6
import pytest
from bundle import elf, identity, parts, pictures, trim
from PySide6.QtGui import QImage, QImageReader

from dynsync_gui import __version__
from dynsync_gui.domain.licences import Part

SITE = "/venv/lib/python3.11/site-packages"
QT = "PySide6/Qt"

ROWS = [
    ("PySide6/QtGui.abi3.so", f"{SITE}/PySide6/QtGui.abi3.so", "EXTENSION"),
    (f"{QT}/lib/libQt6Gui.so.6", f"{SITE}/{QT}/lib/libQt6Gui.so.6", "BINARY"),
    (f"{QT}/lib/libQt6Pdf.so.6", f"{SITE}/{QT}/lib/libQt6Pdf.so.6", "BINARY"),
    (f"{QT}/lib/libQt6XcbQpa.so.6", f"{SITE}/{QT}/lib/libQt6XcbQpa.so.6", "BINARY"),
    (f"{QT}/plugins/platforms/libqxcb.so", f"{SITE}/{QT}/plugins/platforms/libqxcb.so", "BINARY"),
    (f"{QT}/plugins/platformthemes/libqgtk3.so", f"{SITE}/{QT}/plugins/platformthemes/libqgtk3.so", "BINARY"),
    ("libgtk-3.so.0", "/usr/lib/x86_64-linux-gnu/libgtk-3.so.0", "BINARY"),
    ("libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "BINARY"),
    ("libxcb-cursor.so.0", "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0", "BINARY"),
    ("_ssl.cpython-311.so", "/opt/python/lib-dynload/_ssl.cpython-311.so", "EXTENSION"),
    ("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "BINARY"),
]
NEEDS = {
    "QtGui.abi3.so": ["libQt6Gui.so.6", "libstdc++.so.6"],
    "libqxcb.so": ["libQt6XcbQpa.so.6"],
    "libQt6XcbQpa.so.6": ["libxcb-cursor.so.0"],
    "libqgtk3.so": ["libgtk-3.so.0"],
    "_ssl.cpython-311.so": ["libssl.so.3"],
}


def needs(path: str) -> Iterable[str]:
    return NEEDS.get(path.rpartition("/")[2], [])


def test_only_what_is_loaded_and_not_the_systems_own_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trim.sys, "base_prefix", "/opt/python")
    rows = [
        (name, source.replace("/opt/python/lib-dynload", "/opt/python/lib/python3.11"), kind)
        for name, source, kind in ROWS
    ]
    kept = {name.rpartition("/")[2] for name, _, _ in trim.trimmed(rows, needs, "linux")}
    assert kept == {
        "QtGui.abi3.so", "libQt6Gui.so.6", "libqxcb.so", "libQt6XcbQpa.so.6", "libxcb-cursor.so.0",
        "_ssl.cpython-311.so", "libssl.so.3",
    }  # fmt: skip


def test_translations_and_links_follow_what_is_kept() -> None:
    rows = [
        (f"{QT}/translations/qtbase_fr.qm", "x", "DATA"),
        (f"{QT}/translations/qtbase_de.qm", "x", "DATA"),
        (f"{QT}/translations/qt_help_fr.qm", "x", "DATA"),
        ("libQt6Gui.so.6", f"{QT}/lib/libQt6Gui.so.6", "SYMLINK"),
        ("libgtk-3.so.0", "elsewhere/libgtk-3.so.0", "SYMLINK"),
        ("dynsync_gui/resources/translations/fr/LC_MESSAGES/dynsync.mo", "x", "DATA"),
    ]
    kept = [name.rpartition("/")[2] for name, _, _ in trim.trimmed_data(rows, ROWS[:2])]
    assert kept == ["qtbase_fr.qm", "libQt6Gui.so.6", "dynsync.mo"]


def test_qt_modules_are_those_that_the_code_imports() -> None:
    unused = trim.unused_qt_modules(identity.ROOT / "dynsync_gui")
    assert "PySide6.QtQml" in unused
    assert "PySide6.QtTest" in unused
    assert not {"PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets", "PySide6.QtSvg"} & set(unused)


def test_icons_hold_every_size(qapp: Any, tmp_path: Path) -> None:
    drawn = {size: pictures.picture(size) for size in pictures.WINDOWS_SIZES}
    (tmp_path / "dynsync.ico").write_bytes(pictures.ico(drawn))
    reader = QImageReader(str(tmp_path / "dynsync.ico"))
    assert reader.imageCount() == len(pictures.WINDOWS_SIZES)
    for place, size in enumerate(pictures.WINDOWS_SIZES):
        reader.jumpToImage(place)
        assert reader.read().width() == size
    packed = pictures.icns({kind: pictures.picture(size) for kind, size in pictures.MACOS_KINDS.items()})
    assert struct.unpack(">4sI", packed[:8]) == (b"icns", len(packed))
    (tmp_path / "dynsync.icns").write_bytes(packed)
    reader = QImageReader(str(tmp_path / "dynsync.icns"))
    found = {reader.read().width() for place in range(reader.imageCount()) if reader.jumpToImage(place)}
    assert {16, 32, 128, 256, 512, 1024} <= found


def test_drawing_with_air_leaves_the_edge_free(qapp: Any) -> None:
    image = QImage.fromData(pictures.picture(256, 206))
    assert max(image.pixelColor(x, y).alpha() for x in range(256) for y in (0, 20, 235, 255)) == 0
    assert image.pixelColor(128, 128).alpha() == 255


def test_version_resource_can_be_read_and_names_this_version() -> None:
    class Part:
        def __init__(self, *values: Any, **named: Any) -> None:
            self.values, self.named = values, named

    names = dict.fromkeys(
        ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct"),
        Part,
    )
    info = eval(identity.version_text("DynSync.exe", "DynSync"), {**names, "__builtins__": {}})
    table = info.named["kids"][0].values[0][0].values[1]
    assert {row.values[0]: row.values[1] for row in table}["ProductVersion"] == __version__
    assert info.named["ffi"].named["filevers"] == (*(int(part) for part in identity.VERSION.split(".")), 0)


def test_property_list_suits_macos() -> None:
    told = plistlib.loads(plistlib.dumps(identity.info_plist()))
    assert told["NSHighResolutionCapable"] is True
    assert (told["CFBundleExecutable"], told["LSBackgroundOnly"]) == ("DynSync", False)
    assert told["NSRequiresAquaSystemAppearance"] is False
    assert told["LSMinimumSystemVersion"] == "14.0"
    assert told["LSApplicationCategoryType"] == "public.app-category.business"
    assert told["CFBundleShortVersionString"] == __version__
    assert told["CFBundleLocalizations"] == ["en", "fr"]


@pytest.mark.only_on("linux")
@pytest.mark.skipif(not shutil.which("ld") or not shutil.which("readelf"), reason="needs binutils")
@pytest.mark.parametrize(
    ("path", "forgotten"),
    [("/home/builder/lib", True), ("$ORIGIN/../lib:/home/builder/lib", True), ("$ORIGIN:$ORIGIN/Qt/lib", False)],
)
@pytest.mark.parametrize("kind", ["--enable-new-dtags", "--disable-new-dtags"])
def test_folders_of_the_building_computer_are_forgotten(
    tmp_path: Path, path: str, kind: str, *, forgotten: bool
) -> None:
    source, library = tmp_path / "one.s", tmp_path / "one.so"
    source.write_text(".globl answer\nanswer: ret\n", encoding="ascii")
    subprocess.run(["as", "-o", tmp_path / "one.o", source], check=True)
    subprocess.run(["ld", "-shared", kind, "-rpath", path, "-o", library, tmp_path / "one.o"], check=True)
    assert elf.forget_build_paths(library) is forgotten
    told = subprocess.run(["readelf", "--dynamic", library], capture_output=True, text=True, check=True)
    assert (path in told.stdout) is (not forgotten)
    assert told.stderr == ""
    assert ctypes.CDLL(str(library)).answer is not None


def test_what_is_no_library_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("INPUT(libone.so.1)", encoding="ascii")
    assert not elf.forget_build_paths(tmp_path / "text.so")
    assert (tmp_path / "text.so").read_text("ascii") == "INPUT(libone.so.1)"


SOME = (
    Part("requests", "2.34.2", "Apache-2.0", "text", "pkg:pypi/requests@2.34.2"),
    Part("ICU", "", "Unicode-3.0", "text"),
    Part("libuuid1", "2.38", "see text", "text"),
)

CYCLONEDX = {
    "type": "object",
    "required": ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components"],
    "properties": {
        "bomFormat": {"const": "CycloneDX"},
        "specVersion": {"const": "1.6"},
        "serialNumber": {
            "pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        },
        "components": {
            "items": {
                "required": ["type", "name"],
                "properties": {
                    "purl": {"pattern": "^pkg:[a-z]+/[^@]+@.+$"},
                    "licenses": {
                        "minItems": 1,
                        "maxItems": 1,
                        "items": {"oneOf": [{"required": ["license"]}, {"required": ["expression"]}]},
                    },
                },
            },
        },
    },
}
"""Of the standard's schema what this document uses (CycloneDX 1.6)."""


def test_bill_of_materials_is_cyclonedx_and_always_the_same() -> None:
    bill = parts.bill_of_materials(SOME, "1.2.3")
    jsonschema.validate(bill, CYCLONEDX)
    assert bill == parts.bill_of_materials(SOME, "1.2.3")
    assert bill["serialNumber"] != parts.bill_of_materials(SOME, "1.2.4")["serialNumber"]
    assert {each["name"]: each["licenses"] for each in bill["components"]} == {
        "requests": [{"expression": "Apache-2.0"}],
        "ICU": [{"expression": "Unicode-3.0"}],
        "libuuid1": [{"license": {"name": "see text"}}],
    }


def test_parts_are_found_by_their_files_with_their_licences(tmp_path: Path) -> None:
    icu = str(tmp_path / "libicudata.so.73")
    rows = [
        *(("a", keyring.__file__, "PYMODULE"), ("b", PySide6.__file__, "PYMODULE")),
        *(("c", cryptography.__file__, "PYMODULE"), ("d", icu, "BINARY")),
    ]
    parts.written(tmp_path, rows, identity.ROOT)
    found = {each["name"]: each for each in json.loads((tmp_path / "parts.json").read_text("utf-8"))}
    assert set(found) == {
        *("keyring", "PySide6_Essentials", "ICU", "cryptography", "OpenSSL", "Python", "PyInstaller bootloader")
    }
    assert found["ICU"]["version"] == "73"
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["OpenSSL"]["version"])
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in found["PySide6_Essentials"]["text"]
    assert "Permission is hereby granted" in found["keyring"]["text"]


def test_part_without_a_licence_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_LICENCE_WORDS", ("nothing is called like this",))
    with pytest.raises(LookupError, match="keyring"):
        parts.written(tmp_path, [("a", keyring.__file__, "PYMODULE")], identity.ROOT)

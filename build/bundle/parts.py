"""What a bundle is made of: the licences that go with it, and a bill of materials (CycloneDX 1.6)."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from bundle.identity import VERSION
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from dynsync_gui.domain.licences import Part

LISTED = "dynsync_gui/resources/licences"
"""Where a bundle keeps the list that the About window shows."""

_LICENCE_WORDS = ("licen", "copying", "notice", "copyright")
_QT = {"PySide6_Essentials", "shiboken6"}
_SAID_OTHERWISE = {"MIT License": "MIT"}
"""What older wheels call a licence, and its name by SPDX."""


def written(work: Path, rows: Iterable[tuple[str, str, str]], root: Path) -> list[tuple[str, str, str]]:
    """Write licences and bill of materials of the files in a bundle; returns the rows that put them in.

    Args:
        work: Folder for the files.
        rows: What PyInstaller collected: name, source, kind.
        root: The project's folder.

    Raises:
        LookupError: A part has no licence text: it must not be given away.
    """
    parts = _parts([Path(row[1]) for row in rows if row[1]], root)
    if naked := [part.name for part in parts if not part.text.strip()]:
        raise LookupError(f"No licence text was found for {', '.join(naked)}.")
    listed, bill = work / "parts.json", work / "sbom.cdx.json"
    listed.write_text(json.dumps([asdict(part) for part in parts], ensure_ascii=False, indent=1), encoding="utf-8")
    bill.write_text(json.dumps(bill_of_materials(parts, VERSION), indent=1), encoding="utf-8")
    return [(f"{LISTED}/{path.name}", str(path), "DATA") for path in (listed, bill)]


def bill_of_materials(parts: Iterable[Part], version: str) -> dict[str, Any]:
    """The parts as a CycloneDX document; the same parts make the same document."""
    components = [_component(part) for part in parts]
    own = {"type": "application", "bom-ref": "dynsync", "name": "DynSync", "version": version}
    names = hashlib.sha256(json.dumps([own, components]).encode()).hexdigest()
    serial = f"{names[:8]}-{names[8:12]}-5{names[13:16]}-8{names[17:20]}-{names[20:32]}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"license": {"id": "MIT"}}]}},
        "components": components,
        "dependencies": [{"ref": "dynsync", "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _component(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl or part.name,
        "name": part.name,
        "version": part.version,
        "licenses": [_licence(part.licence)],
    }
    return {**found, "purl": part.purl} if part.purl else found


def _licence(named: str) -> dict[str, Any]:
    """As CycloneDX has it: an expression of SPDX, or any name where it is none."""
    try:
        return {"expression": str(canonicalize_license_expression(named))}
    except InvalidLicenseExpression:
        return {"license": {"name": named}}


def _parts(sources: Iterable[Path], root: Path) -> list[Part]:
    sources = list(sources)
    owners = _owners()
    wheels: dict[str, metadata.Distribution] = {}
    system: set[str] = set()
    for source in sources:
        owner = owners.get(_key(source))
        if owner is not None:
            wheels[owner.name] = owner
        elif sys.platform == "linux" and str(source).startswith(("/usr/lib", "/lib")) and ".so" in source.name:
            system.update(_debian_packages(source))
    texts = root / "resources" / "licences"
    wheels.pop("pyinstaller", None)  # its bootloader stands for all of it
    found = [_of_wheel(wheel, texts) for wheel in wheels.values()]
    found += [_of_package(package) for package in system]
    if icu := {match[1] for source in sources if (match := re.match(r"libicu\w+\.so\.(\d+)", source.name))}:
        found.append(Part("ICU", icu.pop(), "Unicode-3.0", _read(texts / "Unicode-3.0.txt")))
    if "cryptography" in wheels:
        found.append(_openssl_of(wheels["cryptography"]))
    found += [_python(), _bootloader()]
    return sorted(found, key=lambda part: part.name.lower())


def _owners() -> Mapping[str, metadata.Distribution]:
    return {
        _key(Path(str(found.locate_file(file)))): found
        for found in metadata.distributions()
        for file in found.files or ()
    }


def _key(path: Path) -> str:
    return str(path.resolve()).lower()


def _of_wheel(wheel: metadata.Distribution, texts: Path) -> Part:
    about = wheel.metadata
    licence = about.get("License-Expression") or _short(about.get("License") or "") or _classified(about)
    licence = _SAID_OTHERWISE.get(licence, licence)
    files = [
        file
        for file in wheel.files or ()
        if ".dist-info" in file.parts[0] and any(word in file.name.lower() for word in _LICENCE_WORDS)
    ]
    kept = [_read(Path(str(wheel.locate_file(file)))) for file in files]
    if wheel.name in _QT:
        kept = [_read(texts / "LGPL-3.0.txt"), _read(texts / "GPL-3.0.txt")]
    return Part(
        wheel.name, wheel.version, licence, "\n\n".join(kept), f"pkg:pypi/{_normal(wheel.name)}@{wheel.version}"
    )


def _openssl_of(cryptography: metadata.Distribution) -> Part:
    """The OpenSSL that is a part of the library of cryptography."""
    from cryptography.hazmat.backends.openssl import backend

    version = backend.openssl_version_text().split()[1]
    (text,) = [file for file in cryptography.files or () if file.name == "LICENSE.APACHE"]
    purl = f"pkg:generic/openssl@{version}"
    return Part("OpenSSL", version, "Apache-2.0", _read(Path(str(cryptography.locate_file(text)))), purl)


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _short(text: str) -> str:
    return text if "\n" not in text else ""


def _classified(about: Any) -> str:
    names = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if each.startswith("License")]
    return names[0] if names else "see text"


def _debian_packages(library: Path) -> list[str]:
    asked = {str(library), str(library.resolve()), str(library.resolve()).removeprefix("/usr")}
    done = subprocess.run(["dpkg-query", "--search", *sorted(asked)], capture_output=True, text=True, check=False)
    return sorted({line.split(":")[0] for line in done.stdout.splitlines()})


def _of_package(package: str) -> Part:
    asked = ["dpkg-query", "--show", "--showformat=${Version}", package]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    text = _read(Path("/usr/share/doc") / package / "copyright")
    return Part(package, version, "see text", text, f"pkg:deb/debian/{package}@{version}")


def _python() -> Part:
    places = [
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(sys.base_prefix) / f"lib/python{sys.version_info.major}.{sys.version_info.minor}" / "LICENSE.txt",
        Path(f"/usr/share/doc/python{sys.version_info.major}.{sys.version_info.minor}/copyright"),
    ]
    text = next((_read(place) for place in places if place.is_file()), "")
    return Part("Python", platform.python_version(), "PSF-2.0", text, f"pkg:generic/python@{platform.python_version()}")


def _bootloader() -> Part:
    own = metadata.distribution("pyinstaller")
    text = next(_read(Path(str(own.locate_file(file)))) for file in own.files or () if file.name == "COPYING.txt")
    licence = "GPL-2.0-or-later WITH Bootloader-exception"
    return Part("PyInstaller bootloader", own.version, licence, text, f"pkg:pypi/pyinstaller@{own.version}")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")

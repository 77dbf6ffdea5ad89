r"""The signed release file that DynSync looks for updates in; run by itself where cryptography is installed.

    python build/steps/release_file.py keys
    python build/steps/release_file.py write --version 0.2.0 --address https://downloads.contoso.com/dynsync \
        --notes en=notes.txt --notes fr=notes-fr.txt --output release.json windows-x64=dist/DynSync.exe ...

The private key is read from DYNSYNC_RELEASE_KEY (32 bytes in base64) and never written; its public half has to be the
one in resources/release_key.txt, or installed copies would refuse the file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).resolve().parents[2]
PINNED = ROOT / "resources" / "release_key.txt"
VARIABLE = "DYNSYNC_RELEASE_KEY"
DAYS = 180
"""How long a release file holds; it has to be written anew before, even if nothing else is released."""


class Refused(Exception):  # noqa: N818
    """A plain sentence that ends the step."""


def private_key(encoded: str, pinned: Path = PINNED) -> Ed25519PrivateKey:
    """The key to sign with, once it is seen to be the one that installed copies trust."""
    if not encoded:
        raise Refused(f"{VARIABLE} is not set: there is nothing to sign the release file with.")
    try:
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(encoded, validate=True))
    except ValueError:
        raise Refused(f"{VARIABLE} does not hold 32 bytes in base64.") from None
    if not pinned.exists():
        raise Refused(f"{pinned.name} is missing: write the public key there, and build the programs with it.")
    if public_half(key) != pinned.read_text(encoding="utf-8").strip():
        raise Refused(f"{VARIABLE} does not belong to {pinned.name}: installed copies would refuse the release file.")
    return key


def public_half(key: Ed25519PrivateKey) -> str:
    """The public key in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def artefact(platform: str, path: Path, address: str) -> dict[str, Any]:
    """What the release file says of one file."""
    return {
        "platform": platform,
        "name": path.name,
        "url": f"{address.rstrip('/')}/{path.name}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": path.stat().st_size,
    }


def document(
    version: str, artefacts: Sequence[dict[str, Any]], notes: dict[str, str], now: datetime, days: int = DAYS
) -> dict[str, Any]:
    """What is signed."""
    return {
        "format": 1,
        "product": "DynSync",
        "version": version,
        "published": now.isoformat(timespec="seconds"),
        "expires": (now + timedelta(days=days)).isoformat(timespec="seconds"),
        "notes": notes,
        "artefacts": list(artefacts),
    }


def signed(content: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """The release file: the document as one text, and the signature over exactly its bytes."""
    text = json.dumps(content, ensure_ascii=False)
    return json.dumps({"release": text, "signature": base64.b64encode(key.sign(text.encode())).decode()}, indent=1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make keys, or write a signed release file.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("keys", help="make a pair of keys; the private one is shown once and kept nowhere")
    write = verbs.add_parser("write", help="write and sign the release file of built programs")
    write.add_argument("--version", required=True)
    write.add_argument("--address", required=True, help="the folder that the files will be downloaded from, by https")
    write.add_argument("--notes", action="append", default=[], metavar="LANGUAGE=FILE", help="what is new, as text")
    write.add_argument("--days", type=int, default=DAYS, help="how long the file holds")
    write.add_argument("--output", type=Path, required=True)
    write.add_argument("artefacts", nargs="+", metavar="PLATFORM=FILE", help="such as windows-x64=dist/DynSync.exe")
    return parser


def _named(word: str) -> tuple[str, Path]:
    name, _, path = word.partition("=")
    if not re.fullmatch(r"[a-z0-9-]+", name) or not Path(path).is_file():
        raise Refused(f"“{word}” has to be NAME=FILE, and the file has to be there.")
    return name, Path(path)


def _write(options: argparse.Namespace) -> None:
    key = private_key(os.environ.get(VARIABLE, ""))
    if not options.address.startswith("https://"):
        raise Refused("The address has to begin with https://.")
    notes = {name: path.read_text(encoding="utf-8") for name, path in map(_named, options.notes)}
    if "en" not in notes:
        raise Refused("Say what is new in English at least: --notes en=FILE.")
    files = [artefact(platform, path, options.address) for platform, path in map(_named, options.artefacts)]
    content = document(options.version, files, notes, datetime.now(UTC), options.days)
    options.output.write_text(signed(content, key), encoding="utf-8")
    sys.stderr.write(f"Wrote {options.output}: {options.version}, {len(files)} files, until {content['expires']}.\n")


def _make_keys() -> None:
    key = Ed25519PrivateKey.generate()
    print(f"Public, for resources/{PINNED.name}:\n{public_half(key)}")
    print(f"Private, for {VARIABLE}; it is kept nowhere:\n{base64.b64encode(key.private_bytes_raw()).decode()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command line."""
    options = _parser().parse_args(arguments)
    try:
        _make_keys() if options.verb == "keys" else _write(options)
    except Refused as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

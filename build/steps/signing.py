"""Signatures, where keys are there; nothing is signed, and that is said, where they are not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from steps.console import Stop, need, say

_STAMPS = "DYNSYNC_SIGN_TIMESTAMPS"
"""Variable with the address of a time stamp server (RFC 3161)."""


def sign_windows(files: Sequence[Path]) -> None:
    """Sign Windows programs in place.

    On Windows `DYNSYNC_SIGN_THUMBPRINT` names a certificate of the user's store; on Linux `DYNSYNC_SIGN_PFX` a file and
    `DYNSYNC_SIGN_PASSWORD_FILE` the file with its password.
    """
    thumbprint, container = os.environ.get("DYNSYNC_SIGN_THUMBPRINT"), os.environ.get("DYNSYNC_SIGN_PFX")
    if not (thumbprint if sys.platform == "win32" else container):
        say(f"Not signed, for want of a key: {', '.join(path.name for path in files)}.")
        return
    stamps = os.environ.get(_STAMPS)
    for file in files:
        if sys.platform == "win32":
            stamp = ["/tr", stamps, "/td", "sha256"] if stamps else []
            need(
                ["signtool", "sign", "/fd", "sha256", "/sha1", str(thumbprint), *stamp, file], f"{file} was not signed."
            )
        else:
            _by_osslsigncode(file, Path(str(container)), stamps)


def _by_osslsigncode(file: Path, container: Path, stamps: str | None) -> None:
    if not shutil.which("osslsigncode"):
        raise Stop("osslsigncode is needed to sign Windows programs on Linux (package osslsigncode).")
    signed = file.with_name(f"{file.name}.signed")
    stamp = ["-ts", stamps] if stamps else []
    key = ["-pkcs12", container, "-readpass", os.environ.get("DYNSYNC_SIGN_PASSWORD_FILE", os.devnull)]
    words = ["osslsigncode", "sign", *key, "-h", "sha256", "-n", "DynSync", *stamp, "-in", file, "-out", signed]
    need(words, f"{file} was not signed.")
    signed.replace(file)

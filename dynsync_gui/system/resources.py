"""Finds the files that come with DynSync: beside the code in a checkout, inside it when installed or frozen."""

from __future__ import annotations

import csv
import json
import re
import sys
from functools import cache
from pathlib import Path

from dynsync_gui.domain.licences import Part
from dynsync_gui.domain.mapping import DefaultTarget
from dynsync_gui.domain.schema import Entity

_PACKAGE = Path(__file__).resolve().parents[1]
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]*")
_MARK = "default_mapping.csv"
"""A file that is in every copy of the resources."""


@cache
def resources_folder() -> Path:
    """The folder of all resources; raises FileNotFoundError where the installation is not whole."""
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen) / "dynsync_gui" / "resources", Path(frozen) / "resources"] if frozen else []
    places += [_PACKAGE / "resources", _PACKAGE.parent / "resources"]
    for place in places:
        if (place / _MARK).is_file():
            return place
    raise FileNotFoundError(_MARK)


def read_bytes(name: str) -> bytes:
    """Content of a resource, such as ``icons/people.svg``."""
    return (resources_folder() / name).read_bytes()


def read_text(name: str) -> str:
    """Content of a text resource, in UTF-8."""
    return (resources_folder() / name).read_text(encoding="utf-8")


@cache
def default_targets() -> tuple[DefaultTarget, ...]:
    """The documented default mapping (Adobe, default Dynamics field mapping), with Marketo's REST names.

    Behind it stand fields that mean the same without being in Adobe's table: they are suggested, and not ticked.
    """
    return tuple(
        DefaultTarget(Entity(row["entity"]), row["source"], row["target"], row["label"], documented=name == _MARK)
        for name in (_MARK, "same_meaning.csv")
        for row in csv.DictReader(read_text(name).splitlines())
    )


def release_key() -> str:
    """The public key that updates are signed with, in base64; empty where this DynSync was built without one."""
    try:
        return read_text("release_key.txt").strip()
    except FileNotFoundError:
        return ""


def read_help(topic: str, language: str) -> str:
    """A help page in a language, else in English; raises FileNotFoundError for a topic that has none."""
    if not _TOPIC.fullmatch(topic):
        raise FileNotFoundError(topic)
    for folder in (language, "en"):
        for kind in ("md", "html"):
            page = resources_folder() / "help" / folder / f"{topic}.{kind}"
            if page.is_file():
                return page.read_text(encoding="utf-8")
    raise FileNotFoundError(topic)


def read_parts() -> tuple[Part, ...]:
    """The software that this copy is made of, as the build listed it; nothing where it runs from its source."""
    try:
        listed = json.loads(read_text("licences/parts.json"))
    except FileNotFoundError:
        return ()
    return tuple(Part(**each) for each in listed)

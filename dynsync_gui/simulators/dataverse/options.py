"""System query options and preferences of one request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

MOST_ROWS = 5000
_KNOWN = frozenset(
    {"$select", "$filter", "$orderby", "$top", "$expand", "$count", "$skiptoken", "$deltatoken", "$apply"}
)
_REFUSED = frozenset({"$skip", "$search", "$format", "$compute", "$index"})
_PREFERENCE = re.compile(r'\s*([A-Za-z.\-]+)\s*(?:=\s*("[^"]*"|[^,;]*))?\s*(?:[,;]|$)')


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the Prefer header asks for.

    Attributes:
        page_size: odata.maxpagesize, or None.
        annotations: Patterns of odata.include-annotations.
        track: odata.track-changes.
        representation: return=representation.
    """

    page_size: int | None = None
    annotations: tuple[str, ...] = ()
    track: bool = False
    representation: bool = False
    applied: tuple[str, ...] = ()

    def wants(self, annotation: str) -> bool:
        """Whether an annotation was asked for by its name or by ``*``."""
        return any(
            pattern in {"*", annotation} or (pattern.endswith(".*") and annotation.startswith(pattern[:-1]))
            for pattern in self.annotations
        )


@dataclass(frozen=True, slots=True)
class Options:
    """Decoded query options; ``asked`` is the query once decoded without its skip token, which is bound to it."""

    values: dict[str, str] = field(default_factory=dict)
    asked: str = ""

    def get(self, name: str) -> str | None:
        """Value of an option, or None."""
        return self.values.get(name)

    def names(self, option: str) -> list[str]:
        """A comma-separated option as a list."""
        return [part.strip() for part in self.values.get(option, "").split(",") if part.strip()]


def parse_options(request: Request) -> Options:
    """Reads the query; refuses what the Web API refuses."""
    raw = request.environ["QUERY_STRING"]
    values: dict[str, str] = {}
    for part in filter(None, raw.split("&")):
        name, _, value = part.partition("=")
        name = unquote(name)
        if name in _REFUSED:
            raise DataverseError(400, BAD_REQUEST, f'The query parameter "{name}" is not supported.')
        if name.startswith("$") and name not in _KNOWN:
            raise DataverseError(400, BAD_REQUEST, f"The query parameter {name} is unknown.")
        if name in values:
            raise DataverseError(
                400,
                BAD_REQUEST,
                f"Query option '{name}' was specified more than once, but it must be specified at most once.",
            )
        # A plus is a plus in a Web API query only when it is percent-encoded.
        values[name] = unquote(value.replace("+", " "))
    rest = (unquote(part) for part in raw.split("&"))
    return Options(values, "&".join(part for part in rest if not part.startswith("$skiptoken=")))


def parse_preferences(request: Request) -> Preferences:
    """Reads the Prefer header; unknown preferences are ignored, as HTTP wants it."""
    found = {
        name.lower(): (value or "").strip('"') for name, value in _PREFERENCE.findall(request.headers.get("Prefer", ""))
    }
    applied = []
    size: int | None = None
    if found.get("odata.maxpagesize", "").isdigit():
        size = max(1, min(MOST_ROWS, int(found["odata.maxpagesize"])))
        applied.append(f"odata.maxpagesize={found['odata.maxpagesize']}")
    annotations = tuple(filter(None, (p.strip() for p in found.get("odata.include-annotations", "").split(","))))
    if annotations:
        applied.append(f'odata.include-annotations="{",".join(annotations)}"')
    track = "odata.track-changes" in found
    if track:
        applied.append("odata.track-changes")
    representation = found.get("return") == "representation"
    if representation:
        applied.append("return=representation")
    return Preferences(size, annotations, track, representation, tuple(applied))

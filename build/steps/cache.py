"""Things that take long to make and stay the same: kept outside of the source, where every checkout finds them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def cache() -> Path:
    """The folder of all of them: `DYNSYNC_BUILD_CACHE`, or a folder in the user's own cache."""
    named = os.environ.get("DYNSYNC_BUILD_CACHE")
    own = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(own) / "dynsync-build"


def folder_of(name: str, *made_of: Path, recipe: str = "") -> Path:
    """Where something is kept; another place as soon as the recipe or a file that decides about it changes."""
    digest = hashlib.sha256(recipe.encode())
    for path in made_of:
        digest.update(path.read_bytes())
    return cache() / f"{name}-{digest.hexdigest()[:16]}"

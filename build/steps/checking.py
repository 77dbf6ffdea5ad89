"""Everything about the source that a machine can check, and the two things it writes: lock files and catalogues."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from steps.console import ROOT, Stop, need, run, say
from steps.environment import LOCKS

_COMPILE = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]


def lint(python: Path) -> int:
    """Run every check, say which ones object, and return 0 when none does."""
    checks: dict[str, list[str | Path]] = {
        "ruff check": [python, "-m", "ruff", "check", "--quiet", "--output-format=concise", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "--output-format=concise", "--quiet", "."],
        "mypy": [python, "-m", "mypy", "--no-error-summary"],
        "import rules": [python.parent / "lint-imports", "--no-logo"],
    }
    objecting = [name for name, command in checks.items() if _objects(name, command)]
    if translations(python, check=True):
        objecting.append("translations")
    if traces := lock_traces():
        say("\n".join(traces))
        objecting.append("lock files")
    say(f"Not clean: {', '.join(objecting)}." if objecting else "Clean.")
    return 1 if objecting else 0


def _objects(name: str, command: Sequence[str | Path]) -> bool:
    say(f"- {name}")
    return run(command) != 0


def lock_traces() -> list[str]:
    """Lines of the lock files that hold an address; a lock names packages and digests, no place to get them from."""
    address = re.compile(r"://|^\s*(--index-url|--extra-index-url|--find-links|-f|-i)\b")
    return [
        f"{lock.relative_to(ROOT)}:{number}: {line}"
        for lock in LOCKS.values()
        for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1)
        if address.search(line)
    ]


def translations(python: Path, *, check: bool) -> int:
    """Bring the catalogues up to date with the texts in the code, or check that they are."""
    say("- translations")
    return run([python, ROOT / "build" / "translations.py", *(["--check"] if check else [])])


def lock(python: Path) -> int:
    """Choose the newest fitting versions anew and write both lock files."""
    runtime, dev = (path.relative_to(ROOT).as_posix() for path in LOCKS.values())
    compiling: list[str | Path] = [python, "-m", "uv", "pip", "compile", "--quiet", *_COMPILE, "pyproject.toml"]
    need([*compiling, "-o", runtime], "The versions could not be resolved; uv's words above tell why.")
    need([*compiling, "--group", "dev", "-c", runtime, "-o", dev], "The tools' versions could not be resolved.")
    if traces := lock_traces():
        raise Stop("A lock file holds an address:\n" + "\n".join(traces))
    return 0

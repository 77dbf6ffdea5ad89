"""How texts are marked in the code: literal, so that they can be collected, and with a value for every place."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "build"))

from translations import KEYWORDS, places  # noqa: E402  lies beside the commands that use it

SOURCES = sorted((ROOT / "dynsync_gui").rglob("*.py"))


def marked(node: ast.AST, *, inside: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Calls that mark a text, and whether they run in a function (and not when the module is read)."""
    inside = inside or isinstance(node, ast.FunctionDef | ast.Lambda)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS:
        yield node, inside
    for child in ast.iter_child_nodes(node):
        yield from marked(child, inside=inside)


def faults(source: str) -> list[str]:
    """What is wrong with the marked texts of a source, with the line."""
    found = []
    for call, inside in marked(ast.parse(source)):
        counting = call.func.id in {"msgs", "ntr"}
        texts = call.args[: 2 if counting else 1]
        if not all(isinstance(text, ast.Constant) and isinstance(text.value, str) for text in texts):
            found.append(f"{call.lineno}: not literal")
            continue
        given = {word.arg for word in call.keywords}
        wanted = set.union(*(places(text.value) for text in texts)) - ({"n"} if counting else set())
        if not given and not inside:
            continue  # a table of texts, which get their values where they are used
        if None not in given and wanted != given - ({"n"} if counting else set()):
            found.append(f"{call.lineno}: places {sorted(wanted)}, values {sorted(given)}")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_texts_are_literal_and_have_their_values(path: Path) -> None:
    if path.parts[-2:] != ("domain", "text.py"):  # the functions themselves
        assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('msg("plain")', None),
        ('msg("two " "parts {a}", a=1)', None),
        ('msgs("{n} field", "{n} fields", n, name=3)', "1: places [], values ['name']"),
        ('tr(f"made of {a}")', "1: not literal"),
        ("tr(label)", "1: not literal"),
        ('tr("{a} and {b}", a=1)', "1: places ['a', 'b'], values ['a']"),
        ('tr("{a}", **values)', None),
        ('TABLE = {1: msg("{a}")}', None),
        ('def f(): return msg("{a}")', "1: places ['a'], values []"),
    ],
)
def test_faults_are_found(source: str, fault: str | None) -> None:
    assert faults(source) == ([fault] if fault else [])

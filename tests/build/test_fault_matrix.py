"""Every fault that is expected has tests, and they are there."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROWS = 43


def test_every_row_of_the_fault_matrix_has_tests() -> None:
    rows = tomllib.loads((TESTS / "fault_matrix.toml").read_text("utf-8"))
    assert [int(number) for number in rows] == list(range(1, ROWS + 1))
    assert [number for number, row in rows.items() if not row["tests"] or not row["fault"]] == []
    named = {test for row in rows.values() for test in row["tests"]}
    there = {f"{file}::{name}" for file in {test.partition("::")[0] for test in named} for name in _tests(TESTS / file)}
    assert sorted(named - there) == []


def _tests(file: Path) -> set[str]:
    """Names of a file's tests; none where it is not there."""
    if not file.is_file():
        return set()
    found = ast.walk(ast.parse(file.read_text("utf-8")))
    return {node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}

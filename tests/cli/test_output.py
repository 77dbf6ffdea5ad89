"""What goes to stdout and what to stderr, at a terminal and in a pipe."""

from __future__ import annotations

import io
import json

import pytest

from dynsync_gui.cli.output import Output
from dynsync_gui.cli.tables import aligned, shortened, width


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


def screen(text: str) -> list[str]:
    """The lines that a terminal shows in the end."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_a_progress_line_replaces_itself_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    out, err = io.StringIO(), Terminal()
    output = Output(out, err)
    output.progress("a long line of progress, longer than the terminal is wide")
    assert screen(err.getvalue()) == ["a long line of progress, lon…"]
    output.progress("short")
    assert screen(err.getvalue()) == ["short"]
    output.note("a note")
    output.progress("more")
    output.answer({}, "done")
    assert screen(err.getvalue()) == ["a note", ""]
    assert "\x1b" not in err.getvalue()
    assert out.getvalue() == "done\n"


def test_in_a_pipe_progress_is_lines() -> None:
    err = io.StringIO()
    output = Output(io.StringIO(), err)
    output.progress("one")
    output.progress("two")
    assert err.getvalue() == "one\ntwo\n"


def test_one_document_and_nothing_else() -> None:
    out = io.StringIO()
    output = Output(out, io.StringIO(), as_json=True)
    output.note("a note")
    output.answer({"a": "é"}, "text")
    assert json.loads(out.getvalue()) == {"a": "é"}
    assert out.getvalue().isascii()


def test_columns_stand_below_each_other_in_any_script() -> None:
    table = aligned([["名前", "1"], ["Zoë", "1,000"], ["e\u0301", ""]], right=(1,))
    assert [width(line) for line in table.splitlines()] == [11, 11, 1]
    assert aligned([]) == ""


def test_long_text_is_cut_on_one_line() -> None:
    assert shortened("a\n  b", 10) == "a b"
    assert shortened("abcdefghij", 5) == "abcd…"

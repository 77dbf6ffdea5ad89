"""The ``$filter`` language: a parser that turns an expression into a test of a row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[Mapping[str, Any]], bool]
    Resolve = Callable[[str], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<list>\[[^\]]*\])|(?P<mark>[(),=])|(?P<word>[^\s(),=\[\]']+))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: a is not None and bool(a > b),
    "ge": lambda a, b: a is not None and bool(a >= b),
    "lt": lambda a, b: a is not None and bool(a < b),
    "le": lambda a, b: a is not None and bool(a <= b),
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda a, b: b in a,
    "startswith": lambda a, b: a.startswith(b),
    "endswith": lambda a, b: a.endswith(b),
}
_IN = "Microsoft.Dynamics.CRM.In"


def syntax_error(text: str) -> DataverseError:
    """What the OData layer says about an expression that it cannot read."""
    return DataverseError(400, BAD_REQUEST, f"Syntax error at position 0 in '{text}'.")


def parse_filter(text: str, blanks: Resolve) -> Test:
    """A test for an expression.

    Args:
        text: The decoded value of ``$filter``.
        blanks: Gives for a property name what an unset value reads as; refuses unknown names.
    """
    try:
        return _Parser(text, blanks).parse()
    except RecursionError:
        raise DataverseError(400, BAD_REQUEST, "The recursion limit has been exceeded.") from None


class _Parser:
    def __init__(self, text: str, blanks: Resolve) -> None:
        self._text = text
        self._blanks = blanks
        self._tokens: list[tuple[str, str]] = []
        self._next = 0
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise syntax_error(text)
            kind = found.lastgroup or ""
            self._tokens.append((kind, found.group(kind)))
            place = found.end()

    def parse(self) -> Test:
        test = self._either()
        if self._next != len(self._tokens):
            raise syntax_error(self._text)
        return test

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._next] if self._next < len(self._tokens) else ("", "")

    def _take(self, wanted: str = "") -> tuple[str, str]:
        token = self._peek()
        if not token[0] or (wanted and token[1] != wanted):
            raise syntax_error(self._text)
        self._next += 1
        return token

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() == ("word", "or"):
            self._take()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek() == ("word", "and"):
            self._take()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        kind, text = self._take()
        if (kind, text) == ("mark", "("):
            inside = self._either()
            self._take(")")
            return inside
        if kind != "word":
            raise syntax_error(self._text)
        if text == "not":
            if self._peek()[1].startswith("Microsoft.Dynamics.CRM."):
                raise DataverseError(400, BAD_REQUEST, "A query function cannot be negated with 'not'.")
            negated = self._one()
            return lambda row: not negated(row)
        if text in _TEXTS:
            return self._text_test(text)
        if text == _IN:
            return self._in_test()
        if text.startswith("Microsoft.Dynamics.CRM.") or self._peek() == ("mark", "("):
            raise DataverseError(400, BAD_REQUEST, f"An unknown function with name '{text}' was found.")
        return self._comparison(text)

    def _comparison(self, name: str) -> Test:
        blank = self._blanks(name)
        kind, operator = self._take()
        if kind != "word" or operator not in _COMPARISONS:
            raise syntax_error(self._text)
        compare, wanted = _COMPARISONS[operator], self._literal()

        def test(row: Mapping[str, Any]) -> bool:
            try:
                return compare(_folded(row.get(name, blank)), wanted)
            except TypeError:
                raise DataverseError(
                    400, BAD_REQUEST, "A binary operator with incompatible types was detected."
                ) from None

        return test

    def _literal(self) -> Any:
        kind, text = self._take()
        if kind == "string":
            return text[1:-1].replace("''", "'").lower()
        if kind != "word":
            raise syntax_error(self._text)
        if text.startswith("Microsoft.Dynamics.CRM.") and self._peek()[0] == "string":
            return self._take()[1][1:-1].lower()
        if text in {"null", "true", "false"}:
            return {"null": None, "true": True, "false": False}[text]
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        if re.fullmatch(r"-?\d+\.\d+", text):
            return float(text)
        if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
            return text.lower()
        if moment := re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z)?", text):
            return text.lower() if moment[2] is None else f"{moment[1]}t{moment[2]}z"
        raise syntax_error(self._text)

    def _text_test(self, function: str) -> Test:
        self._take("(")
        name = self._take()[1]
        self._blanks(name)
        self._take(",")
        kind, text = self._take()
        if kind != "string":
            raise syntax_error(self._text)
        self._take(")")
        compare, wanted = _TEXTS[function], text[1:-1].replace("''", "'").lower()
        return lambda row: compare(str(row.get(name) or "").lower(), wanted)

    def _in_test(self) -> Test:
        self._take("(")
        self._take("PropertyName")
        self._take("=")
        name = self._take()[1].strip("'")
        self._blanks(name)
        self._take(",")
        self._take("PropertyValues")
        self._take("=")
        kind, text = self._take()
        if kind != "list":
            raise syntax_error(self._text)
        self._take(")")
        try:
            values = {str(value).lower() for value in json.loads(text.replace("'", '"'))}
        except ValueError:
            raise syntax_error(self._text) from None
        return lambda row: str(row.get(name)).lower() in values


def _folded(value: Any) -> Any:
    """Dataverse compares text without regard to letter case."""
    return value.lower() if isinstance(value, str) else value

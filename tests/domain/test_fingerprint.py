"""Digests of single values, and values that are known only as texts of Marketo's activities."""

from __future__ import annotations

from typing import Any

import pytest

from dynsync_gui.domain.fingerprint import entries, entry, fingerprint, holds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Zoë", "Zoë"), ("5", "5"), ("true", "true"), (5, "5"), (-3, "-3"), (5.4, "5.40"), (1e11, "100000000000.0"),
        (True, "true"), (True, "1"), (False, "false"), (False, "0"), (False, ""), (None, ""),
        ("2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z"),
    ],
)  # fmt: skip
def test_a_value_is_recognised_in_the_text_of_an_activity(value: Any, text: str) -> None:
    assert holds(entries(fingerprint([entry("field", value), entry("other", "x")])), "field", text)


@pytest.mark.parametrize(
    ("value", "text"), [("Zoë", "zoë"), ("5", "6"), (5, "5.5"), (True, "false"), (None, "x"), ("x", ""), (None, "null")]
)
def test_another_value_is_not(value: Any, text: str) -> None:
    """What is not recognised is looked at; what is taken for another one would be lost."""
    agreed = entries(fingerprint([entry("field", value), entry("other", text)]))
    assert not holds(agreed, "field", text)
    assert not holds(frozenset(), "field", text)

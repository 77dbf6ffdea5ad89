"""Values as the ledger keeps them: whatever Dynamics may hold comes back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.store.payloads import packed, size, unpacked

WHOLE = st.integers(-(2**63), 2**64 - 1)
VALUES = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.dictionaries(st.text(), VALUES))
def test_values_come_back_as_they_were(payload):
    text = packed(payload)
    assert unpacked(text) == payload
    assert {name: type(value) for name, value in unpacked(text).items()} == {
        name: type(value) for name, value in payload.items()
    }
    assert size(text) == len(text.encode("utf-8", "replace"))


@pytest.mark.parametrize("nothing", [None, "", "null", "{}"])
def test_no_values_are_none(nothing):
    assert unpacked(nothing) == {}


def test_a_number_that_json_does_not_know_is_kept_and_never_becomes_an_empty_value():
    assert unpacked(packed({"score": math.inf, "title": "x"}, sound=False)) == {"score": "Infinity", "title": "x"}

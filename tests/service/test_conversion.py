"""What is converted at a glance is what would have come of looking at it closely."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.choice import FieldChoice, TooLong
from dynsync_gui.domain.convert import altered, cut, misfit, uncut
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.mapping import FieldMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import Entity, FieldType, SourceField, TargetField, TargetType
from dynsync_gui.domain.storage.records import Fit
from dynsync_gui.engine.conversion import Conversion

KINDS = (
    (FieldType.STRING, TargetType.STRING, 12),
    (FieldType.STRING, TargetType.PHONE, 12),
    (FieldType.STRING, TargetType.EMAIL, 24),
    (FieldType.MEMO, TargetType.TEXT, None),
    (FieldType.DATETIME, TargetType.DATETIME, None),
    (FieldType.DATETIME, TargetType.DATE, None),
)
VALUES = (
    *("", " ", " a ", "a\nb", "a\x01b", "ä" * 12, "ä" * 13, "x" * 30_001, "€" * 10_001, "a\u00a0", 7, 1.0),
    *("a@b.example", " a@b.example", "a@b", "ä@b.example", "a@" + "b" * 30 + ".example", "a" * 13),
    *("2026-11-23T04:05:06Z", "2026-02-30T04:05:06Z", "2026-02-28T24:05:06Z", "2026-11-23", "2026-11-23T04:05Z"),
    *("2026-11-31T00:00:00Z", "2026-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-23T04:05:06.7Z"),
    *("2026-11-23T04:05:06+01:00", "1899-01-01T00:00:00Z", "٢٠٢٦-11-23T04:05:06Z", "2026-11-23T04:05:60Z"),
)


@given(kind=st.sampled_from(KINDS), rule=st.sampled_from(TooLong), value=st.text(max_size=14))
def test_a_glance_sees_what_a_close_look_sees(kind, rule, value) -> None:
    compare(kind, rule, value)


@pytest.mark.parametrize("value", VALUES)
def test_a_glance_does_not_pass_what_is_odd(value) -> None:
    for kind, rule in product(KINDS, TooLong):
        compare(kind, rule, value)


def compare(kind: tuple[FieldType, TargetType, int | None], rule: TooLong, value: object) -> None:
    source, target, length = kind
    pair = FieldMapping(
        SourceField("column", "Column", source, 100),
        TargetField("field", "Field", target, length),
        FieldChoice("column", too_long=rule),
        1033,
    )
    found = Conversion((pair,)).convert(SourceRecord(Entity.CONTACT, "c1", "1", {"column": value}))

    wanted = cut(pair, uncut(pair)(value, None))
    refused, changed = misfit(pair, wanted), altered(pair, wanted)
    if refused and rule is TooLong.LEAVE_OUT:
        assert (found.payload, found.entries, found.fit) == ({}, [b""], Fit.WHOLE)
        return
    assert (found.payload, found.entries) == ({"field": wanted}, [entry("field", wanted)])
    assert found.fit is (Fit.REFUSED if refused else Fit.ALTERED if changed else Fit.WHOLE)
    assert found.refused == ({"field"} if refused else set())

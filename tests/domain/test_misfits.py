"""What is called a misfit is what Marketo's rehearsal, which shares no code with it, refuses; and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynsync_gui.domain.choice import FieldChoice, Form, TooLong
from dynsync_gui.domain.convert import altered, misfit, to_marketo
from dynsync_gui.domain.fit import FitReason
from dynsync_gui.domain.mapping import FieldMapping, accepts, forms
from dynsync_gui.domain.schema import FieldType, Option, SourceField, TargetField, TargetType
from dynsync_gui.simulators.marketo.errors import RecordError
from dynsync_gui.simulators.marketo.fields import LENGTHS, Field
from dynsync_gui.simulators.marketo.values import stored

OPTIONS = (Option(1, "Web", {1033: "Web"}), Option(0, "Nein", {1033: "No"}), Option(7, "7"))
SOURCES = [kind for kind in FieldType if any(accepts(SourceField("c", "C", kind), target) for target in TargetType)]
ADDRESS = st.text(st.sampled_from("ab.@-_+' ,é🙂1\t"), max_size=20) | st.builds(
    "{}@{}.{}".format, st.text("ab.+", max_size=260), st.text("ab-.", max_size=5), st.text("com0é", max_size=4)
)
TEXT = (
    st.text(max_size=300)
    | ADDRESS
    | st.builds(lambda letter, count: letter * count, st.sampled_from("xé🙂\n"), st.sampled_from([254, 255, 256, 257]))
    | st.builds(lambda letter, count: letter * count, st.sampled_from("é🙂"), st.sampled_from([7_500, 7_501, 15_001]))
)
WHOLE = st.integers(-(2**64), 2**64)
NUMBER = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30)
DAY = st.dates().map(str) | st.sampled_from(["2026-02-30", "0000-01-01", "10000-01-01", "yesterday", "2026-1-1"])
MOMENT = st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z") | st.sampled_from(
    ["2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "9999-12-31T23:59:59Z", "soon", "2026-01-01T10:00"]
)
OPTION = st.sampled_from([0, 1, 7, 100_000_099, -1])
VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.STRING: TEXT,
    FieldType.MEMO: TEXT,
    FieldType.INTEGER: WHOLE,
    FieldType.BIGINT: WHOLE,
    FieldType.DECIMAL: NUMBER,
    FieldType.DOUBLE: NUMBER,
    FieldType.MONEY: NUMBER,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.DATE: DAY | MOMENT,
    FieldType.DATETIME: DAY | MOMENT,
    FieldType.PICKLIST: OPTION,
    FieldType.STATE: OPTION,
    FieldType.STATUS: OPTION,
    FieldType.MULTISELECT: st.lists(OPTION, min_size=1).map(lambda values: ",".join(map(str, values))),
}
IDS = st.uuids().map(str)


def pair(source: FieldType, target: TargetType, language: int = 0, **choice: Any) -> FieldMapping:
    column = SourceField("c", "C", source, options=OPTIONS)
    field = TargetField("f", "F", target, LENGTHS.get(target.value))
    return FieldMapping(column, field, FieldChoice("c", **choice), language)


def taken(target: TargetType, value: Any) -> bool:
    """Whether the rehearsal takes the value into a field of that type."""
    kind = "integer" if target is TargetType.SCORE else target.value
    try:
        stored(Field("f", kind, LENGTHS.get(target.value), "F"), value)
    except RecordError:
        return False
    return True


@settings(max_examples=500)
@given(st.data())
def test_a_misfit_is_what_marketo_refuses(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(SOURCES))
    column = SourceField("c", "C", source)
    target, form = data.draw(
        st.sampled_from([(t, f) for t in TargetType for f in forms(column) if accepts(column, t, f)])
    )
    mapping = pair(source, target, form=form, too_long=data.draw(st.sampled_from(TooLong)))
    value = data.draw(VALUES.get(source, IDS))
    sent = to_marketo(mapping, value, data.draw(TEXT))
    assert (misfit(mapping, sent) is None) == taken(target, sent), (misfit(mapping, sent), sent)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.co", "a@b.c", "a@b", "a@b.c1", "a@b.co.", "a@b..co", "a@.co", "@b.co", "a@b_c.co", "a@b-.co", "a b@c.co",
        "a@b@c.co", "a..b@c.co", ".a@c.co", "o'b+c@d.co", "<a@b.co>", "a,b@c.co", "é@b.co", "a@é.co", "a\n@b.co",
    ],
)  # fmt: skip
def test_an_address_is_one_where_marketo_takes_it(address: str) -> None:
    sent = to_marketo(pair(FieldType.STRING, TargetType.EMAIL), address)
    assert (misfit(pair(FieldType.STRING, TargetType.EMAIL), sent) is None) == taken(TargetType.EMAIL, sent)


@pytest.mark.parametrize(
    ("target", "value", "reason"),
    [
        (TargetType.STRING, "x" * 256, FitReason.TOO_LONG),
        (TargetType.PHONE, "x" * 256, FitReason.TOO_LONG),
        (TargetType.TEXT, "é" * 15_001, FitReason.TOO_MANY_BYTES),
        (TargetType.EMAIL, "ada@contoso", FitReason.NO_EMAIL),
        (TargetType.EMAIL, "ada🙂@contoso.com", FitReason.NOT_ASCII),
        (TargetType.EMAIL, f"{'a' * 250}@contoso.com", FitReason.TOO_LONG),
        (TargetType.DATE, "2026-02-30", FitReason.DATE_RANGE),
        (TargetType.DATETIME, "10000-01-01T00:00:00Z", FitReason.DATE_RANGE),
        (TargetType.INTEGER, 2**63, FitReason.NUMBER_RANGE),
        (TargetType.FLOAT, float("inf"), FitReason.NUMBER_RANGE),
        (TargetType.CURRENCY, float("nan"), FitReason.NUMBER_RANGE),
        (TargetType.BOOLEAN, True, None),
        (TargetType.EMAIL, None, None),
    ],
)
def test_each_reason(target: TargetType, value: Any, reason: FitReason | None) -> None:
    assert misfit(pair(FieldType.STRING, target), value) is reason


@pytest.mark.parametrize(
    ("mapping", "value", "reason"),
    [
        (pair(FieldType.PICKLIST, TargetType.STRING), 100_000_099, FitReason.NO_LABEL),
        (pair(FieldType.PICKLIST, TargetType.STRING), 1, None),
        (pair(FieldType.PICKLIST, TargetType.STRING), 7, None),  # its label is a number
        (pair(FieldType.PICKLIST, TargetType.STRING, form=Form.VALUE), 100_000_099, None),
        (pair(FieldType.MULTISELECT, TargetType.STRING), "1,100000099", FitReason.NO_LABEL),
        (pair(FieldType.MULTISELECT, TargetType.STRING, 1033), "1,0,7", None),
        (pair(FieldType.BOOLEAN, TargetType.STRING, form=Form.LABEL), True, None),
        (pair(FieldType.STRING, TargetType.STRING), "a\nb", FitReason.LINE_BREAKS),
        (pair(FieldType.STRING, TargetType.PHONE), "a\rb", FitReason.LINE_BREAKS),
        (pair(FieldType.STRING, TargetType.STRING), "a\n", None),
        (pair(FieldType.MEMO, TargetType.TEXT), "a\nb", None),
        (pair(FieldType.STRING, TargetType.STRING), None, None),
    ],
)
def test_what_is_altered(mapping: FieldMapping, value: Any, reason: FitReason | None) -> None:
    assert altered(mapping, to_marketo(mapping, value)) is reason


def test_a_yes_without_a_label_is_altered() -> None:
    column = SourceField("c", "C", FieldType.BOOLEAN)
    mapping = FieldMapping(column, TargetField("f", "F", TargetType.STRING, 255), FieldChoice("c", form=Form.LABEL))
    assert altered(mapping, to_marketo(mapping, True)) is FitReason.NO_LABEL

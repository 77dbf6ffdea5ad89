import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.convert import clean, convert, email_of, misfit, same
from dynsync_gui.domain.mapping import FieldMapping
from dynsync_gui.domain.schema import FieldType, Option, SourceField, TargetField, TargetType

OPTIONS = (Option(1, "Web"), Option(192_350_000, "Fair"), Option(3, " Phone "))


def pair(source: FieldType, target: TargetType, length: int | None = 255) -> FieldMapping:
    return FieldMapping(SourceField("column", "Column", source, options=OPTIONS), TargetField("f", "F", target, length))


@pytest.mark.parametrize(
    ("source", "target", "value", "shown", "expected"),
    [
        (FieldType.STRING, TargetType.STRING, "  Ada \u00a0", None, "Ada"),
        (FieldType.STRING, TargetType.STRING, " \t ", None, None),
        (FieldType.STRING, TargetType.STRING, "a\x00b\ud800", None, "ab\ufffd"),
        (FieldType.MEMO, TargetType.TEXT, "one\r\ntwo", None, "one\r\ntwo"),
        (FieldType.PICKLIST, TargetType.STRING, 192_350_000, None, "Fair"),
        (FieldType.PICKLIST, TargetType.STRING, 7, None, "7"),
        (FieldType.MULTISELECT, TargetType.STRING, "1,192350000", None, "Web;Fair"),
        (FieldType.BOOLEAN, TargetType.BOOLEAN, True, "Do Not Allow", True),
        (FieldType.BOOLEAN, TargetType.BOOLEAN, None, None, None),
        (FieldType.MONEY, TargetType.CURRENCY, 12.5, None, 12.5),
        (FieldType.INTEGER, TargetType.INTEGER, 7, None, 7),
        (FieldType.DATE, TargetType.DATE, "2026-03-01", None, "2026-03-01"),
        (FieldType.DATE, TargetType.DATETIME, "2026-03-01", None, "2026-03-01T00:00:00Z"),
        (FieldType.DATETIME, TargetType.DATETIME, "2026-03-01T10:11:12.345Z", None, "2026-03-01T10:11:12Z"),
        (FieldType.DATETIME, TargetType.DATETIME, "2026-03-01T10:11:12", None, "2026-03-01T10:11:12Z"),
        (FieldType.DATETIME, TargetType.DATE, "2026-03-01T10:11:12Z", None, "2026-03-01"),
        (FieldType.LOOKUP, TargetType.STRING, "5b0f…", "Contoso", "Contoso"),
        (FieldType.INTEGER, TargetType.STRING, 7, None, "7"),
        (FieldType.DOUBLE, TargetType.STRING, 7.0, None, "7"),
    ],
)
def test_value_becomes_what_marketo_takes(source, target, value, shown, expected):
    assert convert(pair(source, target), value, shown) == expected


@given(st.text())
def test_cleaned_text_has_no_outer_blanks_and_can_be_encoded(text):
    kept = clean(text)
    if kept is not None:
        assert kept == kept.strip() != ""
        assert kept.encode("utf-8")
        assert clean(kept) == kept


@given(st.text(string.printable))
def test_printable_text_loses_nothing_but_outer_blanks(text):
    expected = text.strip().replace("\x0b", "").replace("\x0c", "").strip()
    assert (clean(text) or "") == expected


def test_email_is_compared_without_blanks_and_case():
    assert email_of(" Ada@Contoso.COM ") == "ada@contoso.com"
    assert email_of(None) == ""


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        (TargetType.EMAIL, "ada@contoso.com", False),
        (TargetType.EMAIL, "ada@contoso", True),
        (TargetType.EMAIL, "jürgen@contoso.com", True),
        (TargetType.STRING, "x" * 255, False),
        (TargetType.STRING, "x" * 256, True),
        (TargetType.TEXT, "é" * 15_001, True),
        (TargetType.INTEGER, 2**63, True),
        (TargetType.STRING, None, False),
    ],
)
def test_misfits_are_told_before_sending(target, value, expected):
    length = None if target is TargetType.TEXT else 255
    assert misfit(pair(FieldType.STRING, target, length), value) is expected


@pytest.mark.parametrize(
    ("sent", "held", "expected"),
    [
        ("a", "a", True),
        ("a", "A", False),
        (None, None, True),
        (None, False, True),
        (None, "x", False),
        (False, None, True),
        (True, None, False),
        (True, True, True),
        (5, 5.0, True),
        (5.5, 5.6, False),
        ("2026-03-01T10:11:12Z", "2026-03-01T10:11:12+0000", True),
        ("2026-03-01T10:11:12Z", "2026-03-01T10:11:13Z", False),
        ("5", 5, False),
    ],
)
def test_equality_is_as_marketo_reads_back(sent, held, expected):
    assert same(sent, held) is expected

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.choice import Direction, FieldChoice, Form, TooLong
from dynsync_gui.domain.convert import NotConvertible, clean, email_of, misfit, same, to_dynamics, to_marketo
from dynsync_gui.domain.mapping import FieldMapping, accepts, directions, forms
from dynsync_gui.domain.schema import Entity, FieldType, Option, SourceField, TargetField, TargetType

OPTIONS = (
    Option(1, "Netz", {1033: "Web", 1031: "Netz"}),
    Option(192_350_000, "Fair"),
    Option(3, " Phone "),
    Option(0, "Allow"),
)


def pair(source: FieldType, target: TargetType, length: int | None = 255, **choice) -> FieldMapping:
    column = SourceField("column", "Column", source, options=OPTIONS)
    return FieldMapping(column, TargetField("f", "F", target, length), FieldChoice("column", **choice), language=1033)


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
    assert to_marketo(pair(source, target), value, shown) == expected


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
    assert bool(misfit(pair(FieldType.STRING, target, length), value)) is expected


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
        (1000, "1000.0", True),
        (1604.47, "1604.47", True),
        (5, "6", False),
        (5, "five", False),
        ("2026-03-01T10:11:12Z", "2026-03-01T10:11:12+0000", True),
        ("2026-03-01T10:11:12Z", "2026-03-01T10:11:13Z", False),
        ("5", 5, False),
    ],
)
def test_equality_is_as_marketo_reads_back(sent, held, expected):
    assert same(sent, held) is expected


LINES = st.text().filter(lambda text: clean(text) is not None)
VALUES = st.sampled_from([option.value for option in OPTIONS])
WHOLE = st.integers(-(2**31), 2**31 - 1)
BIG = st.integers(-(2**63), 2**63 - 1)
MONEY = st.decimals(-922_337_203_685_477, 922_337_203_685_477, places=4).map(float)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates().map(lambda day: day.isoformat())
MOMENTS = st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='seconds')}Z")
LISTS = st.lists(VALUES, min_size=1, unique=True).map(lambda values: ",".join(map(str, values)))
TEXTS = [TargetType.STRING, TargetType.TEXT]


def there_and_back() -> list[tuple[FieldType, TargetType, Form, st.SearchStrategy]]:
    """Every pair of types that may travel both ways, with the values of the column."""
    automatic, rows = Form.AUTOMATIC, []
    addresses = [TargetType.EMAIL, TargetType.PHONE, TargetType.URL]
    rows += [(FieldType.STRING, target, automatic, LINES) for target in [*TEXTS, *addresses]]
    rows += [(FieldType.MEMO, target, automatic, LINES) for target in TEXTS]
    numbers = [TargetType.INTEGER, TargetType.SCORE, TargetType.FLOAT, TargetType.PERCENT]
    rows += [(FieldType.INTEGER, target, automatic, WHOLE) for target in [*TEXTS, *numbers]]
    rows += [(FieldType.BIGINT, target, automatic, BIG) for target in [*TEXTS, TargetType.INTEGER]]
    for kind, values in ((FieldType.DECIMAL, FLOATS), (FieldType.DOUBLE, FLOATS), (FieldType.MONEY, MONEY)):
        rows += [(kind, target, automatic, values) for target in [*TEXTS, TargetType.FLOAT, TargetType.CURRENCY]]
    rows.append((FieldType.BOOLEAN, TargetType.BOOLEAN, Form.VALUE, st.booleans()))
    rows += [(FieldType.BOOLEAN, target, Form.LABEL, st.booleans()) for target in TEXTS]
    for form in (automatic, Form.LABEL, Form.VALUE):
        rows += [(FieldType.PICKLIST, target, form, VALUES) for target in TEXTS]
        rows += [(FieldType.MULTISELECT, target, form, LISTS) for target in TEXTS]
    rows.append((FieldType.PICKLIST, TargetType.INTEGER, Form.VALUE, VALUES))
    rows.append((FieldType.DATE, TargetType.DATE, automatic, DAYS))
    rows.append((FieldType.DATETIME, TargetType.DATETIME, automatic, MOMENTS))
    return rows


def test_every_pair_of_types_that_may_return_is_tried():
    """What `directions` lets travel both ways is what the property below proves."""
    lead, tried = Entity.LEAD, {(source, target, form) for source, target, form, _ in there_and_back()}
    both = {
        (source, target, form)
        for source in FieldType
        for target in TargetType
        for form in Form
        if (one := pair(source, target, form=form)) and accepts(one.source, target, form)
        if Direction.BOTH in directions(lead, one.source, one.target, one.choice)
    }
    documented = {(s, t, f) for s, t, f in both if f is Form.AUTOMATIC and forms(pair(s, t).source)[0] is not f}
    assert both - documented - {(FieldType.MONEY, t, f) for t in TargetType for f in Form} <= tried


@pytest.mark.parametrize(("source", "target", "form", "values"), there_and_back())
@given(data=st.data())
def test_a_value_that_goes_there_comes_back(source, target, form, values, data):
    mapping = pair(source, target, form=form)
    value = data.draw(values)
    sent = to_marketo(mapping, value)
    back = to_dynamics(mapping, sent)
    assert back == (clean(value) if source in {FieldType.STRING, FieldType.MEMO} else value)
    assert same(sent, to_marketo(mapping, back)), "and there again it changes nothing"


@given(st.sampled_from(list(FieldType)), st.sampled_from(list(TargetType)), st.sampled_from(list(Form)))
def test_nothing_stays_nothing_both_ways(source, target, form):
    mapping = pair(source, target, form=form)
    assert to_marketo(mapping, None) is None
    assert to_dynamics(mapping, None) is None


@given(st.text(st.characters(), max_size=600), st.integers(1, 255))
def test_trimmed_text_fits_and_is_a_beginning(text, length):
    sent = to_marketo(pair(FieldType.STRING, TargetType.STRING, length, too_long=TooLong.TRIM), text)
    assert sent is None or len(sent) <= length
    assert (clean(text) or "").startswith(sent or "")


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("ab\u0301c", 2, "a"),
        ("ab\u0301c", 3, "ab\u0301"),
        ("a\U0001f468\u200d\U0001f469\u200d\U0001f467", 4, "a"),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 3, "\U0001f1e9\U0001f1ea"),
        ("a\U0001f44d\U0001f3fd", 2, "a"),
        ("one two", 4, "one"),
        ("\u1112\u1161\u11ab\u1112", 2, None),
    ],
)
def test_text_is_cut_between_visible_characters(text, length, kept):
    assert to_marketo(pair(FieldType.STRING, TargetType.STRING, length, too_long=TooLong.TRIM), text) == kept


def test_text_areas_are_cut_by_bytes_and_addresses_never():
    area = pair(FieldType.MEMO, TargetType.TEXT, None, too_long=TooLong.TRIM)
    sent = to_marketo(area, "é" * 15_000 + "\U0001f600")
    assert len(sent.encode()) == 30_000
    address = f"{'a' * 300}@contoso.com"
    email = pair(FieldType.STRING, TargetType.EMAIL, 255, too_long=TooLong.TRIM)
    assert to_marketo(email, address) == address
    assert misfit(email, address)


@pytest.mark.parametrize(
    ("source", "target", "form", "value"),
    [
        (FieldType.PICKLIST, TargetType.STRING, Form.LABEL, "No such label"),
        (FieldType.PICKLIST, TargetType.STRING, Form.VALUE, "77"),
        (FieldType.MULTISELECT, TargetType.STRING, Form.LABEL, "Web;No such label"),
        (FieldType.INTEGER, TargetType.STRING, Form.AUTOMATIC, "a few"),
        (FieldType.INTEGER, TargetType.FLOAT, Form.AUTOMATIC, 7.5),
        (FieldType.DOUBLE, TargetType.STRING, Form.AUTOMATIC, "nan"),
        (FieldType.DATE, TargetType.DATE, Form.AUTOMATIC, "yesterday"),
        (FieldType.DATETIME, TargetType.DATETIME, Form.AUTOMATIC, "0001-01-01T00:00:00+14:00"),
        (FieldType.BOOLEAN, TargetType.BOOLEAN, Form.VALUE, "yes"),
        (FieldType.LOOKUP, TargetType.STRING, Form.NAME, "Contoso"),
    ],
)
def test_what_means_nothing_to_dynamics_is_refused(source, target, form, value):
    with pytest.raises(NotConvertible):
        to_dynamics(pair(source, target, form=form), value)


def test_the_forms_of_a_value():
    assert to_marketo(pair(FieldType.LOOKUP, TargetType.STRING), "5b0f", "Contoso") == "Contoso"
    assert to_marketo(pair(FieldType.LOOKUP, TargetType.STRING, form=Form.ID), "5b0f", "Contoso") == "5b0f"
    assert to_marketo(pair(FieldType.BOOLEAN, TargetType.STRING, form=Form.LABEL), True) == "Web"
    assert to_marketo(pair(FieldType.PICKLIST, TargetType.INTEGER, form=Form.VALUE), 3) == 3
    assert to_dynamics(pair(FieldType.PICKLIST, TargetType.STRING), "FAIR ") == 192_350_000
    assert to_dynamics(pair(FieldType.DATETIME, TargetType.DATETIME), "2026-03-01T12:00:00+0200") == (
        "2026-03-01T10:00:00Z"
    )

"""The tables of findings: complete, plain, and each one usable."""

from __future__ import annotations

import re

import pytest

from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings import dataverse, entra, marketo, network, rights
from dynsync_gui.domain.findings.marketo import problem_of

AADSTS = """50126 50034 51004 50020 50053 50055 50144 50056 50057 50076 50079 50072 50074 50078 50158 53000 53001 53002
53003 530034 530035 530032 65001 65004 65002 650057 650052 500011 700016 7000112 7000215 7000222 7000218 700025 700027
50011 50194 9001023 90002 90019 90038 90072 90094 90095 50105 50128 50059 50173 50132 50133 70008 700082 70043 70011
70016 70019 50196 90055 90033 90006 80001 80002 80012 50131 50097 50005 500021 500212 500213"""
EVERY = [
    *((str(code), finding) for code, finding in entra.ENTRA.items()),
    *dataverse.DATAVERSE.items(),
    *marketo.MARKETO.items(),
    *network.NETWORK.items(),
    *(("right", finding) for finding in rights.EVERY),
    ("federated", entra.FEDERATED),
    ("unknown entra", entra.UNKNOWN),
    ("unknown dataverse", dataverse.UNKNOWN),
    ("unknown marketo", marketo.UNKNOWN),
]
AVOIDED = re.compile(r"\b(error|invalid|failed to|please|token|json|http|null)\b", re.IGNORECASE)


def test_every_documented_sign_in_code_has_words() -> None:
    assert set(entra.ENTRA) == {int(code) for code in AADSTS.split()}
    assert len(dataverse.DATAVERSE) >= 20
    assert len(marketo.MARKETO) >= 25


@pytest.mark.parametrize(("code", "finding"), EVERY)
def test_words_are_plain(code: str, finding: Finding) -> None:
    title, cure = finding.title.text, finding.cure.text
    assert title
    assert cure, code
    assert title.endswith("."), title
    assert cure.endswith((".", "com.")), cure
    assert not AVOIDED.search(re.sub(r"https?://\S+", "", f"{title} {cure}")), f"{title} {cure}"
    assert not re.search(r"\d{4,}", re.sub(r"https?://\S+", "", title)), "codes belong in the details"


@pytest.mark.parametrize(
    ("code", "message", "field"),
    [
        ("1003", "Invalid value for field 'email' and value 'it's 'odd''", "email"),
        ("1003", "Value for lookup field 'dynamicsId' not found", "dynamicsId"),
        ("1006", "Field 'ms_x' not found", "ms_x"),
        ("1006", "Field ‘ms_x' not found", "ms_x"),
        ("1004", "Lead not found", ""),
        ("1003", "Invalid data", ""),
    ],
)
def test_the_field_of_a_reason(code: str, message: str, field: str) -> None:
    finding, named = problem_of(code, message)
    assert named == field
    assert str(finding.title)
    if code == "1003" and field:
        assert field in str(finding.title)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1003", "Value for required field 'name' not specified"),
        ("1003", "Value for field 'name' is required"),
        ("1001", "Field 'name' cannot be null"),
        ("701", "field 'name' cannot be blank"),
    ],
)
def test_nothing_is_said_to_stand_where_a_value_lacks(code: str, message: str) -> None:
    finding, named = problem_of(code, message)
    assert (str(finding.title), named) == ("Marketo wants a value in “name”, and this record has none.", "name")


@pytest.mark.parametrize(
    ("code", "retry"),
    [("1003", "when-changed"), ("1007", "decision"), ("713", "next-run"), ("719", "next-run"), ("718", "after-parent")],
)
def test_when_a_problem_is_tried_again(code: str, retry: str) -> None:
    assert problem_of(code, "")[0].retry is Retry(retry)


def test_an_unknown_reason_is_not_hidden() -> None:
    assert "“their words”" in str(problem_of("4242", "their\nwords")[0].title)
    assert problem_of("4242", "") == (marketo.UNKNOWN, "")

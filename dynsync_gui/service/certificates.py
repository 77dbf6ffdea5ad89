"""A certificate as a readable text and as JSON, in private files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dynsync_gui.domain.certificate import Certificate, EntityCount
from dynsync_gui.domain.report import Difference
from dynsync_gui.domain.table_words import RECORDS
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.system.logging import escape
from dynsync_gui.system.whole_file import write_parts


def write_certificate(path: Path, certificate: Certificate, differences: Iterable[Difference]) -> None:
    """Keep it as text, and beside it as JSON.

    Args:
        path: The text's.
        certificate: What came of the comparison.
        differences: All of them, however many; gone through more than once.

    Raises:
        SettingsError: A file cannot be written.
    """
    write_parts(path, (f"{line}\n".encode() for line in _lines(certificate, differences, 0)))
    write_parts(path.with_suffix(".json"), (part.encode() for part in _document(certificate, differences)))


def certificate_document(certificate: Certificate) -> dict[str, Any]:
    """The certificate as plain data."""
    rows = [_row(one) for one in certificate.differences]
    return {**_numbers(certificate), "differences": rows, "unlisted": certificate.unlisted}


def _document(certificate: Certificate, differences: Iterable[Difference]) -> Iterator[str]:
    """The same with all differences, a line each."""
    yield json.dumps(_numbers(certificate), indent=2).removesuffix("\n}")
    yield ',\n  "differences": ['
    for place, one in enumerate(differences):
        yield f"{',' * bool(place)}\n    {json.dumps(_row(one))}"
    yield '\n  ],\n  "unlisted": 0\n}'


def _row(one: Difference) -> dict[str, Any]:
    return {
        "entity": one.entity.value,
        "id": one.id,
        "field": one.field,
        "reason": str(one.reason),
        "explained": one.explained,
        "by_rule": one.by_rule,
    }


def _numbers(certificate: Certificate) -> dict[str, Any]:
    return {
        "at": certificate.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "dynamics": certificate.dynamics,
        "marketo": certificate.marketo,
        "sample": certificate.sample,
        "not_looked_at": tr("people and other records that only Marketo has"),
        "holds": certificate.holds,
        "entities": [
            {
                "entity": one.entity.value,
                "looked_at": one.looked_at,
                "equal": one.equal,
                "by_rule": one.kept,
                "different": one.different,
                "unexplained": one.unexplained,
                "skipped": one.skipped,
            }
            for one in certificate.counts
        ],
    }


def certificate_text(certificate: Certificate) -> str:
    """The certificate in words."""
    return "\n".join(_lines(certificate, certificate.differences, certificate.unlisted)) + "\n"


def _lines(certificate: Certificate, differences: Iterable[Difference], unlisted: int) -> Iterator[str]:
    yield from (
        tr("Comparison of both sides, {time} UTC", time=certificate.at.strftime("%Y-%m-%d %H:%M:%S")),
        f"Dynamics: {escape(certificate.dynamics)}",
        f"Marketo: {escape(certificate.marketo)}",
        tr("A sample of at most {n} records of each table, chosen at random.", n=certificate.sample)
        if certificate.sample
        else tr("All records of every table that is synced."),
        tr("Not looked at: people and other records that only Marketo has."),
        "",
    )
    yield from (_counted(one) for one in certificate.counts)
    for title, kind in (
        (tr("Differences without a known reason:"), (False, False)),
        (tr("Differences that the sync knows:"), (True, False)),
        (tr("Differences by a rule, which stay:"), (True, True)),
    ):
        found = (_line(one) for one in differences if (one.explained, one.by_rule) == kind)
        for first in found:
            yield from ("", title, first)
            yield from found
    if unlisted:
        yield from ("", ntr("and {n} more", "and {n} more", unlisted))
    yield from ("", result_text(certificate))


def result_text(certificate: Certificate) -> str:
    """The outcome in one sentence."""
    wrong = sum(one.unexplained for one in certificate.counts)
    equal = sum(one.equal for one in certificate.counts)
    if not wrong:
        return tr("Both sides agree: {n} records are equal, and every difference has its reason.", n=number(equal))
    return ntr(
        "{n} record differs without a known reason.", "{n} records differ without a known reason.", wrong
    )  # fmt: skip


def _counted(one: EntityCount) -> str:
    return tr(
        "{entity}: {looked} compared, {equal} equal in every field, {kept} equal but for fields that differ by a rule, "
        "{different} different, of these {unexplained} without a known reason, {skipped} left out by a rule",
        entity=RECORDS[one.entity],
        looked=one.looked_at,
        equal=one.equal,
        kept=one.kept,
        different=one.different,
        unexplained=one.unexplained,
        skipped=one.skipped,
    )


def _line(one: Difference) -> str:
    what = " ".join(part for part in (one.entity.value, one.id, one.field) if part)
    return escape(f"  {what}: {one.reason}" if one.by_rule else f"  {what} {one.reason}")

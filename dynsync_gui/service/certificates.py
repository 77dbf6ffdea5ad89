"""A certificate as a readable text and as JSON, in private files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dynsync_gui.domain.certificate import Certificate, EntityCount
from dynsync_gui.domain.report import Difference
from dynsync_gui.domain.table_words import RECORDS
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.system.logging import escape
from dynsync_gui.system.whole_file import write_whole


def write_certificate(path: Path, certificate: Certificate) -> None:
    """Keep it as text, and beside it as JSON.

    Raises:
        SettingsError: A file cannot be written.
    """
    write_whole(path, certificate_text(certificate).encode())
    document = json.dumps(certificate_document(certificate), indent=2)
    write_whole(path.with_suffix(".json"), document.encode())


def certificate_document(certificate: Certificate) -> dict[str, Any]:
    """The certificate as plain data."""
    return {
        "at": certificate.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "dynamics": certificate.dynamics,
        "marketo": certificate.marketo,
        "sample": certificate.sample,
        "holds": certificate.holds,
        "entities": [
            {
                "entity": one.entity.value,
                "looked_at": one.looked_at,
                "equal": one.equal,
                "different": one.different,
                "unexplained": one.unexplained,
                "skipped": one.skipped,
            }
            for one in certificate.counts
        ],
        "differences": [
            {
                "entity": one.entity.value,
                "id": one.id,
                "field": one.field,
                "reason": str(one.reason),
                "explained": one.explained,
            }
            for one in certificate.differences
        ],
        "unlisted": certificate.unlisted,
    }


def certificate_text(certificate: Certificate) -> str:
    """The certificate in words."""
    lines = [
        tr("Comparison of both sides, {time} UTC", time=certificate.at.strftime("%Y-%m-%d %H:%M:%S")),
        f"Dynamics: {escape(certificate.dynamics)}",
        f"Marketo: {escape(certificate.marketo)}",
        tr("A sample of at most {n} records of each table, chosen at random.", n=certificate.sample)
        if certificate.sample
        else tr("All records of every table that is synced."),
        "",
    ]
    lines += [_counted(one) for one in certificate.counts]
    unexplained = [one for one in certificate.differences if not one.explained]
    explained = [one for one in certificate.differences if one.explained]
    for title, found in (
        (tr("Differences without a known reason:"), unexplained),
        (tr("Differences that the sync knows:"), explained),
    ):
        if found:
            lines += ["", title, *(_line(one) for one in found)]
    if certificate.unlisted:
        lines += ["", ntr("and {n} more", "and {n} more", certificate.unlisted)]
    lines += ["", result_text(certificate)]
    return "\n".join(lines) + "\n"


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
        "{entity}: {looked} compared, {equal} equal in every field, {different} different, of these {unexplained} "
        "without a known reason, {skipped} left out by a rule",
        entity=RECORDS[one.entity],
        looked=one.looked_at,
        equal=one.equal,
        different=one.different,
        unexplained=one.unexplained,
        skipped=one.skipped,
    )


def _line(one: Difference) -> str:
    return escape("  " + " ".join(part for part in (one.entity.value, one.id, one.field, str(one.reason)) if part))

"""What a fit check found, as a document and as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.cli.tables import shortened
from dynsync_gui.domain.fit import FitCure, FitReason, FitReport, Misfit
from dynsync_gui.domain.text import Message, msg, ntr, number, tr
from dynsync_gui.system.logging import escape

_REASONS: Mapping[FitReason, Message] = {
    FitReason.TOO_LONG: msg("longer than the Marketo field"),
    FitReason.TOO_MANY_BYTES: msg("too large for the Marketo field"),
    FitReason.NO_EMAIL: msg("no e-mail address that Marketo takes"),
    FitReason.DATE_RANGE: msg("a date that Marketo does not take"),
    FitReason.NUMBER_RANGE: msg("a number that Marketo does not take"),
    FitReason.NO_LABEL: msg("a choice without a label"),
    FitReason.LINE_BREAKS: msg("line breaks, which this field does not keep"),
    FitReason.NOT_ASCII: msg("characters that this field does not keep"),
}
_CURES: Mapping[FitCure, Message] = {
    FitCure.OTHER_TARGET: msg("choose another Marketo field"),
    FitCure.TRIM: msg("let longer text be cut"),
    FitCure.LEAVE_OUT: msg("leave these values out"),
    FitCure.SKIP: msg("do not sync the field"),
}


def fit_document(report: FitReport) -> dict[str, Any]:
    """The document of ``fit``, and of the fit check in ``plan``."""
    return {
        "rows": {entity.value: count for entity, count in report.rows.items()},
        "complete": report.complete,
        "misfits": [
            {
                "entity": misfit.entity.value,
                "field": misfit.field,
                "target": misfit.target,
                "reason": misfit.reason.value,
                "count": misfit.count,
                "examples": [{"id": one.id, "name": one.name, "value": one.value} for one in misfit.examples],
                "cures": [cure.value for cure in misfit.cures],
            }
            for misfit in report.misfits
        ],
    }


def fit_text(report: FitReport) -> str:
    """Each finding with its cures and examples."""
    return "\n".join([fit_summary(report), *(line for misfit in report.misfits for line in _lines(misfit))])


def fit_summary(report: FitReport) -> str:
    """The whole check in one sentence."""
    of = ntr("{n} record read", "{n} records read", sum(report.rows.values()))
    whole = tr("all of them") if report.complete else tr("a sample")
    count = sum(misfit.count for misfit in report.misfits)
    if not count:
        return tr("Every value fits ({read}, {whole}).", read=of, whole=whole)
    told = ntr("{n} value does not fit", "{n} values do not fit", count)
    where = ntr("in {n} field", "in {n} fields", len({(misfit.entity, misfit.field) for misfit in report.misfits}))
    return tr("{told} {where} ({read}, {whole}).", told=told, where=where, read=of, whole=whole)


def _lines(misfit: Misfit) -> list[str]:
    cures = ", ".join(str(_CURES[cure]) for cure in misfit.cures)
    head = f"{misfit.entity} {misfit.field} -> {misfit.target}: {number(misfit.count)} × {_REASONS[misfit.reason]}"
    shown = [f"    {one.id}  {escape(one.name)}: {shortened(escape(one.value), 60)}" for one in misfit.examples]
    return [head, f"    {tr('What helps: {cures}.', cures=cures)}", *shown]

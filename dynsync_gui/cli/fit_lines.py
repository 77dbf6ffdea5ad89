"""What a fit check found, as a document and as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.cli.tables import shortened
from dynsync_gui.domain.fit import FitCure, FitReport, Misfit
from dynsync_gui.domain.fit_words import reason_words, summary
from dynsync_gui.domain.text import Message, msg, tr
from dynsync_gui.system.logging import escape

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
                "outcome": misfit.outcome.value,
                "count": misfit.count,
                "examples": [{"id": one.id, "name": one.name, "value": one.value} for one in misfit.examples],
                "cures": [cure.value for cure in misfit.cures],
            }
            for misfit in report.misfits
        ],
    }


def fit_text(report: FitReport) -> str:
    """Each finding with its cures and examples."""
    return "\n".join([summary(report), *(line for misfit in report.misfits for line in _lines(misfit))])


def _lines(misfit: Misfit) -> list[str]:
    head = f"{misfit.entity} {misfit.field} -> {misfit.target}: {reason_words(misfit)}"
    cures = ", ".join(str(_CURES[cure]) for cure in misfit.cures)
    helps = [f"    {tr('What helps: {cures}.', cures=cures)}"] if cures else []
    shown = [f"    {one.id}  {escape(one.name)}: {shortened(escape(one.value), 60)}" for one in misfit.examples]
    return [head, *helps, *shown]

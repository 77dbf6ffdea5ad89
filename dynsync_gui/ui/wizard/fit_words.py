"""What a fit check found, a line for each finding."""

from __future__ import annotations

from dynsync_gui.domain.fit import FitReport
from dynsync_gui.domain.fit_words import reason_words
from dynsync_gui.ui.words import entity_name


def details(report: FitReport) -> str:
    """A line for each finding."""
    return "\n".join(
        f"{entity_name(misfit.entity)}, {misfit.field} → {misfit.target}: {reason_words(misfit)}"
        for misfit in report.misfits
    )

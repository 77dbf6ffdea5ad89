"""The verb ``fit``: which values Marketo would refuse or change, found before anything is written."""

from __future__ import annotations

from dynsync_gui.cli.commands import Call, reach
from dynsync_gui.cli.fit_lines import fit_document, fit_text
from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.events import FitChecked


def fit(call: Call) -> ExitStatus:
    """Check a sample, or all records."""
    session, settings, secrets = reach(call)
    try:
        job = session.service.check_fit(settings, secrets, everything=call.options.everything)
        report = session.expect(job, FitChecked).report
    finally:
        session.close()
    call.output.answer(fit_document(report), fit_text(report))
    return ExitStatus.PROBLEMS if report.surprises else ExitStatus.DONE

"""``dynsync reconcile``: both sides compared, and the certificate kept."""

from __future__ import annotations

from dynsync_gui.cli.commands import Call, reach
from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.events import Reconciled
from dynsync_gui.domain.text import tr
from dynsync_gui.service.certificates import certificate_document, certificate_text


def reconcile(call: Call) -> ExitStatus:
    """Compare both sides now; status 1 where a difference is left without a known reason."""
    session, _, _ = reach(call, rehearse=False)
    try:
        ended = session.expect(session.service.records.reconcile(call.options.sample), Reconciled)
    finally:
        session.close()
    call.output.note(tr("The certificate was kept in {file}.", file=str(ended.path)))
    document = {**certificate_document(ended.certificate), "file": str(ended.path)}
    call.output.answer(document, certificate_text(ended.certificate))
    return ExitStatus.DONE if ended.certificate.holds else ExitStatus.PROBLEMS

"""``dynsync problems``: list them, tell all about one, send them again."""

from __future__ import annotations

from dynsync_gui.cli import documents, render
from dynsync_gui.cli.commands import Call, reach, say_run
from dynsync_gui.cli.options import ProblemsAction
from dynsync_gui.domain.errors import ExitStatus, settings_error
from dynsync_gui.domain.events import ProblemsRead, ProfileRead, RunEnded
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.system.logging import escape


def problems(call: Call) -> ExitStatus:
    """Do what was asked for with the records that were set aside."""
    match call.options.problem:
        case ProblemsAction.SHOW:
            return _show(call)
        case ProblemsAction.RETRY | ProblemsAction.WITHOUT:
            return _send(call)
        case _:
            return _list(call)


def _list(call: Call) -> ExitStatus:
    session = call.open()
    try:
        session.expect(session.service.read_profile(), ProfileRead)
        csv = call.options.csv
        job = session.service.export_problems(csv) if csv else session.service.read_problems()
        found = session.expect(job, ProblemsRead).problems
    finally:
        session.close()
    call.output.answer(documents.problems_document(found), render.problems_text(found))
    return ExitStatus.DONE


def _show(call: Call) -> ExitStatus:
    session = call.open()
    try:
        session.expect(session.service.read_profile(), ProfileRead)
        listed = session.expect(session.service.read_problems(), ProblemsRead).problems
    finally:
        session.close()
    found = [one for one in listed if one.id == call.options.asked.strip("{}").lower()]
    if not found:
        raise settings_error(
            msg("No record of this id is set aside or worth a look."),
            msg("Look at the list of problems, and name an id that it shows."),
            code="not-aside",
        )
    call.output.answer(documents.problems_document(found), "\n\n".join(map(_text, found)))
    return ExitStatus.DONE


def _send(call: Call) -> ExitStatus:
    """Put them back in line, whole or without what Marketo refuses, and make one run."""
    ids = () if call.options.everything else (call.options.asked.strip("{}").lower(),)
    session, _, _ = reach(call, rehearse=False)
    try:
        records = session.service.records
        whole = call.options.problem is ProblemsAction.RETRY
        session.expect(records.retry(ids) if whole else records.withhold(ids), ProblemsRead)
        ended = session.expect(session.service.go_on(), RunEnded)
    finally:
        session.close()
    return say_run(call, ended)


def _text(one: Problem) -> str:
    lines = [
        f"{one.name or tr('(no name)')} · {one.entity.value} {one.id}",
        str(one.title),
        str(one.cure),
        tr("Field: {field}", field=one.field) if one.field else "",
        tr("Since: {time}", time=f"{one.since:%Y-%m-%d %H:%M} UTC"),
        f"({one.code}: {one.detail})" if one.detail else f"({one.code})",
    ]
    return "\n".join(escape(line) for line in lines if line)

"""``dynsync why``: the chain of one record, as text and as a document."""

from __future__ import annotations

from typing import Any

from dynsync_gui.cli.commands import Call, reach
from dynsync_gui.cli.documents import instant
from dynsync_gui.cli.tables import aligned, shortened
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.events import Explained
from dynsync_gui.domain.explain import Answer, Explanation, FieldView
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.system.logging import escape

_STATES = {
    CheckState.PASSED: msg("passed"),
    CheckState.ATTENTION: msg("look"),
    CheckState.FAILED: msg("stopped"),
}
_LONGEST = 40


def why(call: Call) -> ExitStatus:
    """Say why a record is not, or not so, in Marketo; status 1 where anything is to be done."""
    session, _, _ = reach(call, rehearse=False)
    try:
        answer = session.expect(session.service.records.why(call.options.asked), Explained).answer
    finally:
        session.close()
    call.output.answer(why_document(answer), why_text(answer))
    return ExitStatus.DONE if all(one.in_step for one in answer.explanations) else ExitStatus.PROBLEMS


def why_document(answer: Answer) -> dict[str, Any]:
    """The document of ``why``."""
    return {"asked": answer.asked, "records": [_record(one) for one in answer.explanations]}


def _record(one: Explanation) -> dict[str, Any]:
    return {
        "entity": one.entity.value if one.entity is not None else None,
        "id": one.id,
        "name": one.name,
        "marketo_id": one.person,
        "cause": one.cause.value,
        "reason": str(one.verdict),
        "cure": str(one.cure),
        "sent": instant(one.sent),
        "steps": [
            {
                "id": step.id,
                "state": step.state.value,
                "title": str(step.title),
                "finding": str(step.finding),
                "cure": str(step.cure),
                "code": step.code,
                "detail": step.detail,
            }
            for step in one.steps
        ],
        "fields": [_field(view) for view in one.fields],
    }


def _field(view: FieldView) -> dict[str, Any]:
    return {
        "source": view.source,
        "target": view.target,
        "dynamics": view.dynamics,
        "sent": view.sent,
        "marketo": view.marketo,
        "equal": view.equal,
        "winner": view.winner.value,
        "rule": str(view.rule),
        "cause": view.cause.value if view.cause is not None else None,
        "finding": str(view.finding),
    }


def why_text(answer: Answer) -> str:
    """The chains, one below the other, each ending in its reason."""
    return "\n\n".join(_text(one) for one in answer.explanations)


def _text(one: Explanation) -> str:
    name = one.name or tr("(no name)")
    lines = [escape(f"{name} · {one.entity.value} {one.id}")] if one.entity is not None else []
    rows = [[str(_STATES[step.state]), str(step.title), escape(str(step.finding))] for step in one.steps]
    lines.append(aligned(rows, indent="  "))
    different = [view for view in one.fields if not view.equal]
    if different:
        head = [tr("field"), tr("in Dynamics"), tr("sent"), tr("in Marketo"), ""]
        table = [head, *(_cells(view) for view in different)]
        lines.append(aligned(table, indent="  "))
    lines.append(tr("Reason: {why}", why=escape(str(one.verdict))))
    if one.cure:
        lines.append(tr("Next: {what}", what=escape(str(one.cure))))
    return "\n".join(lines)


def _cells(view: FieldView) -> list[str]:
    values = (view.dynamics, "?" if view.sent is None else view.sent, view.marketo)
    shown = (shortened(escape(value), _LONGEST) for value in values)
    return [view.target, *shown, f"{view.finding} {view.rule}"]

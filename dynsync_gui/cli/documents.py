"""The JSON documents of the command line. Their shapes are a contract: keys may be added, never renamed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from dynsync_gui.cli.field_lines import FieldLine
from dynsync_gui.cli.hints import cure_here
from dynsync_gui.domain.checks import Check, CheckState, IdentityCard, SystemIdentity
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.errors import DynSyncError, GuardStop
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.guards import CODE as IDENTITY
from dynsync_gui.domain.letter import Letter
from dynsync_gui.domain.mapping import ChoiceProblem
from dynsync_gui.domain.plan import BackFill, EntityPlan, Plan
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.report import Problem, Proof, RunReport, Status
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.text import msg

Document = dict[str, Any]


def instant(time: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second, ending in Z; None stays None."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def plan_document(plan: Plan) -> Document:
    """The document of ``plan``."""
    return {
        "entities": [_entity_plan(entity) for entity in plan.entities],
        "duplicates": plan.duplicates,
        "new_fields": [{"name": new.name, "label": new.label, "type": new.type.value} for new in plan.new_fields],
        "new_objects": [
            {"name": one.name, "label": one.label, "attributes": one.attributes, "more": one.more}
            for one in plan.new_objects
        ],
        "calls": plan.calls,
        "minutes": round(plan.minutes, 1),
        "calls_today": plan.calls_today,
        "daily_calls": plan.daily_calls,
        "by_file": plan.by_file,
        "single_calls": plan.single_calls,
    }


def _entity_plan(entity: EntityPlan) -> Document:
    numbers = ("read", "create", "update", "unchanged", "filtered", "attention", "folded")
    return {"entity": entity.entity.value, **{name: getattr(entity, name) for name in numbers}}


def run_document(report: RunReport) -> Document:
    """One entry of ``runs``, and the document of ``sync`` and ``setup --start``."""
    numbers = ("read", "acknowledged", "outbox", "problems", "unchanged", "skipped", "calls", "cut", "left_out")
    return {
        "id": report.id,
        "started": instant(report.started),
        "ended": instant(report.ended),
        "kind": report.kind.value,
        "state": report.state.value,
        **{name: getattr(report, name) for name in numbers},
    }


def status_document(status: Status) -> Document:
    """The document of ``status``."""
    return {
        "state": status.state,
        "runs": [run_document(report) for report in status.runs],
        "next_run": instant(status.next_run),
        "guard": status.guard.detail if status.guard is not None else None,
    }


def problems_document(problems: Iterable[Problem]) -> Document:
    """The document of ``problems``: records set aside, and beside them those that are in step but worth a look."""
    document: Document = {"problems": [], "notices": []}
    for problem in problems:
        document["problems" if problem.aside else "notices"].append(_problem(problem))
    return document


def _problem(problem: Problem) -> Document:
    return {
        "entity": problem.entity.value,
        "id": problem.id,
        "name": problem.name,
        "field": problem.field,
        "code": problem.code,
        "title": str(problem.title),
        "cure": str(problem.cure),
        "since": instant(problem.since),
        "retry": problem.retry.value,
        "detail": problem.detail,
    }


def check_document(checks: Iterable[Check], card: IdentityCard | None = None) -> Document:
    """The document of ``check``, and of a ``setup`` that did not start."""
    document: Document = {"checks": [_check(check) for check in checks]}
    if card is not None:
        document["card"] = {"dynamics": _identity(card.dynamics), "marketo": _identity(card.marketo)}
    return document


def letter_document(written: Letter | None) -> Document | None:
    """The letter to a colleague; null where there is nothing for them to do."""
    if written is None:
        return None
    return {"owner": written.owner.value, "subject": written.subject, "body": written.body}


def _check(check: Check) -> Document:
    return {
        "id": check.id,
        "system": check.system.value,
        "state": check.state.value,
        "title": str(check.title),
        "finding": str(check.finding),
        "cure": cure_here(check.cure),
        "owner": check.owner.value,
        "code": check.code,
        "ids": dict(check.ids),
        "detail": check.detail,
        "seconds": round(check.seconds, 2),
    }


def _identity(identity: SystemIdentity) -> Document:
    return {
        "id": identity.id,
        "name": identity.name,
        "address": identity.address,
        "kind": identity.kind.value,
        "counts": dict(identity.counts),
        "familiar": list(identity.familiar),
    }


def check_of_error(error: DynSyncError) -> Check:
    """What stopped a set-up after its checks, as one more check."""
    guard = isinstance(error, GuardStop)
    from_marketo = "marketo" in error.code.casefold() or error.finding in MARKETO.values()
    return Check(
        id="guard" if guard else "connection",
        system=System.DYNAMICS if error.code.startswith(IDENTITY) or not (guard or from_marketo) else System.MARKETO,
        state=CheckState.ATTENTION if guard else CheckState.FAILED,
        title=msg("Sync"),
        finding=error.finding.title,
        cure=error.finding.cure,
        owner=error.finding.owner,
        code=error.code,
        ids=error.ids,
        detail=error.detail,
    )


def tables_document(tables: Sequence[RelatedTable], synced: Collection[str]) -> Document:
    """The document of ``fields tables``."""
    return {
        "tables": [
            {
                "entity": table.entity.value,
                "label": table.label,
                "belongs_to": [entity.value for entity in table.hangs_on],
                "synced": table.entity.value in synced,
            }
            for table in tables
        ]
    }


def fields_document(lines: Sequence[FieldLine], problems: Sequence[ChoiceProblem] = ()) -> Document:
    """The document of ``fields``."""
    return {
        "fields": [
            {
                "entity": line.entity.value,
                "name": line.offer.field.name,
                "label": line.offer.field.label,
                "type": line.offer.field.type.value,
                "selected": line.selected,
                "target": line.target,
                "target_label": line.target_label,
                "new": line.new,
                "direction": line.direction,
                "sentence": str(line.sentence),
                "required": line.offer.field.required,
                "reason": str(line.offer.reason),
                "note": str(line.offer.note),
            }
            for line in lines
        ],
        "problems": [
            {
                "entity": problem.entity.value,
                "field": problem.field,
                "title": str(problem.title),
                "cure": str(problem.cure),
                "blocking": problem.blocking,
            }
            for problem in problems
        ],
    }


def back_fill_document(back_fills: Sequence[BackFill]) -> Document:
    """What a changed choice will send once more, as a part of a document."""
    return {
        "back_fills": [
            {
                "entity": one.entity.value,
                "fields": list(one.fields),
                "records": one.records,
                "calls": one.calls,
                "since": one.since.isoformat() if one.since else "",
            }
            for one in back_fills
        ]
    }


def history_document(versions: Sequence[ChoiceVersion]) -> Document:
    """The document of ``fields history``."""
    return {
        "versions": [
            {
                "number": version.number,
                "at": version.at.isoformat(),
                "who": version.who,
                "changes": [str(change) for change in version.changes],
            }
            for version in versions
        ]
    }


def proof_document(proof: Proof) -> Document:
    """Both sides compared."""
    return {
        "holds": proof.holds,
        "eligible": proof.eligible,
        "found_once": proof.found_once,
        "equal": proof.equal,
        "by_rule": proof.kept,
        "skipped": proof.skipped,
        "problems": proof.problems,
        "differences": [
            {
                "entity": each.entity.value,
                "id": each.id,
                "reason": str(each.reason),
                "field": each.field,
                "explained": each.explained,
                "by_rule": each.by_rule,
            }
            for each in proof.differences
        ],
    }


def error_document(error: DynSyncError) -> Document:
    """What stopped a verb."""
    return {
        "error": {
            "code": error.code,
            "title": str(error.finding.title),
            "cure": cure_here(error.finding.cure),
            "owner": error.finding.owner.value,
            "detail": error.detail,
            "ids": dict(error.ids),
        }
    }

"""People's text for what the service found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from dynsync_gui.cli.field_lines import FieldLine
from dynsync_gui.cli.hints import cure_here
from dynsync_gui.cli.tables import aligned, shortened
from dynsync_gui.domain.checks import Check, CheckState, IdentityCard, Owner, SystemIdentity
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.identity_words import KIND_WORDS, counts_told
from dynsync_gui.domain.letter import Letter, colleague
from dynsync_gui.domain.mapping import ChoiceProblem
from dynsync_gui.domain.plan import BackFill, Plan
from dynsync_gui.domain.plan_words import object_told, objects_told
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.report import Problem, Proof, RunReport, RunState, Status
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.table_words import RECORDS
from dynsync_gui.domain.text import msg, msgs, ntr, number, tr
from dynsync_gui.service.letters import run_numbers
from dynsync_gui.system.logging import escape

SYSTEMS = {System.DYNAMICS: "Dynamics", System.MARKETO: "Marketo"}
_STATES = {
    CheckState.PASSED: msg("passed"),
    CheckState.ATTENTION: msg("look"),
    CheckState.FAILED: msg("stopped"),
    CheckState.SKIPPED: msg("skipped"),
    CheckState.PENDING: msg("running"),
}
_RUN_STATES = {
    RunState.READING: msg("reading"),
    RunState.MATCHING: msg("matching"),
    RunState.WRITING: msg("writing"),
    RunState.DONE: msg("done"),
    RunState.STOPPED: msg("stopped, goes on with the next run"),
    RunState.FAILED: msg("stopped, goes on with the next run"),
}
_PROFILE_STATES = {
    "new": msg("Nothing is set up yet."),
    "ready": msg("Everything is in order."),
    "running": msg("A sync is running."),
    "attention": msg("Some records need a look."),
    "interrupted": msg("A sync was interrupted. It goes on with the next run."),
}
_MOST_PROBLEMS = 200
_MOST_DIFFERENCES = 20


def checks_text(checks: Sequence[Check], card: IdentityCard | None = None) -> str:
    """Named checks, with the cure below each that needs one, and the identity card."""
    lines = [check_line(check) for check in checks]
    if card is not None:
        lines += ["", _identity(card.dynamics), _identity(card.marketo)]
    return "\n".join(lines)


def check_line(check: Check) -> str:
    """One check on one line; what to do on a second."""
    said = f"{_STATES[check.state]!s:<8}  {SYSTEMS[check.system]}: {check.title}"
    if check.finding:
        said += f" - {escape(str(check.finding))}"
    if check.cure and check.state in {CheckState.FAILED, CheckState.ATTENTION}:
        said += f"\n{'':10}{escape(cure_here(check.cure))}"
    if check.code and check.state is CheckState.FAILED:
        said += f"\n{'':10}{tr('Code: {code}', code=escape(check.code))}"
    return said


def letter_text(written: Letter | None, owner: Owner) -> str:
    """The letter to a colleague, ready to be sent on."""
    if written is None:
        return tr("There is nothing to ask of the {colleague}.", colleague=str(colleague(owner)))
    lines = [tr("Subject: {subject}", subject=written.subject), "", *map(escape, written.body.splitlines())]
    return "\n".join(lines)


def _identity(identity: SystemIdentity) -> str:
    names = ", ".join(map(escape, identity.familiar))
    familiar = tr("You may know: {names}", names=names) if names else ""
    parts = [escape(identity.name), identity.address, str(KIND_WORDS[identity.kind]), counts_told(identity), familiar]
    return f"{SYSTEMS[identity.system]}: " + " · ".join(dict.fromkeys(part for part in parts if part))


def plan_text(plan: Plan) -> str:
    """The plan as a table, and what stands beside it."""
    head = (tr("read"), tr("created"), tr("updated"), tr("unchanged"), tr("kept out"), tr("folded"), tr("to look at"))
    rows = [["", *head]]
    for entity in plan.entities:
        numbers = (
            entity.read,
            entity.create,
            entity.update,
            entity.unchanged,
            entity.filtered,
            entity.folded,
            entity.attention,
        )
        rows.append([str(RECORDS[entity.entity]), *(number(value) for value in numbers)])
    lines = [aligned(rows, right=range(1, 8)), ""]
    if plan.duplicates:
        lines.append(
            ntr("{n} person shares an e-mail address.", "{n} people share an e-mail address.", plan.duplicates)
        )
    if plan.new_fields:
        names = ", ".join(new.label for new in plan.new_fields)
        made = ntr(
            "{n} field will be created in Marketo. It can be hidden later, not deleted:",
            "{n} fields will be created in Marketo. They can be hidden later, not deleted:",
            len(plan.new_fields),
        )
        lines.append(f"{made} {names}")
    if plan.new_objects:
        lines += [objects_told(plan.new_objects), *(f"  {object_told(one)}" for one in plan.new_objects)]
    calls = ntr("{n} Marketo call", "{n} Marketo calls", plan.calls)
    minutes = ntr("about {n} minute", "about {n} minutes", max(1, round(plan.minutes)))
    lines.append(tr("{calls} of {daily} a day, {minutes}.", calls=calls, daily=plan.daily_calls, minutes=minutes))
    if plan.by_file:
        lines.append(
            ntr(
                "{n} person goes to Marketo in a file, which spares calls ({single} otherwise) and may take longer.",
                "{n} people go to Marketo in files, which spares calls ({single} otherwise) and may take longer.",
                plan.by_file,
                single=plan.single_calls,
            )
        )
    return "\n".join(lines)


def tables_text(tables: Sequence[RelatedTable], synced: Collection[str]) -> str:
    """Own tables that can be synced; those that are, with a tick."""
    if not tables:
        return tr("Dynamics has no own table that belongs to people or accounts.")
    rows = [
        [
            "[x]" if table.entity.value in synced else "[ ]",
            table.entity.value,
            shortened(escape(table.label), 40),
            ", ".join(entity.value for entity in table.hangs_on),
        ]
        for table in tables
    ]
    return aligned([["", tr("name"), tr("label"), tr("belongs to")], *rows])


def fields_text(lines: Sequence[FieldLine], problems: Sequence[ChoiceProblem] = ()) -> str:
    """The fields of each entity, what becomes of them, and what is wrong with the choice."""
    parts = []
    for entity in dict.fromkeys(line.entity for line in lines):
        own = [line for line in lines if line.entity is entity]
        ticked = sum(line.selected for line in own)
        title = tr("{entity}: {ticked} of {all} fields", entity=_records(entity), ticked=ticked, all=len(own))
        table = [
            [
                "[x]" if line.selected else "[ ]",
                shortened(escape(line.offer.field.label), 40),
                line.offer.field.name,
                line.offer.field.type.value,
                _becomes(line),
            ]
            for line in own
        ]
        parts.append(f"{title}\n{aligned(table, indent='  ')}")
    if problems:
        wrong = [f"{problem.entity} {problem.field}: {problem.title} {problem.cure}" for problem in problems]
        parts.append("\n".join([tr("To look at:"), *(f"  {escape(one)}" for one in wrong)]))
    return "\n\n".join(parts)


def history_text(versions: Sequence[ChoiceVersion]) -> str:
    """The versions of the choice, the newest first."""
    lines = []
    for version in reversed(versions):
        lines.append(f"{version.number}  {version.at:%Y-%m-%d %H:%M} UTC  {escape(version.who)}".rstrip())
        lines += [f"    {escape(str(change))}" for change in version.changes]
    return "\n".join(lines) or tr("Nothing was chosen yet.")


def back_fill_lines(back_fills: Sequence[BackFill]) -> list[str]:
    """What a changed choice will send once more."""
    return [
        tr(
            "{table}: at most {records}, {calls}, for {fields}.",
            table=one.entity.value,
            records=msgs("{n} record", "{n} records", one.records),
            calls=msgs("{n} Marketo call", "{n} Marketo calls", one.calls),
            fields=", ".join(one.fields),
        )
        for one in back_fills
    ]


def _records(entity: Entity) -> str:
    return str(RECORDS[entity]) if entity in RECORDS else entity.value


def _becomes(line: FieldLine) -> str:
    if line.offer.reason:
        return str(line.offer.reason)
    if line.offer.is_filter:
        return tr("filter: only No keeps a record out")
    if not line.target:
        return str(line.offer.note)
    place = f"-> {line.target_label}" + (f" ({tr('new')})" if line.new else "")
    return f"{place}  {line.sentence}" if line.selected else place


def run_text(report: RunReport) -> str:
    """One run in numbers."""
    title = tr("Run {id}: {state}", id=str(report.id), state=str(_RUN_STATES[report.state]))
    return "\n".join([title, aligned(run_numbers(report), right=(1,), indent="  "), *map(str, report.by_choice)])


def status_text(status: Status) -> str:
    """How the profile stands, and its last runs."""
    known = _PROFILE_STATES.get(status.state)
    lines = [error_text(status.guard)] if status.guard is not None else [str(known) if known else status.state]
    if status.next_run:
        lines.append(tr("Next run: {time}", time=f"{status.next_run:%Y-%m-%d %H:%M} UTC"))
    if status.runs:
        head = ["", tr("began"), tr("state"), tr("read"), tr("taken"), tr("unchanged"), tr("to look at")]
        rows = [head]
        for report in status.runs[:10]:
            numbers = (report.read, report.acknowledged, report.unchanged, report.problems)
            began = f"{report.started:%Y-%m-%d %H:%M}"
            rows.append([str(report.id), began, str(_RUN_STATES[report.state]), *(number(value) for value in numbers)])
        lines += ["", aligned(rows, right=(0, 3, 4, 5, 6))]
    return "\n".join(lines)


def problems_text(problems: Sequence[Problem]) -> str:
    """What was set aside, then what is in step but worth knowing."""
    aside = [each for each in problems if each.aside]
    notices = [each for each in problems if not each.aside]
    parts = [_by_cause(aside) if aside else tr("No record needs a look.")]
    if notices:
        parts += [f"{tr('Worth knowing')}:", _by_cause(notices)]
    return "\n\n".join(parts)


def _by_cause(problems: Sequence[Problem]) -> str:
    """Problems by cause, then one by one."""
    lines = []
    for (title, cure), count in Counter((str(each.title), str(each.cure)) for each in problems).most_common():
        lines += [f"{number(count)} × {title}", *([f"    {cure}"] if cure else [])]
    rows = [
        [each.entity.value, each.id, shortened(escape(each.name), 30), each.field, shortened(str(each.title), 60)]
        for each in problems[:_MOST_PROBLEMS]
    ]
    lines += ["", aligned(rows)]
    if len(problems) > _MOST_PROBLEMS:
        lines.append(tr("and {more} more; --csv FILE lists all", more=len(problems) - _MOST_PROBLEMS))
    return "\n".join(lines)


def proof_text(proof: Proof) -> str:
    """Both sides compared, in words; what differs by a rule is counted."""
    if proof.holds and proof.kept:
        first = ntr(
            "Proof: the one record that belongs in Marketo is there once, and what differs has its reason.",
            "Proof: all {n} records that belong in Marketo are there once, and what differs has its reason.",
            proof.eligible,
        )
    elif proof.holds:
        first = ntr(
            "Proof: the one record that belongs in Marketo is there once, with equal values.",
            "Proof: all {n} records that belong in Marketo are there once, with equal values.",
            proof.eligible,
        )
    else:
        first = tr(
            "Proof: of {eligible} records that belong in Marketo, {found} are there once "
            "and {equal} have equal values.",
            eligible=proof.eligible,
            found=proof.found_once,
            equal=proof.equal,
        )
    left_out = ntr("{n} was left out by a rule.", "{n} were left out by a rule.", proof.skipped)
    rest = f"{left_out} {ntr('{n} needs a look.', '{n} need a look.', proof.problems)}"
    left = [each for each in proof.differences if not each.by_rule][:_MOST_DIFFERENCES]
    shown = [f"  {each.entity.value} {each.id} {each.field} {each.reason}" for each in left]
    by_rule = [str(proof.by_rule)] if proof.kept else []
    return "\n".join([first, *by_rule, rest, *map(escape, shown)])


def error_text(error: DynSyncError) -> str:
    """What happened and what to do; the code stands at the end."""
    lines = [escape(str(error.finding.title)), escape(cure_here(error.finding.cure))]
    detail = f"{error.code}: {error.detail}" if error.detail else error.code
    return "\n".join([line for line in lines if line] + [f"({escape(detail)})"])

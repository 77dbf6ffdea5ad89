"""The messages that DynSync sends: the test, and the one at the end of a sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from dynsync_gui.domain.report import Problem, Proof, RunReport, RunState
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import ntr, number, tr

_MOST_CAUSES = 10


class Letter(NamedTuple):
    """Subject and plain text of a message, in the language in use when it was written."""

    subject: str
    body: str


def test_message() -> Letter:
    """The message of "Send a test"."""
    return Letter(
        tr("DynSync: a test"),
        _page(
            tr("This message shows that DynSync can reach you."),
            tr("When the first sync is over, its report comes to this address."),
        ),
    )


def end_message(
    report: RunReport,
    proof: Proof | None = None,
    problems: Iterable[Problem] = (),
    settings: Settings | None = None,
) -> Letter:
    """The message at the end of a sync.

    Args:
        report: The run in numbers.
        proof: Both sides compared, where that was done.
        problems: Records set aside.
        settings: Names the two systems, where it is given.
    """
    return Letter(
        _subject(report),
        _page(
            _headline(report),
            _systems(settings),
            _numbers(report),
            "\n".join(map(str, report.by_choice)),
            _proof(proof),
            _causes(problems),
            tr("Open DynSync to see every record that needs a look, and what to do."),
        ),
    )


def _subject(report: RunReport) -> str:
    if report.state is not RunState.DONE:
        return tr("DynSync: the sync stopped before its end")
    if report.problems:
        return ntr(
            "DynSync: the sync is done, {n} record needs a look",
            "DynSync: the sync is done, {n} records need a look",
            report.problems,
        )
    return tr("DynSync: the sync is done")


def _headline(report: RunReport) -> str:
    in_step = report.acknowledged + report.unchanged
    told = ntr("{n} record is in step.", "{n} records are in step.", in_step)
    if report.state is not RunState.DONE:
        return tr("The sync stopped before its end. Nothing is lost: it goes on where it stopped.") + f"\n{told}"
    if not report.problems:
        return told
    return f"{told} " + ntr("{n} needs a look.", "{n} need a look.", report.problems)


def _systems(settings: Settings | None) -> str:
    if settings is None:
        return ""
    return _table(
        (("Microsoft Dynamics 365", settings.dynamics.url), ("Adobe Marketo Engage", settings.marketo.endpoint))
    )


def run_numbers(report: RunReport) -> list[tuple[str, str]]:
    """The numbers of a run with their names, as people read them."""
    rows = [
        (tr("Read from Dynamics"), report.read),
        (tr("Taken by Marketo"), report.acknowledged),
        (tr("The same already"), report.unchanged),
        (tr("Left out by a rule"), report.skipped),
        (tr("Need a look"), report.problems),
        (tr("Still to be sent"), report.outbox),
        (tr("Calls to Marketo"), report.calls),
    ]
    return [(name, number(value)) for name, value in rows]


def _numbers(report: RunReport) -> str:
    lines = run_numbers(report)
    times = [(tr("Began"), f"{report.started:%Y-%m-%d %H:%M} UTC")]
    if report.ended:
        times.append((tr("Ended"), f"{report.ended:%Y-%m-%d %H:%M} UTC"))
    return _table([*times, *lines])


def _proof(proof: Proof | None) -> str:
    if proof is None:
        return ""
    if proof.holds and proof.kept:
        found = ntr(
            "Compared afterwards: the one record that belongs in Marketo is there once, and what differs has its "
            "reason.",
            "Compared afterwards: all {n} records that belong in Marketo are there once, and what differs has its "
            "reason.",
            proof.eligible,
        )
        return f"{found} {proof.by_rule}"
    if proof.holds:
        return ntr(
            "Compared afterwards: the one record that belongs in Marketo is there once, with equal values.",
            "Compared afterwards: all {n} records that belong in Marketo are there once, with equal values.",
            proof.eligible,
        )
    return tr(
        "Compared afterwards: of {eligible} records that belong in Marketo, {found} are there once "
        "and {equal} have equal values.",
        eligible=proof.eligible,
        found=proof.found_once,
        equal=proof.equal,
    )


def _causes(problems: Iterable[Problem]) -> str:
    counts = Counter((str(problem.title), str(problem.cure)) for problem in problems)
    if not counts:
        return ""
    shown = counts.most_common(_MOST_CAUSES)
    lines = [tr("What needs a look:")]
    for (title, cure), count in shown:
        lines.append(f"- {number(count)} × {title}")
        if cure:
            lines.append(f"  {cure}")
    if len(counts) > len(shown):
        more = len(counts) - len(shown)
        lines.append(ntr("- and {n} more reason", "- and {n} more reasons", more))
    return "\n".join(lines)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    held = list(rows)
    width = max(len(name) for name, _ in held)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in held)


def _page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"

"""How the fit check's findings are put into words."""

from __future__ import annotations

from dynsync_gui.domain.fit import FitOutcome, FitReason, FitReport, Misfit
from dynsync_gui.domain.text import Message, msg, ntr, tr

_REASONS = {
    FitReason.TOO_LONG: msg("longer than the Marketo field"),
    FitReason.TOO_MANY_BYTES: msg("too large for the Marketo field"),
    FitReason.NO_EMAIL: msg("no e-mail address that Marketo takes"),
    FitReason.DATE_RANGE: msg("a date that Marketo does not take"),
    FitReason.NUMBER_RANGE: msg("a number that Marketo does not take"),
    FitReason.NO_LABEL: msg("a choice without a label"),
    FitReason.LINE_BREAKS: msg("line breaks, which this field does not keep"),
    FitReason.NOT_ASCII: msg("characters that this field does not keep"),
}


_BY_CHOICE = {
    FitOutcome.CUT: msg("{told}; cut to fit, as you chose"),
    FitOutcome.LEFT_OUT: msg("{told}; left out, as you chose"),
}


def reason_words(misfit: Misfit) -> str:
    """What is wrong, with how often, and what was chosen for it."""
    counted = ntr("{n} value", "{n} values", misfit.count)
    told = f"{counted}: {_REASONS[misfit.reason]}"
    known = _BY_CHOICE.get(misfit.outcome)
    return str(Message(known.text, {"told": told})) if known is not None else told


def summary(report: FitReport) -> str:
    """The whole check in one sentence, and in another one what happens by choice."""
    of = ntr("{n} record read", "{n} records read", sum(report.rows.values()))
    whole = tr("all of them") if report.complete else tr("a sample")
    count = sum(misfit.count for misfit in report.surprises)
    by_choice = sum(misfit.count for misfit in report.misfits) - count
    more = ""
    if by_choice:
        more = " " + ntr(
            "{n} value is cut or left out, as you chose.", "{n} values are cut or left out, as you chose.", by_choice
        )
    if not count:
        fits = (
            tr("Every other value fits ({read}, {whole}).", read=of, whole=whole)
            if by_choice
            else tr("Every value fits ({read}, {whole}).", read=of, whole=whole)
        )
        return fits + more
    told = ntr("{n} value does not fit", "{n} values do not fit", count)
    where = ntr("in {n} field", "in {n} fields", len({(misfit.entity, misfit.field) for misfit in report.surprises}))
    return tr("{told} {where} ({read}, {whole}).", told=told, where=where, read=of, whole=whole) + more

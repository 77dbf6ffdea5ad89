"""How the fit check's findings are put into words."""

from __future__ import annotations

from dynsync_gui.domain.fit import FitReason, FitReport, Misfit
from dynsync_gui.domain.text import Message, msg, ntr, tr
from dynsync_gui.ui.words import entity_name

REASON = {
    FitReason.TOO_LONG: msg("longer than the Marketo field"),
    FitReason.TOO_MANY_BYTES: msg("too large for the Marketo field"),
    FitReason.NO_EMAIL: msg("no e-mail address that Marketo takes"),
    FitReason.DATE_RANGE: msg("a date that Marketo does not take"),
    FitReason.NUMBER_RANGE: msg("a number that Marketo does not take"),
    FitReason.NO_LABEL: msg("a choice without a label"),
    FitReason.LINE_BREAKS: msg("line breaks, which this field does not keep"),
    FitReason.NOT_ASCII: msg("characters that this field does not keep"),
}


def reason_words(misfit: Misfit) -> str:
    """What is wrong, with how often."""
    counted = ntr("{n} value", "{n} values", misfit.count)
    return f"{counted}: {REASON.get(misfit.reason, Message(misfit.reason.value))}"


def summary(report: FitReport) -> str:
    """The whole check in one sentence."""
    read = sum(report.rows.values())
    of = ntr("{n} record read", "{n} records read", read)
    whole = tr("all of them") if report.complete else tr("a sample")
    count = sum(misfit.count for misfit in report.misfits)
    if not count:
        return tr("Every value fits ({read}, {whole}).", read=of, whole=whole)
    told = ntr("{n} value does not fit", "{n} values do not fit", count)
    fields = len({(misfit.entity, misfit.field) for misfit in report.misfits})
    where = ntr("in {n} field", "in {n} fields", fields)
    return tr("{told} {where} ({read}, {whole}).", told=told, where=where, read=of, whole=whole)


def details(report: FitReport) -> str:
    """A line for each finding."""
    return "\n".join(
        f"{entity_name(misfit.entity)}, {misfit.field} → {misfit.target}: {reason_words(misfit)}"
        for misfit in report.misfits
    )

"""The verb ``fields``: list them, keep the choice in a file, take it from one, and go back to an earlier version."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.cli import documents, render
from dynsync_gui.cli.commands import Call, reach, stored_settings
from dynsync_gui.cli.field_lines import choice_problems, field_lines
from dynsync_gui.cli.options import FieldsAction
from dynsync_gui.domain.errors import ExitStatus, settings_error
from dynsync_gui.domain.events import ChoiceEstimated, ChoiceImported, ChoicesRead, Described, ProfileRead, TablesFound
from dynsync_gui.domain.field_answers import is_own
from dynsync_gui.domain.mapping import limited
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.system.secrets import SecretSource


def fields(call: Call) -> ExitStatus:
    """Do what was asked for with the choice of fields."""
    match call.options.action:
        case FieldsAction.EXPORT:
            return _export(call)
        case FieldsAction.IMPORT:
            return _import(call)
        case FieldsAction.HISTORY | FieldsAction.RESTORE:
            return _history(call)
        case FieldsAction.TABLES:
            return _tables(call)
        case _:
            return _list(call)


def _tables(call: Call) -> ExitStatus:
    """Own tables of the organisation, and which of them are synced."""
    session, settings, secrets = reach(call)
    try:
        tables = session.expect(session.service.find_tables(settings, secrets), TablesFound).tables
    finally:
        session.close()
    synced = settings.synced_objects.custom
    call.output.answer(documents.tables_document(tables, synced), render.tables_text(tables, synced))
    return ExitStatus.DONE


def _list(call: Call) -> ExitStatus:
    session, settings, secrets = reach(call)
    looked_at = settings
    if is_own(call.options.entity):  # one that is not synced can be looked at
        custom = tuple(dict.fromkeys((*settings.objects.custom, call.options.entity)))
        looked_at = replace(settings, objects=replace(settings.objects, custom=custom))
    try:
        described = session.expect(session.service.describe(looked_at, secrets), Described)
    finally:
        session.close()
    if call.options.entity not in {"", *described.offers}:
        raise settings_error(
            msg("There is no table “{table}” to be synced.", table=call.options.entity),
            msg("Take one of {tables}.", tables=", ".join(described.offers)),
            code="settings-value",
        )
    lines = field_lines(described, settings, call.options.entity)
    problems = choice_problems(described, settings, call.options.entity)
    call.output.answer(documents.fields_document(lines, problems), render.fields_text(lines, problems))
    return ExitStatus.PROBLEMS if any(problem.blocking for problem in problems) else ExitStatus.DONE


def _export(call: Call) -> ExitStatus:
    session = call.open()
    try:
        settings = stored_settings(session)
        session.expect(session.service.export_choice(call.options.file, settings), ChoiceImported)
    finally:
        session.close()
    text = tr("The choice was written to {file}.", file=str(call.options.file))
    call.output.answer({"file": str(call.options.file)}, text)
    return ExitStatus.DONE


def _import(call: Call) -> ExitStatus:
    """Take a choice in only when it fits what both systems have today."""
    session, settings, secrets = reach(call)
    try:
        described = session.expect(session.service.describe(settings, secrets), Described)
        taken = session.expect(session.service.import_choice(call.options.file), ChoiceImported).fields
        if call.options.since is not None:
            taken = limited(settings.fields, taken, described.offers, described.targets, call.options.since)
        thought_of = session.service.estimate_choice(replace(settings, fields=taken), secrets)
        back_fills = session.expect(thought_of, ChoiceEstimated).back_fills
        session_only = call.options.secrets is SecretSource.SESSION or settings.rehearsal
        keeping = session.service.keep(replace(settings, fields=taken), secrets, session_only=session_only)
        session.expect(keeping, ProfileRead)
        versions = session.expect(session.service.choice_history(), ChoicesRead).versions
    finally:
        session.close()
    call.output.answer(
        documents.history_document(versions[-1:]) | documents.back_fill_document(back_fills),
        "\n".join([render.history_text(versions[-1:]), *render.back_fill_lines(back_fills)]),
    )
    return ExitStatus.DONE


def _history(call: Call) -> ExitStatus:
    session = call.open()
    try:
        stored_settings(session)
        restoring = call.options.action is FieldsAction.RESTORE
        job = session.service.restore_choice(call.options.version) if restoring else session.service.choice_history()
        versions = session.expect(job, ChoicesRead).versions
    finally:
        session.close()
    shown = versions[-1:] if restoring else versions
    call.output.answer(documents.history_document(shown), render.history_text(shown))
    return ExitStatus.DONE

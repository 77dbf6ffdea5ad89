"""The command line: the same service without a screen."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

from dynsync_gui.cli.arguments import parse, wanted_language
from dynsync_gui.cli.options import Options
from dynsync_gui.cli.output import Output, survive_narrow_consoles
from dynsync_gui.cli.workshop import Workshop, real_workshop
from dynsync_gui.domain.errors import Cancelled, DynSyncError, ExitStatus, Finding, unexpected
from dynsync_gui.domain.text import NOTHING, msg
from dynsync_gui.system.language import LANGUAGES, choose_language, speak
from dynsync_gui.system.logging import Logs, start_logging
from dynsync_gui.system.paths import profile_of

STOPPED_BY_YOU = 130
"""Exit status after Ctrl-C or SIGTERM, as shells have it."""

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None, workshop: Workshop | None = None) -> int:
    """Do what the command line says and return the exit status.

    Args:
        arguments: As after the program's name; the process's own where None.
        workshop: What the verbs work with; the real one where None.
    """
    survive_narrow_consoles()
    given = sys.argv[1:] if arguments is None else arguments
    language = wanted_language(given)
    speak(language if language in LANGUAGES else choose_language())
    try:
        options = parse(given)
    except SystemExit as leaving:  # argparse said why on stderr, or showed its help
        return int(leaving.code or 0)
    output = Output(sys.stdout, sys.stderr, as_json=options.json)
    logs = start_logging(verbose=options.verbose)
    try:
        return _answered(options, workshop, output, logs)
    finally:
        logs.stop()


def _answered(options: Options, workshop: Workshop | None, output: Output, logs: Logs) -> int:
    """The exit status of a verb, whatever happens in it."""
    from dynsync_gui.cli.render import error_text  # noqa: PLC0415  not needed to show help

    try:
        return _run(options, workshop, output, logs)
    except Cancelled:
        _say(output, DynSyncError("cancelled", Finding(msg("Stopped by you. What was done is kept."), NOTHING)))
        return STOPPED_BY_YOU
    except KeyboardInterrupt:
        return STOPPED_BY_YOU
    except BrokenPipeError:  # whoever read the answer has gone
        sys.stdout = None  # or Python complains once more at its end
        return ExitStatus.DONE
    except DynSyncError as error:
        _say(output, error, error_text(error))
        return error.exit_status
    except Exception as cause:  # noqa: BLE001  the last net: people get a sentence, the log gets the rest
        _log.info("This is what it met:", exc_info=cause)
        unknown = unexpected(cause)
        _say(output, unknown, error_text(unknown))
        return ExitStatus.FAULT


def _run(options: Options, workshop: Workshop | None, output: Output, logs: Logs) -> int:
    from dynsync_gui.cli.background_command import background, sync_quietly  # noqa: PLC0415
    from dynsync_gui.cli.commands import LOOKS, Call  # noqa: PLC0415
    from dynsync_gui.cli.demo_command import demo  # noqa: PLC0415
    from dynsync_gui.cli.fields_command import fields  # noqa: PLC0415
    from dynsync_gui.cli.filter_command import filter_  # noqa: PLC0415
    from dynsync_gui.cli.fit_command import fit  # noqa: PLC0415
    from dynsync_gui.cli.problems_command import problems  # noqa: PLC0415
    from dynsync_gui.cli.prompts import terminal  # noqa: PLC0415
    from dynsync_gui.cli.reconcile_command import reconcile  # noqa: PLC0415
    from dynsync_gui.cli.remove_command import remove  # noqa: PLC0415
    from dynsync_gui.cli.session import Stop  # noqa: PLC0415
    from dynsync_gui.cli.setup_command import setup  # noqa: PLC0415
    from dynsync_gui.cli.simulate_command import simulate  # noqa: PLC0415
    from dynsync_gui.cli.updates_command import updates  # noqa: PLC0415
    from dynsync_gui.cli.why_command import why  # noqa: PLC0415

    folder = profile_of(options.profile)
    if options.verb == "setup":
        folder.make()
    if folder.folder.is_dir() and options.verb != "remove":  # which could not remove a log that is open
        logs.to_folder(folder.log_folder, verbose=options.verbose)
    verbs: dict[str, Callable[[Call], ExitStatus]] = {
        **LOOKS,
        "fields": fields,
        "sync": sync_quietly,
        "filter": filter_,
        "fit": fit,
        "setup": setup,
        "demo": demo,
        "simulate": simulate,
        "background": background,
        "remove": remove,
        "updates": updates,
        "why": why,
        "problems": problems,
        "reconcile": reconcile,
    }
    stop = Stop()
    with stop.heeded():
        return verbs[options.verb](Call(options, workshop or real_workshop(terminal()), output, stop))


def _say(output: Output, error: DynSyncError, text: str = "") -> None:
    """What stopped a verb: a document on stdout where one is wanted, and words on stderr always."""
    from dynsync_gui.cli.documents import error_document  # noqa: PLC0415

    output.note(text or str(error.finding.title))
    if output.as_json:
        output.answer(error_document(error), "")

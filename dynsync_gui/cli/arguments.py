"""The command line: verbs and options. It is a contract; options stand before or after the verb."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from dynsync_gui import __version__
from dynsync_gui.cli.argparse_words import argparse_translated
from dynsync_gui.cli.options import DEMO_RECORDS, FieldsAction, FilterAction, Options, ProblemsAction
from dynsync_gui.domain.letter import WRITTEN_TO
from dynsync_gui.domain.schedule import INTERVALS
from dynsync_gui.domain.schema import ENTITIES, Entity, System
from dynsync_gui.domain.text import tr
from dynsync_gui.system.language import LANGUAGES
from dynsync_gui.system.secrets import SecretSource

_Verb = Callable[[str, str], argparse.ArgumentParser]
_Word = TypeVar("_Word", bound=StrEnum)


def parse(arguments: Sequence[str]) -> Options:
    """Options out of the arguments; leaves with status 2 and a usage line where they make no sense."""
    with argparse_translated():
        found = vars(_parser().parse_args(arguments))
    known = {each.name for each in fields(Options)}
    return Options(**{name: value for name, value in found.items() if name in known})


def wanted_language(arguments: Sequence[str]) -> str:
    """What ``--language`` asks for, read first, so that help itself is in that language."""
    reader = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    reader.add_argument("--language", default="")
    try:
        return str(reader.parse_known_args(arguments)[0].language)
    except argparse.ArgumentError:
        return ""


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = argparse.ArgumentParser(
        prog="dynsync",
        parents=[common],
        allow_abbrev=False,
        description=tr("Keeps the same people in Microsoft Dynamics 365 and Adobe Marketo Engage."),
        epilog=tr(
            "Exit status: 0 done; 1 done, with problems to look at; 2 wrong use or settings; "
            "3 sign-in or connection refused; 4 stopped by a guard; 5 a fault of DynSync; 130 stopped by you."
        ),
    )
    parser.add_argument("--version", action="version", version=f"DynSync {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=tr("VERB"))

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)

    _work(verb)
    _upkeep(verb)
    _looks(verb)
    _rehearsal(verb)
    return parser


def _work(verb: _Verb) -> None:
    _world(verb("demo", tr("rehearse the whole job on sample data, and prove it")))
    setup = verb("setup", tr("connect two systems as an answers file says, and check them"))
    setup.add_argument("--answers", type=Path, required=True, metavar=tr("FILE"), help=tr("the answers, in TOML"))
    setup.add_argument(
        "--secrets-from-stdin",
        action="store_true",
        help=tr("read secrets from standard input, a line DYNSYNC_...=VALUE for each"),
    )
    setup.add_argument("--start", action="store_true", help=tr("then make the first sync"))
    setup.add_argument(
        "--canary", action="store_true", help=tr("begin with 10, 100, 1,000 records of each table, and look after each")
    )
    check = verb("check", tr("test both connections"))
    check.add_argument("--only", type=_one_of(System), metavar="|".join(System), help=tr("test one side"))
    check.add_argument(
        "--letter",
        type=_one_of(WRITTEN_TO),
        metavar="|".join(WRITTEN_TO),
        help=tr("write to this colleague what is missing"),
    )
    _choice(verb("fields", tr("list the fields and what becomes of them; keep, hand on or take back the choice")))
    fit = verb("fit", tr("say which values Marketo would refuse or change; writes nothing"))
    fit.add_argument("--all", dest="everything", action="store_true", help=tr("read all records, not a sample"))
    _filter(verb("filter", tr("say where the filter column new_synctomkto stands in each table, or create it")))
    verb("plan", tr("say what a sync would do; writes nothing"))
    sync = verb("sync", tr("go on with what is undone, or bring over what changed"))
    sync.add_argument("--once", action="store_true", help=tr("one run, then end; otherwise it goes on until stopped"))
    sync.add_argument("--background", action="store_true", help=argparse.SUPPRESS)  # how the scheduler starts it
    sync.add_argument(
        "--record", default="", metavar=tr("TABLE:ID"), help=tr("only this record, at once, such as contact:ID")
    )
    for which in (setup, sync):
        which.add_argument(
            "--accept-identity",
            default="",
            metavar=tr("NAME"),
            help=tr("the name of the Dynamics organisation, to confirm it after it was found changed"),
        )
    sync.add_argument(
        "--accept-guard",
        default="",
        metavar="ID",
        help=tr("agree to an unusually large change that stopped the last run"),
    )


def _upkeep(verb: _Verb) -> None:
    updates = verb("updates", tr("look for a newer DynSync at the address in the settings; installs nothing"))
    updates.add_argument("--download", type=Path, metavar=tr("FOLDER"), help=tr("keep its file in this folder"))
    background = verb("background", tr("sync while no window is open, by this computer's own scheduler"))
    background.add_argument(
        "switch",
        choices=("on", "off", "mend", "status"),
        help=tr("turn it on or off, make it again as the settings say, or say how it is"),
    )
    background.add_argument(
        "--every", type=int, choices=INTERVALS, default=0, metavar=tr("MINUTES"), help=tr("minutes between two runs")
    )
    remove = verb("remove", tr("take DynSync out of this computer's scheduler, before the program is removed"))
    which_part = remove.add_mutually_exclusive_group(required=True)
    which_part.add_argument("--registration", action="store_true", help=tr("only that; settings and secrets stay"))
    which_part.add_argument("--everything", action="store_true", help=tr("also settings, database, logs and secrets"))
    remove.add_argument("--yes", action="store_true", help=tr("without a question"))


def _looks(verb: _Verb) -> None:
    verb("status", tr("say how it stands, and what the last runs did"))
    problems = verb("problems", tr("list the records that need a look"))
    _set_aside(problems)
    problems.set_defaults(problem=ProblemsAction.LIST)
    problems.add_argument("--csv", type=Path, metavar=tr("FILE"), help=tr("also write them to a CSV file"))
    why = verb("why", tr("say why a person is not, or not so, in Marketo, and what to do"))
    why.add_argument("asked", metavar=tr("EMAIL|ID"), help=tr("an e-mail address, or an id as Dynamics has it"))
    extent = verb("reconcile", tr("compare both sides now and keep a certificate")).add_mutually_exclusive_group()
    extent.add_argument(
        "--sample", type=_number(1, 1_000_000), metavar="N", help=tr("so many records of each table, chosen at random")
    )
    extent.add_argument("--all", dest="sample", action="store_const", const=0, help=tr("all records (the default)"))


def _rehearsal(verb: _Verb) -> None:
    simulate = verb("simulate", tr("serve the rehearsal systems on this computer until stopped"))
    _world(simulate)
    simulate.add_argument(
        "--port", type=_number(1, 65_532), metavar="N", help=tr("first of four ports; any if left out")
    )
    simulate.add_argument("--folder", type=Path, metavar=tr("FOLDER"), help=tr("where the certificates go"))
    simulate.add_argument("--no-limits", dest="limits", action="store_false", help=tr("without rate limits"))
    simulate.add_argument("--until-parent-ends", action="store_true", help=argparse.SUPPRESS)
    simulate.set_defaults(port=0)


def _set_aside(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="problem", metavar=tr("ACTION"))
    for which, text in (
        (ProblemsAction.SHOW, tr("tell all about one record that was set aside")),
        (ProblemsAction.RETRY, tr("send records again that were set aside, with one run")),
        (ProblemsAction.WITHOUT, tr("send them without the value that Marketo refuses, until it changes in Dynamics")),
    ):
        made = actions.add_parser(which, help=text, description=text, parents=[_common()], allow_abbrev=False)
        made.set_defaults(problem=which)
        several = which is not ProblemsAction.SHOW
        named = made.add_mutually_exclusive_group(required=True) if several else made
        id_help = tr("its id, as the list shows it")
        named.add_argument("asked", nargs="?" if several else None, metavar="ID", default="", help=id_help)
        if several:
            named.add_argument("--all", dest="everything", action="store_true", help=tr("all of them"))


def _choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entity", default="", metavar=tr("TABLE"), help=tr("only this table, such as lead"))
    actions = parser.add_subparsers(dest="action", metavar=tr("ACTION"))
    parser.set_defaults(action=FieldsAction.LIST)

    def action(which: FieldsAction, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(which, help=text, description=text, parents=[_common()], allow_abbrev=False)
        made.set_defaults(action=which)
        return made

    export = action(FieldsAction.EXPORT, tr("write the choice to a readable file without secrets"))
    bring = action(FieldsAction.IMPORT, tr("take the choice from a file, if it fits both systems"))
    for which in (export, bring):
        which.add_argument("file", type=Path, metavar=tr("FILE"))
    bring.add_argument(
        "--since",
        type=_day,
        metavar=tr("DAY"),
        help=tr("fill its new fields only for records that changed in Dynamics since, such as 2026-03-31"),
    )
    action(FieldsAction.TABLES, tr("list your own tables that belong to people or accounts, and can be synced"))
    action(FieldsAction.HISTORY, tr("list the versions of the choice and what changed"))
    restore = action(FieldsAction.RESTORE, tr("take a version of the choice again"))
    restore.add_argument("version", type=_number(1, 2**31), metavar="N", help=tr("its number in the history"))


def _filter(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="filter_action", metavar=tr("ACTION"))
    parser.set_defaults(filter_action=FilterAction.STATUS)
    for which, text in (
        (FilterAction.STATUS, tr("say what is there, and count what the records say")),
        (FilterAction.CREATE, tr("create and publish the column in one table of Dynamics")),
    ):
        made = actions.add_parser(which, help=text, description=text, parents=[_common()], allow_abbrev=False)
        made.set_defaults(filter_action=which)
    tables = [entity.value for entity in (*ENTITIES, Entity.OPPORTUNITY)]
    made.add_argument("table", choices=tables, metavar="|".join(tables), help=tr("the table"))
    made.add_argument("--default", choices=("no", "yes"), default="no", help=tr("what new records say"))
    made.add_argument("--yes", action="store_true", help=tr("confirm this change of Dynamics"))


def _common() -> argparse.ArgumentParser:
    """Options of every verb; without defaults, so that one before the verb is not undone after it."""
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group(tr("options of every verb"))
    group.add_argument("--json", action="store_true", help=tr("one JSON document on stdout; waits are told on stderr"))
    group.add_argument("--profile", type=Path, metavar=tr("FOLDER"), help=tr("the folder that holds all state"))
    group.add_argument(
        "--secrets",
        type=_one_of(SecretSource),
        metavar="|".join(SecretSource),
        help=tr("where secrets are kept; env reads DYNSYNC_* variables and never touches a keychain"),
    )
    group.add_argument("--language", choices=LANGUAGES, help=tr("language of all texts"))
    group.add_argument("--verbose", action="store_true", help=tr("more details on stderr"))
    return common


def _world(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(records=DEMO_RECORDS, seed=1)
    parser.add_argument("--records", type=_number(1, 1_000_000), metavar="N", help=tr("records in the sample data"))
    parser.add_argument("--seed", type=_number(0, 2**31), metavar="S", help=tr("another seed makes other sample data"))


def _day(text: str) -> date:
    """A day that has come."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.max
    if found > datetime.now(UTC).date():
        raise argparse.ArgumentTypeError(tr("“{day}” is no day that has been, such as 2026-03-31", day=text))
    return found


def _one_of(words: Iterable[_Word]) -> Callable[[str], _Word]:
    known = {str(word): word for word in words}

    def read(text: str) -> _Word:
        if text not in known:
            raise argparse.ArgumentTypeError(tr("“{value}” is none of {words}", value=text, words=", ".join(known)))
        return known[text]

    return read


def _number(low: int, high: int) -> Any:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(tr("{value} is not from {low} to {high}", value=text, low=low, high=high))
        return value

    read.__name__ = tr("number")  # argparse names it when the text is none
    return read

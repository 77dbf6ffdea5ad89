#!/usr/bin/env python3
"""One door to everything a developer does; needs Python 3.11 to 3.13 and nothing else."""

import sys

if not (3, 11) <= sys.version_info < (3, 14):  # said before anything is read that other versions do not understand
    sys.exit("DynSync needs Python 3.11, 3.12 or 3.13; this is {}.{}.".format(*sys.version_info[:2]))

import argparse
import math
from pathlib import Path

from steps import checking, debian, environment, packaging, proving, showing, soaking, testing
from steps.console import ROOT, Stop, run, say

ABOUT = """\
Every command makes or updates the virtual environment in .venv by itself, with the exact versions and digests of
build/requirements.txt (what DynSync needs) or build/requirements-dev.txt (that and the tools)."""

SCRIPTS = {"screenshots": "take pictures of every page", "bench": "measure speed and memory"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build/dev.py", description="What a developer does, in one place.", epilog=ABOUT
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    demo = verbs.add_parser("demo", help="do the main job with built-in sample systems, in the wizard or the terminal")
    demo.add_argument("--no-screen", action="store_true", help="stay in the terminal")
    demo.add_argument("--records", type=int, metavar="N", help="size of the sample world")
    demo.add_argument("--seed", type=int, metavar="S", help="another sample world of the same size")
    verbs.add_parser("test", help="run all tests; further arguments go to pytest", add_help=False)
    verbs.add_parser("lint", help="check style, types, import rules, translations and lock files")
    translations = verbs.add_parser("translations", help="collect the texts and compile the catalogues")
    translations.add_argument("--check", action="store_true", help="only tell whether they are up to date and complete")
    verbs.add_parser("lock", help="choose the newest fitting versions and write the lock files")
    verbs.add_parser("soak", help="let every operation of a sync fail once, and see that it ends alike", add_help=False)
    for verb, what in SCRIPTS.items():
        verbs.add_parser(verb, help=what, add_help=False)
    verbs.add_parser("package", help="build what people of this platform install, in dist/")
    prove = verbs.add_parser("prove", help="install what was built, in a clean system, and try it")
    prove.add_argument("what", choices=sorted(proving.WAYS), help="; ".join(proving.WAYS.values()))
    prove.add_argument(
        "--within", type=float, metavar="SECONDS", default=math.inf, help="begin only what fits into them"
    )
    msi = verbs.add_parser("msi", help="make the MSI of programs that were built on Windows")
    msi.add_argument("folder", type=Path, help="their folder")
    return parser


def _read(words: list[str]) -> argparse.Namespace:
    """The command line; what follows a verb that starts another program is that program's own."""
    passing_on = bool(words) and words[0] in {"test", "soak", *SCRIPTS}
    options = _parser().parse_args(words[:1] if passing_on else words)
    options.arguments = words[1:] if passing_on else []
    return options


def _carry_out(options: argparse.Namespace) -> int:
    if options.verb == "demo":
        python = environment.ready("runtime")
        return showing.demo(python, no_screen=options.no_screen, records=options.records, seed=options.seed)
    python = environment.ready("dev")
    if options.verb in {"test", "package", "prove", "msi", *SCRIPTS}:
        debian.provide_qt(screen=False)
    if options.verb in SCRIPTS:
        return run([python, ROOT / "build" / f"{options.verb}.py", *options.arguments])
    verbs = {
        "test": lambda: testing.run_tests(python, options.arguments),
        "soak": lambda: soaking.soak(python, options.arguments),
        "lint": lambda: checking.lint(python),
        "translations": lambda: checking.translations(python, check=options.check),
        "lock": lambda: checking.lock(python),
        "package": lambda: packaging.package(python),
        "prove": lambda: proving.prove(python, options.what, options.within),
        "msi": lambda: packaging.msi(python, options.folder),
    }
    return verbs[options.verb]()


def main() -> int:
    """Carry out the command line; its exit status is that of the program that did the work."""
    try:
        return _carry_out(_read(sys.argv[1:]))
    except Stop as stop:
        say(str(stop))
        return stop.status
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())

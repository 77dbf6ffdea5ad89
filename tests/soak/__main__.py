"""The sweep: visits as many points as are wanted, several at a time, and prints a table; `--help` tells the rest."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.soak.machine import tell_stories
from tests.soak.play import Course, Outcome, play, undisturbed
from tests.soak.points import KINDS, Point, drawn
from tests.soak.seat import Seat
from tests.soak.sweep import visit

ROOT = Path(__file__).parents[2]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build/dev.py soak",
        description="Let the n-th operation of a sync fail, and see that it comes to the same.",
        epilog="Left out: a file that never comes back, for which no operating system has a limit; single writes into "
        "an open file, whose trouble is played where it is opened and where it is made durable; and the process that "
        "large tables are made ready in, which opens no file and no connection.",
    )
    parser.add_argument("--points", type=int, default=1000, metavar="N", help="how many points (1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="which ones are drawn (1)")
    parser.add_argument(
        "--minutes", type=float, metavar="M", help="stop then; the next call goes on where this one was"
    )
    parser.add_argument(
        "--only", type=Point.of, metavar="KIND:N", help="one point, such as later/database/kill:17, with its log"
    )
    parser.add_argument("--stories", type=int, metavar="N", help="instead, drive both sides at random N times")
    parser.add_argument("--anew", action="store_true", help="forget what was visited before")
    return parser


def main() -> int:
    """Sweep, and return 1 when a point came to another end; a random story that fails ends with its steps."""
    options = _parser().parse_args()
    with Seat() as seat:
        if options.stories:
            tell_stories(seat, options.stories, options.seed)
            print(f"{options.stories} stories ended as the model says (seed {options.seed}).")
            return 0
        course = undisturbed(seat)
        if options.only:
            outcome = play(seat, course, options.only)
            print(_told(outcome) if outcome.wrong else f"{outcome.point}: as it should be ({outcome.ended})")
            print(outcome.log)
            return 1 if outcome.wrong else 0
    kept = ROOT / ".cache" / f"soak-{options.seed}-{_digest()}.jsonl"
    kept.parent.mkdir(exist_ok=True)
    if options.anew:
        kept.unlink(missing_ok=True)
    known = {one.point: one for one in _read(kept)}
    points = drawn(course.sizes, options.points, options.seed)
    ends = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    with kept.open("a", encoding="utf-8") as file:
        for outcome in visit(course, [one for one in points if str(one) not in known], ends):
            known[outcome.point] = outcome
            file.write(json.dumps(asdict(outcome)) + "\n")
            file.flush()
            if outcome.wrong:
                print(_told(outcome), flush=True)
    return _table(course, [known[str(one)] for one in points if str(one) in known], len(points), options.seed)


def _read(path: Path) -> Iterator[Outcome]:
    if path.exists():
        yield from (Outcome(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def _digest() -> str:
    """Of everything that decides about an outcome: another product is swept anew."""
    digest = hashlib.sha256()
    for folder in ("dynsync_gui", "tests/soak", "tests/judge"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _told(outcome: Outcome) -> str:
    lines = [f"{outcome.point} ({outcome.ended}): build/dev.py soak --only {outcome.point}", *outcome.wrong[:8]]
    return "\n    ".join(line[:400] for line in lines)


def _table(course: Course, outcomes: list[Outcome], wanted: int, seed: int) -> int:
    tried, failed, unreached = Counter[str](), Counter[str](), Counter[str]()
    for one in outcomes:
        kind = one.point.partition(":")[0]
        tried[kind] += 1
        failed[kind] += bool(one.wrong)
        unreached[kind] += not one.reached
    print(f"{'kind':<26}{'there are':>10}{'visited':>10}{'not met':>10}{'wrong':>10}")
    for kind in map(str, KINDS):
        size = next(size for one, size in course.sizes.items() if str(one) == kind)
        print(f"{kind:<26}{size:>10}{tried[kind]:>10}{unreached[kind]:>10}{failed[kind]:>10}")
    rows = sum(course.sizes.values()), tried.total(), unreached.total(), failed.total()
    print(f"{'seed ' + str(seed):<26}" + "".join(f"{number:>10}" for number in rows))
    if len(outcomes) < wanted:
        print(f"{wanted - len(outcomes)} are left; the same call goes on with them.")
    return 1 if failed.total() else 0


if __name__ == "__main__":
    sys.exit(main())

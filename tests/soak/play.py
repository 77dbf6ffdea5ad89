"""One point of the sweep from the first sync to the judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.judge import judge
from tests.soak.points import KINDS, Kind, Point
from tests.soak.seat import Life, Seat, Task
from tests.soak.state import State, differences, state_of
from tests.soak.story import CHAPTERS, Chapter, Story
from tests.soak.trip import Fault, Seam, Way

WORLD = 5
"""Seed of the world; what is drawn by a sweep's own seed are the points."""
_TRIES = 3
_LOG_LINES = 40
_NEVER = 10**9


@dataclass(frozen=True)
class End:
    """What is there after a chapter that nothing disturbed."""

    state: State
    problems: frozenset[tuple[str, str, str, bool]]


@dataclass(frozen=True)
class Course:
    """The story told once without a fault: what every disturbed telling has to come to, and how long it is."""

    ends: Mapping[Chapter, End]
    sizes: Mapping[Kind, int]


@dataclass
class Outcome:
    """What became of a point; `wrong` is empty when all is well."""

    point: str
    reached: bool = True
    ended: str = ""
    wrong: list[str] = field(default_factory=list)
    log: str = ""


def undisturbed(seat: Seat) -> Course:
    """Tell the story as it ought to go.

    Raises:
        AssertionError: It does not even go well by itself.
    """
    ends: dict[Chapter, End] = {}
    sizes: dict[Kind, int] = {}
    for never in (None, Fault(Seam.DATABASE, Way.HANG, _NEVER)):  # a lock is met by transactions, not by statements
        with TemporaryDirectory() as folder:
            stage = _Stage(Path(folder), seat)
            with stage.story.rehearsal:
                for chapter in CHAPTERS:
                    life = stage.chapter(chapter, never)
                    wrong = stage.judged(life)
                    assert not wrong, wrong
                    met = dict(life.met)
                    if never is None:
                        quiet = stage.live()
                        ends[chapter] = End(state_of(stage.story.rehearsal.audit()), quiet.problems)
                        sizes |= {kind: _size(kind, met) for kind in KINDS if kind.chapter is chapter}
                    else:
                        sizes[Kind(chapter, Seam.DATABASE, Way.HANG)] = met[Seam.DATABASE]
                assert stage.story.rehearsal.log.entries("marketo", "/bulk/v1/leads.json"), "nobody went in a file"
    return Course(ends, sizes)


def _size(kind: Kind, met: Mapping[Seam, int]) -> int:
    whole = met.get(kind.seam, 0)
    return whole // 2 if (kind.seam, kind.way) == (Seam.CALL, Way.HANG) else whole


def play(seat: Seat, course: Course, point: Point) -> Outcome:
    """Tell the story up to the point's chapter, fail there, go on, and compare."""
    outcome = Outcome(str(point))
    with TemporaryDirectory() as folder:
        stage = _Stage(Path(folder), seat)
        with stage.story.rehearsal:
            for chapter in CHAPTERS:
                if chapter is point.kind.chapter:
                    break
                stage.chapter(chapter)
            _disturb(stage, course, point, outcome)
        outcome.wrong += stage.told_secrets()
        outcome.log = stage.log() if outcome.wrong else ""
    return outcome


def _disturb(stage: _Stage, course: Course, point: Point, outcome: Outcome) -> None:
    chapter = point.kind.chapter
    served = (point.kind.seam, point.kind.way) == (Seam.CALL, Way.HANG)
    faults = stage.story.rehearsal.faults
    rule = faults.add("hang", skip=point.number) if served else None
    life = stage.chapter(chapter, point.fault)
    faults.clear()
    outcome.ended, outcome.reached = life.ended, bool(rule.played) if rule else life.reached
    if life.ended in {"late", "crashed", "unexpected"}:
        outcome.wrong.append(f"the disturbed life ended as {life.ended}: {life.detail}")
    for _ in range(_TRIES):
        if life.ended == "done" and not life.outbox:
            break
        life = stage.live()
    else:
        outcome.wrong.append(f"it does not end: {life.ended}, {life.outbox} in the outbox; {life.detail}")
        return
    outcome.wrong += stage.judged(life)
    quiet = stage.live()  # what a run has set off in Marketo itself, such as a merge, comes back with the next one
    if (quiet.ended, quiet.acknowledged, quiet.outbox) != ("done", 0, 0):
        outcome.wrong.append(f"a quiet cycle ended as {quiet.ended} and wrote {quiet.acknowledged}")
    end = course.ends[chapter]
    outcome.wrong += differences(end.state, state_of(stage.story.rehearsal.audit()))
    outcome.wrong += [f"{one} is not listed" for one in end.problems - quiet.problems]
    outcome.wrong += [f"{one} is listed" for one in quiet.problems - end.problems]


class _Stage:
    """One telling: a world, a profile, a keychain."""

    def __init__(self, folder: Path, seat: Seat) -> None:
        self.story = Story(folder / "world", WORLD)
        self._seat, self._profile, self._keychain = seat, folder / "profile", folder / "keychain.json"
        self._in_files = False

    def chapter(self, chapter: Chapter, fault: Fault | None = None) -> Life:
        """What happens on both sides, then one life."""
        self.story.tell(chapter)
        self._in_files = chapter is Chapter.FILED
        return self.live(fault)

    def live(self, fault: Fault | None = None) -> Life:
        return self._seat.live(Task(self._profile, self._keychain, self.story.given(), fault, self._in_files))

    def judged(self, life: Life) -> list[str]:
        """What the independent judge and the equation of every run say."""
        listed = {(entity, id_) for entity, id_, _, aside in life.problems if aside}
        wrong = judge(self.story.rehearsal.audit(), listed, self.story.history).wrong
        if life.ended != "done" or life.outbox or not life.closes:
            wrong.append(f"ended as {life.ended}, {life.outbox} in the outbox, closes: {life.closes}")
        return wrong

    def told_secrets(self) -> list[str]:
        """Files of the profile that hold a secret."""
        files = [path for path in self._profile.rglob("*") if path.is_file()]
        held = [path for path in files if any(one.encode() in path.read_bytes() for one in self.story.secrets)]
        return [f"{path.name} holds a secret" for path in held]

    def log(self) -> str:
        """The end of the product's own log."""
        path = self._profile / "logs" / "dynsync.log"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return "\n".join(lines[-_LOG_LINES:])

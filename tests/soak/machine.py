"""Drives both systems and the product at random against `Model`; Hypothesis looks for the shortest story that fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from dynsync_gui.simulators import events
from dynsync_gui.simulators.server import Rehearsal
from tests.soak.model import COLUMNS, Model, Person
from tests.soak.seat import Life, Seat, Task
from tests.soak.story import given
from tests.soak.trip import Fault, Seam, Way

_PLACE = st.integers(0, 999)
_FAULTS = st.builds(
    Fault, st.sampled_from(Seam), st.sampled_from([Way.EXCEPTION, Way.OUTAGE, Way.KILL]), st.integers(0, 500)
)
_CROWD = 12
"""People at most: more, and a guard would stop what a machine does to half of them."""


class Machine(RuleBasedStateMachine):
    """One world, empty at first.

    Attributes:
        seat: Where the product lives; set by who runs the machine.
    """

    seat: ClassVar[Seat]

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        folder = Path(self._folder.name)
        self.rehearsal = Rehearsal(0, 1, folder / "world", limits=False, known_share=0.0).start()
        self.world, self.marketer = self.rehearsal.world, self.rehearsal.marketo.marketer
        self.task = (folder / "profile", folder / "keychain.json", given(self.rehearsal))
        self.owners = sorted(owner.id for owner in self.world.owners.values() if not owner.is_team)
        self.accounts = [self.world.insert("account", {"name": f"Company {number}"}) for number in range(3)]
        self.model = Model()
        self.loose = False
        self._number = 0

    def teardown(self) -> None:
        """Come to rest, compare, and clean up."""
        try:
            self._settle(self._live())
        finally:
            self.rehearsal.stop()
            self._folder.cleanup()

    @initialize(number=st.integers(1, 4))
    def begin(self, number: int) -> None:
        """Some people, synced once."""
        for place in range(number):
            self.create("contact" if place % 2 else "lead", place, place, hidden=False)
        self.cycle()

    @precondition(lambda self: len(self.model.people) < _CROWD)
    @rule(table=st.sampled_from(["contact", "lead"]), owner=_PLACE, account=_PLACE, hidden=st.booleans())
    def create(self, table: str, owner: int, account: int, hidden: bool) -> None:
        """Somebody new in Dynamics, one in three of whom Marketo knows by e-mail."""
        word = self._word()
        values = {"firstname": f"F{word}", "lastname": f"L{word}", "jobtitle": f"J{word}"}
        values["emailaddress1"] = f"{word}@contoso.example"
        person = Person(table, "", dict(values), self.owners[owner % 3], ["", *self.accounts][account % 4])
        if owner % 3 == 0:
            self.marketer.fill_form({"email": values["emailaddress1"], "firstName": "From a form"})
            self.model.visitors.add(values["emailaddress1"])
        person.hidden = hidden
        row = {**values, "ownerid": person.owner, "new_synctomkto": False if hidden else None}
        person.id = self.world.insert(table, row | self._company(person))
        self.model.people.append(person)

    @rule(place=_PLACE, column=st.sampled_from(sorted(COLUMNS)), clear=st.booleans())
    def edit(self, place: int, column: str, clear: bool) -> None:
        """A value is changed in Dynamics; the job title may be cleared."""
        for one in self._one(place, lambda one: not (self.loose and column in one.there)):
            value = None if clear and column == "jobtitle" else self._value(column)
            self.world.update(one.table, one.id, {column: value})
            one.values[column] = value
            one.here.add(column)

    @rule(place=_PLACE, column=st.sampled_from(["firstname", "jobtitle", "lastname"]))
    def edit_in_marketo(self, place: int, column: str) -> None:
        """A value is changed in Marketo."""
        for one in self._one(place, lambda one: one.held is not None and not (self.loose and column in one.here)):
            assert one.held is not None
            one.held.values[column] = value = self._value(column)
            self.marketer.change(self._person(one), {COLUMNS[column]: value})
            one.there.add(column)

    @rule(place=_PLACE)
    def unsubscribe(self, place: int) -> None:
        """Somebody follows the link in an e-mail."""
        for one in self._one(place, lambda one: one.held is not None):
            assert one.held is not None
            self.marketer.unsubscribe(self._person(one))
            one.held.unsubscribed = True

    @precondition(lambda self: not self.loose)
    @rule(place=_PLACE)
    def delete_in_marketo(self, place: int) -> None:
        """Somebody is deleted in Marketo."""
        for one in self._one(place, lambda one: one.held is not None and _at_rest(one)):
            self.marketer.delete(self._person(one))
            one.held, one.lost = None, True

    @rule(place=_PLACE, owner=_PLACE, account=_PLACE)
    def move(self, place: int, owner: int, account: int) -> None:
        """Another owner and another company."""
        for one in self._one(place):
            one.owner, one.account = self.owners[owner % 3], self.accounts[account % 3]
            self.world.update(one.table, one.id, {"ownerid": one.owner} | self._company(one))
            one.here.add("ownerid")

    @precondition(lambda self: not self.loose)
    @rule(place=_PLACE)
    def turn_the_filter(self, place: int) -> None:
        """The filter is set to No, or back."""
        for one in self._one(place, _at_rest, hidden=True):
            one.hidden = not one.hidden
            self.world.update(one.table, one.id, {"new_synctomkto": not one.hidden})

    @precondition(lambda self: not self.loose)
    @rule(place=_PLACE)
    def delete(self, place: int) -> None:
        """A record is deleted in Dynamics; what it carries on would go its own ways, so such ones are left alone."""
        for one in self._one(place, lambda one: all(other.carrier is not one for other in self.model.people)):
            self.world.delete(one.table, one.id)
            one.gone = True

    @precondition(lambda self: not self.loose)
    @rule(winner=_PLACE, loser=_PLACE)
    def merge(self, winner: int, loser: int) -> None:
        """Two records become one in Dynamics."""
        quiet = [one for one in self.model.people if _at_rest(one) and not one.unsubscribed]
        for kept in self._one(winner, quiet.__contains__):
            for one in self._one(loser, quiet.__contains__):
                if one is not kept and one.table == kept.table:
                    events.merge(self.world, one.table, kept.id, one.id)
                    self._carry(one, kept)

    @precondition(lambda self: not self.loose and len(self.model.people) < _CROWD)
    @rule(place=_PLACE)
    def qualify(self, place: int) -> None:
        """A lead becomes a contact."""
        for one in self._one(place, lambda one: one.table == "lead" and _at_rest(one) and not one.unsubscribed):
            made = events.qualify(self.world, one.id).contact
            assert made is not None
            contact = Person("contact", made, dict(one.values), one.owner)
            self.model.people.append(contact)
            self._carry(one, contact)

    @rule()
    def expire(self) -> None:
        """Every change token is too old."""
        self.world.expire_tokens()

    @rule()
    def cycle(self) -> None:
        """A sync that nothing disturbs."""
        self._settle(self._live())

    @rule(fault=_FAULTS)
    def cycle_with_a_fault(self, fault: Fault) -> None:
        """A sync that is disturbed, and taken up again."""
        self._live(fault)
        self._settle(self._live())

    @rule(fault=_FAULTS)
    def broken_cycle(self, fault: Fault) -> None:
        """A sync that is disturbed, after which both sides go on without one."""
        life = self._live(fault)
        if life.ended == "done" and not life.outbox:
            self._settle(life)
        else:
            self.loose = True

    def _settle(self, life: Life) -> None:
        assert (life.ended, life.outbox, life.closes) == ("done", 0, True), life
        assert not [problem for problem in life.problems if problem[3]], life.problems
        self.model.sync()
        self.loose = False
        wrong = self.model.differences(self.rehearsal.audit())
        assert not wrong, wrong

    def _live(self, fault: Fault | None = None) -> Life:
        life = self.seat.live(Task(*self.task, fault))
        assert life.ended not in {"late", "crashed", "unexpected"}, life
        return life

    def _one(
        self, place: int, fits: Callable[[Person], bool] = lambda _: True, *, hidden: bool = False
    ) -> list[Person]:
        """One of those who fit, or none; with `hidden` those whom the filter keeps out, too."""
        people = [one for one in self.model.people if one.travels or (hidden and not (one.gone or one.carrier))]
        fitting = [one for one in people if fits(one)]
        return [fitting[place % len(fitting)]] if fitting else []

    def _carry(self, one: Person, carrier: Person) -> None:
        for other in self.model.people:
            if other is one or other.carrier is one:
                other.carrier = carrier

    def _person(self, one: Person) -> int:
        persons = self.rehearsal.audit()["marketo"]["persons"]
        return int(next(row["id"] for row in persons if row.get("dynamicsId") == one.id))

    def _company(self, one: Person) -> dict[str, str]:
        lookup = "parentcustomerid" if one.table == "contact" else "parentaccountid"
        return {lookup: one.account} if one.account else {}

    def _word(self) -> str:
        self._number += 1
        return str(self._number)

    def _value(self, column: str) -> str:
        word = self._word()
        return f"{word}@contoso.example" if column == "emailaddress1" else f"{column[0].upper()}{word}"


def _at_rest(one: Person) -> bool:
    """Whether Marketo has nothing of somebody that Dynamics does not know yet."""
    return not (one.there or one.lost) and (one.held is None or one.held.unsubscribed == one.unsubscribed)


def tell_stories(seat: Seat, number: int, chance: int | None = None) -> None:
    """Run the machine so many times.

    Args:
        seat: Where the product lives.
        number: How many stories.
        chance: Which ones, as Hypothesis' seed; None for the same ones each time. Only then a failure is made shorter,
            which takes long.

    Raises:
        AssertionError: One of them ended otherwise than the model says; its steps are printed.
    """
    Machine.seat = seat
    chosen = settings(
        max_examples=number,
        stateful_step_count=20,
        derandomize=chance is None,
        deadline=None,
        database=None,
        phases=[Phase.generate] if chance is None else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine if chance is None else seed(chance)(Machine), settings=chosen)

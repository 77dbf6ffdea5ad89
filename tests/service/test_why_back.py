"""Why a value that people changed in Marketo is not the same on both sides, asked after every stage of its way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dynsync_gui.connectors.marketo import changes
from dynsync_gui.domain.choice import Direction, FieldChoice, Overwrite
from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.explain import Cause, Explanation
from dynsync_gui.domain.schema import Entity, System, TargetType
from dynsync_gui.engine.explaining import way_back
from dynsync_gui.engine.explaining.way_back import WayBack
from tests.service.life import Life
from tests.service.test_reconcile import certified
from tests.service.test_why import why

if TYPE_CHECKING:
    import pytest

    from tests.service.conftest import Desk

BOTH = Direction.BOTH
CHOSEN = (
    FieldChoice("firstname", direction=Direction.BOTH, winner=System.MARKETO),
    FieldChoice("lastname", direction=Direction.BOTH, winner=System.DYNAMICS),
    FieldChoice("emailaddress1"),
    FieldChoice("jobtitle", direction=Direction.TO_MARKETO),
    FieldChoice("address1_city", direction=Direction.TO_MARKETO, overwrite=Overwrite.ONLY_EMPTY),
    FieldChoice("preferredcontactmethodcode", create=TargetType.STRING, label="Way of contact", direction=BOTH),
    FieldChoice("donotbulkemail", direction=Direction.BOTH),
)
LONG = "x" * 200
"""Dynamics takes 50."""


class Market(Life):
    """A world after its first sync and one quiet cycle, and people of it."""

    def __init__(self, desk: Desk) -> None:
        chosen = {Entity.CONTACT: CHOSEN, Entity.LEAD: (), Entity.ACCOUNT: ()}
        desk.settings = replace(desk.settings, fields=replace(desk.settings.fields, chosen=chosen))
        assert isinstance(desk.start(), RunEnded)
        super().__init__(desk)
        self.cycle()
        self._people = [
            row["contactid"]
            for row in self.rows("contact", statecode=0)
            if row.get("jobtitle")
            and row.get("firstname")
            and not (row.get("donotbulkemail") or row.get("_parentcustomerid_value"))
        ]

    def someone(self) -> str:
        return self._people.pop()

    def change(self, id_: str, **values: object) -> None:
        self.desk.rehearsal.marketo.marketer.change(int(self.person(id_)["id"]), values)

    def why(self, id_: str) -> Explanation:
        return why(self.desk, id_)

    def causes(self, *ids: str) -> list[Cause]:
        return [self.why(id_).cause for id_ in ids]

    def listed(self, id_: str) -> set[tuple[str, str, bool]]:
        """What a certificate of now says of a record."""
        found = certified(self.desk).differences
        return {(one.field, str(one.reason), one.explained) for one in found if one.id == id_}


def test_what_dynamics_refuses_is_told_and_stays_told_until_either_side_changes(desk: Desk) -> None:
    market = Market(desk)
    first, second = market.someone(), market.someone()
    for id_ in (first, second):
        market.change(id_, firstName=LONG)
    assert market.causes(first, second) == [Cause.RETURNING] * 2
    market.cycle()
    assert market.causes(first, second) == [Cause.NOT_TAKEN] * 2
    (broken,) = [step for step in market.why(first).steps if step.id == "values"]
    assert (broken.code, "length" in broken.detail) == ("dynamics-refused", True)
    assert market.listed(first) == {("firstName", "was changed in Marketo, and Dynamics did not take it", True)}

    market.change(first, lastName="Lovelace")  # another field of the same person does not make it forgotten
    market.cycle()
    assert market.causes(first) == [Cause.NOT_TAKEN]
    market.change(first, firstName="Ada")
    market.world.update("contact", second, {"firstname": "Grace"})
    market.cycle()
    market.cycle()
    assert market.causes(first, second) == [Cause.IN_STEP] * 2
    assert (market.person(first)["firstName"], market.person(first)["lastName"]) == ("Ada", "Lovelace")
    assert market.person(second)["firstName"] == "Grace"  # Marketo wins, but not with what Dynamics refuses
    assert not [one for one in desk.service.problems() if one.code == "dynamics-refused"]
    assert certified(desk).holds


def test_what_is_changed_back_in_marketo_is_no_longer_listed(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    before = market.person(id_)["firstName"]
    market.change(id_, firstName=LONG)
    market.cycle()
    market.change(id_, firstName=before)
    market.cycle()
    assert market.causes(id_) == [Cause.IN_STEP]
    assert not [one for one in desk.service.problems() if one.code == "dynamics-refused"]


def test_what_means_nothing_to_dynamics_is_told(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    field = next(one.target for one in market.why(id_).fields if one.source == "preferredcontactmethodcode")
    market.change(id_, **{field: "Pigeon"})
    market.cycle()
    found = market.why(id_)
    assert found.cause is Cause.NOT_TAKEN
    assert "means nothing to Dynamics" in str(found.verdict)
    assert market.listed(id_) == {(field, "was changed in Marketo, and Dynamics did not take it", True)}


def test_a_field_that_travels_to_marketo_only_is_put_right_with_the_next_change(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    ours = market.person(id_)["title"]
    market.change(id_, title="By hand")
    for _ in range(2):
        found = market.why(id_)
        assert found.cause is Cause.OVERWRITTEN
        assert "travels to Marketo only" in str(found.verdict)
        assert market.listed(id_) == {
            ("title", "was changed in Marketo after DynSync had sent it, or Marketo blocks updates of the field", True)
        }
        market.cycle()
    assert market.person(id_)["title"] == "By hand"
    market.world.update("contact", id_, {"lastname": "Hopper"})
    market.cycle()
    assert (market.person(id_)["title"], market.person(id_)["lastName"]) == (ours, "Hopper")
    assert market.causes(id_) == [Cause.IN_STEP]
    assert market.cycle().report.acknowledged == 0


def test_who_wins_is_told_before_it_happens(desk: Desk) -> None:
    market = Market(desk)
    marketos, dynamics = market.someone(), market.someone()
    market.change(marketos, firstName="Ada")
    market.world.update("contact", marketos, {"firstname": "Grace"})
    market.change(dynamics, lastName="Lovelace")
    market.world.update("contact", dynamics, {"lastname": "Hopper"})
    first, second = market.why(marketos), market.why(dynamics)
    assert (first.cause, "Marketo wins" in str(first.verdict)) == (Cause.RETURNING, True)
    assert (second.cause, "Dynamics wins" in str(second.verdict)) == (Cause.CHANGED, True)
    market.cycle()
    market.cycle()
    assert market.causes(marketos, dynamics) == [Cause.IN_STEP] * 2
    assert (market.person(marketos)["firstName"], market.person(dynamics)["lastName"]) == ("Ada", "Hopper")


def test_an_account_that_lacks_a_right_is_the_reason(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    market.change(id_, firstName="Ada")
    desk.rehearsal.marketo.denied.add("Read-Only Activity")
    market.cycle()
    found = market.why(id_)
    assert found.cause is Cause.NOT_ALLOWED
    assert "Read-Only Activity" in str(found.cure)
    assert {(name, known) for name, _, known in market.listed(id_)} == {("firstName", True)}
    desk.rehearsal.marketo.denied.clear()
    market.cycle()
    assert market.causes(id_) == [Cause.IN_STEP]


def test_a_consent_that_was_given_back_in_marketo_is_taken_back_by_the_next_sync(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    market.world.update("contact", id_, {"donotbulkemail": True})
    market.cycle()
    market.cycle()
    market.change(id_, unsubscribed=False)
    found = market.why(id_)
    assert (found.cause, "unsubscribes the person again" in str(found.verdict)) == (Cause.CHANGED, True)
    market.cycle()
    assert market.person(id_)["unsubscribed"] is True
    assert market.causes(id_) == [Cause.IN_STEP]


def test_a_value_that_stays_by_rule_is_told_as_such_however_often_it_is_synced(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    market.change(id_, city="Paris")
    for _ in range(2):
        assert market.causes(id_) == [Cause.RULE]
        market.cycle()


def test_who_was_deleted_there_is_known_once_a_sync_was_told(desk: Desk) -> None:
    market = Market(desk)
    id_ = market.someone()
    desk.rehearsal.marketo.marketer.delete(int(market.person(id_)["id"]))
    other = market.someone()
    market.change(other, firstName="Ada")  # somebody at work there is a sign to look
    assert {(reason, known) for _, reason, known in market.listed(id_)} == {
        ("was deleted or merged in Marketo after DynSync had sent it", False)
    }
    market.cycle()
    ((_, reason, known),) = market.listed(id_)
    assert (reason.startswith("The person was deleted in Marketo."), known) == (True, True)
    assert market.causes(id_) == [Cause.GONE]


def test_what_dynamics_refuses_holds_no_later_change_back(desk: Desk) -> None:
    """Least of all that somebody wants no more mail."""
    market = Market(desk)
    one = market.someone()
    market.change(one, firstName=LONG)
    market.cycle()
    market.change(one, unsubscribed=True)
    market.cycle()
    assert market.world.row("contact", one)["donotbulkemail"] is True


def test_no_more_changes_are_held_than_there_is_room_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has changed more in Marketo meanwhile leaves the rest to the next sync, and is told so."""
    market = Market(desk)
    ids = [market.someone() for _ in range(4)]
    for id_ in ids:
        market.change(id_, firstName="Changed there")
    assert set(market.causes(*ids)) == {Cause.RETURNING}
    looked: list[WayBack] = []
    look = WayBack.look

    def watched(self: WayBack) -> None:
        look(self)
        looked.append(self)

    monkeypatch.setattr(WayBack, "look", watched)
    monkeypatch.setattr(way_back, "_MOST_PEOPLE", 2)
    monkeypatch.setattr(changes, "_AT_ONCE", 1)
    market.why(ids[0])
    assert [(len(one._fresh), one.unread) for one in looked] == [(2, True)]

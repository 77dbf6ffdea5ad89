"""Who unsubscribed stays so in Marketo, and whoever allows mail again in Dynamics is told, and loses nothing there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.findings.records import STAYS_UNSUBSCRIBED
from dynsync_gui.simulators import events
from tests.service.life import Life
from tests.service.test_reconcile import certified
from tests.service.test_why import why

if TYPE_CHECKING:
    from dynsync_gui.domain.report import Problem
    from tests.service.conftest import Desk

NONE, MAIL = {"donotbulkemail": True}, {"donotbulkemail": False}


class Mail(Life):
    """A world after its first sync, and one who gets mail by both systems."""

    def __init__(self, desk: Desk) -> None:
        assert isinstance(desk.start(), RunEnded)
        super().__init__(desk)
        self.reached = [row["contactid"] for row in self.rows("contact", statecode=0) if not row.get("donotbulkemail")]
        mailed = [id_ for id_ in self.reached if not self.person(id_).get("unsubscribed")]
        self.one = next(id_ for id_ in mailed if why(desk, id_).cause is Cause.IN_STEP)

    def unsubscribed(self) -> str:
        """One whose person wants no mail since before it was adopted, of which Dynamics knows nothing."""
        return next(str(id_) for id_ in self.reached if self.person(id_).get("unsubscribed"))

    def edit(self, values: dict[str, Any]) -> None:
        self.world.update("contact", self.one, values)

    def market(self, *, unsubscribed: bool) -> None:
        self.desk.rehearsal.marketo.marketer.change(int(self.person(self.one)["id"]), {"unsubscribed": unsubscribed})

    def sides(self) -> tuple[bool, bool]:
        """Whether the record says no mail, and whether the person is unsubscribed."""
        row, person = self.world.row("contact", self.one), self.person(self.one)
        return bool(row.get("donotbulkemail")), bool(person.get("unsubscribed"))

    def told(self) -> list[Problem]:
        return [one for one in self.desk.service.problems() if one.code == STAYS_UNSUBSCRIBED]

    def refused(self, quiet: int = 0) -> None:
        """Both sides agreed on no mail, so many cycles ago; then Dynamics allows it again, in vain."""
        self.edit(NONE)
        for _ in range(1 + quiet):
            self.cycle()
        assert (self.sides(), self.told()) == ((True, True), [])
        self.edit(MAIL)
        self.cycle()


@pytest.fixture
def mail(desk: Desk) -> Mail:
    return Mail(desk)


@pytest.mark.parametrize("quiet", [0, 1])
def test_mail_that_dynamics_allows_again_is_refused_aloud_until_marketo_allows_it_too(mail: Mail, quiet: int) -> None:
    """Also where Marketo tells only now that DynSync itself unsubscribed the person: that is nobody's change."""
    mail.refused(quiet)
    (told,) = mail.told()
    assert (told.id, told.aside, "stays unsubscribed" in str(told.title)) == (mail.one, False, True)
    for _ in range(3):
        assert mail.sides() == (False, True)
        found = why(mail.desk, mail.one)
        assert (found.cause, found.verdict.values["why"], found.cure) == (Cause.CONSENT, told.title, told.cure)
        assert mail.cycle().report.acknowledged == 0
        assert mail.told() == [told]
    assert certified(mail.desk).holds
    mail.edit({"jobtitle": "Head of buying"})
    mail.cycle()
    assert mail.person(mail.one)["title"] == "Head of buying"
    assert (mail.sides(), len(mail.told())) == ((False, True), 1)

    mail.market(unsubscribed=False)
    mail.cycle()
    assert (mail.sides(), mail.told()) == ((False, False), [])
    assert why(mail.desk, mail.one).cause is Cause.IN_STEP
    mail.edit(NONE)
    mail.cycle()
    assert mail.sides() == (True, True)


def test_it_is_told_no_longer_once_dynamics_wants_no_mail_either(mail: Mail) -> None:
    mail.refused()
    mail.edit(NONE)
    mail.cycle()
    assert (mail.sides(), mail.told()) == ((True, True), [])
    assert why(mail.desk, mail.one).cause is Cause.IN_STEP


def test_who_unsubscribes_anew_meanwhile_is_heard_in_dynamics(mail: Mail) -> None:
    mail.refused()
    mail.market(unsubscribed=False)
    mail.market(unsubscribed=True)
    mail.cycle()
    assert (mail.sides(), mail.told()) == ((True, True), [])


def test_marketo_allowed_mail_first_where_nobody_tells_of_its_changes(mail: Mail) -> None:
    """Then what the person holds is seen with the record's next change."""
    mail.refused()
    mail.desk.rehearsal.marketo.denied.add("Read-Only Activity")
    mail.market(unsubscribed=False)
    mail.cycle()
    assert len(mail.told()) == 1
    mail.edit({"jobtitle": "Head of buying"})
    mail.cycle()
    assert (mail.sides(), mail.told()) == ((False, False), [])


def test_who_leaves_the_sync_is_told_of_no_longer(mail: Mail) -> None:
    mail.refused()
    mail.edit({"new_synctomkto": False})
    mail.cycle()
    assert mail.told() == []
    assert mail.person(mail.one)["unsubscribed"] is True


def test_what_dynamics_never_asked_for_is_not_told(mail: Mail) -> None:
    """Who was unsubscribed when it was adopted stays so; Dynamics has never said otherwise."""
    mail.one = mail.unsubscribed()
    mail.edit({"jobtitle": "Head of buying"})
    mail.cycle()
    assert (mail.person(mail.one)["title"], mail.told()) == ("Head of buying", [])
    assert why(mail.desk, mail.one).cause is Cause.CONSENT


@pytest.mark.parametrize("logged", [True, False])
def test_who_wants_no_mail_since_another_person_went_into_it_is_heard_in_dynamics(
    mail: Mail, monkeypatch: pytest.MonkeyPatch, *, logged: bool
) -> None:
    """Whether or not Marketo logs what a merge carries over."""
    loser = mail.unsubscribed()
    events.merge(mail.world, "contact", mail.one, loser)
    with monkeypatch.context() as patch:
        if not logged:
            patch.setattr(mail.desk.rehearsal.marketo.persons, "watch", lambda *_: None)
        mail.cycle()
    assert (mail.sides(), mail.persons(loser)) == ((False, True), [])
    mail.cycle()
    assert (mail.sides(), mail.told()) == ((True, True), [])
    mail.cycle()
    assert why(mail.desk, mail.one).cause is Cause.IN_STEP
    mail.desk.rehearsal.log.clear()
    mail.cycle()
    asked = [entry.path for entry in mail.desk.rehearsal.log.entries("marketo", "/rest/")]
    assert asked == ["/rest/v1/leads/describe2.json", "/rest/v1/activities/leadchanges.json"]

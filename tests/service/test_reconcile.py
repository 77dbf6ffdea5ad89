"""Both sides compared after a sync: what is equal, what differs, and why."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

from dynsync_gui.domain.certificate import Certificate
from dynsync_gui.domain.events import JobFailed, ProblemsRead, Reconciled, RunEnded
from dynsync_gui.domain.schema import Entity

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.conftest import Desk


def certified(desk: Desk, sample: int = 0, path: Path | None = None) -> Certificate:
    event = desk.service.records.reconcile(sample, path).wait(120)
    assert isinstance(event, Reconciled), event
    assert stat.S_IMODE(event.path.stat().st_mode) == 0o600
    kept = json.loads(event.path.with_suffix(".json").read_text("utf-8"))
    assert kept["holds"] is event.certificate.holds
    assert event.path.read_text("utf-8").startswith("Comparison of both sides")
    return event.certificate


def kept_out_of(desk: Desk) -> list[str]:
    """Contacts whose filter says No."""
    rows = desk.rehearsal.audit()["dataverse"]["contact"]
    return [row["contactid"] for row in rows if row.get("new_synctomkto") is False]


def test_what_differs_is_listed_with_its_reason(desk: Desk, tmp_path: Path) -> None:
    world, market = desk.rehearsal.world, desk.rehearsal.marketo.marketer
    refused = world.insert("contact", {"lastname": "Refused", "emailaddress1": "not an address"})
    assert isinstance(desk.start(), RunEnded)
    whole = certified(desk)
    assert whole.holds, [one for one in whole.differences if not one.explained]
    assert {one.entity for one in whole.counts} >= {Entity.ACCOUNT, Entity.CONTACT, Entity.LEAD, Entity.OPPORTUNITY}
    for one in whole.counts:
        assert one.looked_at == one.equal + one.kept + one.different + one.skipped
    audit = desk.rehearsal.audit()
    rows = {row["contactid"]: row for row in audit["dataverse"]["contact"]}
    persons = [one for one in audit["marketo"]["persons"] if one.get("dynamicsId") in rows]
    edited, meddled, removed, gone = (one["dynamicsId"] for one in persons[:4])
    world.update("contact", edited, {"lastname": "Edited"})
    new = world.insert("contact", {"lastname": "New"})
    market.change(int(persons[1]["id"]), {"lastName": "By hand"})
    market.delete(int(persons[2]["id"]))
    deal, kept_out = (world.as_json()["opportunity"][0]["opportunityid"], next(iter(kept_out_of(desk))))
    for table, id_ in (("contact", gone), ("opportunity", deal), ("contact", kept_out)):
        world.delete(table, id_)
    after = certified(desk, path=tmp_path / "mine.txt")
    assert (tmp_path / "mine.json").exists()
    found = {one.id: (str(one.reason), one.explained) for one in after.differences}
    assert found[edited] == ("changed in Dynamics since the last sync", True)
    assert found[new] == ("is newer than the last sync", True)
    returns = "was changed in Marketo since the last sync, and the next one takes it to Dynamics"
    assert found[meddled] == (returns, True)
    assert found[removed] == ("was deleted or merged in Marketo after DynSync had sent it", False)
    assert found[refused][1] is True
    assert [found[id_] for id_ in (gone, deal)] == [("was deleted in Dynamics since the last sync", True)] * 2
    assert kept_out not in found, "it is not in Marketo"
    (people,) = (one for one in after.counts if one.entity is Entity.CONTACT)
    assert people.unexplained == 1
    assert people.looked_at == people.equal + people.kept + people.different + people.skipped
    assert not after.holds
    desk.service.go_on().wait(60)
    assert not {gone, deal} & {one.id for one in certified(desk).differences}, "Marketo was told of it"


def test_a_sample_looks_at_no_more_than_it_is_told(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    drawn = certified(desk, 25)
    assert drawn.sample == 25
    (people,) = (one for one in drawn.counts if one.entity is Entity.CONTACT)
    assert people.looked_at == 25
    assert drawn.holds


def test_a_record_that_was_set_aside_is_sent_again_on_wish(desk: Desk) -> None:
    id_ = desk.rehearsal.world.insert("contact", {"lastname": "Refused", "emailaddress1": "not an address"})
    assert isinstance(desk.start(), RunEnded)
    assert ("contact", id_) in desk.listed()
    desk.rehearsal.log.clear()
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert not [one for one in desk.rehearsal.log.entries("marketo") if "1003" in one.code]
    assert isinstance(desk.service.records.retry((id_,)).wait(60), ProblemsRead)
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded)
    assert ended.report.problems == 1
    assert ended.report.closes
    assert ("contact", id_) in desk.listed()
    assert isinstance(desk.service.records.retry(("dead",)).wait(60), JobFailed)


def test_what_changed_in_marketo_is_asked_for_once_for_all_that_are_compared_together(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    held = [int(one["id"]) for one in desk.rehearsal.audit()["marketo"]["persons"] if one.get("dynamicsId")]
    for person in held[:80]:
        desk.rehearsal.marketo.marketer.change(person, {"lastName": "By hand"})
    desk.rehearsal.log.clear()
    found = certified(desk)
    assert len([one for one in found.differences if one.explained]) >= 80
    looks = [one for one in desk.rehearsal.log.entries("marketo") if "leadchanges" in one.path]
    assert 1 <= len(looks) <= 5

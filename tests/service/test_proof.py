"""The certificate field by field: every difference with its reason, none counted as equal, and `why` says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dynsync_gui.domain.certificate import Certificate
from dynsync_gui.domain.choice import Direction, FieldChoice, Overwrite, TooLong
from dynsync_gui.domain.convert import same
from dynsync_gui.domain.events import Explained, RunEnded
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.schema import Entity
from dynsync_gui.service import difference_file
from tests.service.life import Life
from tests.service.test_reconcile import certified
from tests.service.test_why import why

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.service.conftest import Desk

CHOSEN = {
    "lastname": FieldChoice("lastname"),
    "emailaddress1": FieldChoice("emailaddress1"),
    "firstname": FieldChoice("firstname"),
    "donotbulkemail": FieldChoice("donotbulkemail"),
    "jobtitle": FieldChoice("jobtitle", overwrite=Overwrite.ONLY_EMPTY),
    "address1_city": FieldChoice("address1_city", overwrite=Overwrite.NOT_BY_EMPTY),
    "telephone1": FieldChoice("telephone1", too_long=TooLong.LEAVE_OUT),
    "middlename": FieldChoice("middlename", too_long=TooLong.TRIM),
    "mobilephone": FieldChoice("mobilephone", direction=Direction.TO_DYNAMICS),
}
STAYS = "Dynamics has no value here, and never had one of its own in Marketo: what Marketo knew stays."
NOT_REPLACED = "You chose that Dynamics does not replace this value."
EXPECTED = {
    "firstName": STAYS,
    "unsubscribed": "The person stays unsubscribed: in Marketo it wants no mail, and no sync takes that back.",
    "title": NOT_REPLACED,
    "city": NOT_REPLACED,
    "phone": "It does not fit there, and you chose to leave it out then.",
    "middleName": "It does not fit there, and you chose to cut it then.",
    "mobilePhone": "You chose that this field travels from Marketo to Dynamics only.",
}


def counted(certificate: Certificate, entity: Entity = Entity.CONTACT) -> tuple[int, int, int]:
    """How many are equal, differ by a rule only, and differ otherwise; every table's numbers have to close."""
    for one in certificate.counts:
        assert one.looked_at == one.equal + one.kept + one.different + one.skipped
    (count,) = (one for one in certificate.counts if one.entity is entity)
    return count.equal, count.kept, count.different


def listed(certificate: Certificate, id_: str) -> dict[str, str]:
    """Fields and reasons that a certificate lists of a record."""
    return {one.field: str(one.reason) for one in certificate.differences if one.id == id_}


def told(desk: Desk, id_: str) -> dict[str, str]:
    """The same by `why`."""
    return {view.target: str(view.finding) for view in why(desk, id_).fields if not view.equal}


def by_hand(desk: Desk, key: str, **values: Any) -> None:
    """Falsify values of a person's in Marketo, with no activity that would tell of it."""
    records = desk.rehearsal.marketo.persons
    (found,) = (row for row in records.all() if row.get("dynamicsId") == key)
    watch, records.watch = records.watch, None
    records.update(int(found["id"]), values)
    records.watch = watch


def adopted(desk: Desk) -> str:
    """A contact whose person was in Marketo before, and who differs by every rule there is."""
    world, email = desk.rehearsal.world, "rules@contoso.example"
    ours = {"telephone1": "1" * 300, "middlename": "m" * 300, "jobtitle": "Head", "mobilephone": "111"}
    contact = world.insert("contact", {"lastname": "Rules", "emailaddress1": email, **ours})
    theirs = {"firstName": "Known", "title": "Boss", "city": "Rome", "mobilePhone": "222", "unsubscribed": True}
    desk.rehearsal.marketo.marketer.fill_form({"email": email, **theirs})
    return contact


def start(desk: Desk, **settings: object) -> RunEnded:
    chosen = {Entity.CONTACT: tuple(CHOSEN.values()), Entity.LEAD: (), Entity.ACCOUNT: ()}
    desk.settings = replace(desk.settings, fields=replace(desk.settings.fields, chosen=chosen))
    ended = desk.start(**settings)
    assert isinstance(ended, RunEnded)
    return ended


def equal_by_audit(desk: Desk) -> int:
    """Contacts whose fields, company and owner are the same on both sides, as both sides' own records tell."""
    audit = desk.rehearsal.audit()
    held = {row["dynamicsId"]: row for row in audit["marketo"]["persons"] if row.get("dynamicsId")}
    plain = {
        "lastname": "lastName", "emailaddress1": "email", "firstname": "firstName", "donotbulkemail": "unsubscribed",
        "jobtitle": "title", "address1_city": "city", "telephone1": "phone", "middlename": "middleName",
        "mobilephone": "mobilePhone", "_parentcustomerid_value": "externalCompanyId",
        "_ownerid_value": "externalSalesPersonId",
    }  # fmt: skip
    accounts = {row["accountid"] for row in audit["dataverse"]["account"]}
    rows = [
        row if row.get("_parentcustomerid_value") in accounts else {**row, "_parentcustomerid_value": None}
        for row in audit["dataverse"]["contact"]
        if row["contactid"] in held
    ]
    return sum(
        all(same(_text(row.get(ours)), held[row["contactid"]].get(theirs)) for ours, theirs in plain.items())
        for row in rows
        if row.get("new_synctomkto") is not False and not row.get("merged")
    )


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def test_what_differs_by_a_rule_is_listed_with_the_reason_that_why_gives(desk: Desk, tmp_path: Path) -> None:
    contact = adopted(desk)
    start(desk)
    Life(desk).cycle()
    found = certified(desk, path=tmp_path / "certificate.txt")
    assert found.holds, [one for one in found.differences if not one.explained]
    assert listed(found, contact) == EXPECTED
    assert {one.by_rule for one in found.differences if one.id == contact} == {True}
    assert told(desk, contact) == EXPECTED
    equal, kept, _ = counted(found)
    assert equal == equal_by_audit(desk)
    assert kept == len({one.id for one in found.differences if one.by_rule and one.entity is Entity.CONTACT})
    text = (tmp_path / "certificate.txt").read_text("utf-8")
    assert f"{equal} equal in every field, {kept} equal but for fields that differ by a rule" in text
    assert f"  contact {contact} firstName: {STAYS}\n" in text
    before = counted(found)
    by_hand(desk, contact, email="false@contoso.example")
    by_hand(desk, contact, title="Another")
    false = certified(desk)
    assert not false.holds
    assert set(listed(false, contact)) == {*EXPECTED, "email"}
    assert counted(false) == (before[0], before[1] - 1, before[2] + 1)


def test_a_sample_and_a_rehearsals_proof_count_what_differs_by_a_rule(desk: Desk) -> None:
    contact = adopted(desk)
    proof = start(desk, rehearsal=True).proof
    drawn = certified(desk, 1_000)
    equal, kept, _ = counted(drawn)
    assert (equal, listed(drawn, contact)) == (equal_by_audit(desk), EXPECTED)
    assert proof is not None
    assert proof.holds
    assert proof.kept >= kept > 0
    assert proof.eligible == proof.equal + proof.kept
    assert {one.by_rule for one in proof.differences} == {True}
    by_hand(desk, contact, email="false@contoso.example")
    false = start(desk, rehearsal=True).proof
    assert false is not None
    assert not false.holds
    assert [(one.id, one.field) for one in false.differences if not one.by_rule] == [(contact, "email")]
    assert (false.equal, false.kept) == (proof.equal, proof.kept - 1)


def test_the_kept_certificate_lists_what_memory_does_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difference_file, "LISTED", 3)
    start(desk)
    ids = [str(row["contactid"]) for row in Life(desk).rows("contact", statecode=0)][:20]
    for id_ in ids:
        by_hand(desk, id_, lastName="False", title="Another")
    event = desk.service.records.reconcile().wait(120)
    certificate, path = event.certificate, event.path  # type: ignore[union-attr]
    kinds = [(one.explained, one.by_rule) for one in certificate.differences]
    assert max(kinds.count(kind) for kind in kinds) == 3
    kept = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert kept["unlisted"] == 0
    assert len(kept["differences"]) == len(certificate.differences) + certificate.unlisted
    assert {one["id"] for one in kept["differences"] if one["field"] == "lastName"} >= set(ids)
    text = path.read_text("utf-8")
    assert [id_ for id_ in ids if f"  contact {id_} lastName" not in text] == []


MARK = "microsoftIsDeleted"
LEFT = "The person keeps the company that it left in Dynamics: Marketo lets people change it, never be without."


def reasons(certificate: Certificate, id_: str) -> set[tuple[str, str, bool]]:
    """Field, reason and whether it is known, of everything that a certificate lists of a record."""
    return {(one.field, str(one.reason), one.explained) for one in certificate.differences if one.id == id_}


def test_a_company_that_dynamics_does_not_name_is_a_difference(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.cycle()
    companies = [row["externalCompanyId"] for row in desk.rehearsal.audit()["marketo"]["companies"]]
    alone = [row["contactid"] for row in life.rows("contact", statecode=0) if not row.get("_parentcustomerid_value")]
    member = next(row["contactid"] for row in life.rows("contact") if row.get("_parentcustomerid_value") in companies)
    desk.rehearsal.world.update("contact", member, {"parentcustomerid": None})
    life.cycle()
    assert certified(desk).holds
    by_hand(desk, alone[0], externalCompanyId=companies[0])
    found = certified(desk)
    assert not found.holds
    assert reasons(found, alone[0]) == {("externalCompanyId", "has another value in Marketo", False)}
    assert reasons(found, member) == {("externalCompanyId", LEFT, True)}
    companies_of = {one.id: str(one.reason) for one in found.differences if one.field == "externalCompanyId"}
    without = [id_ for id_, reason in companies_of.items() if reason.startswith("It is in Marketo without its company")]
    assert companies_of.keys() - {*without} == {alone[0], member}
    assert companies_of[without[0]] in {str(step.finding) for step in why(desk, without[0]).steps}
    other, kept = why(desk, alone[0]), why(desk, member)
    assert (other.cause, companies[0] in str(other.verdict)) == (Cause.OTHER_COMPANY, True)
    assert (kept.cause, str(kept.verdict)) == (Cause.NO_COMPANY, LEFT)


def test_a_false_mark_is_a_difference_until_the_one_record_is_synced(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    living, gone, edited = (str(row["contactid"]) for row in life.rows("contact", statecode=0)[:3])
    desk.rehearsal.world.delete("contact", gone)
    life.cycle()
    before = certified(desk)
    assert before.holds
    assert life.person(gone)[MARK] is True
    by_hand(desk, living, **{MARK: True})
    by_hand(desk, gone, **{MARK: False})
    found = certified(desk)
    assert not found.holds
    marked = {(one.id, str(one.reason), one.explained) for one in found.differences if one.field == MARK}
    assert marked == {
        (living, "says that the record is left out, though it is synced: sync this one record now", False),
        (gone, "does not say that the record was deleted in Dynamics: sync this one record now", False),
    }
    assert (counted(found)[0], counted(found)[2]) == (counted(before)[0] - 1, counted(before)[2] + 2)
    told_of = why(desk, living), why(desk, gone)
    assert [one.cause for one in told_of] == [Cause.MARKED, Cause.DELETED]
    assert "does not say so" in str(told_of[1].verdict)
    for id_ in (living, gone):
        ended = desk.service.records.sync_one(Entity.CONTACT, id_).wait(60)
        assert isinstance(ended, Explained), ended
    assert (bool(life.person(living).get(MARK)), life.person(gone).get(MARK)) == (False, True)
    by_hand(desk, edited, **{MARK: True})
    desk.rehearsal.world.update("contact", edited, {"lastname": "Edited"})
    assert (MARK, "changed in Dynamics since the last sync", True) in reasons(certified(desk), edited)
    life.cycle()
    assert not life.person(edited).get(MARK)
    assert certified(desk).holds
    assert [why(desk, living).cause, "marked as deleted" in str(why(desk, gone).verdict)] == [Cause.IN_STEP, True]

"""The fit check against what really happens: nasty values are predicted, then sent, and both are compared."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.choice import FieldChoice, Overwrite, TooLong
from dynsync_gui.domain.events import (
    Explained,
    FitChecked,
    FitProgress,
    JobCancelled,
    PlanReady,
    RunEnded,
    Sampled,
)
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.fit import FitCure, FitOutcome, FitReason, FitReport
from dynsync_gui.domain.schema import ENTITIES, PEOPLE, Entity
from dynsync_gui.engine import fit, fit_check, sampling
from tests.service.test_flow import untouched, writes

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.service.conftest import Desk

ADDRESSES = (
    "ada@contoso.com", "ada@contoso", "ada contoso.com", "ada@@contoso.com", "a@b.c", "ada@contoso.c0m",
    "é@contoso.com", "ada@contoso.com ", "\tada@contoso.com", "ada@con_toso.com", "ada..lee@contoso.com",
    "ada@contoso.com.", "<ada@c.com>", "ada,lee@contoso.com", "ada+lee@contoso.co.uk", "ada🙂@contoso.com",
    "a" * 240 + "@contoso.com", "a" * 250 + "@c.com", "o'brien@contoso.com", "ada@-contoso-.com", "", " ",
)  # fmt: skip
TEXTS = (
    "x" * 255, "x" * 256, " " + "x" * 255 + " ", "é" * 255, "🙂" * 255, "🙂" * 256, "x" * 254 + "\u0000x", "a\nb",
    "a\r\n" + "b" * 260, "שלום", "\u200b", "line\n", "", "   ",
)  # fmt: skip
LONG = ("é" * 15_000, "é" * 15_001, "x" * 30_000, "x" * 30_001, "🙂" * 7_500, "🙂" * 7_501, "a\nb")
MONEY = (922_337_203_685_477, -0.0001, 1e-10)
OPTIONS = (100_000_000, 100_000_099, 7)
COLUMNS: dict[str, tuple[Any, ...]] = {
    "emailaddress1": ADDRESSES,
    "jobtitle": TEXTS,
    "firstname": TEXTS,
    "telephone1": TEXTS,
    "description": LONG,
    "new_loyaltytier": OPTIONS,
    "birthdate": ("1753-01-01", "1900-02-28", "9999-12-31"),
}
ACCOUNT: dict[str, tuple[Any, ...]] = {
    "name": TEXTS[:9],
    "telephone1": TEXTS,
    "address1_city": TEXTS,
    "revenue": MONEY,
    "numberofemployees": (2**31 - 1, 0),
}
SUBSCRIPTION: dict[str, tuple[Any, ...]] = {
    "new_name": ("x" * 100, "é" * 100),
    "new_notes": LONG,
    "new_plan": OPTIONS,
    "new_amount": MONEY,
    "new_seats": (2**31 - 1, -(2**31)),
    "new_startson": ("1753-01-01", "9999-12-31"),
    "new_renewedon": ("1753-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
}
DEAL: dict[str, tuple[Any, ...]] = {
    "name": ("x" * 255, "x" * 256),
    "description": ("x" * 2_000, "x" * 2_001, "é" * 2_000),
}
OTHERS = (("opportunity", DEAL), ("new_subscription", SUBSCRIPTION))
VALUES = (FitCure.LEAVE_OUT, FitCure.SKIP)
PERSON = (*map(FieldChoice, ("firstname", "lastname", "emailaddress1", "telephone1", "new_loyaltytier")),)


def make_nasty(desk: Desk, seed: int) -> None:
    """Half of all records get a nasty value or two."""
    chance = random.Random(seed)
    world = desk.rehearsal.world
    for table, columns in (("contact", COLUMNS), ("lead", COLUMNS), ("account", ACCOUNT), *OTHERS):
        for row in world.as_json()[table]:
            if chance.random() < 0.5:
                known = sorted(columns.keys() & world.tables[table].schema.columns.keys())
                names = chance.sample(known, chance.choice((1, 1, 2)))
                world.update(table, row[f"{table}id"], {name: chance.choice(columns[name]) for name in names})


def choose(desk: Desk, **changes: Any) -> None:
    more = FieldChoice("jobtitle", **changes), FieldChoice("description")
    chosen = {
        Entity.CONTACT: (*PERSON, *more, FieldChoice("birthdate")),
        Entity.LEAD: (*PERSON, *more),
        Entity("new_subscription"): tuple(FieldChoice(name, **changes) for name in SUBSCRIPTION),
    }
    desk.settings = replace(desk.settings, fields=replace(desk.settings.fields, chosen=chosen))


def checked(desk: Desk, *, everything: bool = True) -> FitReport:
    event = desk.service.check_fit(desk.settings, desk.secrets, everything=everything).wait(120)
    assert isinstance(event, FitChecked), event
    return event.report


def refused(report: FitReport) -> set[tuple[str, str, str]]:
    """Entity, id and Marketo field of everything that is said to be refused."""
    return {
        (misfit.entity.value, example.id, misfit.target)
        for misfit in report.misfits
        if misfit.outcome is FitOutcome.REFUSED
        for example in misfit.examples
    }


def counts(report: FitReport) -> dict[tuple[Entity, str, FitReason], int]:
    return {(misfit.entity, misfit.field, misfit.reason): misfit.count for misfit in report.misfits}


def adapted(report: FitReport, aside: Collection[tuple[str, str]] = ()) -> tuple[int, int]:
    """How many values are said to be cut, and to be left out, of records that arrive."""
    found = Counter(
        misfit.outcome
        for misfit in report.misfits
        for example in misfit.examples
        if (misfit.entity.value, example.id) not in aside
    )
    return found[FitOutcome.CUT], found[FitOutcome.LEFT_OUT]


@pytest.fixture
def every_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "MOST_EXAMPLES", 10_000)


@pytest.mark.parametrize(
    ("seed", "rule"),
    [
        (1, {}),
        (2, {"too_long": TooLong.TRIM}),
        (4, {"too_long": TooLong.LEAVE_OUT}),
        (3, {"overwrite": Overwrite.ONLY_EMPTY}),
    ],
)
def test_what_is_predicted_is_what_marketo_refuses(desk: Desk, every_example, seed: int, rule: dict[str, Any]) -> None:
    make_nasty(desk, seed)
    choose(desk, **rule)
    before = untouched(desk.rehearsal)
    report = checked(desk)
    assert untouched(desk.rehearsal) == before
    planned = desk.service.plan(desk.settings, desk.secrets).wait(120)
    assert isinstance(planned, PlanReady)
    assert planned.plan.fit is not None
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    problems = [one for one in desk.service.problems() if one.aside]
    happened = {(one.entity.value, one.id): one.field for one in problems if one.code != "parent-missing"}
    waiting = {(one.entity.value, one.id) for one in problems} - happened.keys()  # whose turn does not come
    for predicted in (report, planned.plan.fit):
        said = refused(predicted)
        assert {(entity, id_) for entity, id_, _ in said} - waiting == happened.keys()
        assert {(*key, field) for key, field in happened.items()} <= said
        assert predicted.complete
    assert len(happened) > 20
    named = {entity for entity, _ in happened}
    assert named - {"new_subscription"} == {"account", "contact", "lead", "opportunity"}
    assert ("new_subscription" in named) is (rule.get("too_long") is None)
    assert counts(planned.plan.fit) == counts(report) or rule.get("overwrite")
    aside = {(one.entity.value, one.id) for one in problems}
    assert adapted(report, aside) == (ended.report.cut, ended.report.left_out)
    assert adapted(report) == adapted(planned.plan.fit)
    assert [bool(number) for number in adapted(report, aside)] == [
        rule.get("too_long") is TooLong.TRIM,
        rule.get("too_long") is TooLong.LEAVE_OUT,
    ]
    assert planned.plan.fit.rows == report.rows
    assert planned.plan.total("attention") == len({(entity, id_) for entity, id_, _ in refused(report)})
    assert report.rows.keys() > set(ENTITIES)


def test_a_value_that_does_not_fit_is_left_out_alone_until_it_fits(desk: Desk) -> None:
    rows = [row for row in desk.rehearsal.world.as_json()["contact"] if row.get("new_synctomkto") is not False]
    contact = next(row["contactid"] for row in rows if row["statecode"] == 0 and not row.get("merged"))
    desk.rehearsal.world.update("contact", contact, {"jobtitle": "First", "lastname": "Known"})
    choose(desk, too_long=TooLong.LEAVE_OUT)
    assert isinstance(desk.start(), RunEnded)

    def person() -> tuple[str, str]:
        (found,) = [row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId") == contact]
        return found["lastName"], found["title"]

    assert person() == ("Known", "First")
    for title, name, kept in (("x" * 256, "Changed", "First"), ("Second", "Changed", "Second")):
        desk.rehearsal.world.update("contact", contact, {"jobtitle": title, "lastname": name})
        assert isinstance(desk.service.go_on().wait(60), RunEnded)
        assert person() == (name, kept)
        assert ("contact", contact) not in desk.listed()
        told = desk.service.records.why(contact).wait(60)
        assert isinstance(told, Explained)
        (explained,) = told.answer.explanations
        assert explained.cause is (Cause.RULE if title != kept else Cause.IN_STEP)
        assert ("you chose to leave it out" in str(explained.verdict)) is (title != kept)


def test_what_is_altered_arrives_otherwise(desk: Desk, every_example) -> None:
    make_nasty(desk, 3)
    choose(desk)
    report = checked(desk)
    kinds = {misfit.reason for misfit in report.misfits}
    assert kinds == {
        FitReason.TOO_LONG, FitReason.TOO_MANY_BYTES, FitReason.NO_EMAIL, FitReason.NOT_ASCII, FitReason.NO_LABEL,
        FitReason.LINE_BREAKS,
    }  # fmt: skip
    (unlabelled,) = (m for m in report.misfits if m.reason is FitReason.NO_LABEL and m.entity is Entity.CONTACT)
    rows = {row["contactid"]: row for row in desk.rehearsal.world.as_json()["contact"]}
    options = {rows[example.id]["new_loyaltytier"] for example in unlabelled.examples}
    assert options == {100_000_099, 7}
    assert {example.value for example in unlabelled.examples} == {"100000099", "7"}
    assert desk.start()
    persons = {row.get("dynamicsId"): row for row in desk.rehearsal.audit()["marketo"]["persons"]}
    taken = [persons[example.id] for example in unlabelled.examples if example.id in persons]
    assert taken
    assert {row[unlabelled.target] for row in taken} <= {"100000099", "7"}


def test_examples_are_few_and_short_and_cures_fit_the_field(desk: Desk) -> None:
    make_nasty(desk, 4)
    choose(desk)
    report = checked(desk)
    assert max(misfit.count for misfit in report.misfits) > 5
    assert all(1 <= len(misfit.examples) <= 5 for misfit in report.misfits)
    assert all(len(example.value) <= 80 for misfit in report.misfits for example in misfit.examples)
    assert all(example.name for misfit in report.misfits for example in misfit.examples if misfit.field != "firstname")
    cures = {(misfit.field, misfit.reason): misfit.cures for misfit in report.misfits if misfit.entity in PEOPLE}
    assert cures["jobtitle", FitReason.TOO_LONG] == (FitCure.OTHER_TARGET, FitCure.TRIM, *VALUES)
    assert cures["emailaddress1", FitReason.TOO_LONG] == (FitCure.OTHER_TARGET, *VALUES)
    assert cures["description", FitReason.TOO_MANY_BYTES] == (FitCure.TRIM, *VALUES)
    assert cures["new_loyaltytier", FitReason.NO_LABEL] == (FitCure.SKIP,)


def test_a_sample_takes_the_newest_and_says_so(desk: Desk, every_example, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_check, "SAMPLE", 30)
    choose(desk)
    world = desk.rehearsal.world
    newest = [row["contactid"] for row in world.as_json()["contact"] if row.get("new_synctomkto") is not False][:20]
    for id_ in newest:
        world.update("contact", id_, {"jobtitle": "x" * 300})
    report = checked(desk, everything=False)
    assert not report.complete
    assert report.rows[Entity.CONTACT] == 30
    assert counts(report)[Entity.CONTACT, "jobtitle", FitReason.TOO_LONG] == 20
    told = [event for event in desk.heard if isinstance(event, FitProgress)]
    assert {event.entity for event in told} > set(ENTITIES)
    assert all(event.total is not None and event.done <= event.total for event in told)


def test_a_sampled_lead_whose_contact_carries_the_person_is_not_judged(
    desk: Desk, every_example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_check, "SAMPLE", 5)
    choose(desk)
    world = desk.rehearsal.world
    kept = {row["contactid"] for row in world.as_json()["contact"] if row.get("new_synctomkto") is not False}
    folded = next(
        row
        for row in world.as_json()["lead"]
        if row["statecode"] == 1
        and row.get("_parentcontactid_value") in kept
        and row.get("new_synctomkto") is not False
    )
    alone = next(row for row in world.as_json()["lead"] if row["statecode"] == 0 and "new_synctomkto" not in row)
    for row in (folded, alone):
        world.update("lead", row["leadid"], {"jobtitle": "x" * 300})
    assert {id_ for _, id_, _ in refused(checked(desk, everything=False))} == {alone["leadid"]}


def test_a_check_can_be_stopped(desk: Desk) -> None:
    desk.rehearsal.set_latency(0.2)
    job = desk.service.check_fit(desk.settings, desk.secrets, everything=True)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)


def test_samples_say_what_columns_hold(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "SAMPLE", 40)
    monkeypatch.setattr(sampling, "_PAGE", 40)
    world = desk.rehearsal.world
    ids = [row["contactid"] for row in world.as_json()["contact"]][:40]
    for place, id_ in enumerate(ids):
        filled = {"jobtitle": f"Chief {place % 2}" if place < 10 else None, "new_loyaltytier": 100_000_000}
        world.update("contact", id_, filled | {"department": "a\nvery " + "long " * 30})
    desk.rehearsal.log.clear()
    event = desk.service.sample(desk.settings, desk.secrets).wait(60)
    assert isinstance(event, Sampled)
    assert set(event.samples) == {*ENTITIES, Entity.OPPORTUNITY}
    contact = event.samples[Entity.CONTACT]
    title = contact["jobtitle"]
    assert (title.filled, title.rows, set(title.values)) == (0.25, 40, {"Chief 0", "Chief 1"})
    assert contact["new_loyaltytier"].values == ("Bronze",)
    assert contact["ownerid"].filled == 1.0
    assert not any("-" in value and len(value) == 36 for value in contact["ownerid"].values)  # names, not ids
    assert len(contact["department"].values[0]) == 40
    assert contact["department"].values[0].startswith("a very long")
    reads = Counter(e.path.rsplit("/", 1)[-1] for e in desk.rehearsal.log.entries() if e.system == "dataverse")
    assert all(1 <= reads[rows] <= 2 for rows in ("contacts", "leads", "accounts"))
    assert writes(desk.rehearsal) == []


def test_all_who_share_a_refused_address_that_marketo_holds_are_told_in_one_run(desk: Desk, every_example) -> None:
    wrong = "two@at@signs.example"
    desk.rehearsal.marketo.persons.create({"email": wrong, "lastName": "There"})
    rows = [row for row in desk.rehearsal.world.as_json()["contact"] if row.get("new_synctomkto") is not False][:4]
    for row in rows:
        desk.rehearsal.world.update("contact", row["contactid"], {"emailaddress1": wrong})
    ids = {id_ for _, id_, _ in refused(checked(desk))}
    assert ids >= {row["contactid"] for row in rows}
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.outbox == 0
    assert {one.id for one in desk.service.problems() if one.aside and one.code != "parent-missing"} == ids


def test_values_that_a_rule_leaves_out_are_counted_and_named(desk: Desk, every_example) -> None:
    choose(desk, too_long=TooLong.LEAVE_OUT)
    world = desk.rehearsal.world
    rows = [row for row in world.as_json()["contact"] if row.get("new_synctomkto") is not False][:7]
    for row in rows:
        world.update("contact", row["contactid"], {"jobtitle": "x" * 256})
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.left_out >= 7
    assert f"{ended.report.left_out} values were left out" in str(ended.report.by_choice[0])

    def notices() -> list[tuple[str, str, bool]]:
        told = [one for one in desk.service.problems() if one.code == "values-left-out" and one.entity == "contact"]
        return [(one.field, one.detail.partition(":")[0], one.aside) for one in told]

    assert notices() == [("title", "7", False)]
    for row in rows[:6]:
        world.update("contact", row["contactid"], {"jobtitle": "Short"})
    again = desk.service.go_on().wait(60)
    assert isinstance(again, RunEnded)
    assert again.report.left_out == 0
    assert notices() == [("title", "1", False)]
    (told,) = [one for one in desk.service.problems() if one.code == "values-left-out" and one.entity == "contact"]
    assert rows[6]["contactid"] in told.detail
    world.delete("contact", rows[6]["contactid"])
    desk.service.go_on().wait(60)
    assert notices() == []


def test_a_value_that_somebody_left_out_of_a_record_is_not_said_to_be_refused(desk: Desk, every_example) -> None:
    choose(desk)
    contact = desk.rehearsal.world.insert("contact", {"lastname": "Refused", "emailaddress1": "not an address"})
    desk.start()
    assert ("contact", contact, "email") in refused(checked(desk))
    desk.service.records.withhold([contact]).wait(10)
    desk.service.go_on().wait(60)
    for report in (checked(desk), desk.service.plan(desk.settings, desk.secrets).wait(120).plan.fit):
        assert ("contact", contact, "email") not in refused(report)
        said = [one for one in report.misfits if one.outcome is FitOutcome.LEFT_OUT]
        assert [(one.target, [example.id for example in one.examples]) for one in said] == [("email", [contact])]
    desk.rehearsal.world.update("contact", contact, {"emailaddress1": "another one"})
    assert ("contact", contact, "email") in refused(checked(desk)), "it is tried again as soon as it is another one"


def test_the_name_of_a_role_that_is_too_long_for_marketo_is_told(desk: Desk, every_example) -> None:
    world = desk.rehearsal.world
    for row in world.as_json()["connectionrole"]:
        world.update("connectionrole", row["connectionroleid"], {"name": f"{row['name']} {'x' * 60}"})
    report = checked(desk)
    (misfit,) = [one for one in report.misfits if one.target == "role"]
    assert (misfit.entity, misfit.outcome, misfit.cures) == (Entity.CONNECTION, FitOutcome.CHANGED, ())
    desk.start()
    roles = [row["role"] for row in desk.rehearsal.audit()["marketo"]["roles"]]
    cut = [role for role in roles if len(role) == 50]
    assert len(cut) == misfit.count > 5

"""People who travel to Marketo in files: the same end, with far fewer calls, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import PlanReady
from dynsync_gui.domain.settings import BulkUse
from dynsync_gui.engine import flight, overtaking, people_files, planner
from dynsync_gui.simulators import events
from dynsync_gui.simulators.marketo.errors import RecordError
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.secrets import SecretSource
from tests.judge import History
from tests.service.beside import Beside
from tests.service.conftest import Desk, reaching
from tests.service.in_files import FILES, again, asked, people, right, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("in_files")


def test_the_end_is_that_of_single_calls_to_the_letter(desk: Desk, tmp_path: Path) -> None:
    desk.rehearsal.marketo.imports.whole_rows = False
    whole(desk.start())
    right(desk)
    assert len(asked(desk, FILES)) == 1
    assert (again(desk).report.read, again(desk).report.acknowledged) == (0, 0)
    with Rehearsal(400, 2, tmp_path / "other", limits=False) as other:
        plain, secrets = reaching(other)
        single = Desk(desk.service, other, plain, secrets, tmp_path / "single", [])
        single.service = open_service(Options(single.folder, SecretSource.SESSION))
        try:
            whole(single.start(limits=replace(plain.limits, bulk=BulkUse.NEVER)))
            assert asked(single, FILES) == []
            assert people(desk) == people(single)
            assert desk.listed() == single.listed()
            assert len(people(desk)) > 250
        finally:
            single.service.close()


def test_a_file_whose_people_have_all_gone_first_is_not_handed_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were overtaken while earlier files were waited for; a file with nothing but its head is none."""
    filled: list[int] = []

    def overtaken(*arguments: Any) -> Iterator[people_files.PeopleFile]:
        for file in people_files.files(*arguments):
            filled.append(len(file.rows))
            if len(filled) == 1:
                file.rows = [(replace(one, version="another"), *rest) for one, *rest in file.rows]
            yield file

    monkeypatch.setattr(people_files, "FILE_BYTES", 20_000)
    monkeypatch.setattr(flight, "files", overtaken)
    whole(desk.start())
    right(desk)
    assert len(filled) > 1
    assert len(asked(desk, FILES)) == len(filled) - 1


def test_changes_travel_by_file_and_cleared_values_by_call(desk: Desk) -> None:
    whole(desk.start())
    desk.rehearsal.log.clear()
    world = desk.rehearsal.world
    rows = [row for row in world.as_json()["lead"] if row["leadid"] in people(desk) and row.get("jobtitle")]
    for number, row in enumerate(rows):
        world.update("lead", row["leadid"], {"jobtitle": None if number < 5 else f'Head, "{number}"\r\nnull'})
    again(desk)
    right(desk)
    assert len(rows) > 50
    found = people(desk)
    assert [found[row["leadid"]].get("title") for row in rows[:5]] == [None] * 5
    assert {found[row["leadid"]].get("title") for row in rows[5:]} == {
        f'Head, "{number}"\r\nnull' for number in range(5, len(rows))
    }
    assert 1 <= len(asked(desk, FILES)) <= 2  # leads with a company name of their own are another kind
    assert 1 <= len(asked(desk, "/rest/v1/leads.json", "POST")) <= 3


@pytest.mark.parametrize("survivor", ["known", "unknown", "nobody"])
@pytest.mark.parametrize("exports", [True, False])
def test_who_is_merged_or_deleted_in_marketo_while_away_is_made_no_second_time(
    desk: Desk, survivor: str, exports: bool
) -> None:
    """Written by the key the person would be made anew beside the one that it went into."""
    whole(desk.start())
    if not exports:
        desk.rehearsal.faults.add("code", system="marketo", code="603", path="export/", count=0)
    marketo, world, held = desk.rehearsal.marketo, desk.rehearsal.world, people(desk)
    leads = [row["leadid"] for row in world.as_json()["lead"] if row["leadid"] in held][:9]
    ids = {
        row["dynamicsId"]: int(row["id"]) for row in desk.rehearsal.audit()["marketo"]["persons"] if "dynamicsId" in row
    }
    lost, stranger = leads[4], marketo.persons.create({"email": "stranger@contoso.example", "dynamicsId": "of nobody"})
    into = {"known": ids[leads[5]], "unknown": stranger, "nobody": 0}[survivor]
    there = {row["id"] for row in desk.rehearsal.audit()["marketo"]["persons"]}
    for id_ in leads:
        world.update("lead", id_, {"firstname": "Touched"})
    persons = marketo.bulk_calls.persons

    def meddle(request: Any) -> Any:
        answer = persons(request)
        if ids[lost] in {row["id"] for row in desk.rehearsal.audit()["marketo"]["persons"]}:
            if into:
                marketo.marketer.merge(into, [ids[lost]])
            else:
                marketo.marketer.delete(ids[lost])
        return answer

    marketo.bulk_calls.persons = meddle  # type: ignore[method-assign]
    files = len(asked(desk, FILES))
    again(desk)
    assert len(asked(desk, FILES)) > files
    now = {row["id"]: row for row in desk.rehearsal.audit()["marketo"]["persons"]}
    heirs = [id_ for id_, row in now.items() if row.get("dynamicsId") == lost]
    if survivor == "nobody":  # its record has changed, so that it comes back, once
        assert len(heirs) == 1
        assert now.keys() == there - {ids[lost]} | set(heirs)
        return
    assert now.keys() == there - {ids[lost]}
    if survivor == "known":
        assert [one.code for one in desk.service.problems() if one.id == lost] == ["merged-in-marketo"]
        assert heirs == []
    else:
        assert (heirs, now[into]["firstName"]) == ([into], "Touched")


@pytest.fixture
def strict(desk: Desk) -> None:
    """A Marketo that takes no value "Impossible", which nothing in its description tells."""
    checked = desk.rehearsal.marketo.person_calls._checked

    def refusing(name: str, value: Any, lookup: str) -> Any:
        if value == "Impossible":
            raise RecordError("1003", f"Invalid value for field '{name}' and value 'Impossible'")
        return checked(name, value, lookup)

    desk.rehearsal.marketo.person_calls._checked = refusing  # type: ignore[method-assign]


@pytest.mark.usefixtures("strict")
def test_who_is_refused_in_a_file_is_listed_with_marketos_reason(desk: Desk) -> None:
    id_ = desk.rehearsal.world.insert("contact", {"lastname": "Impossible", "emailaddress1": "i@contoso.example"})
    whole(desk.start())
    right(desk)
    (problem,) = [one for one in desk.service.problems() if one.id == id_ and one.aside]
    assert (problem.code, problem.field) == ("1003", "lastName")
    assert len(asked(desk, "failures")) == 1
    assert id_ not in people(desk)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("told", [True, False])
def test_a_change_that_is_refused_in_a_file_is_listed(desk: Desk, told: bool) -> None:
    """Also where Marketo does not say afterwards whom it refused."""
    whole(desk.start())
    leads = [row["leadid"] for row in desk.rehearsal.world.as_json()["lead"] if row["leadid"] in people(desk)][:9]
    for id_ in leads:
        desk.rehearsal.world.update("lead", id_, {"jobtitle": "Impossible" if id_ == leads[4] else "Fine"})
    if not told:
        desk.rehearsal.faults.add("status", system="marketo", path="failures", status=404, count=0)
    again(desk)
    right(desk)
    found = people(desk)
    assert [found[id_].get("title") == "Fine" for id_ in leads] == [True] * 4 + [False] + [True] * 4
    (problem,) = [one for one in desk.service.problems() if one.id == leads[4] and one.aside]
    assert (problem.code, problem.field) == ("1003", "title")


def test_a_warning_is_noticed(desk: Desk) -> None:
    submit, warned = desk.rehearsal.marketo.imports.submit, []

    def warning(of: str, content: bytes, form: str, keys: tuple[str, ...], take: Callable[..., str]) -> Any:
        def wary(cells: dict[str, str]) -> str:
            take(cells)
            if not warned:
                warned.append(cells["dynamicsId"])
            return "Odd" if cells["dynamicsId"] == warned[0] else ""

        return submit(of, content, form, keys, wary)

    desk.rehearsal.marketo.imports.submit = warning  # type: ignore[method-assign]
    whole(desk.start())
    right(desk)
    (notice,) = [one for one in desk.service.problems() if one.code == "import-warning"]
    assert (notice.id, notice.detail, notice.aside) == (warned[0], "Odd", False)


def test_five_files_take_a_fifth_of_the_calls_that_a_hundred_thousand_people_take(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many fit into five files (`test_bulk_choice`); single calls for them are 334."""
    monkeypatch.setattr(people_files, "FILE_BYTES", 14_000)
    whole(desk.start())
    right(desk)
    assert len(asked(desk, FILES)) >= 5
    assert len(asked(desk, "/bulk/")) <= 334 / 5


@pytest.mark.parametrize("once", [FILES, "/opportunities.json", "/roles.json"])
def test_what_happens_meanwhile_overtakes_and_is_right(desk: Desk, monkeypatch: pytest.MonkeyPatch, once: str) -> None:
    """Edits, deletions, a filter, a qualification, a merge and an account come while everybody is on the way.

    They are noticed at once, or so late that what hangs on them has had its turn.
    """

    class Later(Beside):
        """Notices nothing before that call."""

        def submit(self, ask: Callable[[], Any]) -> Future[Any]:
            paths = [one.path for one in asked(desk, "", "POST")]
            after = paths[paths.index(FILES) :] if FILES in paths else ()
            return super().submit(ask if any(once in path for path in after) else frozenset)

    monkeypatch.setattr(overtaking, "EVERY", 0.0)
    monkeypatch.setattr(overtaking, "SPARING", 0.0)
    monkeypatch.setattr(overtaking, "ThreadPoolExecutor", Later)
    desk.rehearsal.marketo.imports.rows_per_second = 40.0
    world = desk.rehearsal.world
    history: list[History] = []

    def meddle(request: Any) -> Any:
        answer = persons(request)
        if history:
            return answer
        body = request.files["file"]
        body.seek(0)
        away = {line.split(b",")[0].decode() for line in body.read().split(b"\r\n")}
        contacts, leads = (
            [row[f"{table}id"] for row in world.as_json()[table] if row[f"{table}id"] in away]
            for table in ("contact", "lead")
        )
        states = {row["leadid"]: row["statecode"] for row in world.as_json()["lead"]}
        open_leads = [one for one in leads if states[one] == 0]
        kept_out = {row["accountid"] for row in world.as_json()["account"] if row.get("new_synctomkto") is False}
        waiting = [
            row["_parentcustomerid_value"]
            for row in world.as_json()["contact"]
            if row["contactid"] in away and row.get("_parentcustomerid_value") in kept_out
        ]
        world.update("account", waiting[0], {"new_synctomkto": True})
        account = world.insert("account", {"name": "Late Ltd"})
        world.update("contact", contacts[0], {"lastname": "Edited"})
        world.update("contact", contacts[5], {"parentcustomerid": account})
        world.delete("contact", contacts[1])
        world.update("lead", open_leads[0], {"new_synctomkto": False})
        events.qualify(world, open_leads[1], account=True)
        events.merge(world, "contact", contacts[2], contacts[3])
        world.insert("lead", {"lastname": "Overtakes", "emailaddress1": "fast@contoso.example"})
        history.append(
            History(stale=frozenset({("lead", open_leads[0])}), marked=frozenset({("contact", contacts[1])}))
        )
        return answer

    persons = desk.rehearsal.marketo.bulk_calls.persons
    desk.rehearsal.marketo.bulk_calls.persons = meddle  # type: ignore[method-assign]
    whole(desk.start())
    again(desk)
    assert history
    right(desk, history[0])
    sent = [one for one in desk.rehearsal.log.entries("marketo") if one.method == "POST" and "/leads.json" in one.path]
    assert [one.path for one in sent].index(FILES) < len(sent) - 1


@pytest.mark.parametrize(("daily", "files"), [(60, 1), (50_000, 0)])
def test_files_are_for_a_short_quota(desk: Desk, monkeypatch: pytest.MonkeyPatch, daily: int, files: int) -> None:
    monkeypatch.setattr(planner, "BATCH_ROWS", 10)  # this small world takes sixty calls then, as it is counted
    settings = replace(desk.settings, limits=replace(desk.settings.limits, bulk=BulkUse.AUTO, daily_calls=daily))
    ready = desk.service.plan(settings, desk.secrets).wait(60)
    assert isinstance(ready, PlanReady), ready
    plan = ready.plan
    assert (plan.by_file > 250) is (plan.calls < plan.single_calls - 10) is bool(files)
    assert asked(desk, FILES) == []
    whole(desk.start(limits=settings.limits))
    right(desk)
    assert len(asked(desk, FILES)) == files

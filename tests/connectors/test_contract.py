"""The connectors against the rehearsal over HTTP, and their requests against Adobe's own definition."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dynsync_gui.connectors.marketo import creating
from dynsync_gui.connectors.opening import VendorConnections
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.schema import ENTITIES, KEY_FIELD, Entity, Target, TargetType
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    DynamicsSettings,
    LimitSettings,
    MarketoSettings,
    NetworkSettings,
    Settings,
    SignIn,
)
from dynsync_gui.simulators.server import Rehearsal

from .marketo_script import MarketoScript, ok

SHARED = Path(os.environ.get("DYNSYNC_SHARED") or Path(__file__).resolve().parents[3] / "shared")


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    with Rehearsal(records=300, folder=tmp_path) as running:
        yield running


def opened(rehearsal: Rehearsal, sign_in: SignIn = SignIn.APPLICATION, **limits: int) -> Connection:
    accounts = rehearsal.accounts
    urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
    own = sign_in is SignIn.APPLICATION
    settings = Settings(
        DynamicsSettings(
            rehearsal.dynamics_url,
            sign_in,
            accounts["username"],
            accounts["client_id" if own else "user_client_id"],
        ),
        MarketoSettings(rehearsal.marketo_url, accounts["marketo_client_id"]),
        NetworkSettings(str(rehearsal.ca_bundle), tuple(urlsplit(url).netloc for url in urls)),
        limits=LimitSettings(**limits),
    )
    secret = accounts["client_secret" if own else "user_client_secret"]
    secrets = Secrets(accounts["password"], secret, accounts["marketo_client_secret"])
    return VendorConnections().open(settings, secrets, CancelToken())


@pytest.fixture
def connection(rehearsal: Rehearsal) -> Iterator[Connection]:
    made = opened(rehearsal)
    yield made
    made.close()


@pytest.mark.parametrize("sign_in", [SignIn.APPLICATION, SignIn.PASSWORD])
def test_all_checks_pass(rehearsal: Rehearsal, sign_in: SignIn) -> None:
    connection = opened(rehearsal, sign_in)
    checks = connection.dynamics.check(list(ENTITIES), lambda _: None) + connection.marketo.check(lambda _: None)
    connection.close()
    assert [(check.id, check.detail) for check in checks if check.state is not CheckState.PASSED] == []


def test_every_record_is_read_once(rehearsal: Rehearsal, connection: Connection) -> None:
    read: dict[Entity, list[str]] = {}
    for entity in ENTITIES:
        schema = connection.dynamics.describe(entity)
        names = [field.name for field in schema.fields if field.readable]
        link, read[entity] = "", []
        while True:
            page = connection.dynamics.read_page(schema, names, link, track=True, shown=True, page_size=37)
            read[entity] += [record.id for record in page.records]
            if not page.next_link:
                break
            link = page.next_link
        assert page.delta_link
        after = connection.dynamics.read_page(schema, names, page.delta_link, track=False, shown=True, page_size=37)
        assert (after.records, bool(after.delta_link)) == ((), True)
    assert all(len(set(ids)) == len(ids) for ids in read.values())
    assert sum(len(ids) for ids in read.values()) == 300


@pytest.mark.parametrize("most", [60, 7])
def test_records_of_ids_come_whole_though_pages_are_shorter_than_asked_for(
    rehearsal: Rehearsal, connection: Connection, most: int
) -> None:
    rehearsal.dataverse.reader.filtered_rows = most
    schema = connection.dynamics.describe(Entity.CONTACT)
    ids = sorted(row["contactid"] for row in rehearsal.world.as_json()["contact"])[:100]
    found = connection.dynamics.read_records(schema, ("lastname",), [*ids[1:], "0" * 8 + ids[0][8:]], shown=False)
    assert sorted(record.id for record in found) == ids[1:]


def test_an_expired_delta_link_keeps_its_code(rehearsal: Rehearsal, connection: Connection) -> None:
    schema = connection.dynamics.describe(Entity.LEAD)
    link = f"{rehearsal.dynamics_url}/api/data/v9.2/leads?$select=leadid&$deltatoken=1%2101%2f01%2f2001%2000%3a00%3a00"
    with pytest.raises(ConnectionFailed) as caught:
        connection.dynamics.read_page(schema, ["leadid"], link, track=False, shown=False, page_size=10)
    assert caught.value.code == "0x80044352"


def test_writing_finding_and_refusing(connection: Connection) -> None:
    marketo = connection.marketo
    marketo.create_fields([NewField(KEY_FIELD, "Dynamics Id", TargetType.STRING)])
    marketo.create_fields([NewField(KEY_FIELD, "Dynamics Id", TargetType.STRING)])
    people = [{KEY_FIELD: "a-1", "email": "a@b.com"}, {KEY_FIELD: "a-2", "email": "nonsense"}]
    first, second = marketo.upsert(Target.PERSON, people, KEY_FIELD)
    assert (first.status, second.status, second.code) == ("created", "skipped", "1003")
    assert marketo.upsert(Target.PERSON, people[:1], KEY_FIELD)[0].status == "updated"
    found = marketo.find(Target.PERSON, KEY_FIELD, ["a-1", "a-2"], ["id", "email"])
    assert [row["email"] for row in found] == ["a@b.com"]
    company = {"externalCompanyId": "c-1", "company": "Contoso"}
    assert marketo.upsert(Target.COMPANY, [company], "externalCompanyId")[0].status == "created"
    assert marketo.find(Target.COMPANY, "externalCompanyId", ["c-1"], ["company"])[0]["company"] == "Contoso"
    assert marketo.calls_today() == marketo.calls_made() - 1


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "html_502"},
        {"action": "html_200"},
        {"action": "reset_before"},
        {"action": "reset_after_execution"},
        {"action": "truncated"},
        {"action": "status", "status": 503, "retry_after": "1"},
        {"action": "status", "status": 429, "retry_after": "1"},
        {"action": "code", "code": "602", "message": "Access token expired"},
        {"action": "code", "code": "604", "message": "Request timed out"},
    ],
)
def test_one_fault_changes_nothing(
    rehearsal: Rehearsal, connection: Connection, fault: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating, "OVER_SECONDS", 0.2)
    marketo = connection.marketo
    marketo.create_fields([NewField(KEY_FIELD, "Dynamics Id", TargetType.STRING)])
    rehearsal.faults.add(**fault, system="marketo", path=r"^/rest/v1/leads\.json")
    outcome = marketo.upsert(Target.PERSON, [{KEY_FIELD: "a-1", "email": "a@b.com"}], KEY_FIELD)
    assert [row.status for row in outcome] in (["created"], ["updated"])
    assert len(marketo.find(Target.PERSON, KEY_FIELD, ["a-1"], ["id"])) == 1


@pytest.fixture(scope="session")
def contract():
    tool = SHARED / "tools" / "marketo_contract.py"
    if not tool.is_file():
        pytest.skip("Adobe's definition is not there: set DYNSYNC_SHARED to the folder with tools/marketo_contract.py")
    spec = importlib.util.spec_from_file_location("marketo_contract", tool)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Contract(str(SHARED / "data" / "marketo" / "swagger-mapi.relaxed.json"))


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_requests_fit_adobes_definition(contract, forge) -> None:
    script = MarketoScript(forge)
    script.searchable.append("leadPartitionId")
    script.answers["/companies/describe.json"] = ok({"name": "Company", "fields": []})
    script.answers["/partitions.json"] = ok({"id": 1, "name": "Default"})
    script.answers["/schema/fields.json"] = ok({"name": KEY_FIELD, "status": "created"})
    writer = script.writer()
    writer.check(lambda _: None)
    writer.identity()
    script.answers["/companies.json"] = ok({"seq": 0, "status": "created"})
    script.answers["/leads.json"] = ok({"id": 1, "status": "created"})
    writer.upsert(Target.PERSON, [{KEY_FIELD: "a", "email": None}], KEY_FIELD)
    writer.upsert(Target.PERSON, [{"id": 1, KEY_FIELD: "a"}], "id")
    writer.upsert(Target.COMPANY, [{"externalCompanyId": "a", "company": "A"}], "externalCompanyId")
    writer.upsert(Target.COMPANY, [{"id": 1, "company": "A"}], "id")
    writer.find(Target.COMPANY, "externalCompanyId", ["a"], ["company"])
    script.answers["/activities/types.json"] = ok({"id": 13, "name": "Change Data Value"})
    script.answers["/pagingtoken.json"] = ok(nextPageToken="ABC")
    for call in ("create", "enqueue", "status"):
        script.answers[f"/{call}.json"] = ok({"exportId": "e-1", "status": "Queued"})
    order = writer.order_changes(datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert order is not None
    assert writer.ordered_changes(order, ["title"]) is None, "it is not written yet"
    assert writer.called(writer.order_roll(datetime(2026, 11, 22, 8, tzinfo=UTC))) is None, "nor is this one"
    writer.all_persons(["email"], 1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dynsync_gui.connectors.marketo.schema._WAIT_SECONDS", 0.0)
        with pytest.raises(ConnectionFailed):
            writer.create_fields([NewField(KEY_FIELD, "Dynamics Id", TargetType.STRING)])
    writer.close()
    assert len(script.server.requests) > 15
    for request in script.server.requests:
        kind = request.headers.get("content-type", "")
        body = request.body.decode() if "form" in kind else request.json if request.body else None
        assert contract.request(request.method, request.path, request.query, body, kind) == [], request.target

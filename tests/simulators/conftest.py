"""A running rehearsal and plain HTTP sessions to both of its sides."""

from __future__ import annotations

import importlib.util
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from dynsync_gui.simulators.server import Rehearsal

_SHARED = Path(os.environ.get("DYNSYNC_SHARED") or Path(__file__).resolve().parents[3] / "shared")
_TOOL = _SHARED / "tools" / "marketo_contract.py"
_SPEC = _SHARED / "data" / "marketo" / "swagger-mapi.relaxed.json"

API = "/api/data/v9.2/"


class Dynamics:
    """A session that is signed in to the organisation."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.session = session_for(rehearsal)
        self.sign_in()

    def sign_in(self, user: str = "") -> None:
        accounts = self.rehearsal.accounts
        if user:
            form = {
                "grant_type": "password",
                "client_id": accounts["user_client_id"],
                "client_secret": accounts["user_client_secret"],
                "username": f"{user}@rehearsal.example",
                "password": accounts["password"],
                "scope": f"{self.rehearsal.dynamics_url}/user_impersonation openid offline_access",
            }
        else:
            form = {
                "grant_type": "client_credentials",
                "client_id": accounts["client_id"],
                "client_secret": accounts["client_secret"],
                "scope": f"{self.rehearsal.dynamics_url}/.default",
            }
        token = self.session.post(f"{self.rehearsal.entra_url}/{accounts['tenant']}/oauth2/v2.0/token", data=form)
        self.session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def url(self, path: str) -> str:
        return path if path.startswith("https://") else f"{self.rehearsal.dynamics_url}{API}{path}"

    def get(self, path: str, prefer: str = "", **headers: str) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.get(self.url(path), headers={"Prefer": prefer, **given} if prefer else given)

    def read(self, path: str, prefer: str = "odata.maxpagesize=50") -> tuple[list[dict[str, Any]], dict[str, Any], int]:
        """All rows, the last page and the number of pages."""
        rows: list[dict[str, Any]] = []
        pages = 0
        while True:
            page = self.get(path, prefer).json()
            rows += page["value"]
            pages += 1
            if "@odata.nextLink" not in page:
                return rows, page, pages
            path = page["@odata.nextLink"]


class MarketoSide:
    """A session with a token of the instance."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.session = session_for(rehearsal)
        self.sign_in()

    def sign_in(self) -> dict[str, Any]:
        accounts = self.rehearsal.accounts
        query = {
            "grant_type": "client_credentials",
            "client_id": accounts["marketo_client_id"],
            "client_secret": accounts["marketo_client_secret"],
        }
        answer = self.session.get(f"{self.rehearsal.marketo_url}/identity/oauth/token", params=query).json()
        self.session.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return dict(answer)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return dict(self.session.get(f"{self.rehearsal.marketo_url}/rest/v1/{path}", params=query).json())

    def post(self, path: str, body: Any) -> dict[str, Any]:
        return dict(self.session.post(f"{self.rehearsal.marketo_url}/rest/v1/{path}", json=body).json())

    def sync(self, *records: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        answer = self.post("leads.json", {"input": list(records), **more})
        assert answer["success"], answer
        return list(answer["result"])

    def person(self, person_id: int, *fields: str) -> dict[str, Any]:
        return dict(self.get(f"lead/{person_id}.json", fields=",".join(fields))["result"][0])


def session_for(rehearsal: Rehearsal) -> requests.Session:
    session = requests.Session()
    # A CA bundle in the environment would win over the session's own.
    session.trust_env = False
    session.verify = str(rehearsal.ca_bundle)
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=20))
    return session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rehearsal"


@pytest.fixture
def rehearsal(folder: Path) -> Iterator[Rehearsal]:
    before = threading.active_count()
    with Rehearsal(records=600, seed=3, folder=folder, key_field="crmKey") as running:
        yield running
    assert threading.active_count() == before


@pytest.fixture
def signed_in() -> Iterator[Callable[[Rehearsal], Dynamics]]:
    """Signs in to any rehearsal; the sessions are closed at the end."""
    sides: list[Dynamics] = []

    def sign_in(rehearsal: Rehearsal) -> Dynamics:
        sides.append(Dynamics(rehearsal))
        return sides[-1]

    yield sign_in
    for side in sides:
        side.session.close()


@pytest.fixture
def dynamics(rehearsal: Rehearsal, signed_in: Callable[[Rehearsal], Dynamics]) -> Dynamics:
    return signed_in(rehearsal)


@pytest.fixture
def marketo(rehearsal: Rehearsal) -> Iterator[MarketoSide]:
    side = MarketoSide(rehearsal)
    yield side
    side.session.close()


@pytest.fixture(scope="session")
def contract() -> Any:
    """Adobe's own definition of the answers, where it is at hand."""
    if not (_TOOL.is_file() and _SPEC.is_file()):
        pytest.skip("Adobe's definition is not at hand")
    spec = importlib.util.spec_from_file_location("marketo_contract", _TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # The tool leaves the closing of its file to the interpreter, which is a warning of its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return module.Contract(str(_SPEC))

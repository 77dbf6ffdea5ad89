"""Requests to the Dataverse Web API (Microsoft, Dataverse Web API v9.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from dynsync_gui.connectors.dynamics.auth import DynamicsAuth
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits, sooner
from dynsync_gui.connectors.http.hosts import Hosts
from dynsync_gui.connectors.http.retry import Again, Patience, Repeater, passing
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.dataverse import DATAVERSE, refusal

_T = TypeVar("_T")
ROOT = "/api/data/v9.2/"
_DEFINITIONS = (ROOT + "EntityDefinitions", ROOT + "RetrieveMetadataChanges")
_ANY_VERSION = "/api/data/v9."
_RENEWALS = 3  # requests at the same time share a token, so one of them can meet what befell the others
_LIMITS = Limits(seconds=150.0, silence=120.0)
_SLOW_DOWN = {"0x80072321", "0x80072322", "0x80072323", "0x80072324", "0x80072326"}
_IDS = ("x-ms-service-request-id", "REQ_ID", "x-ms-correlation-request-id")


class DataverseClient:
    """Requests with a token; each may be repeated, and none leads to another host.

    Attributes:
        clock_ahead: Seconds that this computer's clock is ahead of Microsoft's; None while that is not known.
    """

    def __init__(self, http: HttpClient, hosts: Hosts, base: str, auth: DynamicsAuth, repeater: Repeater) -> None:
        """Requests to one environment."""
        self._http, self._hosts, self._base = http, hosts, base
        self._auth, self._repeater = auth, repeater
        self.clock_ahead: float | None = None

    def challenge(self, patience: Patience) -> Answer:
        """The answer to a request for the service document without a token."""

        def once() -> Answer:
            answer = self._http.send("GET", self._base + ROOT, _headers(), None, sooner(_LIMITS, patience.attempt))
            if answer.status == 429 or answer.status >= 500:
                raise _failed(answer)
            if (told := answer.server_time()) is not None:
                self.clock_ahead = (datetime.now(UTC) - told).total_seconds()
            return answer

        return self._repeater.run(once, patience)

    def get(
        self,
        target: str,
        patience: Patience,
        take: Callable[[Answer], _T],
        prefer: str = "",
        most: int = _LIMITS.size,
    ) -> _T:
        """Read a path below the service root, or a path that begins with a slash.

        Args:
            target: What to read.
            patience: How long to put up with trouble.
            take: Takes what is wanted out of the answer; what it finds broken is asked for again.
            prefer: OData preferences.
            most: Bytes that the answer may hold.

        Raises:
            ConnectionFailed: Dataverse refused; its code in lower case is the error's code.
            TemporaryFailure: The trouble outlived the patience.
        """
        path = target if target.startswith("/") else ROOT + target

        def taken(answer: Answer) -> _T:
            if answer.status != 200:
                raise _failed(answer)
            return take(answer)

        return self._signed_in(lambda token: self._sent(path, token, prefer, patience, most), taken, patience)

    def read(self, target: str, patience: Patience) -> dict[str, Any]:
        """As `get`, for a JSON object."""
        return self.get(target, patience, Answer.json)

    def patch(self, target: str, values: Mapping[str, Any], version: str, patience: Patience) -> None:
        """Change a record, if it is still the version that was read.

        Args:
            target: The record, below the service root.
            values: What to change.
            version: Its version, as its etag holds it.
            patience: How long to put up with trouble.

        Raises:
            ConnectionFailed: Dataverse refused; its code in lower case is the error's code.
            TemporaryFailure: The trouble outlived the patience; the same request may be made again.
        """
        self._write("PATCH", target, values, {"If-Match": f'W/"{version}"'}, patience)

    def post(self, target: str, content: Mapping[str, Any], patience: Patience) -> None:
        """Create something, or run an action.

        Args:
            target: Where, below the service root.
            content: What.
            patience: How long to put up with trouble; the request may be made again, so a second one must do no harm.

        Raises:
            ConnectionFailed: Dataverse refused; its code in lower case is the error's code.
            TemporaryFailure: The trouble outlived the patience; the same request may be made again.
        """
        self._write("POST", target, content, {}, patience)

    def _write(
        self, method: str, target: str, content: Mapping[str, Any], more: Mapping[str, str], patience: Patience
    ) -> None:
        body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")

        def sent(token: str) -> Answer:
            headers = _headers() | {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **more}
            del headers["If-None-Match"]
            limits = sooner(_LIMITS, patience.attempt)
            return self._http.send(method, self._base + ROOT + target, headers, body, limits)

        def written(answer: Answer) -> None:
            if answer.status not in {200, 201, 204}:
                raise _failed(answer)

        self._signed_in(sent, written, patience)

    def _signed_in(self, send: Callable[[str], Answer], take: Callable[[Answer], _T], patience: Patience) -> _T:
        """Send with a token until the patience ends, with a new one where Dataverse no longer takes it."""
        token = self._auth.token(patience)

        def once() -> _T:
            nonlocal token
            answer = send(token)
            for _ in range(_RENEWALS):
                if answer.status != 401:
                    break
                token = self._auth.token(patience, refused=token)
                self._repeater.await_turn()  # others may have been told to slow down meanwhile
                answer = send(token)
            return take(answer)

        return self._repeater.run(once, patience)

    def own_path(self, link: str, asked: str) -> str:
        """Path and query of a next or delta link, letter by letter.

        Args:
            link: As Dataverse gave it.
            asked: Path whose answer held it.

        Raises:
            ConnectionFailed: It leads elsewhere; a token must not follow it.
        """
        path = self._hosts.own_target(link, self._base + asked, _ANY_VERSION)
        if path is None:
            host = re.sub(r"[^!-~]", "?", urlsplit(link).netloc.rpartition("@")[2])[:100]
            raise ConnectionFailed("dynamics.link", DATAVERSE["dynamics.link"], host)
        return path

    def _sent(self, path: str, token: str, prefer: str, patience: Patience, most: int) -> Answer:
        headers = _headers() | {"Authorization": f"Bearer {token}"}
        if prefer:
            headers["Prefer"] = prefer
        if path.startswith(_DEFINITIONS):
            headers["Consistency"] = "Strong"  # not what one server remembers of the time before a change
        limits = replace(sooner(_LIMITS, patience.attempt), size=most)
        return self._http.send("GET", self._base + path, headers, None, limits)


def _headers() -> dict[str, str]:
    return {
        "Accept": "application/json",
        "OData-MaxVersion": "4.0",
        "OData-Version": "4.0",
        "If-None-Match": "null",
    }


def _failed(answer: Answer) -> Exception:
    """What to raise for an answer that is not what was asked for."""
    code, message = _told(answer)
    ids = {name: told[:80] for name in _IDS if (told := answer.headers.get(name, ""))}
    finding = refusal(code, answer.status, message)
    shown = code or f"http.{answer.status}"
    detail = message or f"HTTP {answer.status}"
    status = 429 if code in _SLOW_DOWN else answer.status
    again = passing(TemporaryFailure(shown, finding, detail, ids), status, answer.retry_after())
    if again is not None:
        return Again(again.failure, 5.0, throttled=True) if again.throttled and again.after is None else again
    return ConnectionFailed(shown, finding, detail, ids)


def _told(answer: Answer) -> tuple[str, str]:
    """Dataverse's code, as hexadecimal in lower case, and its words."""
    try:
        error = answer.json().get("error")
    except TemporaryFailure:
        return "", ""
    if not isinstance(error, dict):
        return "", ""
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    if re.fullmatch(r"-?\d+", code):
        code = f"0x{int(code) & 0xFFFFFFFF:08x}"
    return code.lower() if code.lower().startswith("0x") else "", re.sub(r"\s+", " ", message)[:300]

"""Calls to Marketo's REST API: envelope, codes, repeats (Adobe, Marketo REST API)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import uniform
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson

from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits, sooner
from dynsync_gui.connectors.http.limiter import Limiter
from dynsync_gui.connectors.http.retry import Again, Patience, Repeater, passing
from dynsync_gui.connectors.marketo import codes
from dynsync_gui.connectors.marketo.auth import MarketoAuth
from dynsync_gui.domain.errors import ConnectionFailed, Finding, GuardStop, TemporaryFailure
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.marketo import DENIED, MARKETO, QUOTA, problem_of

_T = TypeVar("_T")
_SECONDS = 130.0
"""Above Marketo's own 90 seconds for a sync call."""

_MOST_REFUSALS = 5
"""Tokens of one call that may be refused, as in a storm; the pauses between take 15 seconds together at most."""


@dataclass
class Refused(Exception):  # noqa: N818
    """Marketo refused a call as a whole.

    Attributes:
        code: Marketo's code.
        message: Its words.
        failure: What to raise where the code means nothing special to the caller.
    """

    code: str
    message: str
    failure: ConnectionFailed


@dataclass
class Unheard(Exception):  # noqa: N818
    """Nobody heard what came of a call that Marketo may still be working on.

    Attributes:
        failure: What to raise where it is not made again.
    """

    failure: ConnectionFailed


@dataclass(frozen=True, slots=True)
class Request:
    """One call, which may be made again.

    Attributes:
        method: HTTP method.
        path: From ``/rest`` on; with its query.
        body: What to post.
        kind: Its content type.
        seconds: How long it may take.
        file: Whether the answer is a file: its bytes are found under ``content``.
        span: Places of the first and the last byte of a file that are wanted; None for all of it. Which ones came is
            found under ``span``, as the server words it.
        alone: Whether it must not be under way twice at once.
    """

    method: str
    path: str
    body: bytes | None = None
    kind: str = ""
    seconds: float = _SECONDS
    file: bool = False
    span: tuple[int, int] | None = None
    alone: bool = False


def fetch(path: str, span: tuple[int, int] | None = None) -> Request:
    """A GET of a file, or of some of its bytes."""
    return Request("GET", path, file=True, span=span)


def read(path: str, **query: str) -> Request:
    """A plain GET."""
    return Request("GET", f"{path}?{urlencode(query)}" if query else path)


def query(path: str, form: Mapping[str, str]) -> Request:
    """A GET whose query is too long for an address, so that it travels as a form (``_method=GET``)."""
    body = urlencode({"_method": "GET", **form}, safe="@,:").encode()  # as they are: 300 addresses are soon written
    return Request("POST", path, body, "application/x-www-form-urlencoded")


def write(path: str, content: Mapping[str, Any], *, alone: bool = False) -> Request:
    """A POST of JSON; half characters, which UTF-8 cannot carry, become question marks."""
    try:
        body = orjson.dumps(content)
    except TypeError:  # half characters, or numbers larger than 64 bits
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        body = text.encode("utf-8", "replace")
    return Request("POST", path, body, "application/json", alone=alone)


class MarketoClient:
    """Makes calls within the limits, from any thread.

    Attributes:
        clock_ahead: Seconds that this computer's clock is ahead of Marketo's, as of the last answer.
        used_up: What stopped a call because there are no more today; from then on none is made.
    """

    def __init__(self, http: HttpClient, base: str, auth: MarketoAuth, limiter: Limiter, repeater: Repeater) -> None:
        """Calls to one instance."""
        self._http, self._base, self._auth, self._limiter, self._repeater = http, base, auth, limiter, repeater
        self.clock_ahead = 0.0
        self.used_up: GuardStop | None = None

    def call(self, request: Request, patience: Patience, take: Callable[[dict[str, Any]], _T]) -> _T:
        """Make a call until it succeeds.

        Args:
            request: May be made again.
            patience: How long to put up with trouble.
            take: Takes what is wanted out of the answer; raises `TemporaryFailure` where the outcome is unknown.

        Raises:
            Refused: Marketo refused it as a whole.
            Unheard: It must not be under way twice, and there was no answer.
            TemporaryFailure: The trouble outlived the patience.
            GuardStop: The day's calls are used up.
        """
        if self.used_up is not None:
            raise self.used_up
        token, refusals = self._auth.token(patience), 0

        def once() -> _T:
            nonlocal token, refusals
            told = self._heard(request, token, patience)
            while (code := _code(told)) in codes.SIGN_IN and refusals < _MOST_REFUSALS:
                refusals += 1
                token = self._auth.token(patience, refused=token)
                if refusals > 1:
                    message = _message(told)
                    raise Again(TemporaryFailure(code, _finding(code, message, request), message, _ids(told)))
                told = self._heard(request, token, patience)
            self._accepted(told, request, patience)
            return take(told)

        try:
            return self._repeater.run(once, patience)
        except GuardStop as stop:
            self.used_up = stop
            raise

    def _heard(self, request: Request, token: str, patience: Patience) -> dict[str, Any]:
        try:
            return self._told(self._sent(request, token, patience), request)
        except Again as again:
            if request.alone and not again.throttled and again.after is None:  # else it was turned away
                raise Unheard(again.failure) from None
            raise
        except ConnectionFailed as failure:
            if request.alone and failure.code not in codes.NOT_SENT:
                raise Unheard(failure) from None
            raise

    def _sent(self, request: Request, token: str, patience: Patience) -> Answer:
        headers = {"Accept": "*/*" if request.file else "application/json", "Authorization": f"Bearer {token}"}
        if request.kind:
            headers["Content-Type"] = request.kind
        if request.span:
            headers["Range"] = f"bytes={request.span[0]}-{request.span[1]}"
        limits = sooner(Limits(seconds=request.seconds, silence=120.0), patience.attempt)
        with self._limiter.place():
            answer = self._http.send(request.method, self._base + request.path, headers, request.body, limits)
        if (told := answer.server_time()) is not None:
            self.clock_ahead = (datetime.now(UTC) - told).total_seconds()
        return answer

    def _told(self, answer: Answer, request: Request) -> dict[str, Any]:
        """The envelope; HTTP statuses other than 200 are rare and said like codes."""
        part = answer.status == 206 and request.span is not None
        # A file begins with the name of a column, an envelope with a brace.
        if part or (answer.status == 200 and request.file and answer.body[:1] != b"{"):
            return {"success": True, "content": answer.body, "span": answer.headers.get("Content-Range", "")}
        if answer.status == 200:
            return answer.json()
        code = "603" if answer.status == 403 else str(answer.status)
        failure = TemporaryFailure(code, _finding(code, "", request), f"HTTP {answer.status}")
        if again := passing(failure, answer.status, answer.retry_after()):
            raise Again(failure, again.after or codes.WINDOW_SECONDS, throttled=True) if again.throttled else again
        if answer.status == 401:
            code = "601"
        if answer.status == 404:
            code = "610"
        return {"success": False, "errors": [{"code": code, "message": f"HTTP {answer.status}"}]}

    def _accepted(self, told: Mapping[str, Any], request: Request, patience: Patience) -> None:
        """Raise what a refused call means."""
        code = _code(told)
        if not code or code == codes.NOTHING_FOUND:
            return
        message, ids = _message(told), _ids(told)
        finding = _finding(code, message, request)
        if code == codes.QUOTA:
            raise GuardStop("quota", QUOTA, message, ids)
        passing_failure = TemporaryFailure(code, finding, message, ids)
        if code == "606":
            raise Again(passing_failure, codes.WINDOW_SECONDS, throttled=True)
        if code == "615":
            raise Again(passing_failure, uniform(1.0, 3.0), throttled=True)  # noqa: S311  not a secret
        if request.alone and code in codes.UNDER_WAY:
            raise Unheard(passing_failure)
        if code in codes.PASSING:
            raise Again(passing_failure, most=patience.system_errors if code == codes.SYSTEM_ERROR else 0)
        raise Refused(code, message, ConnectionFailed(code, finding, message, ids))


def _code(told: Mapping[str, Any]) -> str:
    """The first response-level code; empty where the call succeeded."""
    if told.get("success") is True:
        return ""
    errors = told.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return str(errors[0].get("code") or "unknown")
    raise TemporaryFailure("611", MARKETO["611"], "an answer without success and without a reason")


def _message(told: Mapping[str, Any]) -> str:
    return re.sub(r"\s+", " ", str(told["errors"][0].get("message") or ""))[:300]


def _ids(told: Mapping[str, Any]) -> dict[str, str]:
    id_ = told.get("requestId")
    return {"requestId": id_[:80]} if isinstance(id_, str) else {}


def _finding(code: str, message: str, request: Request) -> Finding:
    if code == "603":
        return filled(DENIED, permission=codes.permission_for(request.path))
    return problem_of(code, message)[0]

"""The door of each system: plays faults, keeps the log and hands the request to the vendor."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from dynsync_gui.simulators.faults import Action, FaultPlan, FaultRule
from dynsync_gui.simulators.traffic import Exchange, RequestLog, without_secrets
from dynsync_gui.simulators.transport import CutConnectionError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from dynsync_gui.simulators.clock import Clock

_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_SMALLEST_GZIP = 1024


class Answer(Response):
    """A response that remembers the vendor's error code for the log."""

    code: str = ""

    @classmethod
    def of(cls, content: Any, status: int = 200, **headers: str) -> Answer:
        """A JSON body in UTF-8; underscores in header names become hyphens."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), check_circular=False)
        answer = cls(text, status=status, content_type="application/json; charset=utf-8")
        for name, value in headers.items():
            answer.headers[name.replace("_", "-")] = value
        return answer


class Vendor(Protocol):
    """One rehearsed system."""

    name: str
    compresses: bool

    def answer(self, request: Request, delay: float) -> Answer:
        """Answers a request; the delay, in seconds, is spent where the vendor would spend it."""

    def refusal(self, code: str, message: str) -> Answer:
        """The vendor's own shape for an error code."""


class Gate:
    """A WSGI app around a vendor."""

    def __init__(
        self, vendor: Vendor, faults: FaultPlan, log: RequestLog, clock: Clock, stopping: threading.Event
    ) -> None:
        self._vendor = vendor
        self._faults = faults
        self._log = log
        self._clock = clock
        self._stopping = stopping

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request; every one of them is logged, cut ones too."""
        request = Request(environ)
        began, started = time.perf_counter(), self._clock.now()
        target = f"{request.path}?{environ['QUERY_STRING']}"
        rule = self._faults.draw(self._vendor.name, request.method, target)
        answer: Answer | None = None
        try:
            answer = self._answer(request, rule)
            if self._vendor.compresses:
                _compress(request, answer)
            answer.headers.setdefault("Date", http_date(self._clock.now()))
        finally:
            self._log.add(
                Exchange(
                    system=self._vendor.name,
                    method=request.method,
                    path=request.path,
                    query=without_secrets(environ["QUERY_STRING"]),
                    status=answer.status_code if answer else 0,
                    started=started,
                    seconds=time.perf_counter() - began,
                    received=request.content_length or 0,
                    sent=-1 if answer is None or answer.is_streamed else int(answer.content_length or 0),
                    code=answer.code if answer else "",
                    fault=rule.action.value if rule else "",
                )
            )
        return answer(environ, start_response)

    def _answer(self, request: Request, rule: FaultRule | None) -> Answer:
        if rule is None:
            return self._vendor.answer(request, 0.0)
        match rule.action:
            case Action.STATUS | Action.HTML_502 | Action.HTML_200 | Action.REDIRECT:
                return _instead(request, rule)
            case Action.RESET_BEFORE:
                raise CutConnectionError
            case Action.RESET_AFTER_EXECUTION:
                self._vendor.answer(request, 0.0)
                raise CutConnectionError
            case Action.TRUNCATED:
                body = self._vendor.answer(request, 0.0).get_data()
                # An answer without a body promises one byte, so that the cut is seen.
                raise CutConnectionError(body[: len(body) // 2], max(1, len(body)))
            case Action.SLOW:
                return self._vendor.answer(request, rule.seconds)
            case Action.ENDLESS:
                return Answer(self._endless(), content_type="application/json; charset=utf-8")
            case Action.HANG:
                self._stopping.wait(rule.seconds or None)
                raise CutConnectionError
            case Action.CODE:
                return self._vendor.refusal(rule.code, rule.message)
            case Action.BAD_NEXT_LINK:
                return _misdirected(self._vendor.answer(request, 0.0), rule.link)

    def _endless(self) -> Iterator[bytes]:
        """A body that only ends with the connection or the rehearsal."""
        yield b'{"value":['
        while not self._stopping.wait(0.005):
            yield b" " * 65_536


def _instead(request: Request, rule: FaultRule) -> Answer:
    """What a gateway says without asking the vendor."""
    if rule.action is Action.REDIRECT:
        answer = Answer("", status=302)
        answer.headers["Location"] = f"{rule.link}{request.path}"
    elif rule.action is Action.STATUS:
        answer = Answer("", status=rule.status)
        if rule.retry_after:
            answer.headers["Retry-After"] = rule.retry_after
    else:
        status = 502 if rule.action is Action.HTML_502 else 200
        answer = Answer(_HTML, status=status, content_type="text/html; charset=utf-8")
    return answer


def _misdirected(answer: Answer, link: str) -> Answer:
    if answer.mimetype != "application/json" or not answer.get_data():
        return answer
    body = json.loads(answer.get_data())
    for name in ("@odata.nextLink", "@odata.deltaLink"):
        if name in body:
            body[name] = f"{link}/{body[name].split('/', 3)[3]}"
    answer.set_data(json.dumps(body))
    return answer


def _compress(request: Request, answer: Answer) -> None:
    """Packs larger bodies for clients that can unpack them."""
    if answer.is_streamed or not request.accept_encodings.quality("gzip"):
        return
    body = answer.get_data()
    if len(body) >= _SMALLEST_GZIP:
        answer.set_data(gzip.compress(body, compresslevel=1))
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"

"""A Marketo whose every answer a test may replace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from dynsync_gui.connectors.http.limiter import MemoryRateWindow
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import LimitSettings, MarketoSettings, NetworkSettings, Settings

from .scripted import Exchange, Forge, Received

Answer = Callable[[Exchange], None]
FIELDS = [
    {"name": "email", "displayName": "Email Address", "dataType": "email", "length": 255, "updateable": True},
    {"name": "leadScore", "displayName": "Score", "dataType": "score", "updateable": False, "crmManaged": False},
    {"name": "sfdcType", "displayName": "Type", "dataType": "reference", "updateable": False},
]


def ok(*rows: object, **more: object) -> Answer:
    return lambda exchange: exchange.reply({"requestId": "r#1", "success": True, "result": list(rows), **more})


def refused(code: str, message: str = "words") -> Answer:
    told = {"requestId": "r#2", "success": False, "errors": [{"code": code, "message": message}]}
    return lambda exchange: exchange.reply(told)


@dataclass
class MarketoScript:
    """Answers by a part of the path; a list of answers is used up one by one, its last one stays."""

    forge: Forge
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    lives: list[object] = field(default_factory=lambda: [3600])
    fields: list[dict[str, object]] = field(default_factory=lambda: list(FIELDS))
    searchable: list[str] = field(default_factory=lambda: ["id", "email"])

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.issued = 0
        self.server = self.forge.serve(self._serve)

    def asked(self, part: str) -> list[Received]:
        return [request for request in self.server.requests if part in request.target]

    def writer(self, token: CancelToken | None = None, on_wait=None, **limits: int) -> MarketoRestWriter:
        settings = Settings(
            marketo=MarketoSettings(self.server.url, "client-id"),
            network=NetworkSettings(self.forge.ca_bundle, (self.server.host,)),
            limits=LimitSettings(**{"calls_per_20s": 98, **limits}),
        )
        secrets = Secrets(marketo_client_secret="s3cret+/ value")
        return MarketoRestWriter(settings, secrets, token or CancelToken(), MemoryRateWindow(), on_wait)

    def _serve(self, exchange: Exchange) -> None:
        path = exchange.request.path
        for name, answers in self.answers.items():
            if name in path:
                with self._lock:
                    listed = isinstance(answers, list)
                    answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if listed else answers
                answer(exchange)
                return
        if path == "/identity/oauth/token":
            self.identity(exchange)
        elif exchange.request.headers.get("authorization") != f"Bearer token-{self.issued}":
            refused("602", "Access token expired")(exchange)
        elif path.endswith("describe2.json"):
            keys = [[name] for name in self.searchable]
            ok({"name": "API Lead", "searchableFields": keys, "fields": self.fields})(exchange)
        else:
            ok()(exchange)

    def identity(self, exchange: Exchange) -> None:
        with self._lock:
            life = self.lives.pop(0) if len(self.lives) > 1 else self.lives[0]
            self.issued += 1
        told = {"access_token": f"token-{self.issued}", "token_type": "bearer", "expires_in": life}
        exchange.reply({**told, "scope": "api@contoso.com"})

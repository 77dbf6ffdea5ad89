"""A Dataverse and its sign-in, just enough of them, whose every answer a test may replace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, NetworkSettings, Settings, SignIn

from .scripted import Exchange, Forge, Received

TENANT = "0b1c7e5c-1111-4222-8333-444455556666"
USER = "11111111-2222-4333-8444-555555555555"
ROOT = "/api/data/v9.2/"
Answer = Callable[[Exchange], None]


@dataclass
class DynamicsScript:
    """Answers by path; `answers` replaces one, `data` holds what reads give in turn."""

    forge: Forge
    answers: dict[str, Answer] = field(default_factory=dict)
    life: int = 3600

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.issued = 0
        self.server = self.forge.serve(self._serve)
        self.authority = f"{self.server.url}/{TENANT}"

    @property
    def good_token(self) -> str:
        return f"token-{self.issued}"

    def asked(self, part: str) -> list[Received]:
        return [request for request in self.server.requests if part in request.target]

    def reader(self, token: CancelToken | None = None, **options) -> DataverseReader:
        sign_in = options.pop("sign_in", SignIn.APPLICATION)
        username = options.pop("username", "ada@contoso.com")
        client_id = options.pop("client_id", "99999999-0000-4000-8000-000000000000")
        secrets = Secrets(options.pop("password", "pass word"), options.pop("secret", "s3cret~value"))
        network = NetworkSettings(self.forge.ca_bundle, options.pop("trusted", (self.server.host,)))
        settings = Settings(DynamicsSettings(self.server.url, sign_in, username, client_id), network=network)
        return DataverseReader(settings, secrets, token or CancelToken(), **options)

    def _serve(self, exchange: Exchange) -> None:
        path = exchange.request.path
        for name, answer in self.answers.items():
            if name in path:
                answer(exchange)
                return
        if path.endswith("/openid-configuration"):
            self.discovery(exchange)
        elif "/userrealm/" in path:
            exchange.reply({"account_type": "Managed"})
        elif path.endswith("/token"):
            self.token(exchange)
        elif exchange.request.headers.get("authorization") != f"Bearer {self.good_token}":
            self.challenge(exchange)
        elif path.endswith("/WhoAmI"):
            exchange.reply({"UserId": USER.upper(), "OrganizationId": USER})
        else:
            exchange.reply({"value": []})

    def challenge(self, exchange: Exchange, authority: str = "", resource: str = "") -> None:
        told = f"Bearer authorization_uri={authority or self.authority}/oauth2/authorize, "
        told += f"resource_id={resource or self.server.url}/"
        exchange.reply(b"", 401, WWW_Authenticate=told)

    def discovery(self, exchange: Exchange) -> None:
        base = f"{self.authority}/oauth2/v2.0"
        endpoints = {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"}
        exchange.reply({**endpoints, "issuer": f"{self.authority}/v2.0"})

    def token(self, exchange: Exchange) -> None:
        with self._lock:
            self.issued += 1
        told = {"token_type": "Bearer", "expires_in": self.life, "access_token": self.good_token}
        exchange.reply(told)


def refusal(number: int, error: str = "invalid_grant") -> Answer:
    """A refused token request as Microsoft words it."""
    told = {
        "error": error,
        "error_description": f"AADSTS{number}: Some words. Trace ID: 1 Correlation ID: 2 Timestamp: 3",
        "error_codes": [number],
        "timestamp": "2026-11-22 15:00:00Z",
        "trace_id": "trace-1",
        "correlation_id": "correlation-1",
    }
    return lambda exchange: exchange.reply(told, 400)

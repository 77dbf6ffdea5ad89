"""msal's door to the network: our own client, with its host list, time limits and repeats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits, sooner
from dynsync_gui.connectors.http.retry import Patience, Repeater, passing
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.entra import ENTRA

_LIMITS = Limits(seconds=30.0, silence=30.0, size=4 * 1024 * 1024)
_REALM = "/common/userrealm/"


class Reply:
    """An answer in the shape that msal reads."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.text = answer.text
        self.headers = dict(answer.headers)

    def raise_for_status(self) -> None:
        """Asked by msal for answers that it cannot use."""
        if self.status_code >= 400:
            raise ValueError(f"HTTP {self.status_code}")


class MsalHttp:
    """What msal calls ``http_client``.

    Attributes:
        patience: How long to put up with trouble.
        last: The latest answer, for finding out why msal gave up.
        federated: Whether the account signs in at a company's own server.
    """

    def __init__(self, http: HttpClient, repeater: Repeater, patience: Patience, authority: str) -> None:
        """Requests of one sign-in at one authority."""
        self._http, self._repeater, self.patience = http, repeater, patience
        self._authority = urlsplit(authority)
        self.last: Answer | None = None
        self.federated = False

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, Any] | None = None, **_: Any
    ) -> Reply:
        """Read something; msal's question for the user's realm is put right first."""
        url = self._realm(url)
        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        answer = self._send("GET", url, headers, None)
        if _REALM in url and answer.status == 200:
            self.federated = str(answer.json().get("account_type")).lower() == "federated"
        return Reply(answer)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        headers: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> Reply:
        """Send a form (or a company server's XML); a form has to be answered by JSON."""
        form = isinstance(data, Mapping)
        body = urlencode(data) if form else data or ""
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        url = f"{url}?{urlencode(params)}" if params else url
        answer = self._send(
            "POST", url, {**kind, **(headers or {})}, body if isinstance(body, bytes) else body.encode()
        )
        if form:
            answer.json()  # msal would write a body that it cannot read to the log
        return Reply(answer)

    def close(self) -> None:
        """Nothing of its own to give back."""

    def _realm(self, url: str) -> str:
        """The library asks at the authority's host but forgets its port, and puts the user name in as it is."""
        before, found, rest = url.partition(_REALM)
        if not found or urlsplit(before).hostname != self._authority.hostname:
            return url
        user, _, query = rest.rpartition("?")
        return urlunsplit(("https", self._authority.netloc, _REALM + quote(user, safe="@"), query, ""))

    def _send(self, method: str, url: str, headers: Mapping[str, Any] | None, body: bytes | None) -> Answer:
        sent = {name: str(value) for name, value in (headers or {}).items() if value is not None}

        def once() -> Answer:
            answer = self._http.send(method, url, sent, body, sooner(_LIMITS, self.patience.attempt))
            failure = TemporaryFailure("entra.busy", ENTRA[90033], f"HTTP {answer.status}", _ids(answer))
            if again := passing(failure, answer.status, answer.retry_after()):
                raise again
            return answer

        self.last = self._repeater.run(once, self.patience)
        return self.last


def _ids(answer: Answer) -> dict[str, str]:
    told = answer.headers.get("x-ms-request-id", "")
    return {"x-ms-request-id": told[:80]} if told else {}

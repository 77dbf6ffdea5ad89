"""What Microsoft's sign-in, or msal in its place, answered instead of a token, as errors of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.entra import FEDERATED, UNKNOWN, refusal
from dynsync_gui.domain.findings.sign_in import SIGN_IN

_PASSING = {"AADSTS90055", "AADSTS90033", "AADSTS90006", "AADSTS50196", "oauth.temporarily_unavailable"}
_OURS = {
    "access_denied": "sign-in.cancelled",
    "authorization_declined": "sign-in.cancelled",
    "expired_token": "sign-in.code-expired",
}
"""OAuth errors that come without a number of Microsoft's."""


def refused(answer: Mapping[str, Any]) -> ConnectionFailed:
    """The error for an OAuth error answer."""
    code, finding = refusal(answer)
    ours = _OURS.get(str(answer.get("error")))
    if ours and not code.startswith("AADSTS"):
        code, finding = ours, SIGN_IN[ours]
    names = ("correlation_id", "trace_id", "timestamp")
    ids = {name: str(answer[name])[:80] for name in names if answer.get(name)}
    kind = TemporaryFailure if code in _PASSING else ConnectionFailed
    return kind(code, finding, _words(str(answer.get("error_description") or answer.get("error") or "")), ids)


def given_up(trouble: Exception, web: MsalHttp) -> ConnectionFailed:
    """The library raised instead of answering: the last answer tells why, if anything does."""
    told: dict[str, Any] = {}
    if web.last is not None and web.last.status >= 400:
        try:
            told = web.last.json()
        except TemporaryFailure as failure:
            return failure
    if told.get("error"):
        return refused(told)
    if web.federated:
        return ConnectionFailed("entra.federated", FEDERATED, type(trouble).__name__)
    return ConnectionFailed("entra.unknown", UNKNOWN, type(trouble).__name__)


def sign_in_failed(code: str) -> ConnectionFailed:
    """The error for one of our own codes that names nothing."""
    return ConnectionFailed(code, SIGN_IN[code])


def _words(description: str) -> str:
    """Microsoft's own words, without the ids that stand beside them."""
    first = re.split(r"\s*Trace ID:", description)[0]
    return re.sub(r"\s+", " ", first).strip()[:300]

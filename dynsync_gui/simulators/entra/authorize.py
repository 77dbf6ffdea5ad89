"""The authorization code grant with PKCE (Microsoft identity platform, auth code flow)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from dynsync_gui.simulators.aadsts import SignInError, described
from dynsync_gui.simulators.entra.pages import handed_over, said
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.directory import Application, DirectoryUser
    from dynsync_gui.simulators.entra.tokens import Tokens
    from dynsync_gui.simulators.entra.visits import Visits

_CODE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class _Code:
    application: Application
    user: DirectoryUser
    redirect: str
    challenge: str
    nonce: str
    issued: float


@dataclass(slots=True)
class _Errand:
    """Brings the answer to the program that waits at a redirect address."""

    application: Application
    redirect: str
    mode: str
    state: str
    challenge: str
    nonce: str
    give: Callable[[_Errand, DirectoryUser], str] = field(repr=False)

    def done(self, user: DirectoryUser) -> Answer:
        return self._sent({"code": self.give(self, user), "session_state": secrets.token_hex(8)})

    def refused(self, error: str, words: str) -> Answer:
        fields = {"error": error, "error_description": words}
        return self._sent(fields | ({"error_subcode": "cancel"} if "AADSTS" not in words else {}))

    def _sent(self, fields: dict[str, str]) -> Answer:
        fields |= {"state": self.state} if self.state else {}
        if self.mode == "form_post":
            return handed_over(self.redirect, fields)
        answer = Answer("", status=302)
        answer.headers["Location"] = f"{self.redirect}{'&' if '?' in self.redirect else '?'}{urlencode(fields)}"
        return answer


class Authorize:
    """The authorize page, and the codes that it gives."""

    def __init__(self, visits: Visits, tokens: Tokens, clock: Clock) -> None:
        self._visits, self._tokens, self._clock = visits, tokens, clock
        self._codes: dict[str, _Code] = {}
        self._redeemed: set[str] = set()

    def page(self, asked: Mapping[str, str], application: Application) -> Answer:
        """The first page, or why there is none; only a registered address hears of trouble."""
        redirect = asked.get("redirect_uri", "")
        if not any(_fits(redirect, known) for known in application.redirects):
            return said("Sorry, but we're having trouble signing you in", described(50011, redirect)[1], 400)
        if application.refusal:
            return said("Sorry", described(application.refusal, application.client_id)[1], 400)
        mode = asked.get("response_mode", "query")
        errand = _Errand(
            application,
            redirect,
            mode,
            asked.get("state", ""),
            asked.get("code_challenge", ""),
            asked.get("nonce", ""),
            self._give,
        )
        try:
            self._check(asked, mode)
        except SignInError as error:
            return errand.refused(*described(error.number, error.detail))
        return self._visits.begin(errand)

    def redeem(self, form: Mapping[str, str], application: Application) -> Answer:
        """Tokens for a code, once."""
        code = form.get("code", "")
        if code in self._redeemed:
            raise SignInError(54005)
        found = self._codes.pop(code, None)
        if found is None or found.application is not application or found.issued + _CODE_SECONDS < self._clock.now():
            raise SignInError(70008)
        self._redeemed.add(code)
        if form.get("redirect_uri") != found.redirect:
            raise SignInError(50011, form.get("redirect_uri", ""))
        verifier = form.get("code_verifier", "")
        if not verifier:
            raise SignInError(9002325)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        if not hmac.compare_digest(digest, found.challenge.encode()):
            raise SignInError(50148)
        return self._tokens.of_user(found.user, application, form.get("scope", ""), nonce=found.nonce)

    def _check(self, asked: Mapping[str, str], mode: str) -> None:
        if asked.get("response_type") != "code" or mode not in {"query", "form_post"}:
            raise SignInError(900144, "response_type")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            raise SignInError(9002325)
        self._tokens.resource(asked.get("scope", ""))

    def _give(self, errand: _Errand, user: DirectoryUser) -> str:
        code = f"1.{secrets.token_urlsafe(60)}"
        self._codes[code] = _Code(
            errand.application, user, errand.redirect, errand.challenge, errand.nonce, self._clock.now()
        )
        return code


def _fits(redirect: str, known: str) -> bool:
    """For ``http://localhost`` the port does not matter (Microsoft, redirect URI restrictions)."""
    try:
        asked, registered = urlsplit(redirect), urlsplit(known)
        port = asked.port if registered.hostname != "localhost" else registered.port
    except ValueError:
        return False
    same = (asked.scheme, asked.hostname, port) == (registered.scheme, registered.hostname, registered.port)
    return same and asked.path.rstrip("/") == registered.path.rstrip("/") and not asked.fragment

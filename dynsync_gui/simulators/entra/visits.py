"""A person at Entra's pages: password, second step, consent; or the way out at each of them."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from dynsync_gui.simulators.aadsts import described
from dynsync_gui.simulators.entra.pages import form, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynsync_gui.simulators.directory import Application, Directory, DirectoryUser
    from dynsync_gui.simulators.gate import Answer

SECOND_STEP_CODE = "123456"
"""What the rehearsal's authenticator shows."""
_SECOND_STEP = frozenset({50072, 50074, 50076, 50079})
_CONSENT = frozenset({65001})


class Errand(Protocol):
    """What a person signs in for."""

    application: Application

    def done(self, user: DirectoryUser) -> Answer:
        """The page after a successful sign-in."""

    def refused(self, error: str, words: str) -> Answer:
        """The page after the person said no."""


@dataclass(slots=True)
class _Visit:
    errand: Errand
    user: DirectoryUser | None = None
    left: list[str] = field(default_factory=list)


class Visits:
    """Everybody who is at the pages now, by a random number that the forms carry."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._visits: dict[str, _Visit] = {}

    def begin(self, errand: Errand) -> Answer:
        """The first page."""
        number = secrets.token_urlsafe(16)
        self._visits[number] = _Visit(errand)
        return _password(number)

    def go_on(self, given: Mapping[str, str]) -> Answer:
        """The page after a form."""
        number, step = given.get("visit", ""), given.get("step", "")
        visit = self._visits.get(number)
        if visit is None:
            return said("Sorry", described(50089)[1], 400)
        if step in {"cancel", "decline"}:
            del self._visits[number]
            if step == "decline":
                return visit.errand.refused(*described(65004))
            return visit.errand.refused("access_denied", "The user canceled the authentication.")
        if visit.user is None:
            return self._named(number, visit, given)
        wanted = visit.left[0]
        if step != wanted:
            return said("Sorry", described(50089)[1], 400)
        if wanted == "second" and given.get("otc") != SECOND_STEP_CODE:
            return _second(number, "That code did not work.")
        visit.left.pop(0)
        return self._next(number, visit)

    def _named(self, number: str, visit: _Visit, given: Mapping[str, str]) -> Answer:
        name = given.get("login", "").strip().lower()
        user = self._directory.users.get(name)
        if user is None:
            return _password(number, described(50034, name)[1])
        if not hmac.compare_digest(user.password.encode(), given.get("passwd", "").encode()):
            return _password(number, described(50126)[1])
        visit.user = user
        if user.refusal in _SECOND_STEP:
            visit.left.append("second")
        if user.refusal in _CONSENT:
            visit.left.append("consent")
        if user.refusal and not visit.left:
            del self._visits[number]
            return said("You cannot get there from here", described(user.refusal, name)[1], 403)
        return self._next(number, visit)

    def _next(self, number: str, visit: _Visit) -> Answer:
        if visit.left and visit.left[0] == "second":
            return _second(number)
        if visit.left:
            return form("Permissions requested", "/login", {"visit": number}, {},
                        {"consent": "Accept", "decline": "Cancel"})  # fmt: skip
        del self._visits[number]
        user = visit.user
        if user is None:
            raise AssertionError("a visit ends with a person")
        return visit.errand.done(user)


def _password(number: str, trouble: str = "") -> Answer:
    return form("Sign in", "/login", {"visit": number}, {"login": "text", "passwd": "password"},
                {"password": "Sign in", "cancel": "Cancel"}, trouble)  # fmt: skip


def _second(number: str, trouble: str = "") -> Answer:
    return form("Enter code", "/login", {"visit": number}, {"otc": "text"},
                {"second": "Verify", "cancel": "Cancel"}, trouble)  # fmt: skip

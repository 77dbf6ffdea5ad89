"""A stand-in for a person with a browser: opens an address, fills in the forms, presses the buttons."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from dynsync_gui.simulators.entra.visits import SECOND_STEP_CODE

if TYPE_CHECKING:
    from pathlib import Path

_MOST_PAGES = 12


@dataclass(slots=True)
class Page:
    """What the browser shows.

    Attributes:
        address: Where it is.
        status: HTTP status.
        text: The whole page.
        action: Where its form goes; empty for none.
        fields: The form's fields with their values.
        steps: Values of its buttons.
        submits_itself: Whether a script sends the form at once.
    """

    address: str
    status: int
    text: str
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    submits_itself: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in.

    Attributes:
        ca_bundle: Certificate that the browser trusts.
        name: User name.
        password: Its password.
        stops_at: Step at which the person presses "Cancel": ``password``, ``second`` or ``consent``; empty for none.
        second_step: What the person types as the second step.
    """

    ca_bundle: Path
    name: str
    password: str
    stops_at: str = ""
    second_step: str = SECOND_STEP_CODE

    def signs_in(self, address: str) -> Page:
        """Open the address of a sign-in and go on until no form is left; returns the last page."""
        return self._through(self._opened("GET", address, None))

    def enters_code(self, address: str, code: str) -> Page:
        """Open the address of a device sign-in, enter the code and sign in; returns the last page."""
        page = self._opened("GET", address, None)
        return self._through(self._sent(page, {"code": code, "step": "next"}))

    def _through(self, page: Page) -> Page:
        for _ in range(_MOST_PAGES):
            step = page.steps[0] if page.steps else ""
            if page.submits_itself:
                page = self._sent(page, {})
            elif not page.action or "code" in page.fields:
                return page
            elif step == self.stops_at:
                page = self._sent(page, {"step": page.steps[-1]})
            elif 'role="alert"' in page.text:
                return page
            else:
                typed = {"login": self.name, "passwd": self.password, "otc": self.second_step}
                page = self._sent(page, {name: typed[name] for name in page.fields if name in typed} | {"step": step})
        raise AssertionError("the sign-in has no end")

    def _sent(self, page: Page, typed: dict[str, str]) -> Page:
        return self._opened("POST", urljoin(page.address, page.action), urlencode(page.fields | typed))

    def _opened(self, method: str, address: str, body: str | None) -> Page:
        for _ in range(_MOST_PAGES):
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
            # As browsers do, the name of this computer is looked for at 127.0.0.1, too.
            host = "127.0.0.1" if host == "localhost" else host
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=str(self.ca_bundle))
                wire: HTTPConnection = HTTPSConnection(host, port, timeout=20, context=context)
            else:
                wire = HTTPConnection(host, port, timeout=20)
            try:
                headers = {"Host": parts.netloc}
                if body is not None:
                    headers["Content-Type"] = "application/x-www-form-urlencoded"
                wire.request(method, f"{parts.path or '/'}?{parts.query}", body, headers)
                answer = wire.getresponse()
                text, onward = answer.read().decode(), answer.getheader("Location")
                status = answer.status
            finally:
                wire.close()
            if onward is None:
                return _Forms(Page(address, status, text)).page
            method, address, body = "GET", urljoin(address, onward), None
        raise AssertionError("the pages lead in a circle")


class _Forms(HTMLParser):
    """Finds the one form of a page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.page.action = found.get("action", "")
        elif tag == "input" and "name" in found:
            self.page.fields[found["name"]] = found.get("value", "")
        elif tag == "button" and found.get("value"):
            self.page.steps.append(found["value"])
        elif tag == "script":
            self.page.submits_itself = True

"""Page 1 with the real service and the rehearsal systems: from "I have an account" to "all checks green"."""

from __future__ import annotations

import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtWidgets import QApplication

from dynsync_gui.composition import Options, open_service
from dynsync_gui.connectors.dynamics import discovery, reader
from dynsync_gui.connectors.marketo import writer
from dynsync_gui.domain.checks import all_passed
from dynsync_gui.domain.events import Event, JobCancelled, SignInPrompt
from dynsync_gui.domain.settings import NetworkSettings, Settings, SignIn
from dynsync_gui.simulators.person import Person
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.store.rate_window import StoredRateWindow
from dynsync_gui.system.paths import Profile as Folder
from dynsync_gui.system.paths import profile_of
from dynsync_gui.system.profile import StoredProfile
from dynsync_gui.system.secrets import SecretSource, SessionSecrets
from dynsync_gui.ui.start import Window
from dynsync_gui.ui.theme import Scheme, Theme
from tests.e2e.hands import Hands, Keyboard, Mouse
from tests.e2e.test_broken_setups import assert_only_reads

LASTING = 600.0
"""Seconds that checks may take where only the person ends them: longer than a test waits."""


@dataclass
class Desk:
    """A window, what it talks to, and the person in front of it."""

    window: Any
    rehearsal: Rehearsal
    until: Callable[..., None]
    heard: list[Event]
    opened: list[str] = field(default_factory=list)
    busy: list[threading.Thread] = field(default_factory=list)

    @property
    def page(self) -> Any:
        return self.window.wizard.credentials

    def person(self) -> Person:
        return Person(self.rehearsal.ca_bundle, "sync@rehearsal.example", self.rehearsal.accounts["password"])

    def does(self, work: Callable[..., object], *arguments: str) -> None:
        """The person is busy elsewhere, while the window goes on."""
        self.busy.append(threading.Thread(target=work, args=arguments))
        self.busy[-1].start()

    def cancelled(self, job: int) -> bool:
        return any(isinstance(event, JobCancelled) and event.job == job for event in self.heard)


@pytest.fixture
def desk(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The first page of the set-up, empty but for the trust in the rehearsal's hosts, which no page asks for."""
    app = QApplication.instance()
    (app.findChild(Theme) or Theme(app)).use(Scheme.LIGHT)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    until = lambda condition, timeout=60_000: qtbot.waitUntil(condition, timeout=timeout)  # noqa: E731
    with Rehearsal(60, 5, tmp_path / "world", limits=False) as rehearsal:
        urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
        hosts = tuple(urlsplit(url).netloc for url in urls)
        monkeypatch.setattr(discovery, "_COMMERCIAL", discovery._Cloud(hosts[0], ""))
        rehearsal.entra.devices.interval = 1
        folder = profile_of(tmp_path / "profile")
        StoredProfile(Folder(folder.folder), SessionSecrets(), None, lambda _: None).write_settings(
            Settings(network=NetworkSettings(str(rehearsal.ca_bundle), hosts))
        )
        opened: list[str] = []
        monkeypatch.setattr("dynsync_gui.composition.open_browser", lambda address: opened.append(address) or True)
        service = open_service(Options(folder.folder, SecretSource.SESSION))
        heard: list[Event] = []
        service.subscribe(heard.append)
        window = Window(service, lambda topic: topic)
        window.show()
        until(lambda: window.main is not None)
        window.main.setup.click()
        window.activateWindow()
        made = Desk(window, rehearsal, until, heard, opened)
        yield made
        for thread in made.busy:
            thread.join(60)
        window.close()
        until(lambda: not window.isVisible())
        window.deleteLater()
    qtbot.wait(0)


def enter_marketo(desk: Desk, hands: Keyboard | Mouse) -> None:
    rows, accounts = desk.page.forms.rows, desk.rehearsal.accounts
    hands.fill(rows["marketo.endpoint"].target, f"{desk.rehearsal.marketo_url}/rest")
    hands.fill(rows["marketo.client_id"].target, accounts["marketo_client_id"])
    hands.fill(rows["marketo.client_secret"].target, accounts["marketo_client_secret"])


def see_green(desk: Desk) -> None:
    page = desk.page
    desk.until(page.identity.isVisible)
    assert page.status.text() == "All checks passed."
    assert all_passed(page.flow.draft.checks)
    assert page.flow.draft.card.dynamics.name
    assert_only_reads(desk.rehearsal)


@pytest.mark.parametrize("way_in", [Keyboard, Mouse], ids=["keyboard", "mouse"])
def test_an_application_is_connected(desk: Desk, way_in: Hands) -> None:
    hands, page, accounts = way_in(desk.window), desk.page, desk.rehearsal.accounts
    rows = page.forms.rows
    hands.fill(rows["dynamics.url"].target, f"{desk.rehearsal.dynamics_url}/main.aspx?appid=1")
    hands.fill(rows["dynamics.client_id"].target, accounts["client_id"])
    hands.fill(rows["dynamics.client_secret"].target, accounts["client_secret"])
    enter_marketo(desk, hands)
    hands.press(page.test)
    see_green(desk)
    hands.press(page.identity.confirm)
    hands.press(desk.window.wizard.button(desk.window.wizard.WizardButton.NextButton))
    desk.until(lambda: bool(page.flow.draft.offers))
    assert desk.opened == []


@pytest.mark.parametrize("way_in", [Keyboard, Mouse], ids=["keyboard", "mouse"])
@pytest.mark.parametrize("way", [SignIn.BROWSER, SignIn.DEVICE])
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the list of a choice, offscreen
def test_a_person_who_knows_no_address_is_connected(desk: Desk, way_in: Hands, way: SignIn) -> None:
    hands, page = way_in(desk.window), desk.page
    hands.choose(page.dynamics.sign_in, page.dynamics.sign_in.findData(way))
    hands.press(page.dynamics.environments.button)
    desk.until(page.sign_in.isVisible)
    if way is SignIn.BROWSER:
        desk.until(lambda: bool(desk.opened))
        assert desk.opened == [page.sign_in.address.text()]
        desk.does(desk.person().signs_in, desk.opened[0])
    else:
        desk.does(desk.person().enters_code, page.sign_in.address.text(), page.sign_in.code.text())
    names = page.dynamics.environments.list
    desk.until(names.isVisible)
    assert page.sign_in.isHidden()
    assert desk.rehearsal.dynamics_url.removeprefix("https://") in names.item(0).text()
    hands.pick(names, 0)
    assert page.dynamics.text("dynamics.url") == desk.rehearsal.dynamics_url
    enter_marketo(desk, hands)
    hands.press(page.test)
    see_green(desk)
    assert len([event for event in desk.heard if isinstance(event, SignInPrompt)]) == 1, "one sign-in serves both"


def test_a_search_that_finds_nothing_and_one_that_is_refused(desk: Desk) -> None:
    page, choice = desk.page, desk.page.dynamics.environments
    desk.rehearsal.faults.add("status", system="dataverse", path="discovery", status=403, skip=1, count=1)
    choice.button.click()
    desk.until(lambda: bool(desk.opened))
    desk.does(desk.person().signs_in, desk.opened[0])
    desk.until(lambda: choice.job is None)
    assert "Microsoft did not list the environments" in choice.message.text()
    choice.button.click()
    desk.until(choice.list.isVisible)
    assert len(desk.opened) == 1, "the person is not asked twice"
    assert page.banner.isHidden()


@pytest.mark.parametrize("way", [SignIn.BROWSER, SignIn.DEVICE])
def test_giving_up_a_sign_in_leaves_nothing_behind(desk: Desk, way: SignIn) -> None:
    page = desk.page
    page.dynamics.sign_in.setCurrentIndex(page.dynamics.sign_in.findData(way))
    hands = Mouse(desk.window)
    hands.fill(page.forms.rows["dynamics.url"].target, desk.rehearsal.dynamics_url)
    enter_marketo(desk, hands)
    hands.press(page.test)
    desk.until(page.sign_in.isVisible)
    job = page.job.number
    redirect = parse_qs(urlsplit(page.sign_in.address.text()).query).get("redirect_uri", [""])[0]
    hands.press(page.sign_in.stop)
    desk.until(lambda: desk.cancelled(job))
    assert page.sign_in.isHidden()
    assert "You stopped the sign-in." in page.banner.says
    assert not list(Path(tempfile.gettempdir()).iterdir())
    assert bool(redirect) is (way is SignIn.BROWSER)
    if redirect:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", urlsplit(redirect).port)):
            pass


@pytest.mark.timeout(600)  # as many sign-ins as there are requests
def test_each_check_can_be_cancelled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoredRateWindow, "reserve", lambda *_: 0.0)  # or so many tests would wait for each other
    page, accounts, hands = desk.page, desk.rehearsal.accounts, Mouse(desk.window)
    rows = page.forms.rows
    hands.fill(rows["dynamics.url"].target, desk.rehearsal.dynamics_url)
    hands.fill(rows["dynamics.client_id"].target, accounts["client_id"])
    hands.fill(rows["dynamics.client_secret"].target, accounts["client_secret"])
    enter_marketo(desk, hands)
    page.test.click()
    see_green(desk)
    asked = {(each.system, each.path.partition("?")[0]) for each in desk.rehearsal.log.entries()}
    assert len(asked) >= 20
    for module in (reader, writer):
        monkeypatch.setattr(module, "_CHECK_SECONDS", LASTING)
        monkeypatch.setattr(module, "_CARD_SECONDS", LASTING)
    for system, path in sorted(asked):
        rule = desk.rehearsal.faults.add("hang", system=system, path=re.escape(path), count=0)
        page.test.click()
        job = page.job.number
        desk.until(lambda rule=rule: rule.played > 0)
        page.stop.click()
        desk.until(lambda job=job: desk.cancelled(job))
        assert page.status.text() == "The test was stopped."
        desk.rehearsal.faults.clear()
    ours = [each.name for each in threading.enumerate() if each.name.startswith("dynsync-")]
    assert not [name for name in ours if "interactive" not in name and "cycles" not in name]  # waiting for work
    assert not list(Path(tempfile.gettempdir()).iterdir())


def test_closing_the_window_half_way_keeps_the_page_and_no_secret(desk: Desk, tmp_path: Path) -> None:
    accounts, rows = desk.rehearsal.accounts, desk.page.forms.rows
    hands = Keyboard(desk.window)
    hands.fill(rows["dynamics.client_id"].target, accounts["client_id"])
    hands.fill(rows["dynamics.client_secret"].target, accounts["client_secret"])
    desk.window.close()
    kept = tmp_path / "profile" / "setup.toml"
    desk.until(kept.exists)
    desk.until(lambda: not desk.window.isVisible())
    written = kept.read_text(encoding="utf-8")
    assert accounts["client_id"] in written
    assert 'step = "credentials"' in written
    assert accounts["client_secret"] not in written

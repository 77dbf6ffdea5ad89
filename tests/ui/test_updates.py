from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from dynsync_gui.domain.events import Downloaded, JobFailed, UpdateRead
from dynsync_gui.domain.releases import Artefact, Release, UpdateKind, UpdateState, refused
from dynsync_gui.ui.windows.settings_view import SettingsView
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import ScriptedService

FILE = Artefact("linux-x64", "DynSync.deb", "https://downloads.contoso.com/DynSync.deb", "0" * 64, 45_000_000)
RELEASE = Release("0.2.0", world.NOW, world.NOW + timedelta(days=90), {"en": "<b>Faster</b>."}, (FILE,))
NEWER = UpdateState(UpdateKind.NEWER, "0.1.0", RELEASE, FILE)


def look(scenes: Scenes, found: object) -> tuple[SettingsView, ScriptedService]:
    window, service = scenes.open_stored()
    view = window.main.settings
    scenes._wait(lambda: view._looking is None)
    service.updates.found = found
    window.main.rooms.show_view(3)
    view.look_for_updates()
    scenes._wait(lambda: view._looking is None)
    return view, service


def test_without_an_address_nothing_is_shown(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    scenes._wait(lambda: window.main.settings._looking is None)
    assert service.updates.calls == ["look"]
    assert window.main.settings.updates.isHidden()


def test_a_newer_one_is_shown_with_its_notes_and_downloaded(scenes: Scenes) -> None:
    view, service = look(scenes, lambda job: UpdateRead(job, NEWER))
    card = view.updates
    assert card.isVisible()
    assert card.stands.text() == "There is a newer DynSync, 0.2.0. This is 0.1.0."
    assert card.notes.text() == "<b>Faster</b>."  # as it is, never as markup
    assert view.window().main.rooms.links[3].text().replace("&", "") == "Settings  1"
    service.updates.downloaded = lambda job: Downloaded(job, NEWER, Path("/home/zoe/DynSync.deb"))
    card.download.click()
    assert card.result.text() == "Downloading DynSync.deb, 45 MB"
    assert not card.download.isEnabled()
    scenes._wait(card.download.isEnabled)
    assert "/home/zoe/DynSync.deb" in card.result.text()
    assert service.updates.calls == ["look", "look", "download"]


def test_the_newest_one_says_so(scenes: Scenes) -> None:
    view, _ = look(scenes, lambda job: UpdateRead(job, UpdateState(UpdateKind.CURRENT, "0.2.0", RELEASE)))
    assert view.updates.stands.text() == "This is the newest DynSync, 0.2.0."
    assert view.updates.download.isHidden()
    assert view.updates.notes.isHidden()


def test_a_forged_one_is_told_and_offers_nothing(scenes: Scenes) -> None:
    view, _ = look(scenes, lambda job: JobFailed(job, refused("update-forged")))
    card = view.updates
    assert card.isVisible()
    assert "not signed by the people who make DynSync" in card.result.text()
    assert card.result.property("tone") == "bad"
    assert card.download.isHidden()

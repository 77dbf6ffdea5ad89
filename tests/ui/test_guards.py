from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.settings import NativeSync
from dynsync_gui.domain.text import use_language
from tests.ui import demo_world as world
from tests.ui.audit import cut, twice, unnamed, unreached
from tests.ui.languages import catalogue
from tests.ui.scenes import Scenes


def texts(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def test_another_organisation_is_confirmed_by_its_name_and_the_test_goes_on(scenes: Scenes) -> None:
    window, service = scenes.page1_changed()
    page = window.wizard.credentials
    guard = page.after.guard
    assert "“Contoso Ltd” in place of “Contoso Test”" in texts(guard)
    assert page.identity.isHidden()
    assert window.focusWidget() is guard.name
    window.wizard.next()
    assert window.wizard.currentId() == 0
    assert "confirm it first" in texts(guard)
    guard.name.clear()
    guard.confirm.click()
    assert "Type the name" in texts(guard)
    assert service.asked("confirm_identity") == []
    service.scripts["confirm_identity"] = [world.misnamed]
    guard.name.setText("Contoso")
    guard.confirm.click()
    scenes._wait(lambda: guard.job is None)
    assert "Type its name as Dynamics has it: “Contoso Ltd”." in texts(guard)
    assert page.job is None
    service.scripts["confirm_identity"] = world.SCRIPTS["confirm_identity"]
    service.scripts["check"] = world.checks(world.CHECKS, world.CARD)
    guard.name.setText(" Contoso Ltd ")
    guard.confirm.click()
    scenes._wait(page.identity.isVisible)
    assert service.asked("confirm_identity")[-1] == ("Contoso Ltd", world.OWN, world.OWN_SECRETS)
    assert len(service.asked("check")) == 2
    assert guard.isHidden()


def test_a_start_between_other_systems_goes_on_once_the_name_is_typed(scenes: Scenes) -> None:
    window, service = scenes.page3_changed()
    guard = window.wizard.enable.guard
    assert window.focusWidget() is guard.name
    service.scripts["start"] = world.RUN
    guard.name.setText("Contoso Ltd")
    guard.confirm.click()
    scenes._wait(lambda: window.main is not None and not window.main.running)
    name, settings, secrets = service.asked("confirm_identity")[0]
    assert (name, settings.enable.accept, secrets) == ("Contoso Ltd", True, world.OWN_SECRETS)
    assert len(service.asked("start")) == 2


def test_the_main_window_asks_for_the_name_and_goes_on(scenes: Scenes) -> None:
    window, service = scenes.main_changed()
    overview = window.main.overview
    assert overview.go_on.isHidden()
    assert window.focusWidget() is overview.guard.name
    service.scripts["follow"] = [world.quiet]
    overview.guard.name.setText("Contoso Ltd")
    overview.guard.confirm.click()
    scenes._wait(lambda: len(service.asked("follow")) == 2)
    assert service.asked("confirm_identity") == [("Contoso Ltd", None, None)]
    assert overview.guard.isHidden()


def test_beside_marketos_own_sync_it_goes_on_only_with_people_alone(scenes: Scenes) -> None:
    window, service = scenes.page1_native()
    page = window.wizard.credentials
    assert window.wizard.currentId() == 0
    assert "Choose “People only”" in texts(page.after.native)
    page.after.native.people.button.click()
    assert page.flow.draft.settings.enable.native_sync is NativeSync.PEOPLE
    page.after.native.stop.button.click()
    window.wizard.next()
    assert window.wizard.currentId() == 0
    page.after.native.people.button.click()
    window.wizard.next()
    assert window.wizard.currentId() == 1
    assert service.asked("describe")[0][0].enable.native_sync is NativeSync.PEOPLE
    assert len(service.asked("check")) == 1


def test_the_letter_is_copied_saved_and_opened_and_holds_no_secret(
    scenes: Scenes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, _ = scenes.page1_failed()
    page = window.wizard.credentials
    assert page.after.letter.isVisible()
    dialog = page.after.write()
    assert [each.owner for each in dialog.letters] == [Owner.ENTRA_ADMIN]
    assert "You pasted the secret's ID" in dialog.text.toPlainText()
    dialog.copy.click()
    assert QGuiApplication.clipboard().text().startswith("DynSync needs something in Microsoft Entra")
    dialog.save_to(str(tmp_path / "letter.txt"))
    saved = (tmp_path / "letter.txt").read_text(encoding="utf-8")
    assert "AADSTS7000215" in saved
    assert not any(secret in saved for secret in world.OWN_SECRETS.values())
    dialog.save_to(str(tmp_path / "no" / "letter.txt"))
    assert "cannot be written there" in texts(dialog)
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url) or False))
    dialog.mail.click()
    address = opened[0].toString(QUrl.ComponentFormattingOption.FullyEncoded)
    assert address.startswith("mailto:?subject=DynSync%20needs%20something%20in%20Microsoft%20Entra&body=Hello")
    assert "%0D%0A" in address
    assert "No mail program opened" in texts(dialog)


def test_a_letter_that_a_mail_program_would_cut_is_copied_instead(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynsync_gui.ui.windows.letter._LONGEST", 200)
    window, _ = scenes.page1_failed()
    dialog = window.wizard.credentials.after.write()
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url) or True))
    QGuiApplication.clipboard().clear()
    dialog.mail.click()
    assert opened[0].toString() == "mailto:?subject=DynSync needs something in Microsoft Entra"
    assert QGuiApplication.clipboard().text() == dialog.shown.body
    assert "paste it there" in texts(dialog)


@pytest.mark.parametrize("language", ["en", "fr", "longer"])
def test_the_letter_can_be_read_and_reached_in_each_language(scenes: Scenes, language: str, qtbot: Any) -> None:
    use_language("fr" if language == "fr" else "en", catalogue(language))
    window, _ = scenes.page1_failed()
    dialog = window.wizard.credentials.after.write()
    qtbot.waitUntil(dialog.isVisible)
    assert unnamed(dialog) == []
    assert twice(dialog) == []
    assert unreached(dialog) == []
    assert list(cut(dialog)) == []


def test_no_letter_is_offered_where_nobody_else_has_to_act(scenes: Scenes) -> None:
    window, _ = scenes.page1_passed()
    after = window.wizard.credentials.after
    assert after.isHidden()
    assert not after.letter.isVisible()

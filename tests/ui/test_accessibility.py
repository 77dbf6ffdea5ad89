from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dynsync_gui.domain.text import use_language
from dynsync_gui.ui.mnemonics import deal, letter, reword
from tests.ui import demo_world as world
from tests.ui.audit import cut, cut_in_any_size, twice, unnamed, unreached
from tests.ui.languages import LANGUAGES, catalogue
from tests.ui.scenes import Scenes

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", Scenes.names())
def test_everything_has_a_name_a_letter_of_its_own_is_reached_and_fits(
    scenes: Scenes, scene: str, language: str
) -> None:
    use_language("fr" if language == "fr" else "en", catalogue(language))
    scenes._language = "fr" if language == "fr" else "en"
    window, _ = getattr(scenes, scene)()
    front = scenes.front(window)
    assert unnamed(front) == []
    assert twice(front) == []
    assert unreached(front) == []
    assert cut_in_any_size(front) == []


@pytest.mark.timeout(900)  # hundreds of windows
@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_every_text_fits_on_a_fine_screen_too(scale: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.fit"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(Scenes.names()) * 6} views, 0 texts that do not fit" in done.stdout
    assert done.stdout.rstrip().endswith(f"at {float(scale):g}")


def test_the_audit_sees_what_is_wrong(qtbot: Any) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    nameless, first, second = QPushButton(), QPushButton("&Same"), QPushButton("&Same too")
    narrow = QLabel("Donaudampfschifffahrtsgesellschaft")
    narrow.setFixedWidth(40)
    for part in (nameless, first, second, narrow):
        layout.addWidget(part)
    page.show()
    assert len(unnamed(page)) == 1
    assert twice(page) == ["s: 2"]
    assert len(list(cut(page))) == 1


def test_letters_are_dealt_to_all_even_where_the_greedy_choice_leaves_one_without(qtbot: Any) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    buttons = [QPushButton(text) for text in ("ab", "a", "bc")]
    for button in buttons:
        layout.addWidget(button)
    deal(page)
    assert [letter(button.text()) for button in buttons] == ["b", "a", "c"]
    reword(buttons[0], "tab 12")
    assert buttons[0].text() == "ta&b 12"
    assert buttons[0].accessibleName() == "tab 12"


def test_a_message_below_a_field_is_told_with_the_field(scenes: Scenes) -> None:
    window, _ = scenes.page1_refused()
    edit = window.findChild(QLineEdit, "dynamics.client_id")
    spoken = QAccessible.queryAccessibleInterface(edit)
    assert spoken.text(QAccessible.Text.Name) == "Client id for Dynamics"
    assert spoken.text(QAccessible.Text.Description) == "Enter the client id."


def test_the_whole_set_up_goes_by_keyboard_alone(scenes: Scenes, qtbot: Any) -> None:
    window, service = scenes.open()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page = window.wizard.credentials

    def tab_to(widget: QWidget) -> None:
        for _ in range(60):
            if window.focusWidget() is widget:
                return
            qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        pytest.fail(f"Tab does not lead to {widget}")

    def fill(key: str, text: str) -> None:
        tab_to(window.findChild(QLineEdit, key))
        qtbot.keyClicks(window.focusWidget(), text)

    qtbot.waitUntil(lambda: window.focusWidget() is window.findChild(QLineEdit, "dynamics.url"))
    fill("dynamics.url", world.OWN.dynamics.url)
    fill("dynamics.client_id", world.OWN.dynamics.client_id)
    fill("dynamics.client_secret", world.OWN_SECRETS.dynamics_client_secret)
    fill("marketo.endpoint", world.OWN.marketo.endpoint)
    fill("marketo.client_id", world.OWN.marketo.client_id)
    fill("marketo.client_secret", world.OWN_SECRETS.marketo_client_secret)
    tab_to(page.test)
    qtbot.keyClick(page.test, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.focusWidget() is page.identity.confirm)
    qtbot.keyClick(page.identity.confirm, Qt.Key.Key_Space)
    qtbot.keyClick(page.identity.confirm, Qt.Key.Key_Return)
    fields = window.wizard.fields
    qtbot.waitUntil(lambda: fields.tabs.count() == 3)
    tab = fields.tabs.currentWidget()
    assert window.focusWidget() is tab.search
    tab_to(tab.table)
    before = set(tab.model.chosen)
    qtbot.keyClick(tab.table, Qt.Key.Key_Down)
    qtbot.keyClick(tab.table, Qt.Key.Key_Space)
    assert tab.model.chosen != before
    qtbot.keyClick(tab.table, Qt.Key.Key_Return)
    enable = window.wizard.enable
    qtbot.waitUntil(enable.plan.working.isHidden)
    tab_to(enable.accept)
    qtbot.keyClick(enable.accept, Qt.Key.Key_Space)
    fill("email", "admin@contoso.com")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.main is not None and not window.main.running)
    settings, secrets = service.asked("start")[0]
    assert settings.enable.email == "admin@contoso.com"
    assert secrets == world.OWN_SECRETS
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())

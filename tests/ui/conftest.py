from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from dynsync_gui.domain.text import use_language
from dynsync_gui.ui.theme import Scheme, Theme
from tests.ui.languages import catalogue
from tests.ui.scenes import Scenes


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en", catalogue("en"))
    yield
    use_language("en", catalogue("en"))


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    found = qapp.findChild(Theme) or Theme(qapp)
    found.use(Scheme.LIGHT)
    return found


@pytest.fixture
def until(qtbot: Any) -> Callable[[Callable[[], bool]], None]:
    return lambda condition: qtbot.waitUntil(condition, timeout=10_000)


@pytest.fixture
def scenes(qtbot: Any, theme: Theme, until: Any) -> Iterator[Scenes]:
    """Windows on a scripted service; each is closed in order after the test."""
    made = Scenes("en", until)
    yield made
    for window, service in made.made:
        window.close()
        until(service.closed.is_set)
        window.bridge.join()
        window.deleteLater()
    qtbot.wait(0)

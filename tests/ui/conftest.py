from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
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


@pytest.fixture(autouse=True)
def gone(qapp: QApplication) -> Iterator[None]:
    """No window of the test before is left; outside of an event loop nothing else carries out `deleteLater`."""
    yield
    qapp.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    found = qapp.findChild(Theme) or Theme(qapp)
    found.use(Scheme.LIGHT)
    return found


@pytest.fixture
def qtbot(qtbot: Any) -> Any:
    """Waits as long as the slowest machine takes; nobody waits so long for what comes about."""
    for wait in ("waitUntil", "waitSignal"):
        setattr(qtbot, wait, partial(getattr(qtbot, wait), timeout=60_000))
    return qtbot


@pytest.fixture
def until(qtbot: Any) -> Callable[[Callable[[], bool]], None]:
    wait: Callable[[Callable[[], bool]], None] = qtbot.waitUntil
    return wait


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

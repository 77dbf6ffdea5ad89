"""The views of the main window: made one at a time ahead of it, as all at once would hold up the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QObject, QTimer

from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.widgets.sign_in_panel import SignInPanel
from dynsync_gui.ui.windows.history import History
from dynsync_gui.ui.windows.overview import Overview
from dynsync_gui.ui.windows.problems import Problems
from dynsync_gui.ui.windows.renewal import RenewalCard
from dynsync_gui.ui.windows.settings_view import SettingsView
from dynsync_gui.ui.windows.why import Why

_BETWEEN_MS = 50


class MainViews:
    """Each is made when it is wanted first.

    Args:
        bridge: To the service.
    """

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    @cached_property
    def overview(self) -> Overview:
        """Where the sync stands."""
        return Overview()

    @cached_property
    def problems(self) -> Problems:
        """What needs a look."""
        return Problems()

    @cached_property
    def history(self) -> History:
        """Earlier runs."""
        return History()

    @cached_property
    def settings(self) -> SettingsView:
        """What can be set."""
        return SettingsView(self._bridge)

    @cached_property
    def why(self) -> Why:
        """Why somebody is not in Marketo."""
        return Why(self._bridge)

    @cached_property
    def sign_in(self) -> SignInPanel:
        """How a person signs in again."""
        return SignInPanel()

    @cached_property
    def renewal(self) -> RenewalCard:
        """How a secret is changed."""
        return RenewalCard()

    def make_ahead(self, while_there: QObject, made: Callable[[], object]) -> None:
        """Make those that are not there yet, one a turn.

        Args:
            while_there: Once this is gone, no more are made.
            made: Called in a turn of its own once all are.
        """
        makes: list[Callable[[], object]] = [
            lambda: self.overview,
            lambda: self.problems,
            lambda: self.history,
            lambda: self.settings,
            lambda: self.why,
            lambda: self.sign_in,
            lambda: self.renewal,
            made,
        ]
        for turn, make in enumerate(makes):
            QTimer.singleShot(turn * _BETWEEN_MS, while_there, make)

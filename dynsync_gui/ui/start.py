"""The one window of DynSync.

What `app` passes:

- `read_help(topic) -> str`: the HTML of a help topic in the language in use;
- `read_parts() -> parts`: the software this copy is made of, for the About window;
- before that, the language: `domain.text.use_language`, since texts are looked up while the window is built;
- once the window is painted, the service (`SyncApi`), built but idle: the window subscribes, reads the profile, and
  closes it at the end.

`app` makes the `QApplication`, calls `open_window`, keeps what it returns, and runs the event loop. The window quits
the application when the service has stopped.

The pages are loaded when they are shown: the set-up is not needed by who has done it, nor the main view before.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, Qt, QTimer, QTranslator, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from dynsync_gui.domain.events import Event, JobFailed, ProfileRead
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.setup import HalfDone
from dynsync_gui.domain.text import language, tr
from dynsync_gui.service.api import Job, SyncApi
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import window_icon
from dynsync_gui.ui.theme import Theme
from dynsync_gui.ui.widgets.standby import Standby

if TYPE_CHECKING:
    from dynsync_gui.ui.windows.about import ReadParts
    from dynsync_gui.ui.windows.field_choice import FieldChoiceWindow
    from dynsync_gui.ui.windows.help import HelpWindow, ReadHelp
    from dynsync_gui.ui.windows.main_views import MainViews
    from dynsync_gui.ui.windows.main_window import MainView
    from dynsync_gui.ui.windows.tray import Tray
    from dynsync_gui.ui.wizard.setup_wizard import SetupWizard

SIZE = (920, 680)
SMALLEST = (720, 540)
_AHEAD_MS = 250


class Window(QWidget):
    """Set-up or main view, in one frame.

    Args:
        api: The service; None where `use` brings it later.
        read_help: Gives a help topic's page.
        read_parts: Gives the software this copy is made of.
        rehearse: Start the set-up with the practice systems (the demo).

    Attributes:
        painted: It can be seen, for the first time.
        ended: The service has stopped and the window is closed.
        bridge: What leads to the service, once there is one.
        wizard: The set-up, while it is shown.
        main: The main view, once there is a profile.
        fields: The window for later changes of the fields, once it was opened.
    """

    painted = Signal()
    ended = Signal()
    bridge: Bridge

    def __init__(
        self, api: SyncApi | None, read_help: ReadHelp, read_parts: ReadParts = tuple, *, rehearse: bool = False
    ) -> None:
        super().__init__()
        self.setWindowTitle("DynSync")
        self.setWindowIcon(window_icon())
        self.setProperty("kind", "window")
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self.wizard: SetupWizard | None = None
        self.main: MainView | None = None
        self._made: MainView | None = None
        self._views: MainViews | None = None
        self.fields: FieldChoiceWindow | None = None
        self._read_help = read_help
        self._read_parts = read_parts
        self._help: HelpWindow | None = None
        self._rehearse = rehearse
        self._settings: Settings | None = None
        self._half_done: HalfDone | None = None
        self._keeping: Job | None = None
        self._seen = self._served = self._closed = self._closing = self._quitting = False
        self._tray: Tray | None = None
        self._profile: Job | None = None
        self._stack = QStackedLayout(self)
        self._note = Standby()
        self._stack.addWidget(self._note)
        self._note.say(tr("Opening"))
        if api is not None:
            self.use(api)

    @property
    def waits(self) -> bool:
        """Whether it has no service yet and is not closed either."""
        return not self._served and not self._closed

    def use(self, api: SyncApi) -> None:
        """Work with a service; once only."""
        self._served = True
        self.bridge = Bridge(api, self)
        self.bridge.closed.connect(self._service_closed)
        self.bridge.heard.connect(self._heard)
        self._profile = api.read_profile()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell of the first time."""
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop everything in order first; the window goes when the service has stopped."""
        if self.waits:
            self._closed = True
            self.ended.emit()
        if self._closed:
            event.accept()
            return
        event.ignore()
        if self._closing:
            return
        if self.stays:
            self._stay()
            return
        self._finish(self.wizard.half_done() if self.wizard is not None else None)

    def _finish(self, left: HalfDone | None) -> None:
        """Keep what is left half-way, then stop the service."""
        self._closing = True
        if self.main is not None:
            self.main.watch.stop()
        if self._tray is not None:
            self._tray.close()
        if self.wizard is not None:
            self.wizard.wipe()
        if self._help is not None:
            self._help.close()
        self._note.say(tr("Finishing what is in flight"))
        self._stack.setCurrentWidget(self._note)
        if left is None:
            self.bridge.close()
        else:
            self._keeping = self.bridge.api.keep_half_done(left)

    @property
    def stays(self) -> bool:
        """Whether closing leaves DynSync beside the clock: there is a place there, and systems to keep in step."""
        real = self._settings is not None and not self._settings.rehearsal
        at_main = self.main is not None and self._stack.currentWidget() is self.main
        return self._tray is not None and at_main and real and not self._quitting

    def quit(self) -> None:
        """Close for good."""
        self._quitting = True
        self.close()

    def reopen(self) -> None:
        """Come back from beside the clock."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_setup(self, *, rehearse: bool = False) -> None:
        """Show the set-up, pre-filled with what is stored."""
        if self.wizard is not None:
            return
        from dynsync_gui.ui.wizard.setup_wizard import SetupWizard

        left = self._half_done
        settings, step = (left.settings, left.step) if left is not None else (self._settings, None)
        self.wizard = SetupWizard(self.bridge, settings, self, going_on_at=step)
        self.wizard.started.connect(self._started)
        self.wizard.left.connect(self._left)
        self.wizard.help_wanted.connect(self.show_help)
        self._stack.addWidget(self.wizard)
        self._stack.setCurrentWidget(self.wizard)
        QTimer.singleShot(_AHEAD_MS, self, self._look_ahead)
        if rehearse:
            self.wizard.credentials.start_rehearsal()

    def show_main(self) -> MainView:
        """Show the main view."""
        from dynsync_gui.ui.windows.tray import Tray

        if self.main is None:
            self.main = self._made_main()
            self.main.listen()
            if Tray.available():
                self._tray = self._beside_clock(self.main)
        self.main.show_rehearsal(rehearsal=self._settings is not None and self._settings.rehearsal)
        self.main.use(self._settings)
        self._stack.setCurrentWidget(self.main)
        return self.main

    def _look_ahead(self) -> None:
        """Make what Start shows while somebody reads the first page, as all at once would hold up the window."""
        from dynsync_gui.ui.windows.main_views import MainViews

        if self._views is None and self.main is None:
            self._views = MainViews(self.bridge)
            self._views.make_ahead(self, self._made_main)

    def _made_main(self) -> MainView:
        """The main view, made if it is not there yet; it hears nothing before it is shown."""
        from dynsync_gui.ui.windows.main_views import MainViews
        from dynsync_gui.ui.windows.main_window import MainView

        if self._made is None:
            self._made = MainView(self.bridge, self._views or MainViews(self.bridge), self)
            self._made.setup_wanted.connect(self.show_setup)
            self._made.help_wanted.connect(self.show_help)
            self._made.fields_wanted.connect(self.show_fields)
            self._stack.addWidget(self._made)
        return self._made

    def _beside_clock(self, main: MainView) -> Tray:
        from dynsync_gui.ui.windows.tray import Tray

        tray = Tray(self)
        main.attend(tray)
        tray.open_wanted.connect(self.reopen)
        tray.quit_wanted.connect(self.quit)
        tray.icon.show()
        return tray

    def _stay(self) -> None:
        """Go out of sight; the first time, say where to."""
        if self.main is None or (self.main.watch.state is not None and self.main.watch.state.explained):
            self.hide()
            return
        from dynsync_gui.ui.windows.tray import explained

        question = explained(self, self.main.watch.state)
        question.accepted.connect(self.quit)
        question.rejected.connect(self._understood)
        question.open()

    def _understood(self) -> None:
        self.bridge.api.background.note_explained()
        self.hide()

    def show_fields(self) -> None:
        """Open the choice of fields for later changes."""
        if self._settings is None:
            return
        from dynsync_gui.ui.windows.field_choice import FieldChoiceWindow

        self.fields = FieldChoiceWindow(self, self.bridge, self._settings)
        self.fields.saved.connect(self._fields_saved)
        self.fields.help_wanted.connect(self.show_help)
        self.fields.open()

    def show_help(self, topic: str) -> None:
        """Open a help topic."""
        if self._help is None:
            from dynsync_gui.ui.windows.help import HelpWindow

            self._help = HelpWindow(self._read_help, self)
            self._help.about_wanted.connect(self.show_about)
        self._help.show_topic(topic)

    def show_about(self) -> None:
        """Say what this copy of DynSync is, and under which licences its parts are."""
        from dynsync_gui.ui.windows.about import AboutWindow

        about = AboutWindow(self._read_parts(), self)
        about.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about.open()

    def _heard(self, event: Event) -> None:
        if self._keeping is not None and event.job == self._keeping.number:
            self._keeping = None
            if self._closing:  # also where it could not be kept: there is nobody left to tell
                self.bridge.close()
            return
        if self._profile is None or event.job != self._profile.number:
            return
        if isinstance(event, ProfileRead):
            self._profile = None
            self._settings, self._half_done = event.settings, event.half_done
            if event.settings is None or self._rehearse:
                self.show_setup(rehearse=self._rehearse)
            else:
                self.show_main().show_status(event.status)
        elif isinstance(event, JobFailed):
            self._profile = None
            self._note.complain(
                str(event.error.finding.title),
                str(event.error.finding.cure),
                again=(tr("Try again"), self._read_again),
            )

    def _fields_saved(self, fields: FieldSettings) -> None:
        if self._settings is not None:
            self._settings = replace(self._settings, fields=fields)

    def _read_again(self) -> None:
        self._note.say(tr("Opening"))
        self._profile = self.bridge.api.read_profile()

    def _started(self, job: Job, event: Event) -> None:
        wizard = self.wizard
        if wizard is not None:
            self._settings, self._half_done = wizard.flow.draft.settings, None
        main = self.show_main()
        main.follow(job, event)
        if self._settings is not None and not self._settings.rehearsal:
            main.settings.apply()
        self._drop_wizard()

    def _left(self, left: HalfDone | None) -> None:
        if self.main is None:
            self._finish(left)
            return
        if left is not None:
            self._half_done = left
            self._keeping = self.bridge.api.keep_half_done(left)
        self._stack.setCurrentWidget(self.main)
        self._drop_wizard()
        self.main.come_back()

    def _drop_wizard(self) -> None:
        if self.wizard is not None:
            self._stack.removeWidget(self.wizard)
            self.wizard.deleteLater()
            self.wizard = None

    def _service_closed(self) -> None:
        self.bridge.join()
        self._closed = True
        self.close()
        self.ended.emit()


def open_window(
    read_help: ReadHelp,
    read_parts: ReadParts = tuple,
    *,
    rehearse: bool = False,
) -> Window:
    """Dress the application and open the window.

    Args:
        read_help: Gives the HTML of a help topic in the language in use.
        read_parts: Gives the software this copy is made of.
        rehearse: Open the set-up with the practice systems (``demo``).

    Returns:
        The window, shown, without a service. `Window.painted` tells when it is time for `Window.use`, and
        `Window.ended` when the service has stopped; the application quits by then.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("a QApplication is needed first")
    translator = QTranslator(app)
    if translator.load(f"qtbase_{language()}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    if app.findChild(Theme) is None:
        Theme(app)
    window = Window(None, read_help, read_parts, rehearse=rehearse)
    window.show()
    return window

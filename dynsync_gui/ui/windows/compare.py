"""Both sides compared on wish; the certificate goes where the user says."""

from __future__ import annotations

from pathlib import Path

from dynsync_gui.domain.certificate import Certificate
from dynsync_gui.domain.events import Event, JobCancelled, JobFailed, Reconciled
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.announce import Announcer
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import Card, row
from dynsync_gui.ui.widgets.save_dialog import ask_where
from dynsync_gui.ui.widgets.text import Text


class Compare(Card):
    """One button, and the outcome.

    Args:
        bridge: The service, and what it tells.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(gap=GRID + 4)
        self._api = bridge.api
        self._job: Job | None = None
        self._announcer = Announcer(self)
        self.start = IconButton("proof", tr("Compare both sides"))
        self.banner = Banner()
        self.body.addWidget(Text(tr("Are both sides the same?"), "section"))
        about = tr("Reads everything that is synced on both sides and writes a certificate. Nothing is changed.")
        self.body.addWidget(Text(about, "muted"))
        self.body.addLayout(row(self.start, None))
        self.body.addWidget(self.banner)
        self.start.clicked.connect(self._ask_where)
        bridge.heard.connect(self._heard)

    @property
    def waiting(self) -> bool:
        """Whether a comparison is under way."""
        return self._job is not None

    def compare_to(self, path: str) -> None:
        """Compare, and write the certificate into a file the user chose."""
        self.start.setEnabled(False)
        self.banner.tell("accent", tr("Comparing both sides"))
        self._job = self._api.records.reconcile(0, Path(path))

    def _ask_where(self) -> None:
        ask_where(self, tr("Keep the certificate"), "Text (*.txt)", "dynsync-certificate.txt", self.compare_to)

    def _heard(self, event: Event) -> None:
        if self._job is None or event.job != self._job.number:
            return
        match event:
            case Reconciled(certificate=certificate, path=path):
                self.banner.tell("good" if certificate.holds else "attention", _outcome(certificate), str(path))
            case JobFailed(error=error):
                self.banner.tell("bad", str(error.finding.title), str(error.finding.cure))
            case JobCancelled():
                self.banner.hide()
            case _:
                return
        self._job = None
        self.start.setEnabled(True)
        self._announcer.announce(self.banner.says)


def _outcome(certificate: Certificate) -> str:
    equal = sum(one.equal for one in certificate.counts)
    wrong = sum(one.unexplained for one in certificate.counts)
    if wrong:
        return ntr("{n} record differs without a known reason.", "{n} records differ without a known reason.", wrong)
    return tr("Both sides agree: {n} records are equal, and every difference has its reason.", n=number(equal))

"""What is shown on hover stands there letter by letter, whatever a vendor or a record says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.explain import Step
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import msg
from dynsync_gui.ui.widgets.text import hover
from dynsync_gui.ui.windows.problems import ProblemModel
from dynsync_gui.ui.windows.why import StepRow

HOSTILE = "Invalid value '<img src=\"file:///etc/passwd\"><b>Bold</b> &amp; <a href='x'>co</a>'"


def shown(tip: str) -> str:
    """What Qt makes of a tip."""
    page = QTextDocument()
    if QtGui.Qt.mightBeRichText(tip):
        page.setHtml(tip)
    else:
        page.setPlainText(tip)
    return page.toPlainText()


@pytest.mark.parametrize(
    "text", [HOSTILE, f"a1b2\n1003\n{HOSTILE}", "<b>", "Fish & chips", "1 < 2", "", "<qt>&lt;</qt>"]
)
def test_markup_is_shown_as_it_is(qapp: QApplication, text: str) -> None:
    assert shown(hover(text)) == text


def test_the_vendors_words_about_a_problem_and_a_step_are_no_markup(qapp: QApplication) -> None:
    when = datetime(2026, 11, 23, tzinfo=UTC)
    words = (msg("Title."), msg("Cure."))
    problem = Problem(Entity.LEAD, "a1b2", "Ann", "email", "1003", *words, when, Retry.WHEN_CHANGED, HOSTILE)
    model = ProblemModel([problem])
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert shown(tip) == f"a1b2\n1003\n{HOSTILE}"
    step = Step("sent", CheckState.FAILED, msg("Refused"), msg("Marketo refuses it."), code="1003", detail=HOSTILE)
    row = StepRow(step)
    assert shown(row.toolTip()) == f"1003 {HOSTILE}"
    row.deleteLater()

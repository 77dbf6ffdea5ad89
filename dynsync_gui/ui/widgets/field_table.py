"""The table of fields: two lines a row, painted by one delegate."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import colour_of, renderer
from dynsync_gui.ui.theme import GRID, roles
from dynsync_gui.ui.widgets.field_model import SECOND_LINE, TONE, FieldModel

_TICK = 18
_SIGN = 13
_SIGNS = {"bad": "failed", "attention": "attention"}
"""Icon of a second line that tells of a problem."""
_WIDTHS = (0.31, 0.17, 0.22)
"""Shares of the first columns; the last one takes the rest."""

Index = QModelIndex | QPersistentModelIndex


class FieldDelegate(QStyledItemDelegate):
    """Paints a tick, a text, and a muted line below it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(option.rect, QColor(roles().selection if selected else roles().surface))
        place = option.rect.adjusted(GRID, 2, -4, -2)
        if index.column() == 0:
            self._tick(painter, place, index)
            place.setLeft(place.left() + _TICK + GRID + 2)
        usable = bool(index.model().index(index.row(), 0).flags() & Qt.ItemFlag.ItemIsUserCheckable)
        self._lines(painter, option, place, index, usable=usable)
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(roles().accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002  Qt's signature
        """Room for two lines."""
        return QSize(100, row_height(option.font))

    def _tick(self, painter: QPainter, place: QRect, index: Index) -> None:
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            name, role = "skipped", "muted"
        else:
            ticked = Qt.CheckState(state) is Qt.CheckState.Checked
            name, role = ("ticked", "accent") if ticked else ("box", "edge")
        box = QRectF(place.left(), place.center().y() - _TICK / 2 + 0.5, _TICK, _TICK)
        renderer(name, colour_of(role)).render(painter, box)

    def _lines(
        self, painter: QPainter, option: QStyleOptionViewItem, place: QRect, index: Index, *, usable: bool
    ) -> None:
        first, second = str(index.data() or ""), str(index.data(SECOND_LINE) or "")
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * 0.9)
        top, rest = place, QRect()
        if second:
            top = QRect(place.left(), place.top(), place.width(), place.height() // 2)
            rest = QRect(place.left(), top.bottom(), place.width(), place.height() - top.height())
        muted = not usable or index.column() in {1, 2}
        align = Qt.AlignmentFlag.AlignLeft | (Qt.AlignmentFlag.AlignBottom if second else Qt.AlignmentFlag.AlignVCenter)
        tone = str(index.data(TONE))
        if second and tone in _SIGNS:
            sign = QRectF(rest.left(), rest.top() + 2, _SIGN, _SIGN)
            renderer(_SIGNS[tone], colour_of(tone)).render(painter, sign)
            rest.setLeft(rest.left() + _SIGN + 4)
        for text, font, box, role, where in (
            (first, option.font, top, "muted" if muted else "text", align),
            (second, small, rest, tone, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop),
        ):
            if text:
                painter.setFont(font)
                painter.setPen(QColor(colour_of(role)))
                shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
                painter.drawText(box, where, shown)


class FieldTable(QTableView):
    """Space and a click tick; F2 and a double click change where the field goes.

    Attributes:
        change_wanted: The user wants another target for the current row.
    """

    change_wanted = Signal()

    def __init__(self, model: FieldModel, name: str) -> None:
        super().__init__()
        self._fields = model
        self.setModel(model)
        self.setItemDelegate(FieldDelegate(self))
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("Space ticks a field or takes the tick away. F2 changes where it goes."))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(row_height(self.font()))
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(72)
        self.setMinimumHeight(row_height(self.font()) * 4)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out."""
        super().resizeEvent(event)
        width = self.viewport().width()
        for column, part in enumerate(_WIDTHS):
            self.setColumnWidth(column, int(width * part))
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks, F2 changes."""
        known = self.currentIndex().isValid()
        if known and event.key() == Qt.Key.Key_Space:
            self._fields.toggle(self.currentIndex().row())
        elif known and event.key() == Qt.Key.Key_F2:
            self.change_wanted.emit()
        else:
            super().keyPressEvent(event)

    def go_to(self, key: RowKey) -> None:
        """Make a visible row the current one."""
        row = self._fields.row_of(key)
        if row >= 0:
            self.setCurrentIndex(self._fields.index(row, 0))
            self.scrollTo(self._fields.index(row, 0))

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self._fields.toggle(index.row())

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.column() > 0:
            self.change_wanted.emit()


def row_height(font: QFont) -> int:
    """Two lines and air."""
    return QFontMetrics(font).height() * 2 + GRID + 2

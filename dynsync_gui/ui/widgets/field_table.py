"""The table of fields: two lines a row, painted by one delegate."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import colour_of, renderer
from dynsync_gui.ui.theme import GRID, roles
from dynsync_gui.ui.widgets.field_model import SECOND_LINE, FieldModel

_TICK = 18
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
        muted = not usable or index.column() in {1, 3}
        align = Qt.AlignmentFlag.AlignLeft | (Qt.AlignmentFlag.AlignBottom if second else Qt.AlignmentFlag.AlignVCenter)
        for text, font, box, quiet, where in (
            (first, option.font, top, muted, align),
            (second, small, rest, True, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop),
        ):
            if text:
                painter.setFont(font)
                painter.setPen(QColor(roles().muted if quiet else roles().text))
                shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
                painter.drawText(box, where, shown)


class FieldTable(QTableView):
    """Space and a click tick; the rest of the row only tells."""

    def __init__(self, model: FieldModel, name: str) -> None:
        super().__init__()
        self._fields = model
        self.setModel(model)
        self.setItemDelegate(FieldDelegate(self))
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("Space ticks a field or takes the tick away."))
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out."""
        super().resizeEvent(event)
        width = self.viewport().width()
        for column, part in enumerate((0.32, 0.18, 0.25)):
            self.setColumnWidth(column, int(width * part))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks."""
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._fields.toggle(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self._fields.toggle(index.row())


def row_height(font: QFont) -> int:
    """Two lines and air."""
    return QFontMetrics(font).height() * 2 + GRID + 2

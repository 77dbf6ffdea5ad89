"""How long a keystroke in the search of 2,000 fields, and a tick, take until they are painted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks.child import measured


def show(_records: int) -> None:
    """Measure in a process of its own."""
    run = measured("field_page")
    print(f"{run['rows']:,} fields, searched and painted: {run['search_ms']:.1f} ms, at most {run['search_max']:.1f}")
    print(f"one tick among {run['ticked']} chosen fields: {run['tick_ms']:.1f} ms, at most {run['tick_max']:.1f}")


def measure() -> dict[str, object]:
    """One keystroke in the search of 2,000 fields, and one tick, each until it is painted (one frame is 16.7 ms)."""
    from PySide6.QtWidgets import QApplication

    from dynsync_gui.domain.edits import RowKey
    from dynsync_gui.domain.mapping import offers
    from dynsync_gui.domain.sample import ColumnSample
    from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, SourceField, Target, TargetSchema
    from dynsync_gui.domain.settings import FieldSettings
    from dynsync_gui.domain.sheet import FieldSheet
    from dynsync_gui.ui.theme import Theme
    from dynsync_gui.ui.wizard.field_tab import FieldTab

    application = QApplication([])
    Theme(application)
    columns = tuple(SourceField(f"new_field{n}", f"Field {n}", FieldType.STRING, 100) for n in range(2_000))
    table = EntitySchema(Entity.LEAD, "Lead", "leads", "leadid", columns)
    targets = {Target.PERSON: TargetSchema(Target.PERSON, ())}
    rows = offers(table, targets, ())
    sheet = FieldSheet({Entity.LEAD: rows}, {Entity.LEAD: table}, targets, FieldSettings())
    tab = FieldTab(Entity.LEAD, "Leads", rows, sheet.known(Entity.LEAD))
    tab.show_samples({column.name: ColumnSample(("Anna", "Zoë"), 0.5, 500) for column in columns})
    ticked = [RowKey(column.name) for column in columns[:90]]
    sheet.edits.tick(Entity.LEAD, ticked, on=True)
    tab.show_choices(sheet.edits.choices(Entity.LEAD), {})
    tab.resize(690, 500)
    tab.show()
    application.processEvents()

    def timed(act: Callable[[], object]) -> float:
        begun = time.perf_counter()
        act()
        tab.table.viewport().repaint()
        return (time.perf_counter() - begun) * 1000

    def tick(key: RowKey, on: bool) -> None:
        sheet.edits.tick(Entity.LEAD, [key], on=on)
        sheet.problems(Entity.LEAD)
        sheet.new_fields()
        tab.show_choices(sheet.edits.choices(Entity.LEAD), {})

    words = ("f", "fi", "fie", "field 1", "field 19", "field 199", "", "9") * 5
    searches = [timed(lambda word=word: tab.search.setText(word)) for word in words]
    ticks = [timed(lambda place=place: tick(ticked[place % 20], place % 40 >= 20)) for place in range(40)]
    return {
        "rows": len(rows),
        "ticked": len(ticked),
        "search_ms": statistics.median(searches),
        "search_max": max(searches),
        "tick_ms": statistics.median(ticks),
        "tick_max": max(ticks),
    }

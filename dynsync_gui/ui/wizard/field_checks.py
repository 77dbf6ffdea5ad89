"""Filter and fit check of the field page: what is read in the background, shown where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from dynsync_gui.domain.events import Event, FilterRead, FitChecked, FitProgress, JobCancelled, JobFailed, Sampled
from dynsync_gui.domain.filter_state import FilterState
from dynsync_gui.domain.fit import FitCure, Misfit
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.wizard.field_jobs import FieldJobs, Work
from dynsync_gui.ui.wizard.field_panels import FieldPanels
from dynsync_gui.ui.wizard.filter_create import CreateFilterDialog
from dynsync_gui.ui.wizard.filter_panel import kept_out
from dynsync_gui.ui.words import entity_name

if TYPE_CHECKING:
    from dynsync_gui.domain.sheet import FieldSheet
    from dynsync_gui.ui.wizard.field_pane import FieldPane


class FieldChecks(QObject):
    """Between the jobs, the panels and the rows."""

    def __init__(self, pane: FieldPane, panels: FieldPanels, jobs: FieldJobs) -> None:
        super().__init__(pane)
        self._pane, self._panels, self._jobs = pane, panels, jobs
        self._sheet: FieldSheet | None = None
        self._samples: Mapping[Entity, Mapping[str, ColumnSample]] = {}
        self.states: Mapping[Entity, FilterState] = {}
        jobs.told.connect(self._told)
        panels.filter.use_wanted.connect(pane.use_filter)
        panels.filter.turned_wanted.connect(pane.turn_out)
        panels.filter.create_wanted.connect(self._ask_create)
        panels.filter.again_wanted.connect(self._read_filter)
        panels.fit.check_wanted.connect(self.check)
        panels.fit.stop_wanted.connect(self._stop)
        panels.fit.cure_wanted.connect(self._cure)

    def open(self, sheet: FieldSheet) -> None:
        """Begin to read for these rows."""
        self._sheet, self._samples, self.states = sheet, {}, {}
        self._panels.filter.show_reading()
        self._panels.name_fit(tr("Check the values"))
        self._jobs.stop()
        self._jobs.look()

    def show_samples(self) -> None:
        """Show what was read in tabs that are new."""
        for tab in self._pane.all_tabs():
            if tab.entity in self._samples:
                tab.show_samples(self._samples[tab.entity])

    def show_settings(self) -> None:
        """Show the choice in the panels."""
        if self._sheet is None:
            return
        fields = self._sheet.new_fields()
        self._panels.new.show_fields(fields)
        self._panels.name_new(len(fields))
        self._panels.filter.show_settings(self._sheet.settings)
        self._name_filter()
        self._show_report()

    def check(self, everything: bool) -> None:
        """Check the values of the present choice."""
        if self._sheet is not None:
            self._sheet.begin_check()
            self._panels.fit.show_working()
            self._panels.name_fit(tr("Checking the values"))
            self._jobs.check_fit(everything=everything)
            self._pane.rearranged.emit()

    def _told(self, work: Work, event: Event) -> None:
        match event:
            case Sampled(samples=samples):
                self._samples = samples
                self.show_samples()
            case FilterRead(states=states):
                order = self._sheet.entities if self._sheet is not None else ()
                self.states = {entity: states[entity] for entity in order if entity in states}
                self._panels.filter.show_states(self.states, self._labels())
                self._name_filter()
            case FitProgress(entity=entity):
                self._panels.fit.show_working(event, self._name(entity))
            case FitChecked(report=report) if self._sheet is not None:
                self._sheet.take_report(report)
                self._pane.edited()
                self._pane.said.emit(self._panels.fit.said.text())
            case JobFailed(error=error) if work in {Work.FIT, Work.FILTER, Work.SAMPLE}:
                self._failed(work, f"{error.finding.title} {error.finding.cure}".strip())
            case JobCancelled() if work is Work.FIT:
                self._stopped()
            case _:
                pass
        if not isinstance(event, FitProgress):
            self._pane.rearranged.emit()

    def _failed(self, work: Work, told: str) -> None:
        if work is Work.FIT:
            self._panels.fit.show_stopped(told, "bad")
            self._panels.name_fit(tr("Check the values"))
        elif work is Work.FILTER:
            self._panels.filter.show_failed(told)
            self._panels.name_filter(tr("Filter: not read"))
        else:
            self._pane.note(tr("What the fields hold could not be read: {reason}", reason=told))

    def _stop(self) -> None:
        self._jobs.stop(Work.FIT)
        self._stopped()
        self._pane.rearranged.emit()

    def _stopped(self) -> None:
        self._panels.fit.show_stopped(tr("The check was stopped. It found nothing out."))
        self._panels.name_fit(tr("Check the values"))

    def _show_report(self) -> None:
        sheet = self._sheet
        if sheet is None or sheet.report is None or self._jobs.runs(Work.FIT):
            return
        misfits = sheet.misfits()
        self._panels.fit.show_report(sheet.report, misfits, self._misfit_name)
        count = sum(misfit.count for misfit in misfits if not misfit.outcome.chosen)
        told = ntr("{n} value does not fit", "{n} values do not fit", count) if count else tr("The values fit")
        self._panels.name_fit(told)

    def _misfit_name(self, misfit: Misfit) -> str:
        tab = self._pane.tab(misfit.entity)
        if tab is None or self._sheet is None:
            return misfit.field
        key = self._sheet.key_of(misfit)
        goal = tab.goal(key)
        return f"{tab.name}: {tab.model.offer(key).field.label} → {goal.label}"

    def _cure(self, misfit: Misfit, cure: FitCure) -> None:
        if self._sheet is None:
            return
        key = self._sheet.key_of(misfit)
        if cure is FitCure.OTHER_TARGET:
            self._pane.go_to(misfit.entity, key.name)
            self._pane.change_target(misfit.entity, key)
            return
        self._sheet.cure(misfit, cure)
        self._pane.edited(misfit.entity)

    def _read_filter(self) -> None:
        self._panels.filter.show_reading()
        self._jobs.read_filter()

    def _ask_create(self, entity: Entity) -> None:
        dialog = CreateFilterDialog(self._pane.window(), f"{self._labels()[entity]} ({entity.value})")
        dialog.wanted.connect(lambda default: self._create(entity, default=default))
        dialog.open()

    def _create(self, entity: Entity, *, default: bool) -> None:
        self._panels.filter.show_reading()
        self._jobs.create_filter(entity, default=default)

    def _name_filter(self) -> None:
        if self._sheet is not None and not self._sheet.settings.filter:
            self._panels.name_filter(tr("Filter: off"))
        elif (count := kept_out(self.states)) is not None:
            self._panels.name_filter(tr("Filter: {count} kept out", count=count))
        else:
            self._panels.name_filter(tr("Filter"))

    def _labels(self) -> Mapping[Entity, str]:
        return {entity: self._sheet.label(entity) for entity in self._sheet.entities} if self._sheet else {}

    def _name(self, entity: Entity) -> str:
        return entity_name(entity, self._labels().get(entity, ""))

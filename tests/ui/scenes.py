"""Brings the window into the states that the pictures and the audits look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import SignIn
from dynsync_gui.ui.start import Window
from dynsync_gui.ui.windows.choice_history import ChoiceHistory
from dynsync_gui.ui.wizard.field_new import NewFieldDialog
from dynsync_gui.ui.wizard.own_table import OwnTableDialog
from tests.ui import demo_world as world
from tests.ui import field_world as fields
from tests.ui.scripted_service import Gate, ScriptedService
from tests.ui.stage import Stage


class Scenes(Stage):
    """Each method makes a window in one state."""

    @staticmethod
    def names() -> list[str]:
        """All scenes, in the order of the work."""
        return [
            "page1_empty",
            "page1_password",
            "page1_certificate",
            "page1_browser",
            "page1_device",
            "page1_environments",
            "page1_network",
            "page1_refused",
            "page1_failed",
            "page1_passed",
            "page1_native",
            "page1_changed",
            "page1_rehearsal",
            "page2_fields",
            "page2_detail",
            "page2_filter",
            "page2_fit",
            "page2_problems",
            "page2_list",
            "page2_target",
            "page2_own",
            "page2_new",
            "page2_create",
            "page3_plan",
            "page3_mail",
            "page3_keychain",
            "page3_changed",
            "running",
            "finished",
            "main_changed",
            "main_renewal",
            "problems",
            "history",
            "settings",
            "fields_later",
            "fields_range",
            "fields_history",
            "why",
        ]

    def page1_empty(self) -> tuple[Window, ScriptedService]:
        return self.open()

    def page1_password(self) -> tuple[Window, ScriptedService]:
        window, service = self.open()
        form = window.wizard.credentials.dynamics
        form.sign_in.setCurrentIndex(form.sign_in.findData(SignIn.PASSWORD))
        return window, service

    def page1_certificate(self) -> tuple[Window, ScriptedService]:
        window, service = self.open()
        form = window.wizard.credentials.dynamics
        form.proof.setCurrentIndex(1)
        self.type(window, "dynamics.certificate", "/home/admin/dynsync.pem")
        return window, service

    def page1_browser(self) -> tuple[Window, ScriptedService]:
        return self._waiting_for_person(SignIn.BROWSER, world.browser)

    def page1_device(self) -> tuple[Window, ScriptedService]:
        return self._waiting_for_person(SignIn.DEVICE, world.device)

    def _waiting_for_person(self, way: SignIn, prompt: Any) -> tuple[Window, ScriptedService]:
        script = world.checks(world.CHECKS, world.CARD)
        window, service = self.open(check=[*script[:3], prompt, Gate(), world.signed_in, *script[3:]])
        self.fill(window)
        page = window.wizard.credentials
        page.dynamics.sign_in.setCurrentIndex(page.dynamics.sign_in.findData(way))
        page.test.click()
        self._wait(page.sign_in.isVisible)
        return window, service

    def page1_environments(self) -> tuple[Window, ScriptedService]:
        window, service = self.open()
        page = window.wizard.credentials
        page.dynamics.sign_in.setCurrentIndex(page.dynamics.sign_in.findData(SignIn.BROWSER))
        page.dynamics.environments.button.click()
        self._wait(page.dynamics.environments.list.isVisible)
        return window, service

    def page1_network(self) -> tuple[Window, ScriptedService]:
        window, service = self.open()
        forms = window.wizard.credentials.forms
        forms.network.fold.button.click()
        self.type(window, "network.proxy", "http://proxy.contoso.com:8080")
        self.type(window, "network.proxy_username", "CONTOSO\\sync")
        window.wizard.credentials.test.click()
        window.wizard.credentials.point_to(forms.rows["network.proxy_password"].target, forms.network)
        return window, service

    def page1_refused(self) -> tuple[Window, ScriptedService]:
        window, service = self.open()
        self.type(window, "dynamics.url", "https://contoso.crm4.dynamics.com/main.aspx?appid=1")
        window.wizard.credentials.dynamics.normalise()
        window.wizard.next()
        return window, service

    def page1_failed(self) -> tuple[Window, ScriptedService]:
        window, service = self.open(check=world.checks(world.FAILED, None))
        self.fill(window)
        page = window.wizard.credentials
        page.test.click()
        self._wait(lambda: page.job is None)
        return window, service

    def page1_passed(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.open(**scripts)
        self.fill(window)
        page = window.wizard.credentials
        page.test.click()
        self._wait(lambda: page.job is None)
        self._wait(page.identity.isVisible)
        page.identity.confirm.setChecked(True)
        return window, service

    def page1_native(self) -> tuple[Window, ScriptedService]:
        window, service = self.page1_passed(check=world.checks(world.WARNED, world.CARD))
        window.wizard.next()
        return window, service

    def page1_changed(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.open(check=world.checks(world.CHANGED, world.CARD), **scripts)
        self.fill(window)
        page = window.wizard.credentials
        page.test.click()
        self._wait(page.after.guard.isVisible)
        return window, service

    def page1_rehearsal(self) -> tuple[Window, ScriptedService]:
        window, service = self.open(check=world.checks(world.CHECKS, world.REHEARSAL_CARD))
        page = window.wizard.credentials
        page.start_rehearsal()
        self._wait(lambda: page.job is None)
        return window, service

    def page2_fields(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.page1_passed(**{"describe": [fields.described(self._language)], **scripts})
        window.wizard.next()
        pane = window.wizard.fields.pane
        self._wait(lambda: pane.tabs.count() == 3 and bool(pane.checks.states))
        pane.tabs.currentWidget().table.selectRow(2)
        return window, service

    def page2_detail(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        tab = window.wizard.fields.tab(Entity.LEAD)
        tab.go_to(RowKey("leadsourcecode"))
        tab.detail.more.click()
        window.wizard.fields.point_to(tab.detail)
        return window, service

    def page2_filter(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        window.wizard.fields.pane.panels.filter_button.click()
        return window, service

    def page2_fit(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        pane = window.wizard.fields.pane
        pane.panels.fit_button.click()
        pane.panels.fit.sample.click()
        self._wait(lambda: pane.sheet.report is not None)
        return window, service

    def page2_problems(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        pane = window.wizard.fields.pane
        pane.sheet.send(Entity.LEAD, RowKey("telephone1"), "mobilePhone")
        pane.edited(Entity.LEAD)
        window.wizard.next()
        return window, service

    def page2_list(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        window.wizard.fields.pane.panels.new_button.click()
        return window, service

    def page2_target(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        tab = window.wizard.fields.tab(Entity.LEAD)
        tab.go_to(RowKey("jobtitle"))
        tab.detail.target.click()
        return window, service

    def page2_own(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        window.wizard.fields.pane.add_table.click()
        self._wait(lambda: any(dialog.isVisible() for dialog in window.findChildren(OwnTableDialog)))
        return window, service

    def page2_new(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields()
        tab = window.wizard.fields.tab(Entity.LEAD)
        tab.go_to(RowKey("jobtitle"))
        tab.detail.new.click()
        dialog = window.findChild(NewFieldDialog)
        dialog.name.setText("title")
        dialog.accept()
        return window, service

    def page2_create(self) -> tuple[Window, ScriptedService]:
        window, service = self.page2_filter()
        window.wizard.fields.pane.panels.filter.create_wanted.emit(Entity.CONTACT)
        return window, service

    def page3_plan(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.page2_fields(**scripts)
        window.wizard.next()
        self._wait(window.wizard.enable.plan.working.isHidden)
        return window, service

    def page3_mail(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.page3_plan(**scripts)
        page = window.wizard.enable
        page.accept.setChecked(True)
        self.type(window, "email", "admin@contoso.com")
        page.mail.server.button.setChecked(True)
        self.type(window, "mail.host", "smtp.contoso.com")
        page.mail.test.click()
        self._wait(lambda: page._mail is None)
        page.area.verticalScrollBar().setValue(10_000)
        self._wait(lambda: True)
        page.point_to(page.mail.test)
        return window, service

    def page3_keychain(self) -> tuple[Window, ScriptedService]:
        window, service = self.page3_plan(start=[world.keychain])
        page = window.wizard.enable
        page.accept.setChecked(True)
        self.type(window, "email", "admin@contoso.com")
        page.validatePage()
        self._wait(lambda: not page.starting)
        return window, service

    def page3_changed(self) -> tuple[Window, ScriptedService]:
        window, service = self.page3_plan(start=[world.changed])
        page = window.wizard.enable
        page.accept.setChecked(True)
        self.type(window, "email", "admin@contoso.com")
        page.validatePage()
        self._wait(page.guard.isVisible)
        return window, service

    def main_changed(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.open_stored(follow=[world.changed], **scripts)
        self._wait(lambda: window.main.overview.guard.isVisible() and window.main._reading is None)
        return window, service

    def main_renewal(self) -> tuple[Window, ScriptedService]:
        window, service = self.open_stored(renew=[world.refused])
        window.main.renew.click()
        card = window.main.renewal
        card.secret.edit.setText("a-new-secret")
        card.keep.click()
        self._wait(lambda: card.job is None)
        return window, service

    def running(self) -> tuple[Window, ScriptedService]:
        window, service = self.page3_plan(start=[world.progress(0.4), world.progress(0.62), world.waiting, Gate()])
        self.start(window)
        self._wait(window.main.overview.progress.waits.isVisible)
        return window, service

    def finished(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.page3_plan(**scripts)
        self.start(window)
        self._wait(lambda: not window.main.running and window.main.problems.export.isVisibleTo(window.main.problems))
        return window, service

    def problems(self) -> tuple[Window, ScriptedService]:
        window, service = self.finished()
        window.main.overview.problems.click()
        return window, service

    def fields_later(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.open_stored(**scripts)
        window.main.fields.click()
        dialog = window.fields
        self._wait(lambda: bool(dialog.pane.checks.states) and dialog.pane.tabs.count() == 3)
        dialog.pane.sheet.edits.tick(Entity.LEAD, {RowKey("subject")}, on=True)
        dialog.pane.edited(Entity.LEAD)
        self._wait(dialog.estimate.isVisible)
        return window, service

    def fields_range(self) -> tuple[Window, ScriptedService]:
        window, service = self.fields_later()
        window.fields.back_fill.limit.click()
        return window, service

    def fields_history(self) -> tuple[Window, ScriptedService]:
        window, service = self.fields_later()
        window.fields.history.click()
        self._wait(lambda: window.fields.findChild(ChoiceHistory) is not None)
        window.fields.findChild(ChoiceHistory).table.selectRow(1)
        return window, service

    def history(self) -> tuple[Window, ScriptedService]:
        runs = tuple(replace(world.REPORT, id=number) for number in range(9, 0, -1))
        status = replace(world.STATUS, runs=runs)
        window, service = self.open_stored(status)
        window.main.rooms.show_view(2)
        return window, service

    def settings(self) -> tuple[Window, ScriptedService]:
        window, service = self.open_stored()
        service.background.state = world.IN_BACKGROUND
        window.main.watch.look()
        window.main.rooms.show_view(3)
        self._wait(window.main.settings.background.last.isVisible)
        return window, service

    def why(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        window, service = self.open_stored(**scripts)
        window.main.rooms.links[4].click()
        window.main.why.field.setText("anna@litware.com")
        window.main.why.ask.click()
        self._wait(lambda: not window.main.why.waiting)
        return window, service

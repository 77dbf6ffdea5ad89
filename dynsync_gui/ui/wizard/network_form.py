"""What a company's network may need: a proxy with an account, and the authority that inspects traffic."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.domain.answer_values import proxy
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import NetworkSettings
from dynsync_gui.domain.setup import Missing
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.ui.widgets.boxes import Columns
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.file_field import FileField
from dynsync_gui.ui.widgets.fold import Fold
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.form import Form

_PROXY, _USER, _PASSWORD, _BUNDLE = (
    "network.proxy",
    "network.proxy_username",
    "network.proxy_password",
    "network.ca_bundle",
)


class NetworkForm(Form):
    """Folded away, unless something of it is set."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = NetworkSettings()
        self.fold = Fold(tr("Company network"))
        self.body.addWidget(self.fold)
        inside = self.fold.body
        inside.addWidget(
            Text(
                tr(
                    "DynSync takes the proxy and the trusted authorities of this computer. Fill this in only where "
                    "your network team says so."
                ),
                "muted",
            )
        )
        self.add(
            _PROXY,
            tr("Address of the proxy"),
            spoken=tr("Address of the proxy"),
            topic="network",
            hint=tr("Blank for the proxy of this computer, automatic configuration included."),
            into=inside,
        )
        self.add(_USER, tr("User name"), spoken=tr("User name for the proxy"), hint=tr("Only where it asks for one."))
        self.add(_PASSWORD, tr("Password"), spoken=tr("Password for the proxy"), secret=True)
        inside.addWidget(Columns(self.rows[_USER], self.rows[_PASSWORD]))
        self.bundle = FileField(tr("Authority file"), "*.pem *.crt *.cer")
        hint = tr("PEM file of the authority with which your company inspects traffic. It is trusted in addition.")
        self.add_file(FieldRow(_BUNDLE, tr("Authority file"), self.bundle, topic="network", hint=hint), inside)
        self.line_edit(_PROXY).setPlaceholderText("http://proxy.contoso.com:8080")
        self.line_edit(_PROXY).editingFinished.connect(self.normalise)

    def fill(self, settings: NetworkSettings, secrets: Secrets) -> None:
        """Show settings; the password stays with the flow."""
        self._kept = settings
        for key, text in (
            (_PROXY, settings.proxy),
            (_USER, settings.proxy_username),
            (_BUNDLE, settings.ca_bundle),
        ):
            self.set_text(key, text)
        self.secret(_PASSWORD).hold(bool(secrets.proxy_password))
        self.fold.open(open_=bool(settings.proxy or settings.proxy_username or settings.ca_bundle))

    def settings(self) -> NetworkSettings:
        """What is entered; a proxy's address as it was typed, until it is exact."""
        return replace(
            self._kept,
            proxy=self.text(_PROXY),
            proxy_username=self.text(_USER),
            ca_bundle=self.text(_BUNDLE),
        )

    def secrets(self, kept: Secrets) -> Secrets:
        """The secrets with the proxy's password as it is entered."""
        return replace(kept, proxy_password=self.secret(_PASSWORD).value(kept.proxy_password))

    def missing(self) -> Missing | None:
        """What only this form can know to be missing."""
        try:
            proxy(_PROXY, self.text(_PROXY))
        except SettingsError:
            return Missing(
                _PROXY, msg("Write host and port as in http://proxy.contoso.com:8080; an account has its own fields.")
            )
        secret = self.secret(_PASSWORD)
        has_password = secret.held or bool(secret.edit.text())
        if self.text(_USER) and not has_password:
            return Missing(_PASSWORD, msg("Enter the password for the proxy."))
        if has_password and not self.text(_USER):
            return Missing(_USER, msg("Enter the user name for the proxy, or remove the password."))
        return None

    def normalise(self) -> None:
        """Make the proxy's address exact."""
        missing = self.missing()
        if missing is not None and missing.field == _PROXY:
            self.rows[_PROXY].complain(str(missing.text))
        else:
            exact = proxy(_PROXY, self.text(_PROXY))
            if exact != self.text(_PROXY):
                self.set_text(_PROXY, exact)

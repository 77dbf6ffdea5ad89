"""Opens both sides from a profile's settings (`domain.ports.Connections`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.connectors.http.limiter import MemoryRateWindow
from dynsync_gui.connectors.http.proxies import ProxyResolver, system_proxy
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.addresses import Address, dynamics_address, marketo_address
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.ports import Connection, OnWait, RateWindow
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import Message, msg


class VendorConnections:
    """Makes connections to the vendors, or to whatever hosts the user named in their place."""

    def __init__(
        self, rate_window: Callable[[str], RateWindow] | None = None, proxy: ProxyResolver = system_proxy
    ) -> None:
        """Keep how to come by what is outside.

        Args:
            rate_window: Gives the kept times of calls to a Marketo, by its address; in memory by default.
            proxy: Names the proxy for an address.
        """
        self._windows: dict[str, RateWindow] = {}
        self._rate_window = rate_window or self._in_memory
        self._proxy = proxy

    def open(
        self, settings: Settings, secrets: Secrets, token: CancelToken, on_wait: OnWait | None = None
    ) -> Connection:
        """Open both sides; see the protocol.

        Raises:
            SettingsError: An address or the authority file cannot be used.
        """
        trusted = tuple(host.strip().lower() for host in settings.network.trusted_hosts)
        dynamics = _usable(dynamics_address(settings.dynamics.url, trusted), msg("Enter the address of your Dynamics."))
        marketo = _usable(
            marketo_address(settings.marketo.endpoint, trusted), msg("Enter the address of your Marketo.")
        )
        exact = replace(
            settings,
            dynamics=replace(settings.dynamics, url=dynamics),
            marketo=replace(settings.marketo, endpoint=marketo),
            network=replace(settings.network, trusted_hosts=trusted),
        )
        reader = DataverseReader(exact, secrets, token, on_wait, self._proxy)
        try:
            writer = MarketoRestWriter(exact, secrets, token, self._rate_window(marketo), on_wait, self._proxy)
        except BaseException:
            reader.close()
            raise

        def close() -> None:
            reader.close()
            writer.close()

        return Connection(reader, writer, close)

    def _in_memory(self, address: str) -> RateWindow:
        return self._windows.setdefault(address, MemoryRateWindow())


def _usable(address: Address, otherwise: Message) -> str:
    if not address.usable:
        raise settings_error(address.note or otherwise)
    return address.url

"""Opens both sides from a profile's settings (`domain.ports.Connections`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msal

from dynsync_gui.connectors.dynamics.access import SIGN_IN_SECONDS, Access, no_browser
from dynsync_gui.connectors.dynamics.discovery import find_environments
from dynsync_gui.connectors.dynamics.writer import DataverseWriter
from dynsync_gui.connectors.http.limiter import MemoryRateWindow
from dynsync_gui.connectors.http.proxies import ProxyResolver, chosen_proxy, system_proxy
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.addresses import Address, dynamics_address, marketo_address
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.ports.connections import Connection, RateWindow, Shelf
from dynsync_gui.domain.ports.listening import OnPrompt, OnWait
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import Message, msg


@dataclass(frozen=True, slots=True)
class PeopleSignIn:
    """How people sign in on this computer.

    Attributes:
        cache: Gives msal's cache of their tokens.
        kept: Whether it outlives the session, once the set-up is finished.
        open_browser: Opens an address and returns at once, with whether it could.
        seconds: How long the browser's answer is waited for.
    """

    cache: Callable[[], Any] = field(default_factory=lambda: _one(msal.SerializableTokenCache()))
    kept: Callable[[], bool] = lambda: False
    open_browser: Callable[[str], bool] = no_browser
    seconds: float = SIGN_IN_SECONDS

    def access(self, token: CancelToken, on_prompt: OnPrompt | None = None) -> Access:
        """The surroundings of one sign-in."""
        kept = on_prompt is not None and self.kept()
        return Access(token, on_prompt, self.cache(), kept, self.open_browser, self.seconds)


class VendorConnections:
    """Makes connections to the vendors, or to whatever hosts the user named in their place."""

    def __init__(
        self,
        rate_window: Callable[[str], RateWindow] | None = None,
        proxy: ProxyResolver = system_proxy,
        people: PeopleSignIn | None = None,
    ) -> None:
        """Keep how to come by what is outside.

        Args:
            rate_window: Gives the kept times of calls to a Marketo, by its address; in memory by default.
            proxy: Names the proxy for an address.
            people: How people sign in; by default nothing is kept and no browser is opened.
        """
        self._windows: dict[str, RateWindow] = {}
        self._rate_window = rate_window or self._in_memory
        self._proxy = proxy
        self._people = people or PeopleSignIn()

    def open(
        self,
        settings: Settings,
        secrets: Secrets,
        token: CancelToken,
        on_wait: OnWait | None = None,
        on_prompt: OnPrompt | None = None,
        shelf: Shelf | None = None,
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
        proxy = chosen_proxy(exact.network, secrets, self._proxy)
        reader = DataverseWriter(exact, secrets, token, on_wait, proxy, self._people.access(token, on_prompt), shelf)
        try:
            writer = MarketoRestWriter(exact, secrets, token, self._rate_window(marketo), on_wait, proxy, shelf)
        except BaseException:
            reader.close()
            raise

        def close() -> None:
            reader.close()
            writer.close()

        return Connection(reader, writer, close)

    def environments(
        self, settings: Settings, secrets: Secrets, token: CancelToken, on_prompt: OnPrompt | None = None
    ) -> tuple[Environment, ...]:
        """The environments of the person who signs in; see the protocol."""
        trusted = tuple(host.strip().lower() for host in settings.network.trusted_hosts)
        address = dynamics_address(settings.dynamics.url, trusted)
        exact = replace(
            settings,
            dynamics=replace(settings.dynamics, url=address.url),
            network=replace(settings.network, trusted_hosts=trusted),
        )
        proxy = chosen_proxy(exact.network, secrets, self._proxy)
        return find_environments(exact, secrets, self._people.access(token, on_prompt), proxy)

    def _in_memory(self, address: str) -> RateWindow:
        return self._windows.setdefault(address, MemoryRateWindow())


def _one(cache: Any) -> Callable[[], Any]:
    return lambda: cache


def _usable(address: Address, otherwise: Message) -> str:
    if not address.usable:
        raise settings_error(address.note or otherwise)
    return address.url

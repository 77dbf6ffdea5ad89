"""The named checks of the Dynamics side, in the order in which one rests on the other; all of them only read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from dynsync_gui.connectors.checking import CheckList, Seen, optional
from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.auth import DynamicsAuth
from dynsync_gui.connectors.dynamics.checks_environment import EnvironmentChecks, expiry_seen
from dynsync_gui.connectors.dynamics.checks_tables import TableChecks
from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.dynamics.clock import clock_finding, explained
from dynsync_gui.connectors.dynamics.privileges import UserRights
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.expiry import Expiry
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.ports.listening import OnCheck
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.settings import DynamicsSettings, SignIn
from dynsync_gui.domain.text import msg

_USER = "fullname,isdisabled,accessmode,applicationid,islicensed"
_NON_INTERACTIVE = 4
_NO_RECORDS = {1, 3, 5}
"""Access modes of people who administer but do not work with records (Microsoft, systemuser accessmode)."""


class DynamicsChecks:
    """One run of the checks."""

    def __init__(
        self,
        client: DataverseClient,
        auth: DynamicsAuth,
        settings: DynamicsSettings,
        patience: Patience,
        report: OnCheck,
    ) -> None:
        """All of them within `patience`."""
        self._client, self._auth, self._settings, self._report = client, auth, settings, report
        self._asking = Asking(client, patience)
        self._me = ""

    def run(
        self,
        entities: Sequence[Entity],
        defaults: Collection[tuple[Entity, str]],
        returning: Mapping[Entity, Collection[str]],
        expiry: Callable[[], Expiry | None],
    ) -> tuple[Check, ...]:
        """All checks; what rests on a failed one is skipped.

        Args:
            entities: The tables that are to be synced.
            defaults: Columns that are synced by default.
            returning: Columns that may travel back to Dynamics.
            expiry: Tells when the application's secret or certificate ends; raises `SettingsError`.
        """
        checks = CheckList(System.DYNAMICS, self._report)
        checks.add("dynamics.address", msg("Address"), self._address)
        checks.add("dynamics.clock", msg("Clock of this computer"), self._clock, ["dynamics.address"])
        checks.add("dynamics.sign-in", msg("Sign-in"), self._sign_in, ["dynamics.address"])
        checks.add("dynamics.user", msg("User"), self._known, ["dynamics.sign-in"])
        # Who the user is is found by its check, on which all that follow rest.
        environment = EnvironmentChecks(self._asking, lambda: self._me)
        checks.add("dynamics.roles", msg("Security roles"), optional(environment.roles), ["dynamics.user"])
        rights = UserRights(self._asking, lambda: self._me, entities)
        TableChecks(self._asking, rights, defaults, returning).plan(checks, entities)
        environment.plan(checks)
        known = self._settings.certificate or self._settings.secret_expires
        if self._settings.sign_in is SignIn.APPLICATION and known:
            look = partial(expiry_seen, expiry)
            checks.add("dynamics.expiry", msg("End of the secret or certificate"), look, ["dynamics.address"])
        return checks.run()

    def _address(self) -> Seen:
        place = self._auth.place(self._asking.patience)
        return Seen(msg("Dynamics answers at {host}.", host=place.resource.removeprefix("https://")))

    def _clock(self) -> Seen:
        ahead = self._client.clock_ahead
        if ahead is None:
            return Seen(msg("Dynamics does not tell its time."), told=False)
        if (finding := clock_finding(ahead)) is not None:
            return Seen(warning=finding, code="dynamics.clock", detail=f"{ahead:+.0f} s")
        return Seen(msg("It agrees with Microsoft's."))

    def _sign_in(self) -> Seen:
        with explained(self._client):
            self._auth.token(self._asking.patience)
        return Seen(msg("Microsoft accepted the sign-in."))

    def _known(self) -> Seen:
        with explained(self._client):
            me = bare_id(self._asking.needed("WhoAmI").get("UserId"))
        if not me:
            raise ConnectionFailed("0x80072560", DATAVERSE["0x80072560"], "WhoAmI named no user")
        self._me = me
        try:
            user = self._asking.needed(f"systemusers({me})?$select={_USER}")
        except DynSyncError:
            return Seen(msg("Dynamics knows this user."))  # it may read records without being allowed to read users
        if user.get("isdisabled") is True:
            raise ConnectionFailed("0x8004a112", DATAVERSE["0x8004a112"])
        return _user_seen(user)


def _user_seen(user: Mapping[str, Any]) -> Seen:
    mode, application = user.get("accessmode"), bare_id(user.get("applicationid"))
    if mode in _NO_RECORDS:
        return Seen(warning=DATAVERSE["dynamics.access-mode"], code="dynamics.access-mode", detail=f"accessmode {mode}")
    if user.get("islicensed") is False and not application and mode != _NON_INTERACTIVE:
        return Seen(warning=DATAVERSE["0x8004d24b"], code="0x8004d24b", detail="islicensed false")
    name = str(user.get("fullname") or "").strip()[:100]
    if not name:
        return Seen(msg("Dynamics knows this user."))
    if application:
        return Seen(msg("Dynamics knows this application user as {name}.", name=name))
    return Seen(msg("Dynamics knows this user as {name}.", name=name))

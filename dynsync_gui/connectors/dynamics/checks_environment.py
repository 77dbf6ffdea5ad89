"""What is good to know of the environment and its user; where Dynamics does not tell, nothing depends on it."""

from __future__ import annotations

import locale
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dynsync_gui.connectors.checking import CheckList, Once, Seen, optional
from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.domain.errors import ConnectionFailed, SettingsError
from dynsync_gui.domain.expiry import Expiry
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.text import msg, msgs

_ORGANISATION = "organizations?$select=name,expirechangetrackingindays,languagecode"
_RULES_ON = "duplicaterules?$select=name,baseentityname,statuscode&$filter=statuscode%20eq%202"
_SOLUTIONS = (
    "solutions?$select=uniquename,friendlyname,version"
    "&$filter=contains(uniquename,'marketo')%20or%20contains(friendlyname,'marketo')"
)
_SALES_INSIGHT = "salesinsight"
"""Adobe's add-on for sellers; it also runs beside other syncs (Adobe, Marketo Sales Insight non-native)."""
_FEW_DAYS = 3
_MOST_NAMED = 5


class EnvironmentChecks:
    """Checks that never stop anything."""

    def __init__(self, asking: Asking, user: Callable[[], str]) -> None:
        """`user` tells the id of the signed-in user once that is known."""
        self._asking, self._user = asking, user
        self._organisation = Once(self._read_organisation)

    def plan(self, checks: CheckList) -> None:
        """Add them to a list, after the check of the user."""
        needs = ["dynamics.user"]
        checks.add("dynamics.language", msg("Language"), optional(self._language), needs)
        checks.add("dynamics.change-history", msg("How long a pause may last"), optional(self._history), needs)
        checks.add("dynamics.duplicates", msg("Duplicate detection"), optional(self._duplicates), needs)
        checks.add("dynamics.solution", msg("Marketo's own solution"), optional(self._solution), needs)

    def roles(self) -> Seen:
        """The user's security roles, own ones and those of its teams."""
        me = self._user()
        own = self._asking.rows(f"systemusers({me})/systemuserroles_association?$select=name")
        names = [str(role.get("name") or "") for role in own]
        try:
            path = f"systemusers({me})/teammembership_association?$select=name"
            teams = self._asking.rows(f"{path}&$expand=teamroles_association($select=name)")
        except ConnectionFailed:
            teams = []
        for team in teams:
            roles = team.get("teamroles_association")
            names += [str(role.get("name") or "") for role in roles or () if isinstance(role, dict)]
        known = list(dict.fromkeys(name for name in names if name))
        if not known:
            return Seen(warning=DATAVERSE["dynamics.no-role-shown"], code="dynamics.no-role-shown")
        shown = ", ".join(known[:_MOST_NAMED])
        return Seen(
            msgs("The user has one role: {roles}.", "The user has {n} roles: {roles}.", len(known), roles=shown)
        )

    def _language(self) -> Seen:
        """Names of choices come in the language of the user (Microsoft, formatted values)."""
        told = self._asking.wished(f"usersettingscollection({self._user()})?$select=uilanguageid").get("uilanguageid")
        code = told if isinstance(told, int) and told else self._organisation().get("languagecode")
        if not isinstance(code, int) or not code:
            return Seen(msg("Dynamics does not tell the language of this user."), told=False)
        name = locale.windows_locale.get(code, str(code)).replace("_", "-")
        return Seen(msg("Names of choices arrive in the language {language}.", language=name))

    def _history(self) -> Seen:
        days = self._organisation().get("expirechangetrackingindays")
        if not isinstance(days, int):
            return Seen(msg("Dynamics does not tell for how long it remembers changes."), told=False)
        if days < _FEW_DAYS:
            finding = filled(DATAVERSE["dynamics.change-history"], days=days)
            return Seen(warning=finding, code="dynamics.change-history", detail=f"expirechangetrackingindays {days}")
        return Seen(
            msgs(
                "After a pause of up to {n} day only changes are read, later everything once.",
                "After a pause of up to {n} days only changes are read, later everything once.",
                days,
            )
        )

    def _duplicates(self) -> Seen:
        rules = [row for row in self._asking.rows(_RULES_ON) if row.get("statuscode") in {2, None}]
        if not rules:
            return Seen(
                msg("Dynamics does not look for duplicates. The plan lists people who share an e-mail address.")
            )
        count = len(rules)
        return Seen(
            msgs("Dynamics looks for duplicates with {n} rule.", "Dynamics looks for duplicates with {n} rules.", count)
        )

    def _solution(self) -> Seen:
        rows = [
            f"{row.get('friendlyname') or row.get('uniquename')} {row.get('version') or ''}".strip()
            for row in (row for row in self._asking.rows(_SOLUTIONS) if _is_sync(row))
        ]
        if not rows:
            return Seen(msg("It is not installed, and DynSync does not need it."))
        finding = filled(DATAVERSE["dynamics.solution"], name=rows[0][:100])
        return Seen(warning=finding, code="dynamics.solution", detail=", ".join(rows)[:300])

    def _read_organisation(self) -> dict[str, Any]:
        return next(iter(self._asking.rows(_ORGANISATION)), {})


def _is_sync(row: dict[str, Any]) -> bool:
    names = f"{row.get('uniquename')} {row.get('friendlyname')}".lower()
    return "marketo" in names and _SALES_INSIGHT not in names.replace(" ", "")


def expiry_seen(expiry: Callable[[], Expiry | None]) -> Seen:
    """How long the application's secret or certificate still holds."""
    try:
        known = expiry()
    except SettingsError:
        known = None  # what is wrong with the certificate's file is told by the sign-in
    if known is None:
        return Seen(msg("Nobody entered when it ends."), told=False)
    if (finding := known.warning(datetime.now(UTC).date())) is not None:
        return Seen(warning=finding, code="dynamics.expiry", detail=f"{known.what} {known.ends:%Y-%m-%d}")
    return Seen(msg("It holds until {date}.", date=f"{known.ends:%Y-%m-%d}"))

"""The named checks of the Marketo side; none of them writes."""

from __future__ import annotations

from dynsync_gui.connectors.checking import CheckList, Seen, optional
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.auth import MarketoAuth
from dynsync_gui.connectors.marketo.checks_fields import FieldChecks
from dynsync_gui.connectors.marketo.checks_instance import InstanceChecks
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused
from dynsync_gui.connectors.marketo.records import find
from dynsync_gui.connectors.marketo.schema import describe
from dynsync_gui.connectors.marketo.usage import told_today
from dynsync_gui.domain.addresses import MARKETO_HOST
from dynsync_gui.domain.checks import Check, Owner
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, Finding, GuardStop
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.marketo import ADDRESS_LIST, MARKETO, QUOTA
from dynsync_gui.domain.ports.listening import OnCheck
from dynsync_gui.domain.rights import Permission, permissions
from dynsync_gui.domain.schema import COMPANY_KEY, System, Target, TargetSchema
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import msg

_CREDENTIALS = {"marketo.credentials", "601"}
_NEARLY_USED = Finding(
    msg("Most of the Marketo calls allowed for today are used up already."),
    msg("A large first sync may have to go on tomorrow. Nothing is lost if it does."),
    Owner.MARKETO_ADMIN,
)


class MarketoChecks:
    """One run of the checks."""

    def __init__(
        self,
        client: MarketoClient,
        auth: MarketoAuth,
        patience: Patience,
        report: OnCheck,
        host: str,
        settings: Settings,
    ) -> None:
        """Checks of the instance at `host`, all of them within `patience`, for what is set up to be synced."""
        self._client, self._auth, self._patience, self._host = client, auth, patience, host
        self._checks = CheckList(System.MARKETO, report)
        self._daily, self._native_sync = settings.limits.daily_calls, settings.enable.native_sync
        self._needed = permissions(settings)
        self._sign_in: DynSyncError | None = None
        self._persons: TargetSchema | None = None

    def run(self) -> tuple[Check, ...]:
        """All checks; what rests on a failed one is skipped."""
        add, quota = self._checks.add, ["marketo.quota"]
        instance = InstanceChecks(self._client, self._patience, self._native_sync)
        fields = FieldChecks(self._client, self._patience, lambda: self._persons)
        add("marketo.address", msg("Address"), self._answers)
        add("marketo.sign-in", msg("Sign-in"), self._signs_in, ["marketo.address"])
        add("marketo.quota", msg("Calls left today"), self._quota, ["marketo.sign-in"])
        add("marketo.persons", msg("Reading persons"), self._reads_persons, quota)
        if Permission.COMPANY in self._needed:
            add("marketo.companies", msg("Reading companies"), self._reads_companies, quota)
        native_sync = lambda: instance.other_sync(self._persons)  # noqa: E731
        add("marketo.native-sync", msg("Marketo's own CRM sync"), native_sync, ["marketo.persons"])
        add("marketo.fields", msg("Creating fields"), fields.may_create, ["marketo.persons"])
        add("marketo.key", msg("Field for the Dynamics id"), fields.key, ["marketo.fields"])
        add("marketo.partitions", msg("Partitions"), optional(instance.partitions), quota)
        self._plan_parts(instance)
        return self._checks.run()

    def _plan_parts(self, instance: InstanceChecks) -> None:
        """What only parts of the sync need; a check of the other sync has asked for most of it already."""
        native_sync, title = ["marketo.native-sync"], msg("Custom objects")
        for permission, name, told, look in (
            (Permission.SALES_PERSON, "sales-persons", msg("Reading sales persons"), instance.sales_persons),
            (Permission.OPPORTUNITY, "opportunities", msg("Reading opportunities"), instance.opportunities),
            (Permission.ACTIVITY, "changes", msg("Reading what changes in Marketo"), instance.changes),
            (Permission.CUSTOM_OBJECT, "custom-rows", msg("Reading custom objects"), instance.own_rows),
        ):
            if permission in self._needed:
                self._checks.add(f"marketo.{name}", told, look, native_sync)
        look = instance.types if Permission.CUSTOM_TYPE in self._needed else optional(instance.unneeded_types)
        self._checks.add("marketo.custom-objects", title, look, native_sync)

    def _answers(self) -> Seen:
        """Marketo tells itself only by its answer to a sign-in, so both checks rest on one request."""
        try:
            self._auth.token(self._patience)
        except DynSyncError as failure:
            if failure.code == "network.dns" and (match := MARKETO_HOST.fullmatch(self._host)):
                finding = filled(MARKETO["marketo.unknown-id"], munchkin=match["munchkin"].upper())
                raise ConnectionFailed("marketo.unknown-id", finding, failure.detail) from None
            if failure.code not in _CREDENTIALS:
                raise
            self._sign_in = failure
        return Seen(msg("Marketo answers at {host}.", host=self._host))

    def _signs_in(self) -> Seen:
        if self._sign_in is not None:
            raise self._sign_in
        if user := self._auth.user.split(" ")[0][:100]:
            return Seen(msg("Signed in as {name}.", name=user))
        return Seen(msg("Marketo accepted the sign-in."))

    def _quota(self) -> Seen:
        try:
            used = told_today(self._client, self._patience)
        except Refused as refused:
            self._see_addresses(refused)
            used = None
        except ConnectionFailed:
            used = None
        if used is None:
            return Seen(msg("Marketo does not tell how many calls were made today."))
        if used >= self._daily:
            raise GuardStop("quota", QUOTA, f"{used} of {self._daily}")
        if used > 0.8 * self._daily:
            return Seen(warning=_NEARLY_USED, code="quota", detail=f"{used} of {self._daily}")
        return Seen(msg("{used} of {daily} calls were made today.", used=used, daily=self._daily))

    def _see_addresses(self, refused: Refused) -> None:
        """A call that needs no permission was denied: where a second one is denied too, it is the network's address."""
        if refused.code != "603":
            return
        try:
            describe(self._client, Target.PERSON, self._patience)
        except Refused as again:
            if again.code == "603":
                raise ConnectionFailed("603", ADDRESS_LIST, again.message, again.failure.ids) from None
        except ConnectionFailed:
            return

    def _reads_persons(self) -> Seen:
        self._persons = self._described(Target.PERSON)
        find(self._client, Target.PERSON, "id", ["1"], ["id"], self._patience)
        count = len(self._persons.fields)
        return Seen(msg("They can be read, with {count} fields.", count=count))

    def _reads_companies(self) -> Seen:
        try:
            known = self._described(Target.COMPANY)
            find(self._client, Target.COMPANY, COMPANY_KEY, ["dynsync-check"], [COMPANY_KEY], self._patience)
        except ConnectionFailed as failure:
            if failure.code != "1018":
                raise
            return Seen(msg("Marketo's own CRM sync keeps them to itself."), code="1018", ids=failure.ids, told=False)
        return Seen(msg("They can be read, with {count} fields.", count=len(known.fields)))

    def _described(self, target: Target) -> TargetSchema:
        try:
            return describe(self._client, target, self._patience)
        except Refused as refused:
            raise refused.failure from None

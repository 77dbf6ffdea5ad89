"""The named checks of the Marketo side; none of them writes."""

from __future__ import annotations

from dynsync_gui.connectors.checking import CheckList, Seen
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.auth import MarketoAuth
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, Request, read
from dynsync_gui.connectors.marketo.records import find
from dynsync_gui.connectors.marketo.schema import FIELDS_PATH, describe
from dynsync_gui.connectors.marketo.usage import calls_today
from dynsync_gui.domain.checks import Check, Owner
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, Finding, GuardStop
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.marketo import NATIVE_SYNC, QUOTA
from dynsync_gui.domain.ports import OnCheck
from dynsync_gui.domain.schema import COMPANY_KEY, KEY_FIELD, System, Target, TargetSchema, TargetType
from dynsync_gui.domain.text import msg

_CREDENTIALS = {"marketo.credentials", "601"}
_SOME_CRM_FIELDS = Finding(
    msg("Some person fields in Marketo belong to its own CRM sync. Two syncs would fight over the same records."),
    msg("Find out in Marketo under Admin > CRM whether that sync still runs. Go on only if it does not."),
    Owner.MARKETO_ADMIN,
)
_KEY_TYPE = Finding(
    msg("Marketo has a field “{field}” that cannot hold the Dynamics id."),
    msg("Have a Marketo admin hide or rename it under Field Management: it has to be a text that programs may write."),
    Owner.MARKETO_ADMIN,
)
_NEARLY_USED = Finding(
    msg("Most of the Marketo calls allowed for today are used up already."),
    msg("A large first sync may have to go on tomorrow. Nothing is lost if it does."),
    Owner.MARKETO_ADMIN,
)


class MarketoChecks:
    """One run of the checks."""

    def __init__(
        self, client: MarketoClient, auth: MarketoAuth, patience: Patience, report: OnCheck, host: str, daily: int
    ) -> None:
        """Checks of the instance at `host`, all of them within `patience`; `daily` calls are allowed."""
        self._client, self._auth, self._patience, self._host, self._daily = client, auth, patience, host, daily
        self._list = CheckList(System.MARKETO, report)
        self._sign_in: DynSyncError | None = None
        self._persons: TargetSchema | None = None
        self._crm = False

    def run(self) -> tuple[Check, ...]:
        """All checks; what rests on a failed one is skipped."""
        run = self._list.run
        run("marketo.address", msg("Address"), self._answers)
        run("marketo.sign-in", msg("Sign-in"), self._signs_in, ["marketo.address"])
        run("marketo.quota", msg("Calls left today"), self._quota, ["marketo.sign-in"])
        run("marketo.persons", msg("Reading persons"), self._reads_persons, ["marketo.quota"])
        run("marketo.companies", msg("Reading companies"), self._reads_companies, ["marketo.quota"])
        run("marketo.native-sync", msg("Marketo's own CRM sync"), self._no_other_sync, ["marketo.persons"])
        run("marketo.fields", msg("Creating fields"), self._may_create_fields, ["marketo.quota"])
        run("marketo.key", msg("Field for the Dynamics id"), self._key, ["marketo.persons", "marketo.fields"])
        return self._list.done

    def _answers(self) -> Seen:
        """Marketo tells itself only by its answer to a sign-in, so both checks rest on one request."""
        try:
            self._auth.token(self._patience)
        except DynSyncError as failure:
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
        used = calls_today(self._client, self._patience)
        if used is None:
            return Seen(msg("Marketo does not tell how many calls were made today."))
        if used >= self._daily:
            raise GuardStop("quota", QUOTA, f"{used} of {self._daily}")
        if used > 0.8 * self._daily:
            return Seen(warning=_NEARLY_USED, code="quota")
        return Seen(msg("{used} of {daily} calls were made today.", used=used, daily=self._daily))

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
            self._crm = failure.code == "1018"
            raise
        return Seen(msg("They can be read, with {count} fields.", count=len(known.fields)))

    def _no_other_sync(self) -> Seen:
        if self._crm:
            raise ConnectionFailed("1018", NATIVE_SYNC)
        if self._persons is not None and any(field.crm_managed for field in self._persons.fields):
            return Seen(warning=_SOME_CRM_FIELDS, code="marketo.crm-managed")
        return Seen(msg("No other CRM sync was found."))

    def _may_create_fields(self) -> Seen:
        self._asked(read(FIELDS_PATH, batchSize="1"))
        return Seen(msg("Fields can be read and created."))

    def _key(self) -> Seen:
        key = self._persons.alike(KEY_FIELD) if self._persons else None
        if key is None or self._persons is None:
            return Seen(msg("It will be created."))
        if key.name != KEY_FIELD or key.type is not TargetType.STRING or not key.updateable or key.crm_managed:
            raise ConnectionFailed("marketo.key", filled(_KEY_TYPE, field=key.label), f"{key.name}: {key.type}")
        return Seen(msg("It is there already."))

    def _described(self, target: Target) -> TargetSchema:
        try:
            return describe(self._client, target, self._patience)
        except Refused as refused:
            raise refused.failure from None

    def _asked(self, request: Request) -> None:
        try:
            self._client.call(request, self._patience, lambda told: told)
        except Refused as refused:
            raise refused.failure from None

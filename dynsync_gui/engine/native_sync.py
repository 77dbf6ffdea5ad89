"""A Marketo that its own CRM sync is connected to: stop, or bring people only (Adobe, native CRM sync)."""

from __future__ import annotations

from dynsync_gui.domain.errors import ConnectionFailed, GuardStop
from dynsync_gui.domain.findings.marketo import NATIVE_SYNC
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.schema import COMPANY_KEY, Target, TargetField, TargetSchema, TargetType
from dynsync_gui.domain.settings import NativeSync
from dynsync_gui.domain.text import msg

CODE = "1018"
_COMPANY_FIELDS = (
    COMPANY_KEY, "company", "site", "website", "mainPhone", "annualRevenue", "numberOfEmployees", "industry", "sicCode",
    "billingStreet", "billingCity", "billingState", "billingCountry", "billingPostalCode", "companyNotes",
)  # fmt: skip
"""Marketo's standard company fields: none of them may travel on a person, though Marketo no longer lists them."""


def described_companies(marketo: MarketoReader, persons: TargetSchema, choice: NativeSync) -> TargetSchema:
    """Marketo's company fields, unless its own sync keeps companies to itself.

    Args:
        marketo: Where to ask.
        persons: Person fields; those of a CRM sync are marked.
        choice: What the user wants where that sync is connected.

    Raises:
        GuardStop: It is connected, and the user did not choose to bring people only.
    """
    managed = next((field.name for field in persons.fields if field.crm_managed), "")
    if managed and choice is NativeSync.STOP:
        raise GuardStop(CODE, NATIVE_SYNC, f"{managed}: crmManaged")
    try:
        return marketo.describe(Target.COMPANY)
    except ConnectionFailed as failure:
        if failure.code != CODE and not (managed and choice is NativeSync.PEOPLE):
            raise
        if choice is NativeSync.STOP:
            raise GuardStop(CODE, NATIVE_SYNC, failure.detail, failure.ids) from None
    known = tuple(TargetField(name, name, TargetType.STRING, updateable=False) for name in _COMPANY_FIELDS)
    return TargetSchema(Target.COMPANY, known)


def without_companies(rows: tuple[FieldOffer, ...]) -> tuple[FieldOffer, ...]:
    """The rows of accounts where people only are brought."""
    reason = msg("As you chose, only people are brought over.")
    return tuple(FieldOffer(row.field, reason=row.reason or reason, is_filter=row.is_filter) for row in rows)

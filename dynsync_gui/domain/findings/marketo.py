"""Marketo's codes in plain words (Adobe, Marketo REST error codes)."""

from __future__ import annotations

import re

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings import filled, quoted
from dynsync_gui.domain.text import msg

QUOTA = Finding(
    msg("The Marketo calls allowed for today are used up."),
    msg("Marketo counts anew at midnight US Central time. The first run after that goes on; nothing is lost."),
    Owner.MARKETO_ADMIN,
    Retry.NEXT_RUN,
)
NATIVE_SYNC = Finding(
    msg(
        "Marketo is already connected to a CRM by its own sync. It keeps companies to itself, and two syncs would "
        "fight over the same people."
    ),
    msg("Ask Marketo Support to remove that connection. Or choose to bring people only, without companies."),
    Owner.MARKETO_ADMIN,
    Retry.DECISION,
)
PEOPLE_ONLY = Finding(
    msg("Marketo is connected to a CRM by its own sync. As you chose, DynSync brings people only, without companies."),
    msg("Nothing, as long as Marketo's own sync does not bring the same people. Ask your Marketo admin."),
    Owner.MARKETO_ADMIN,
    Retry.DECISION,
)
ADDRESS_LIST = Finding(
    msg("Marketo refuses every request of this computer, also those that need no permission."),
    msg(
        "Have a Marketo admin add this network's address under Admin > Web Services > IP Restrictions, "
        "and see that the API user's role has “Access API”."
    ),
    Owner.MARKETO_ADMIN,
    Retry.NEXT_RUN,
)
DENIED = Finding(
    msg("Marketo does not allow this API user to do that."),
    msg(
        "Give its role the permission “{permission}” (Admin > Users & Roles). "
        "If it has it, this computer's network address may be missing from Marketo's list of allowed addresses."
    ),
    Owner.MARKETO_ADMIN,
    Retry.NEXT_RUN,
)
_SIGN_IN = Finding(
    msg("Marketo no longer accepts the sign-in."),
    msg("Check in Admin > LaunchPoint that the API service still exists, then test the connection again."),
    Owner.MARKETO_ADMIN,
    Retry.NEXT_RUN,
)
_BUSY = Finding(
    msg("Marketo had passing trouble."),
    msg("DynSync tries it again by itself. If it lasts for hours, look at status.adobe.com."),
    Owner.VENDOR,
    Retry.NEXT_RUN,
)
_OURS = Finding(
    msg("Marketo did not understand a request of DynSync."),
    msg("Copy the details and send them to the people who look after DynSync."),
    Owner.DYNSYNC,
    Retry.NEXT_RUN,
)
_PARTITION = Finding(
    msg("Marketo's partitions do not let DynSync write this person."),
    msg("Give the API user's role access to the partition, or move the person in Marketo."),
    Owner.MARKETO_ADMIN,
    Retry.NEXT_RUN,
)
_FEATURE = Finding(
    msg("Your Marketo subscription does not include what this needs."),
    msg("Ask Marketo Support whether it can be switched on."),
    Owner.MARKETO_ADMIN,
    Retry.DECISION,
)
_STALE_FIELD = Finding(
    msg("Marketo no longer has a field that is to be filled."),
    msg("Open the fields page: DynSync reads Marketo's fields anew and shows which one is missing."),
    Owner.YOU,
    Retry.NEXT_RUN,
)
_VALUE = Finding(
    msg("Marketo does not take a value of this record."),
    msg("Correct the value in Dynamics. DynSync sends the record again when it has changed."),
)
_VALUE_NAMED = Finding(
    msg("Marketo does not take what stands in “{field}”."),
    msg("Correct the value in Dynamics. DynSync sends the record again when it has changed."),
)
_VALUE_LACKING = Finding(
    msg("Marketo wants a value in “{field}”, and this record has none."),
    msg("Fill the field in Dynamics. DynSync sends the record again when it has changed."),
)
_FOUND_OTHER = Finding(
    msg("Something of that name is in Marketo already."),
    msg("Run the sync again: DynSync looks Marketo up anew."),
    Owner.YOU,
    Retry.NEXT_RUN,
)

MARKETO: dict[str, Finding] = {
    "marketo.credentials": Finding(
        msg("Marketo did not accept this client id and client secret."),
        msg("Copy both again from Admin > LaunchPoint > View Details, without blanks before or after."),
        Owner.YOU,
    ),
    "marketo.not-marketo": Finding(
        msg("No Marketo answers at this address."),
        msg("Copy the REST endpoint again from Admin > Web Services. It looks like https://123-ABC-456.mktorest.com."),
        Owner.YOU,
    ),
    "marketo.unknown-id": Finding(
        msg("There is no Marketo with the id {munchkin}."),
        msg("Compare the id with the one under Admin > Munchkin. If it is right, check this computer's connection."),
        Owner.YOU,
        Retry.NEXT_RUN,
    ),
    "marketo.is-dynamics": Finding(
        msg("A Dynamics answers at this address, not a Marketo."),
        msg("Copy the REST endpoint again from Admin > Web Services. It looks like https://123-ABC-456.mktorest.com."),
        Owner.YOU,
    ),
    "marketo.field-cap": Finding(
        msg("Programs have created {count} person fields in this Marketo, of the 100 that they may."),
        msg("Tick few new fields on the fields page, or have a Marketo admin create them under Field Management."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "marketo.key": Finding(
        msg("Marketo has a field “{field}” that cannot hold the Dynamics id."),
        msg("Have a Marketo admin rename it under Field Management: it has to be a text that programs may write."),
        Owner.MARKETO_ADMIN,
    ),
    "marketo.key-hidden": Finding(
        msg("Marketo has the field for the Dynamics id, but hides it."),
        msg("Have a Marketo admin unhide “{field}” under Field Management."),
        Owner.MARKETO_ADMIN,
    ),
    "marketo.fields-late": Finding(
        msg("Marketo created the new fields but does not offer them yet."),
        msg("Wait a few minutes and start again. DynSync does not create them twice."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "marketo.fields-refused": Finding(
        msg("Marketo did not create the field “{field}”."),
        msg("Leave it out on the fields page, or have a Marketo admin create it under Field Management."),
        Owner.MARKETO_ADMIN,
    ),
    "413": Finding(
        msg("This record is larger than Marketo takes."),
        msg("Shorten its long texts in Dynamics."),
    ),
    "414": _OURS,
    "500": _BUSY,
    "502": _BUSY,
    "600": _OURS,
    "601": _SIGN_IN,
    "602": _SIGN_IN,
    "603": filled(DENIED, permission="Access API"),
    "604": Finding(
        msg("Marketo took too long for a request and gave it up."),
        msg("DynSync tries it again by itself. If it lasts for hours, look at status.adobe.com."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "605": _OURS,
    "606": Finding(
        msg("All programs together send more calls than this Marketo takes."),
        msg("DynSync waits by itself. Lower its share under limits if other programs suffer."),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    "607": QUOTA,
    "608": _BUSY,
    "609": _OURS,
    "610": Finding(
        msg("This Marketo does not know the address that DynSync asked."),
        msg("Copy the REST endpoint again from Admin > Web Services."),
        Owner.YOU,
    ),
    "611": _BUSY,
    "612": _OURS,
    "613": _OURS,
    "614": Finding(
        msg("There is no Marketo subscription behind this address."),
        msg("Compare the address with the REST endpoint under Admin > Web Services."),
        Owner.YOU,
        Retry.NEXT_RUN,
    ),
    "616": _FEATURE,
    "701": Finding(
        msg("Marketo wants a value that this record does not have."),
        msg("Fill the field in Dynamics. DynSync sends the record again when it has changed."),
    ),
    "703": _FEATURE,
    "704": Finding(
        msg("Marketo does not take a date of this record."),
        msg("Correct the date in Dynamics. DynSync sends the record again when it has changed."),
    ),
    "709": _VALUE,
    "713": _BUSY,
    "718": Finding(
        msg("Marketo does not know the owner of this record yet."),
        msg("DynSync sends the record again after its owner."),
        Owner.DYNSYNC,
        Retry.AFTER_PARENT,
    ),
    "719": _BUSY,
    "1001": _VALUE,
    "1002": _VALUE,
    "1003": _VALUE,
    "1004": Finding(
        msg("The person is no longer in Marketo."),
        msg("It was deleted or merged there. DynSync looks it up anew with the next run."),
        Owner.DYNSYNC,
        Retry.NEXT_RUN,
    ),
    "1005": _FOUND_OTHER,
    "1006": _STALE_FIELD,
    "1007": Finding(
        msg("Several persons in Marketo carry the key of this record."),
        msg("Open them in Marketo (Database > Possible Duplicates) and merge them; then run the sync again."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "1008": _PARTITION,
    "1009": _PARTITION,
    "1010": _PARTITION,
    "1011": Finding(
        msg("Marketo cannot search by a field that DynSync needs."),
        msg("Ask a Marketo admin whether the field was changed under Field Management."),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    "1013": Finding(
        msg("Marketo no longer has what this record refers to."),
        msg("DynSync looks it up anew with the next run."),
        Owner.DYNSYNC,
        Retry.NEXT_RUN,
    ),
    "1014": _BUSY,
    "1017": _FOUND_OTHER,
    "1018": NATIVE_SYNC,
    "1019": _BUSY,
    "1021": Finding(
        msg("Marketo does not let a person change the company's data."),
        msg("Leave the company's fields out for people; DynSync fills them with the accounts."),
        Owner.YOU,
        Retry.DECISION,
    ),
    "1022": Finding(
        msg("Marketo still uses this record elsewhere."),
        msg("DynSync tries again after the records that use it."),
        Owner.DYNSYNC,
        Retry.NEXT_RUN,
    ),
    "1016": Finding(
        msg("Marketo has no room for another import just now."),
        msg("DynSync tries it again by itself."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "1026": _FEATURE,
    "1029": Finding(
        msg("Marketo's exports are busy or used up for today."),
        msg("DynSync tries it again by itself."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "1028": Finding(
        msg("This Marketo has no room for more fields."),
        msg("Tick fewer new fields, or have a Marketo admin hide fields that nobody uses."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "1036": Finding(
        msg("The same key was sent twice in one call."),
        msg("DynSync sends the record again with the next run."),
        Owner.DYNSYNC,
        Retry.NEXT_RUN,
    ),
}
"""By Marketo's code, or by ours where Marketo has none."""

UNKNOWN = Finding(
    msg("Marketo refused this, and DynSync does not know the reason."),
    msg("Look at the details: they hold Marketo's own words."),
    Owner.MARKETO_ADMIN,
    Retry.WHEN_CHANGED,
)

_UNKNOWN_QUOTED = Finding(
    msg("Marketo refused this and says: “{words}”"),
    msg("Show this to your Marketo admin, with the ids in the details."),
    Owner.MARKETO_ADMIN,
    Retry.WHEN_CHANGED,
)

_LACKING = re.compile(
    r"\b(?:is required|required field|not specified|missing|(?:cannot|must not) be (?:null|empty|blank))",
    re.IGNORECASE,
)
_NAMED = (
    re.compile(r"Invalid value for field '(?P<field>[^']+)' and value '", re.IGNORECASE),
    re.compile(r"Value for (?:lookup |required )?field '(?P<field>[^']+)'", re.IGNORECASE),
    re.compile(r"Field [‘'\"](?P<field>[^'’\"]+)['’\"] (?:not found|not supported)", re.IGNORECASE),
    re.compile(r"\bfield '(?P<field>\w+)'", re.IGNORECASE),
)


def problem_of(code: str, message: str) -> tuple[Finding, str]:
    """What a refused row's reason means.

    Args:
        code: Marketo's code.
        message: Its words, such as ``Invalid value for field 'email' and value 'x'``.

    Returns:
        The finding, and the REST name of the field it is about; empty where none is named.
    """
    found = next((match for pattern in _NAMED if (match := pattern.search(message))), None)
    field = found["field"] if found else ""
    if code in {"701", "1001", "1003"} and field:
        lacking = code == "701" or _LACKING.search(message) is not None
        return filled(_VALUE_LACKING if lacking else _VALUE_NAMED, field=field), field
    if code == "1003" and "too many" in message.lower():
        return _OURS, field
    known = MARKETO.get(code)
    if known is None and message:
        known = filled(_UNKNOWN_QUOTED, words=quoted(message))
    return known or UNKNOWN, field

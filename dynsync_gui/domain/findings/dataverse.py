"""Dataverse's codes in plain words (Microsoft, Web service error codes)."""

from __future__ import annotations

import re

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings import filled, quoted
from dynsync_gui.domain.text import msg

_ADMIN = Owner.DYNAMICS_ADMIN
_UNKNOWN_COLUMN = Finding(
    msg("Dynamics does not know a field or table that DynSync asked for."),
    msg("Open the fields page: DynSync reads the fields of Dynamics anew and shows which one is missing."),
    Owner.YOU,
    Retry.NEXT_RUN,
)
_PASSING = Finding(
    msg("Dynamics had passing trouble."),
    msg("Try again in a few minutes. DynSync does so by itself while a sync runs."),
    Owner.VENDOR,
    Retry.NEXT_RUN,
)
_SLOW_DOWN = Finding(
    msg("Dynamics asked us to slow down."),
    msg("DynSync waits by itself. Other programs of the same user share this limit."),
    _ADMIN,
    Retry.NEXT_RUN,
)
DENIED = Finding(
    msg("This user is not allowed to do that in Dynamics."),
    msg("Have an administrator give the user a security role that can read accounts, contacts and leads."),
    _ADMIN,
    Retry.NEXT_RUN,
)
DENIED_NAMED = Finding(
    msg("This user lacks the right {privilege} in Dynamics."),
    msg("Have an administrator add {privilege} to the user's security role, for the whole organisation."),
    _ADMIN,
    Retry.NEXT_RUN,
)
_CLOSED = Finding(
    msg("Dynamics is not available just now. Microsoft may be maintaining it."),
    msg("Try again in half an hour. If it stays like this, look at Service health in the Microsoft 365 admin centre."),
    Owner.VENDOR,
    Retry.NEXT_RUN,
)
_SIGN_IN = Finding(
    msg("Dynamics no longer accepts the sign-in."),
    msg("Test the connection again; if it stays like this, enter the credentials anew."),
    Owner.YOU,
    Retry.NEXT_RUN,
)
_EXPIRED_TOKEN = Finding(
    msg("Dynamics no longer remembers where the last sync ended."),
    msg("DynSync compares everything once more by itself."),
    Owner.DYNSYNC,
    Retry.NEXT_RUN,
)
_QUERY = Finding(
    msg("Dynamics did not understand a request of DynSync."),
    msg("Copy the details and send them to the people who look after DynSync."),
    Owner.DYNSYNC,
    Retry.NEXT_RUN,
)

DATAVERSE: dict[str, Finding] = {
    "dynamics.not-dynamics": Finding(
        msg("No Dynamics answers at this address."),
        msg("Copy the environment URL from the Power Platform admin centre. It looks like {example}."),
        Owner.YOU,
    ),
    "dynamics.sign-in-host": Finding(
        msg("This address wants the sign-in to happen at {host}, which is not Microsoft's."),
        msg("Check the address. If {host} is yours, have it added to the settings as a trusted host."),
        Owner.YOU,
    ),
    "dynamics.resource": Finding(
        msg("This address asks for a sign-in that is meant for another system ({host})."),
        msg("Check the address of your Dynamics."),
        Owner.YOU,
    ),
    "dynamics.link": Finding(
        msg("Dynamics pointed to a page outside your own environment. DynSync stopped there."),
        msg("Tell your network team: something may be changing the answers on their way."),
        Owner.NETWORK,
    ),
    "dynamics.page": Finding(
        msg("A page of records came back incomplete."),
        msg("Try again in a few minutes. If it stays like this, show the details to support."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "dynamics.is-marketo": Finding(
        msg("A Marketo answers at this address, not a Dynamics."),
        msg("Copy the environment URL of your Dynamics from the Power Platform admin centre. It looks like {example}."),
        Owner.YOU,
    ),
    "dynamics.access-mode": Finding(
        msg("This user only administers Dynamics and may not see its records."),
        msg("Have an administrator set the user's access mode to “Read-Write” or “Non-interactive”."),
        _ADMIN,
    ),
    "dynamics.no-role-shown": Finding(
        msg("Dynamics shows no security role for this user."),
        msg("Have an administrator look under Users > Manage security roles. Go on if the tables below can be read."),
        _ADMIN,
    ),
    "dynamics.depth": Finding(
        msg(
            "This user sees only some of the records. DynSync brings over those; the others do not arrive, "
            "and each sync reads the whole table, without noticing deletions."
        ),
        msg("Have an administrator set {privilege} in the user's security role to “Organization”."),
        _ADMIN,
    ),
    "dynamics.column-security": Finding(
        msg("Column security protects fields that are synced by default, so DynSync leaves them out: {fields}."),
        msg("If they belong in Marketo, have an administrator switch off column security for them."),
        _ADMIN,
    ),
    "dynamics.change-history": Finding(
        msg("Dynamics forgets after {days} days what changed. After a longer pause DynSync reads everything again."),
        msg("Have an administrator raise “expirechangetrackingindays” of the organisation to 7 or more."),
        _ADMIN,
    ),
    "dynamics.solution": Finding(
        msg("Marketo's own solution is installed in this Dynamics: {name}."),
        msg("Ask your Marketo admin whether Marketo's own sync still runs. DynSync does not need that solution."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "0x80072560": Finding(
        msg("This account can sign in to Microsoft but is not a user of this Dynamics environment."),
        msg(
            "Have an administrator add it in the Power Platform admin centre (for an application: as application user)."
        ),
        _ADMIN,
    ),
    "0x80042f09": Finding(
        msg("This user has no security role in Dynamics."),
        msg("Have an administrator give it a role that can read accounts, contacts and leads."),
        _ADMIN,
    ),
    "0x8004d24b": Finding(
        msg("This user has no licence for Dynamics."),
        msg("Have an administrator assign a licence, or connect with an application user, which needs none."),
        _ADMIN,
    ),
    "0x8004a112": Finding(
        msg("This user is switched off in Dynamics."),
        msg("Have an administrator enable it in the Power Platform admin centre."),
        _ADMIN,
    ),
    "0x80040225": Finding(
        msg("This user is switched off in Dynamics."),
        msg("Have an administrator enable it in the Power Platform admin centre."),
        _ADMIN,
    ),
    "0x8004a104": Finding(
        msg("This Dynamics environment is switched off."),
        msg("Have an administrator start it in the Power Platform admin centre."),
        _ADMIN,
    ),
    "0x8004415c": Finding(
        msg("The trial of this Dynamics has ended."),
        msg("Have an administrator turn the trial into a subscription, or name another environment."),
        _ADMIN,
    ),
    "0x80040204": DENIED,
    "0x80048306": DENIED,
    "0x80040220": DENIED,
    "0x80040231": DENIED,
    "0x80048405": DENIED,
    "0x8004f504": Finding(
        msg("A field is protected by column security."),
        msg("Leave the field out, or have an administrator allow this user to read it."),
        _ADMIN,
    ),
    "0x8004a110": DENIED,
    "0x80040217": Finding(
        msg("The record was deleted in Dynamics meanwhile."),
        msg("Nothing needs to be done."),
        Owner.DYNSYNC,
        Retry.NEXT_RUN,
    ),
    "0x80041103": _UNKNOWN_COLUMN,
    "0x80060888": _UNKNOWN_COLUMN,
    "0x8006088a": _QUERY,
    "0x80044352": _EXPIRED_TOKEN,
    "0x80072491": Finding(
        msg("Change tracking is off for this table: each sync reads all of it. Nothing is lost."),
        msg("Have an administrator tick “Track changes” in the table's properties."),
        _ADMIN,
    ),
    "0x80044366": Finding(
        msg("Dynamics does not take the name “new_synctomkto”: it has no publisher with the prefix “new”."),
        msg("Under Solutions in make.powerapps.com, an administrator adds a publisher with the prefix “new”."),
        _ADMIN,
    ),
    "0x8004e023": Finding(
        msg("The table holds more records than Dynamics counts."),
        msg("Nothing needs to be done."),
        Owner.DYNSYNC,
    ),
    "0x80040203": _QUERY,
    "0x80040216": _PASSING,
    "0x80040265": Finding(
        msg("A rule that your organisation added to Dynamics refused the request."),
        msg("Show the details to whoever looks after your Dynamics; they hold the rule's own words."),
        _ADMIN,
    ),
    "0x8005f101": _SIGN_IN,
    "0x80072321": _SLOW_DOWN,
    "0x80072322": _SLOW_DOWN,
    "0x80072323": _SLOW_DOWN,
    "0x80072324": _SLOW_DOWN,
    "0x80072326": _SLOW_DOWN,
    "0x80044151": _PASSING,
    "http.401": _SIGN_IN,
    "http.403": Finding(
        msg("Dynamics refused the request."),
        msg(
            "Have an administrator check the user's security role, and whether a firewall rule keeps this network out."
        ),
        _ADMIN,
        Retry.NEXT_RUN,
    ),
    "http.404": _UNKNOWN_COLUMN,
    "http.429": _SLOW_DOWN,
    "http.503": _CLOSED,
    "http.5xx": _PASSING,
}
"""By Dataverse's code in lower case, by ``http.`` and the status where it sent none, or by our own code."""

UNKNOWN = Finding(
    msg("Dynamics refused this, and DynSync does not know the reason."),
    msg("Look at the details: they hold the words of Dynamics."),
    _ADMIN,
    Retry.NEXT_RUN,
)
_UNKNOWN_QUOTED = Finding(
    msg("Dynamics refused this and says: “{words}”"),
    msg("Show this to whoever looks after your Dynamics, with the ids in the details."),
    _ADMIN,
    Retry.NEXT_RUN,
)
_TOO_LARGE = Finding(
    msg("The rows of the table “{table}” are too large: {rows} of them are more than DynSync takes in at once."),
    msg("Choose fewer of its long text fields on the fields page, then sync again."),
)
_PRIVILEGE = re.compile(r"\bprv[A-Za-z]+")


def too_large(table: str, rows: int) -> Finding:
    """What it means that not even so few rows of a table fit in an answer."""
    return filled(_TOO_LARGE, table=quoted(table), rows=rows)


def refusal(code: str, status: int, message: str) -> Finding:
    """What a refused request means.

    Args:
        code: Dataverse's code; empty where it sent none.
        status: HTTP status.
        message: Its words; a missing privilege is named in them.
    """
    privilege = _PRIVILEGE.search(message)
    found = DATAVERSE.get(code.lower())
    if privilege and (found is DENIED or found is None):
        return filled(DENIED_NAMED, privilege=privilege[0])
    if found is not None:
        return found
    if code and message:
        return filled(_UNKNOWN_QUOTED, words=quoted(message))
    known = DATAVERSE.get(f"http.{status}") or (DATAVERSE["http.5xx"] if status >= 500 else None)
    if known is not None:
        return known
    return filled(_UNKNOWN_QUOTED, words=quoted(message)) if message else UNKNOWN

"""Microsoft sign-in's codes (AADSTS) in plain words (Microsoft Entra, authentication error codes).

Microsoft may renumber them, so decisions rest on the OAuth error; the numbers only choose the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings import filled, quoted
from dynsync_gui.domain.text import Message, msg


def _you(title: Message, cure: Message) -> Finding:
    return Finding(title, cure, Owner.YOU)


def _admin(title: Message, cure: Message) -> Finding:
    return Finding(title, cure, Owner.ENTRA_ADMIN)


_USE_APPLICATION = msg(
    "Sign in with the browser instead, or connect with an application (client id and secret), which suits a sync that "
    "runs by itself."
)
_ASK_IT = msg("Show the details to your IT department: they find the rule by its correlation id.")
_COMPARE = msg("Check the user name and the address of your Dynamics: they have to belong together.")
_DOMAIN = msg("Enter the whole user name, such as name@contoso.com.")
_CONSENT = msg("Have an administrator press “Grant admin consent” in the Entra admin centre, under API permissions.")

_SECOND_STEP = _you(
    msg("Your organisation asks for a second sign-in step, which a stored password cannot do."), _USE_APPLICATION
)
_SET_UP_STEP = _you(
    msg("This account has to set up a second sign-in step, which a stored password cannot do."), _USE_APPLICATION
)
_RULE = _admin(msg("A rule of your organisation blocks this sign-in."), _ASK_IT)
_COMPUTER = _admin(
    msg("Your organisation only lets computers that it manages sign in."),
    msg("Run DynSync on a company computer, or connect with an application (client id and secret)."),
)
_OTHER_TENANT = _admin(
    msg("This account does not belong to the organisation that owns this Dynamics."),
    msg("Use an account of that organisation. A guest can sign in with the browser, but not with a password."),
)
_OVER = _you(msg("The saved sign-in no longer holds."), msg("Test the connections again and sign in once more."))
_TENANT = _you(
    msg("Microsoft does not know the organisation behind this address."),
    msg("Check the address of your Dynamics, and whether it is in a government or China cloud."),
)
_BAD_REQUEST = Finding(
    msg("Microsoft did not understand the sign-in."),
    msg("Check the address of your Dynamics. If it is right, send the details to those who look after DynSync."),
    Owner.DYNSYNC,
)
_BUSY = Finding(
    msg("Microsoft's sign-in is busy."),
    msg("Try again in a few minutes."),
    Owner.VENDOR,
    Retry.NEXT_RUN,
)
_COMPANY_SERVER = Finding(
    msg("Your company's own sign-in server does not answer Microsoft."),
    msg("Ask your IT department, then try again."),
    Owner.ENTRA_ADMIN,
    Retry.NEXT_RUN,
)
_CODE_ENTRY = _you(msg("The sign-in in the browser was not finished."), msg("Start it again."))
_PASSWORD_EXPIRED = _you(
    msg("The password has expired."), msg("Set a new one at office.com, then enter the new one here.")
)

ENTRA: dict[int, Finding] = {
    50126: _you(
        msg("Microsoft did not accept this user name and password."),
        msg("Check both for typing mistakes. After several wrong attempts the account is locked for a while."),
    ),
    50034: _you(msg("Microsoft does not know this user name in the organisation that owns this Dynamics."), _COMPARE),
    51004: _OTHER_TENANT,
    50020: _OTHER_TENANT,
    90072: _OTHER_TENANT,
    50053: _admin(
        msg("The account is locked for a while, or this network is blocked."),
        msg("Wait 15 minutes, then try once with the right password. If it stays locked, ask your IT department."),
    ),
    50055: _PASSWORD_EXPIRED,
    50144: _you(
        msg("The Windows password has expired."),
        msg("Change it on a company computer, then enter the new one here."),
    ),
    50056: _you(msg("Microsoft holds no password for this account."), _USE_APPLICATION),
    50057: _admin(msg("This account is switched off."), msg("Ask your IT department to switch it on.")),
    50076: _SECOND_STEP,
    50074: _SECOND_STEP,
    50078: _SECOND_STEP,
    50158: _SECOND_STEP,
    50079: _SET_UP_STEP,
    50072: _SET_UP_STEP,
    53000: _COMPUTER,
    53001: _COMPUTER,
    50097: _COMPUTER,
    50005: _COMPUTER,
    53002: _admin(msg("Your organisation does not let this program sign in."), _ASK_IT),
    53003: _RULE,
    530034: _RULE,
    530032: _RULE,
    50131: _RULE,
    530035: _you(msg("Your organisation's security defaults refuse sign-in by password."), _USE_APPLICATION),
    65001: _admin(msg("Nobody has allowed this application to use Dynamics yet."), _CONSENT),
    65004: _you(msg("The permission that DynSync asked for was declined."), _CONSENT),
    65002: _admin(
        msg("This client id belongs to a program of Microsoft that may not use Dynamics."),
        msg("Enter the client id of your own app registration."),
    ),
    650057: _admin(
        msg("The app registration lacks the permission for Dynamics."),
        msg("Add “Dynamics CRM / user_impersonation” under API permissions and grant admin consent."),
    ),
    650052: _admin(msg("The organisation that you sign in to has no Dynamics."), _COMPARE),
    500011: _you(msg("This address does not belong to the organisation that you sign in to."), _COMPARE),
    700016: _admin(
        msg("Microsoft does not find this client id in your organisation."),
        msg("Copy “Application (client) ID” again from Entra > App registrations."),
    ),
    7000112: _admin(
        msg("The app registration is switched off."), msg("Switch it on in Entra under Enterprise applications.")
    ),
    7000215: _you(
        msg("Microsoft did not accept the client secret. Often its ID was pasted instead of its value."),
        msg("Make a new secret in Entra and copy its “Value”: Microsoft shows it once, when the secret is made."),
    ),
    7000222: _admin(
        msg("The client secret has expired."),
        msg("Make a new one in Entra under Certificates & secrets and enter its value in DynSync."),
    ),
    7000218: _admin(
        msg("Microsoft expects a client secret for this application."),
        msg("Enter the secret, or set “Allow public client flows” to Yes in the app registration."),
    ),
    700025: _you(msg("This application does not use a secret."), msg("Leave the client secret empty.")),
    700027: _admin(
        msg("The certificate is not the one that the app registration holds."),
        msg("Upload this certificate in Entra under Certificates & secrets."),
    ),
    50011: _admin(
        msg("The app registration does not allow a sign-in from this program."),
        msg("Add the redirect address http://localhost under “Mobile and desktop applications”."),
    ),
    50194: _you(
        msg("This application is known in its own organisation only, and DynSync does not know which one that is."),
        msg("Enter the tenant (its id or domain) or the address of your Dynamics, then sign in again."),
    ),
    9001023: _BAD_REQUEST,
    70011: _BAD_REQUEST,
    90002: _TENANT,
    90038: _TENANT,
    90019: _you(msg("The user name lacks its last part."), _DOMAIN),
    50059: _you(msg("The user name lacks its last part."), _DOMAIN),
    50128: _you(msg("What follows the @ in the user name is not known to Microsoft."), _DOMAIN),
    90094: _admin(msg("An administrator has to approve this application once."), _CONSENT),
    90095: _admin(
        msg("Your request waits for an administrator."), msg("Try again when the administrator has approved it.")
    ),
    50105: _admin(
        msg("This account is not assigned to the application."),
        msg("Ask your IT department to assign it under Enterprise applications > Users and groups."),
    ),
    50173: _OVER,
    50132: _OVER,
    50133: _OVER,
    70008: _OVER,
    700082: _OVER,
    70043: _OVER,
    70016: _CODE_ENTRY,
    70019: _CODE_ENTRY,
    50196: Finding(
        msg("There were too many sign-ins in a short time."), msg("Wait five minutes."), Owner.YOU, Retry.NEXT_RUN
    ),
    90055: _BUSY,
    90033: _BUSY,
    90006: _BUSY,
    80001: _COMPANY_SERVER,
    80002: _COMPANY_SERVER,
    80012: _admin(
        msg("This account may not sign in at this hour."), msg("Ask your IT department to widen its logon hours.")
    ),
    500021: _admin(
        msg("Your network only lets certain organisations sign in."), msg("Ask your IT department to add this one.")
    ),
    500212: _admin(msg("Your own organisation does not allow sign-in to the one that owns this Dynamics."), _ASK_IT),
    500213: _admin(msg("The organisation that owns this Dynamics does not let guests from yours in."), _ASK_IT),
}
"""By the number after ``AADSTS``."""

FEDERATED = _you(
    msg("This account signs in at your company's own server, where DynSync does not send passwords."), _USE_APPLICATION
)
"""The account's domain is federated (user realm discovery)."""

UNKNOWN = _admin(
    msg("Microsoft refused the sign-in, and DynSync does not know the reason."),
    msg("Look at the details: they hold Microsoft's own words."),
)
_UNKNOWN_QUOTED = _admin(
    msg("Microsoft refused the sign-in and says: “{words}”"),
    msg("Show this to your IT department, with the ids in the details."),
)
_BY_ERROR: dict[str, Finding] = {
    "invalid_client": _you(
        msg("Microsoft did not accept the client id and client secret."),
        msg("Copy both again from Entra > App registrations."),
    ),
    "unauthorized_client": ENTRA[700016],
    "interaction_required": _SECOND_STEP,
    "consent_required": ENTRA[65001],
    "invalid_resource": ENTRA[500011],
    "temporarily_unavailable": _BUSY,
    "invalid_scope": _BAD_REQUEST,
    "invalid_request": _BAD_REQUEST,
}
_NUMBER = re.compile(r"AADSTS(\d+)")
_NOISE = re.compile(r"\s*Trace ID:")
"""What follows are ids, which are shown by themselves."""


def refusal(answer: Mapping[str, Any]) -> tuple[str, Finding]:
    """What a refused token request means.

    Args:
        answer: OAuth error answer: ``error``, ``error_description``, ``error_codes`` and so on.

    Returns:
        The code for the details, such as ``AADSTS50126``, and the finding.
    """
    described = _NUMBER.findall(str(answer.get("error_description") or ""))
    listed = answer.get("error_codes")
    codes = [*(listed if isinstance(listed, list) else []), *described]
    numbers = [int(code) for code in codes if str(code).isdigit()]
    error = str(answer.get("error") or "unknown")
    for number in numbers:
        if number in ENTRA:
            return f"AADSTS{number}", ENTRA[number]
    code = f"AADSTS{numbers[0]}" if numbers else f"oauth.{error[:40]}"
    words = quoted(_NOISE.split(str(answer.get("error_description") or ""))[0])
    unknown = filled(_UNKNOWN_QUOTED, words=words) if words else UNKNOWN
    return code, unknown if numbers else _BY_ERROR.get(error, unknown)

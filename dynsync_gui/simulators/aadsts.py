"""Errors of Microsoft Entra: the OAuth error, suberror and text behind each AADSTS number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynsync_gui.simulators.directory import secrets_guid
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from dynsync_gui.simulators.clock import Clock

_TEXTS: dict[int, tuple[str, str]] = {
    50011: (
        "invalid_request",
        (
            "The redirect URI '{detail}' specified in the request does not match the redirect URIs configured for "
            "the application."
        ),
    ),
    50027: ("invalid_request", "JWT token is invalid or malformed. {detail}"),
    50034: ("invalid_grant", "The user account {detail} does not exist in the directory."),
    50053: (
        "invalid_grant",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    ),
    50055: ("invalid_grant", "The password is expired."),
    50056: ("invalid_grant", "Invalid or null password: password does not exist in the directory for this user."),
    50057: ("invalid_grant", "The user account is disabled."),
    50059: ("invalid_request", "No tenant-identifying information found in either the request or implied by it."),
    50076: (
        "interaction_required",
        (
            "Due to a configuration change made by your administrator, or because you moved to a new location, "
            "you must use multi-factor authentication to access '{detail}'."
        ),
    ),
    50079: (
        "interaction_required",
        (
            "Due to a configuration change made by your administrator, or because you moved to a new location, "
            "you must enroll in multi-factor authentication to access '{detail}'."
        ),
    ),
    50089: ("expired_token", "Authentication failed due to flow token expired."),
    50105: ("access_denied", "The signed in user is not assigned to a role for the application."),
    50173: (
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    ),
    50194: (
        "invalid_request",
        "Application '{detail}' is not configured as a multi-tenant application. Use a tenant-specific endpoint.",
    ),
    50126: ("invalid_grant", "Error validating credentials due to invalid username or password."),
    53003: (
        "interaction_required",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    65001: (
        "invalid_grant",
        (
            "The user or administrator has not consented to use the application with ID '{detail}'. "
            "Send an interactive authorization request for this user and resource."
        ),
    ),
    70003: ("unsupported_grant_type", "The app requested an unsupported grant type '{detail}'."),
    70011: ("invalid_scope", "The provided request must include a 'scope' input parameter. {detail}"),
    90002: (
        "invalid_tenant",
        (
            "Tenant '{detail}' not found. Check to make sure you have the correct tenant ID and are signing "
            "into the correct cloud."
        ),
    ),
    500011: (
        "invalid_resource",
        (
            "The resource principal named {detail} was not found in the tenant named Rehearsal. This can happen if "
            "the application has not been installed by the administrator of the tenant."
        ),
    ),
    50148: ("invalid_grant", "The code_verifier does not match the code_challenge supplied in the request."),
    54005: ("invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code."),
    65004: ("access_denied", "User declined to consent to access the app."),
    70008: ("invalid_grant", "The provided authorization code or refresh token has expired."),
    70016: ("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: ("bad_verification_code", "Verification code is not valid."),
    70019: ("expired_token", "Verification code expired."),
    70043: (
        "invalid_grant",
        "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
    ),
    530035: ("access_denied", "Access has been blocked by security defaults."),
    650057: (
        "invalid_resource",
        (
            "Invalid resource. The client has requested access to a resource which is not listed in the requested "
            "permissions in the client's application registration."
        ),
    ),
    700016: (
        "unauthorized_client",
        "Application with identifier '{detail}' was not found in the directory 'Rehearsal'.",
    ),
    700025: (
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    700024: ("invalid_client", "Client assertion is not within its valid time range. {detail}"),
    700027: ("invalid_client", "The certificate used to sign the client assertion is not valid. {detail}"),
    700082: ("invalid_grant", "The refresh token has expired due to inactivity."),
    700023: ("invalid_client", "Client assertion audience claim does not match Realm issuer. {detail}"),
    700021: ("invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter."),
    900144: ("invalid_request", "The request body must contain the following parameter: '{detail}'."),
    9002325: ("invalid_request", "Proof Key for Code Exchange is required for authorization code redemption."),
    9001023: (
        "invalid_request",
        (
            "The grant type is not supported over the /common or /consumers endpoints. Please use the "
            "/organizations or tenant-specific endpoint."
        ),
    ),
    7000112: ("unauthorized_client", "Application '{detail}' is disabled."),
    7000215: (
        "invalid_client",
        (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            "not the client secret ID, for a secret added to app '{detail}'."
        ),
    ),
    7000218: (
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: ("invalid_client", "The provided client secret keys for app '{detail}' are expired."),
    7000216: (
        "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    ),
}
_SUBERRORS = {50076: "basic_action", 50079: "basic_action", 65001: "consent_required", 53003: "message_only"}
_UNAUTHORIZED = frozenset({7000215, 7000222, 7000218, 700025, 7000216, 700021, 700023, 700024, 700027})


class SignInError(Exception):
    """Entra refuses; the number is the AADSTS one, 0 where an OAuth error stands without any."""

    def __init__(self, number: int, detail: str = "", error: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.detail = detail
        self.error = error


def described(number: int, detail: str = "") -> tuple[str, str]:
    """The OAuth error and the words of a number, as they stand on a page or in a redirect."""
    error, text = _TEXTS.get(number, ("invalid_request", "The request was refused."))
    return error, f"AADSTS{number}: {text.replace('{detail}', detail)}"


def refusal(number: int, clock: Clock, detail: str = "", error: str = "") -> Answer:
    """Entra's error document, as HTTP 400 or, for a client that cannot prove itself, 401."""
    found, words = described(number, detail)
    trace, correlation = secrets_guid(), secrets_guid()
    timestamp = clock.moment().strftime("%Y-%m-%d %H:%M:%SZ")
    body: dict[str, object] = {
        "error": error or found,
        "error_description": f"{words if number else error} Trace ID: {trace} Correlation ID: {correlation} "
        f"Timestamp: {timestamp}",
        "error_codes": [number] if number else [],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    if number in _SUBERRORS:
        body["suberror"] = _SUBERRORS[number]
    answer = Answer.of(body, 401 if number in _UNAUTHORIZED else 400, x_ms_request_id=trace)
    answer.code = f"AADSTS{number}" if number else error
    return answer

"""The rehearsal's Microsoft Entra: discovery, user realm and the token endpoint."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.aadsts import SignInError, refusal
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.directory import Application, Directory, DirectoryUser

_SHARED = frozenset({"common", "organizations", "consumers"})
_NOT_RESOURCES = frozenset({"openid", "profile", "offline_access", "email"})


class Entra:
    """Answers as login.microsoftonline.com does for one tenant.

    Grants are looked up by their name in a table, one method each; another grant is one more entry.
    """

    name = "entra"
    compresses = False

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self.directory = directory
        self.url = ""
        self._clock = clock
        self._grants: dict[str, Callable[[Any, str], Answer]] = {
            "client_credentials": self._client_credentials,
            "password": self._password,
            "refresh_token": self._refresh_token,
        }

    def answer(self, request: Request, delay: float) -> Answer:  # noqa: ARG002 - a sign-in has no latency of its own
        """Routes by path."""
        parts = request.path.strip("/").split("/")
        try:
            if parts[1:] == ["v2.0", ".well-known", "openid-configuration"]:
                return self._configuration(parts[0])
            if parts[:2] == ["common", "userrealm"] and len(parts) == 3:
                return self._realm(parts[2], request.args.get("api-version", ""))
            if parts[1:] == ["oauth2", "v2.0", "token"] and request.method == "POST":
                return self._token(parts[0], request)
        except SignInError as error:
            return refusal(error.number, self._clock, error.detail)
        return Answer("", status=404)

    def refusal(self, code: str, message: str) -> Answer:
        """The error document of an AADSTS number, given with or without its prefix."""
        return refusal(int(code.upper().removeprefix("AADSTS")), self._clock, message)

    def _tenant(self, tenant: str) -> str:
        if tenant.lower() not in {self.directory.tenant, "organizations", "common"}:
            raise SignInError(90002, tenant)
        return tenant

    def _configuration(self, tenant: str) -> Answer:
        base = f"{self.url}/{self._tenant(tenant)}"
        issuer = self.directory.tenant if tenant != "common" else "{tenantid}"
        return Answer.of(
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": f"{self.url}/{issuer}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
            }
        )

    def _realm(self, user: str, version: str) -> Answer:
        if version != "1.0" or "@" not in user:
            return Answer.of({"error": "invalid_request"}, 400)
        domain = user.rpartition("@")[2].lower()
        known = [u for u in self.directory.users.values() if u.name.rpartition("@")[2] == domain]
        body: dict[str, Any] = {"ver": "1.0", "domain_name": domain, "cloud_instance_name": "microsoftonline.com"}
        if not known:
            body["account_type"] = "Unknown"
        elif known[0].federated:
            sign_in = f"https://sts.{domain}/adfs"
            body |= {
                "account_type": "Federated",
                "federation_protocol": "WSTrust",
                "federation_metadata_url": f"{sign_in}/services/trust/mex",
                "federation_active_auth_url": f"{sign_in}/services/trust/2005/usernamemixed",
                "cloud_audience_urn": "urn:federation:MicrosoftOnline",
            }
        else:
            body |= {"account_type": "Managed", "cloud_audience_urn": "urn:federation:MicrosoftOnline"}
        return Answer.of(body)

    def _token(self, tenant: str, request: Request) -> Answer:
        self._tenant(tenant)
        form = request.form
        grant = form.get("grant_type", "")
        if not grant:
            raise SignInError(900144, "grant_type")
        if grant not in self._grants:
            raise SignInError(70003, grant)
        if not form.get("client_id"):
            raise SignInError(900144, "client_id")
        return self._grants[grant](form, tenant.lower())

    def _application(self, form: Any, *, confidential: bool) -> Application:
        """The registration that asks, once it has proved itself."""
        client_id = str(form["client_id"]).lower()
        application = self.directory.applications.get(client_id)
        if application is None:
            raise SignInError(700016, client_id)
        secret = form.get("client_secret")
        if secret is None:
            if confidential:
                raise SignInError(7000216)
            if not application.allows_public:
                raise SignInError(7000218)
        else:
            found = [k for k, v in application.secrets.items() if hmac.compare_digest(v.encode(), secret.encode())]
            if not found:
                raise SignInError(7000215 if application.secrets else 700025, client_id)
            if found[0] in application.expired:
                raise SignInError(7000222, client_id)
        if application.refusal:
            raise SignInError(application.refusal, client_id)
        return application

    def _resource(self, form: Any, *, default_only: bool) -> str:
        """The audience that the scope names; it has to be the organisation's address to the letter."""
        scopes = [s for s in form.get("scope", "").split() if s not in _NOT_RESOURCES]
        if len(scopes) != 1:
            raise SignInError(70011)
        resource, _, permission = str(scopes[0]).rpartition("/")
        if permission not in ({".default"} if default_only else {".default", "user_impersonation"}):
            raise SignInError(70011, f"The scope {scopes[0]} is not valid.")
        if resource.rstrip("/") != self.directory.audience:
            raise SignInError(500011, resource)
        return resource

    def _client_credentials(self, form: Any, tenant: str) -> Answer:
        if tenant in _SHARED:
            raise SignInError(50059)
        application = self._application(form, confidential=True)
        resource = self._resource(form, default_only=True)
        token = self.directory.issue(application.object_id, application.client_id, resource, is_app=True)
        lifetime = self.directory.token_seconds
        # No "scope" here: Entra leaves it out for this grant.
        return Answer.of(
            {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
        )

    def _password(self, form: Any, tenant: str) -> Answer:
        if tenant in {"common", "consumers"}:
            raise SignInError(9001023)
        application = self._application(form, confidential=False)
        resource = self._resource(form, default_only=False)
        user = self.directory.users.get(form.get("username", "").lower())
        if user is None:
            raise SignInError(50034, form.get("username", ""))
        if not hmac.compare_digest(user.password.encode(), form.get("password", "").encode()) or user.federated:
            raise SignInError(50126)
        if user.refusal:
            raise SignInError(user.refusal, resource)
        return self._user_tokens(user, application, resource, form.get("scope", ""))

    def _refresh_token(self, form: Any, tenant: str) -> Answer:  # noqa: ARG002 - every tenant name ends here
        application = self._application(form, confidential=False)
        resource = self._resource(form, default_only=False)
        user = self.directory.refreshed(form.get("refresh_token", ""), application.client_id)
        if user is None:
            raise SignInError(700082)
        return self._user_tokens(user, application, resource, form.get("scope", ""))

    def _user_tokens(self, user: DirectoryUser, application: Application, resource: str, scope: str) -> Answer:
        lifetime, now, tenant = self.directory.token_seconds, int(self._clock.now()), self.directory.tenant
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": f"{resource}/user_impersonation {resource}/.default",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self.directory.issue(user.object_id, application.client_id, resource, is_app=False),
        }
        asked = scope.split()
        if "offline_access" in asked:
            body["refresh_token"] = self.directory.issue_refresh(user.name, application.client_id)
        if "openid" in asked:
            claims = {
                "aud": application.client_id,
                "iss": f"{self.url}/{tenant}/v2.0",
                "iat": now,
                "nbf": now - 300,
                "exp": now + lifetime,
                "name": user.name.partition("@")[0],
                "oid": user.object_id,
                "preferred_username": user.name,
                "sub": user.object_id,
                "tid": tenant,
                "ver": "2.0",
            }
            body["id_token"] = f"{_segment({'typ': 'JWT', 'alg': 'none'})}.{_segment(claims)}."
            body["client_info"] = _segment({"uid": user.object_id, "utid": tenant})
        return Answer.of(body, Cache_Control="no-store, no-cache")


def _segment(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

"""The rehearsal's Microsoft Entra: discovery, user realm, sign-in pages and the token endpoint."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.aadsts import SignInError, described, refusal
from dynsync_gui.simulators.entra.authorize import Authorize
from dynsync_gui.simulators.entra.clients import Clients
from dynsync_gui.simulators.entra.device import Devices
from dynsync_gui.simulators.entra.pages import said
from dynsync_gui.simulators.entra.tokens import Tokens
from dynsync_gui.simulators.entra.visits import Visits
from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.directory import Application, Directory

_SHARED = frozenset({"common", "organizations", "consumers"})
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class Entra:
    """Answers as login.microsoftonline.com does for one tenant; Microsoft Graph answers beside it.

    Grants are looked up by their name in a table, one method each; another grant is one more entry.

    Attributes:
        devices: Device codes.
        graph: Microsoft Graph, below ``/v1.0/``.
    """

    name = "entra"
    compresses = False

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self.directory = directory
        self._url = ""
        self._clock = clock
        self._tokens, self._clients, visits = Tokens(directory, clock), Clients(directory, clock), Visits(directory)
        self._visits = visits
        self._authorize = Authorize(visits, self._tokens, clock)
        self.devices = Devices(visits, self._tokens, clock)
        self.graph = Graph(directory)
        self._grants: dict[str, Callable[[Any, str], Answer]] = {
            "client_credentials": self._client_credentials,
            "password": self._password,
            "refresh_token": self._refresh_token,
            "authorization_code": self._authorization_code,
            _DEVICE_CODE: self._device_code,
        }

    @property
    def url(self) -> str:
        """Address that the documents name."""
        return self._url

    @url.setter
    def url(self, url: str) -> None:
        self._url = self._tokens.url = self.devices.url = self.directory.graph = url

    def answer(self, request: Request, delay: float) -> Answer:  # noqa: ARG002 - a sign-in has no latency of its own
        """Routes by path."""
        parts = request.path.strip("/").split("/")
        match parts:
            case ["login"]:
                return self._visits.go_on(request.form)
            case ["devicelogin"]:
                return self.devices.page(request.form)
            case ["v1.0", *rest]:
                return self.graph.answer("/".join(rest), request)
        try:
            return self._endpoint(request, parts)
        except SignInError as error:
            return refusal(error.number, self._clock, error.detail, error.error)

    def _endpoint(self, request: Request, parts: list[str]) -> Answer:
        match request.method, parts:
            case "GET", [tenant, "v2.0", ".well-known", "openid-configuration"]:
                return self._configuration(tenant)
            case "GET", ["common", "userrealm", user]:
                return self._realm(user, request.args.get("api-version", ""))
            case "POST", [tenant, "oauth2", "v2.0", "token"]:
                return self._token(tenant, request)
            case "POST", [tenant, "oauth2", "v2.0", "devicecode"]:
                return self._new_device(tenant, request.form)
            case "GET", [tenant, "oauth2", "v2.0", "authorize"]:
                return self._authorization_page(tenant, request.args)
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
                "msgraph_host": self.url.removeprefix("https://"),
            }
        )

    def _realm(self, user: str, version: str) -> Answer:
        if version != "1.0":
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

    def _authorization_page(self, tenant: str, asked: Any) -> Answer:
        """Trouble with the program itself is told on a page: nobody can be sent back to an unknown address."""
        try:
            self._tenant(tenant)
            application = self._clients.named(asked.get("client_id", ""))
            self._served(tenant, application)
        except SignInError as error:
            return said("Sorry", described(error.number, error.detail)[1], 400)
        return self._authorize.page(asked, application)

    def _new_device(self, tenant: str, form: Any) -> Answer:
        self._tenant(tenant)
        if not form.get("client_id"):
            raise SignInError(900144, "client_id")
        application = self._clients.named(form["client_id"])
        self._served(tenant, application)
        return self.devices.begin(form, application)

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

    def _served(self, tenant: str, application: Application) -> None:
        """An application of this tenant only cannot be used where the tenant is still open."""
        if tenant.lower() in _SHARED and not application.multi_tenant:
            raise SignInError(50194, application.client_id)

    def _proven(self, form: Any, tenant: str, *, confidential: bool = False, native: bool = False) -> Application:
        audience = f"{self.url}/{tenant}/oauth2/v2.0/token"
        return self._clients.proven(form, audience, confidential=confidential, native=native)

    def _client_credentials(self, form: Any, tenant: str) -> Answer:
        if tenant in _SHARED:
            raise SignInError(50059)
        application = self._proven(form, tenant, confidential=True)
        return self._tokens.of_application(application, self._tokens.resource(form.get("scope", ""), default_only=True))

    def _password(self, form: Any, tenant: str) -> Answer:
        if tenant in {"common", "consumers"}:
            raise SignInError(9001023)
        application = self._proven(form, tenant)
        resource = self._tokens.resource(form.get("scope", ""))
        user = self.directory.users.get(form.get("username", "").lower())
        if user is None:
            raise SignInError(50034, form.get("username", ""))
        if not hmac.compare_digest(user.password.encode(), form.get("password", "").encode()) or user.federated:
            raise SignInError(50126)
        if user.refusal:
            raise SignInError(user.refusal, resource)
        return self._tokens.of_user(user, application, form.get("scope", ""))

    def _authorization_code(self, form: Any, tenant: str) -> Answer:
        application = self._proven(form, tenant, native=True)
        self._served(tenant, application)
        return self._authorize.redeem(form, application)

    def _device_code(self, form: Any, tenant: str) -> Answer:
        application = self._proven(form, tenant)
        self._served(tenant, application)
        return self.devices.poll(form, application)

    def _refresh_token(self, form: Any, tenant: str) -> Answer:
        client = self._clients.named(form["client_id"])
        application = self._proven(form, tenant, native=bool(client.redirects))
        scope = form.get("scope", "")
        self._tokens.resource(scope)
        grant, number = self.directory.refreshed(form.get("refresh_token", ""), application.client_id)
        if grant is None:
            raise SignInError(number)
        return self._tokens.of_user(self.directory.users[grant.user], application, scope, signed_in=grant.signed_in)

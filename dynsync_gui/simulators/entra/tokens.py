"""What a successful sign-in hands out."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.aadsts import SignInError
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.directory import Application, Directory, DirectoryUser

NOT_RESOURCES = frozenset({"openid", "profile", "offline_access", "email"})


class Tokens:
    """Issues tokens for the organisation and for Microsoft Graph."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory, self._clock = directory, clock
        self.url = ""

    def resource(self, scope: str, *, default_only: bool = False) -> str:
        """The audience that a scope names; it has to be ours to the letter."""
        scopes = [s for s in scope.split() if s not in NOT_RESOURCES]
        if len(scopes) != 1:
            raise SignInError(70011)
        resource, _, permission = scopes[0].rpartition("/")
        known = {self._directory.audience: "user_impersonation", self._directory.graph: "Mail.Send"}
        delegated = known.get(resource.rstrip("/"), "user_impersonation")
        if permission not in ({".default"} if default_only else {".default", delegated}):
            raise SignInError(70011, f"The scope {scopes[0]} is not valid.")
        if resource.rstrip("/") not in known:
            raise SignInError(500011, resource)
        return resource

    def of_application(self, application: Application, resource: str) -> Answer:
        """Tokens of an application. Entra leaves "scope" out for this grant."""
        token = self._directory.issue(application.object_id, application.client_id, resource, is_app=True)
        lifetime = self._directory.token_seconds
        return Answer.of(
            {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
        )

    def of_user(
        self, user: DirectoryUser, application: Application, scope: str, *, signed_in: float = 0.0, nonce: str = ""
    ) -> Answer:
        """Tokens of a person.

        Args:
            user: Who.
            application: Which program asked.
            scope: As asked.
            signed_in: When the person was there, seconds since 1970; now by default.
            nonce: Of the request that led here; stands in the id token.
        """
        lifetime, directory = self._directory.token_seconds, self._directory
        resource = self.resource(scope)
        permission = "Mail.Send" if resource.rstrip("/") == directory.graph else "user_impersonation"
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": f"{resource}/{permission} {resource}/.default",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": directory.issue(user.object_id, application.client_id, resource, is_app=False),
        }
        asked = scope.split()
        if "offline_access" in asked:
            since = signed_in or self._clock.now()
            body["refresh_token"] = directory.issue_refresh(user.name, application.client_id, since)
        if "openid" in asked:
            claims = self._claims(user, application) | ({"nonce": nonce} if nonce else {})
            body["id_token"] = f"{_segment({'typ': 'JWT', 'alg': 'none'})}.{_segment(claims)}."
            body["client_info"] = _segment({"uid": user.object_id, "utid": directory.tenant})
        return Answer.of(body, Cache_Control="no-store, no-cache")

    def _claims(self, user: DirectoryUser, application: Application) -> dict[str, Any]:
        now, tenant = int(self._clock.now()), self._directory.tenant
        return {
            "aud": application.client_id,
            "iss": f"{self.url}/{tenant}/v2.0",
            "iat": now,
            "nbf": now - 300,
            "exp": now + self._directory.token_seconds,
            "name": user.name.partition("@")[0],
            "oid": user.object_id,
            "preferred_username": user.name,
            "sub": user.object_id,
            "tid": tenant,
            "ver": "2.0",
        }


def _segment(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

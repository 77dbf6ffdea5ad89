"""Applications prove who they are: by a secret, by an assertion signed with a certificate, or not at all."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from dynsync_gui.simulators.aadsts import SignInError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.x509 import Certificate

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.directory import Application, Directory

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SKEW = 300
_LONGEST_LIFE = 86_400


class Clients:
    """The registrations of a directory, as the token endpoint meets them."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory, self._clock = directory, clock
        self._used: set[str] = set()

    def named(self, client_id: str) -> Application:
        """The registration of a client id."""
        application = self._directory.applications.get(client_id.lower())
        if application is None:
            raise SignInError(700016, client_id)
        return application

    def proven(
        self, form: Mapping[str, str], audience: str, *, confidential: bool, native: bool = False
    ) -> Application:
        """The registration that asks, once it has proved itself.

        Args:
            form: The token request.
            audience: Address of the token endpoint.
            confidential: Whether only a registration with a proof may use this grant.
            native: Whether the request is bound to a redirect of a desktop program, which needs no proof.
        """
        application = self.named(form["client_id"])
        if form.get("client_assertion") is not None:
            self._asserted(application, form, audience)
        elif form.get("client_secret") is not None:
            _secret(application, form["client_secret"])
        elif confidential:
            raise SignInError(7000216)
        elif not application.allows_public and not native:
            raise SignInError(7000218)
        if application.refusal:
            raise SignInError(application.refusal, application.client_id)
        return application

    def _asserted(self, application: Application, form: Mapping[str, str], audience: str) -> None:
        """Check a client assertion (Microsoft identity platform, certificate credentials)."""
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise SignInError(900144, "client_assertion_type")
        try:
            head, body, signature = form["client_assertion"].split(".")
            header, claims = json.loads(_bytes(head)), json.loads(_bytes(body))
            signed = _bytes(signature)
        except (ValueError, binascii.Error):
            raise SignInError(50027) from None
        certificate = _certificate(application, header)
        _verify(certificate, header.get("alg", ""), f"{head}.{body}".encode(), signed)
        now = self._clock.now()
        if certificate.not_valid_after_utc.timestamp() < now:
            raise SignInError(700027, "[Reason - The key used is expired.]")
        self._check(claims, application, audience, now)

    def _check(self, claims: dict[str, Any], application: Application, audience: str, now: float) -> None:
        if claims.get("iss") != claims.get("sub") or str(claims.get("iss")).lower() != application.client_id:
            raise SignInError(700021)
        if claims.get("aud") != audience:
            raise SignInError(700023)
        ends, begins = float(claims.get("exp", 0)), float(claims.get("nbf", claims.get("iat", now)))
        if not (begins - _SKEW <= now <= ends + _SKEW) or ends - begins > _LONGEST_LIFE:
            raise SignInError(700024)
        number = str(claims.get("jti", ""))
        if not number or number in self._used:
            raise SignInError(50027, "The 'jti' claim is missing or was used before.")
        self._used.add(number)


def _secret(application: Application, secret: str) -> None:
    found = [k for k, v in application.secrets.items() if hmac.compare_digest(v.encode(), secret.encode())]
    if not found:
        raise SignInError(7000215 if application.secrets else 700025, application.client_id)
    if found[0] in application.expired:
        raise SignInError(7000222, application.client_id)


def _certificate(application: Application, header: Mapping[str, Any]) -> Certificate:
    """The uploaded certificate whose thumbprint the header names."""
    names = {"x5t": hashes.SHA1(), "x5t#S256": hashes.SHA256()}  # noqa: S303  what Entra takes, not what we choose
    for name, digest in names.items():
        if name not in header:
            continue
        for certificate in application.certificates:
            if hmac.compare_digest(certificate.fingerprint(digest), _bytes(str(header[name]))):
                return certificate
    raise SignInError(700027, "[Reason - The key was not found.]")


def _verify(certificate: Certificate, algorithm: str, signed: bytes, signature: bytes) -> None:
    key = certificate.public_key()
    schemes: dict[str, padding.AsymmetricPadding] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size),
    }
    if algorithm not in schemes or not isinstance(key, RSAPublicKey):
        raise SignInError(50027, "The algorithm is not supported.")
    try:
        key.verify(signature, signed, schemes[algorithm], hashes.SHA256())
    except InvalidSignature:
        raise SignInError(700027, "[Reason - The key was found, but the signature is wrong.]") from None


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

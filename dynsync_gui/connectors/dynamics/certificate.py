"""An application's certificate with its key, out of a PEM or PFX file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.expiry import Expiring, Expiry, entered_expiry
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.sign_in import SIGN_IN
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, SignIn

_MOST_BYTES = 1024 * 1024
_LEAST_BITS = 2048


@dataclass(frozen=True, slots=True, repr=False)
class ApplicationCertificate:
    """What msal signs an application's requests with; never printed.

    Attributes:
        key: The private key, as unprotected PEM, in memory only.
        certificate: The certificate, as PEM.
        begins: From when on it holds.
        ends: Until when it holds.
    """

    key: str
    certificate: str
    begins: datetime
    ends: datetime

    def require_valid(self) -> None:
        """Raise what is wrong with its time, so that a person hears it plainly and Microsoft is not asked.

        Raises:
            SettingsError: It does not hold yet, or no more.
        """
        now = datetime.now(UTC)
        if now > self.ends:
            raise _unusable("certificate.expired", day=self.ends.date().isoformat())
        if now < self.begins:
            raise _unusable("certificate.not-yet", day=self.begins.date().isoformat())


def read_certificate(path: str, password: str) -> ApplicationCertificate:
    """Read a file.

    Args:
        path: A PEM file with certificate and key in any order, or a PFX file.
        password: Protects the key; empty for none.

    Raises:
        SettingsError: The file, its password or its content cannot be used.
    """
    shown = Path(path).name
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(_MOST_BYTES)
    except (OSError, ValueError):
        raise _unusable("certificate.missing", file=shown) from None
    key, certificate = _pem(data, password, shown) if b"-----BEGIN" in data else _pfx(data, password, shown)
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise _unusable("certificate.kind", file=shown)
    return ApplicationCertificate(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate.public_bytes(Encoding.PEM).decode(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def application_expiry(settings: DynamicsSettings, secrets: Secrets) -> Expiry | None:
    """When what the application signs in with ends: read from the certificate, or as entered for a secret.

    Returns:
        None where nobody knows, or where no application signs in.

    Raises:
        SettingsError: The certificate file cannot be used.
    """
    if settings.sign_in is SignIn.APPLICATION and settings.certificate:
        found = read_certificate(settings.certificate, secrets.dynamics_client_secret)
        return Expiry(Expiring.CERTIFICATE, found.ends.date())
    return entered_expiry(settings)


def _pem(data: bytes, password: str, shown: str) -> tuple[object, x509.Certificate]:
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise _unusable("certificate.unreadable", file=shown) from None
    if b"PRIVATE KEY-----" not in data:
        raise _unusable("certificate.key", file=shown)
    try:
        key = load_pem_private_key(data, password.encode() or None)
    except (ValueError, TypeError):  # TypeError: a password that is not needed, or a missing one
        try:
            key = load_pem_private_key(data, None)
        except TypeError:
            raise _unusable("certificate.password", file=shown) from None
        except ValueError:
            raise _unusable("certificate.unreadable", file=shown) from None
    mine = next((one for one in certificates if one.public_key() == key.public_key()), None)
    if mine is None:
        raise _unusable("certificate.key", file=shown)
    return key, mine


def _pfx(data: bytes, password: str, shown: str) -> tuple[object, x509.Certificate]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError as trouble:
        code = "certificate.password" if "password" in str(trouble).lower() else "certificate.unreadable"
        raise _unusable(code, file=shown) from None
    if key is None or certificate is None:
        raise _unusable("certificate.key" if certificate or others else "certificate.unreadable", file=shown)
    return key, certificate


def _unusable(code: str, **values: str) -> SettingsError:
    return SettingsError(code, filled(SIGN_IN[code], **values))

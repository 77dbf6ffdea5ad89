"""An application signs in with a certificate, and what can be wrong with its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from dynsync_gui.connectors.dynamics.certificate import application_expiry, read_certificate
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.expiry import Expiring, Expiry
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, SignIn
from dynsync_gui.simulators.server import Rehearsal

from .entra_world import Desk, new_rehearsal

NOW = datetime.now(UTC)
PASSWORD = "CANARY of the file é"


@dataclass
class Pair:
    """A certificate and its key."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self, password: str = "", *, key: bool = True, first: bool = False) -> bytes:
        protection = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        parts = [self.certificate.public_bytes(Encoding.PEM)]
        if key:
            parts.append(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
        return b"".join(reversed(parts) if first else parts)

    def pfx(self, password: str = "", *, key: bool = True) -> bytes:
        protection = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return pkcs12.serialize_key_and_certificates(
            b"app", self.key if key else None, self.certificate, None, protection
        )


def made(days: int = 90, since: int = 1, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None) -> Pair:
    key = key or rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DynSync of a test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=since))
        .not_valid_after(NOW + timedelta(days=days))
    )
    return Pair(key, builder.sign(key, hashes.SHA256()))


@pytest.fixture(scope="module")
def pair() -> Pair:
    return made()


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with new_rehearsal(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def desk(rehearsal: Rehearsal, pair: Pair) -> Iterator[Desk]:
    rehearsal.directory.service.certificates[:] = [pair.certificate]
    desk = Desk(rehearsal)
    yield desk
    desk.leave()


def signed(desk: Desk, path: Path, data: bytes, password: str = ""):
    path.write_bytes(data)
    desk.secrets = Secrets(dynamics_client_secret=password)
    client_id = desk.rehearsal.accounts["client_id"]
    return desk.by(SignIn.APPLICATION, client_id=client_id, certificate=str(path)).check()


@pytest.mark.parametrize("form", ["pem", "pem, key first", "pem, protected", "pfx", "pfx, protected"])
def test_an_application_signs_in_with_its_certificate(desk: Desk, pair: Pair, tmp_path: Path, form: str) -> None:
    password = PASSWORD if "protected" in form else ""
    data = pair.pfx(password) if form.startswith("pfx") else pair.pem(password, first="first" in form)
    assert signed(desk, tmp_path / "app", data, password).state is CheckState.PASSED


def test_a_password_that_an_open_file_does_not_need_does_no_harm(desk: Desk, pair: Pair, tmp_path: Path) -> None:
    assert signed(desk, tmp_path / "app.pem", pair.pem(), "left over from a secret").state is CheckState.PASSED


def test_a_certificate_that_microsoft_does_not_hold_can_be_put_right_at_once(
    desk: Desk, pair: Pair, tmp_path: Path
) -> None:
    held = desk.rehearsal.directory.service.certificates
    held[:] = [made().certificate]
    check = signed(desk, tmp_path / "app.pem", pair.pem())
    assert (check.state, check.code) == (CheckState.FAILED, "AADSTS700027")
    assert "Certificates & secrets" in str(check.cure)
    held.append(pair.certificate)
    assert desk.check().state is CheckState.PASSED


def test_an_application_without_any_certificate(desk: Desk, pair: Pair, tmp_path: Path) -> None:
    desk.rehearsal.directory.service.certificates.clear()
    assert signed(desk, tmp_path / "app.pem", pair.pem()).code == "AADSTS700027"


def test_a_certificate_out_of_its_time_is_not_even_tried(desk: Desk, tmp_path: Path) -> None:
    for pair, code in ((made(-1, 30), "certificate.expired"), (made(90, -2), "certificate.not-yet")):
        desk.rehearsal.log.clear()
        check = signed(desk, tmp_path / "app.pem", pair.pem())
        assert check.code == code
        assert str((NOW + timedelta(days=-1 if "expired" in code else 2)).date()) in str(check.finding)
        assert not desk.rehearsal.log.entries("entra", "/token")


def refused(path: Path, password: str = "") -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_certificate(str(path), password)
    return caught.value


def test_each_trouble_with_the_file_has_its_own_finding(pair: Pair, tmp_path: Path) -> None:
    small = made(key=rsa.generate_private_key(65537, 1024))
    cases: dict[str, tuple[bytes | None, str, str]] = {
        "missing": (None, "", "certificate.missing"),
        "empty": (b"", "", "certificate.unreadable"),
        "text": (b"not a certificate", "", "certificate.unreadable"),
        "broken": (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "", "certificate.unreadable"),
        "alone": (pair.pem(key=False), "", "certificate.key"),
        "of another": (
            made().pem(key=False) + pair.pem().split(b"-----END CERTIFICATE-----")[1],
            "",
            "certificate.key",
        ),
        "pfx alone": (pair.pfx(key=False), "", "certificate.key"),
        "no password": (pair.pem(PASSWORD), "", "certificate.password"),
        "wrong password": (pair.pem(PASSWORD), "CANARY wrong", "certificate.password"),
        "pfx, no password": (pair.pfx(PASSWORD), "", "certificate.password"),
        "pfx, wrong password": (pair.pfx(PASSWORD), "CANARY wrong", "certificate.password"),
        "curve": (made(key=ec.generate_private_key(ec.SECP256R1())).pem(), "", "certificate.kind"),
        "small": (small.pem(), "", "certificate.kind"),
    }
    for name, (data, password, code) in cases.items():
        path = tmp_path / f"{name}.pem"
        if data is not None:
            path.write_bytes(data)
        error = refused(path, password)
        assert error.code == code, name
        assert path.name in str(error.finding.title)
        assert "CANARY" not in f"{error.finding.title}{error.finding.cure}{error!r}{error.detail}"


def test_a_folder_is_no_certificate(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "certificate.missing"


def test_what_is_read_is_never_printed(pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_bytes(pair.pem())
    found = read_certificate(str(path), "")
    assert "PRIVATE KEY" in found.key
    assert "PRIVATE KEY" not in f"{found!r}{found}"


def test_when_it_ends(pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_bytes(pair.pem())
    settings = DynamicsSettings(certificate=str(path), secret_expires=date(2030, 1, 1))
    ends = pair.certificate.not_valid_after_utc.date()
    assert application_expiry(settings, Secrets()) == Expiry(Expiring.CERTIFICATE, ends)
    assert application_expiry(replace(settings, certificate=""), Secrets()) == Expiry(Expiring.SECRET, date(2030, 1, 1))
    assert application_expiry(DynamicsSettings(), Secrets()) is None
    assert application_expiry(replace(settings, sign_in=SignIn.BROWSER), Secrets()) is None

"""Which certificates are trusted: this computer's own store, and one authority that the user named."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys

import truststore
from cryptography import x509
from cryptography.x509.oid import NameOID

from dynsync_gui.connectors.http.watch import Call
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.findings.network import NETWORK


def trusting_context(ca_bundle: str = "") -> ssl.SSLContext:
    """TLS settings that verify by the system's trust store; there is no way to switch that off.

    Args:
        ca_bundle: PEM file whose authorities are trusted in addition; empty for none.

    Raises:
        SettingsError: The file cannot be read.
    """
    context = _by_openssl() or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle:
        try:
            context.load_verify_locations(cafile=ca_bundle)
        except (OSError, ssl.SSLError) as trouble:
            raise SettingsError("network.ca-bundle", NETWORK["network.ca-bundle"], type(trouble).__name__) from None
    return context


def _by_openssl() -> ssl.SSLContext | None:
    """The same where OpenSSL itself finds the system's authorities, read once and not for every connection."""
    if sys.platform != "linux":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context if context.cert_store_stats()["x509_ca"] else None


def issuer_of(host: str, port: int, call: Call) -> str:
    """Who signed the certificate that a host shows, for the text of a refusal; empty where it cannot be had.

    The refused connection does not tell, so the certificate is looked at once more; nothing is sent over it.

    Args:
        host: Name or number.
        port: Port.
        call: Bounds the look.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(OSError, ValueError):
        with socket.create_connection((host, port), timeout=call.left) as plain:
            call.watch(plain)
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                shown = wrapped.getpeercert(binary_form=True) or b""
        issuer = x509.load_der_x509_certificate(shown).issuer
        for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            for attribute in issuer.get_attributes_for_oid(kind):
                return str(attribute.value)[:80]
    return ""

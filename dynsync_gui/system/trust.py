"""Whom DynSync trusts: the system's authorities, and those that the user adds."""

from __future__ import annotations

import ssl

import truststore

from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.text import msg


def tls_context(ca_bundle: str = "") -> ssl.SSLContext:
    """A context that verifies hosts against the system's trust store, TLS 1.2 or later.

    Args:
        ca_bundle: PEM file of authorities that are trusted in addition; empty for none.

    Raises:
        SettingsError: The file cannot be read or holds no certificate.
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle:
        try:
            context.load_verify_locations(cafile=ca_bundle)
        except (OSError, ssl.SSLError) as cause:
            raise settings_error(
                msg("“{file}” holds no certificates that DynSync can read.", file=ca_bundle),
                msg("Name a PEM file with your company's certificate authority as the ca_bundle."),
                code="settings-ca-bundle",
            ) from cause
    return context

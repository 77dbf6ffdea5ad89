"""Whom DynSync trusts: this computer's store, and the authority that a company names."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from dynsync_gui.connectors.http.tls import trusting_context
from dynsync_gui.domain.errors import SettingsError


def test_a_company_authority_is_added_to_the_systems(tmp_path: Path) -> None:
    bundle = tmp_path / "corp.pem"
    trustme.CA().cert_pem.write_to_path(bundle)
    context = trusting_context(str(bundle))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_bundle_without_certificates_is_refused(tmp_path: Path, content: bytes | None) -> None:
    bundle = tmp_path / "corp.pem"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        trusting_context(str(bundle))
    assert caught.value.code == "network.ca-bundle"

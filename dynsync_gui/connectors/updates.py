"""Reads signed release files and downloads what they name (`domain.releases.ReleaseSource`).

A release file is a JSON object with two texts: ``release``, a JSON document, and ``signature``, Ed25519 over exactly
the bytes of that text in base64. Nothing in the document is looked at before its signature holds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits
from dynsync_gui.connectors.http.hosts import Hosts, netloc
from dynsync_gui.connectors.http.proxies import ProxyResolver, chosen_proxy, system_proxy
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import SettingsError, TemporaryFailure
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.network import network_finding
from dynsync_gui.domain.findings.updates import UPDATES
from dynsync_gui.domain.releases import Artefact, Release, read_release, refused
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings

_FILE = Limits(seconds=30, silence=15, size=256 * 1024)
_SECONDS = 1_800.0
_SILENCE = 60.0


class ReleaseFiles:
    """Release files of one maker.

    Args:
        pinned: The maker's public key, in base64, unless the settings name another; empty for none.
        proxy: Names the system's proxy for an address.
    """

    def __init__(self, pinned: str, proxy: ProxyResolver = system_proxy) -> None:
        self._pinned, self._proxy = pinned, proxy

    def read(self, settings: Settings, secrets: Secrets, token: CancelToken) -> Release:
        """The release at the settings' address; see the protocol."""
        key = _public_key(settings.updates.key or self._pinned)
        answer = self._get(settings.updates.address, _FILE, settings, secrets, token)
        return read_release(_opened(answer.body, key))

    def download(
        self, artefact: Artefact, folder: Path, settings: Settings, secrets: Secrets, token: CancelToken
    ) -> Path:
        """Put the file into a folder; see the protocol. It appears there under its name only when it is proved."""
        limits = Limits(_SECONDS, _SILENCE, artefact.size)
        body = self._get(artefact.address, limits, settings, secrets, token).body
        if len(body) != artefact.size:
            raise refused("update-incomplete", f"{len(body)} of {artefact.size} bytes")
        if hashlib.sha256(body).hexdigest() != artefact.sha256:
            raise refused("update-digest", artefact.name)
        return _kept(body, folder, artefact.name)

    def _get(self, address: str, limits: Limits, settings: Settings, secrets: Secrets, token: CancelToken) -> Answer:
        """What stands at an address; its host is the only one that is asked."""
        with self._client(address, settings, secrets, token) as client:
            answer = client.send("GET", address, {"Cache-Control": "no-cache"}, limits=limits)
        if answer.status >= 500 or answer.status == 429:
            code = "network.busy" if answer.status == 429 else "network.server"
            raise TemporaryFailure(code, network_finding(code, answer.host), f"HTTP {answer.status}")
        if answer.status != 200:
            raise refused("update-missing", f"HTTP {answer.status}")
        return answer

    @contextmanager
    def _client(self, address: str, settings: Settings, secrets: Secrets, token: CancelToken) -> Iterator[HttpClient]:
        client = HttpClient(
            Hosts(netloc(urlsplit(address))),
            token,
            ca_bundle=settings.network.ca_bundle,
            proxy=chosen_proxy(settings.network, secrets, self._proxy),
            connections=1,
        )
        try:
            yield client
        finally:
            client.close()


def _public_key(encoded: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error) as cause:
        raise refused("update-no-key") from cause


def _opened(body: bytes, key: Ed25519PublicKey) -> object:
    """The signed document, once its signature holds."""
    try:
        envelope = json.loads(body)
        text = envelope["release"].encode()
        signature = base64.b64decode(envelope["signature"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
        raise refused("update-unsigned", f"{len(body)} bytes") from cause
    try:
        key.verify(signature, text)
    except InvalidSignature as cause:
        raise refused("update-forged") from cause
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise refused("update-unreadable") from cause


def _kept(body: bytes, folder: Path, name: str) -> Path:
    """Write the file beside its place first, so that half of one never has its name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(body)
            return Path(temporary).replace(folder / name)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as cause:
        finding = filled(UPDATES["update-folder"], folder=str(folder))
        raise SettingsError("update-folder", finding, cause.strerror or "") from cause

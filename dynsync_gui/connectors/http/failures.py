"""What went wrong on the way, told from the libraries' exceptions; their texts go no further than the details."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from requests.exceptions import ProxyError, SSLError
from urllib3.exceptions import IncompleteRead, InvalidChunkLength, NameResolutionError
from urllib3.exceptions import SSLError as PoolSSLError
from urllib3.exceptions import TimeoutError as PoolTimeout

from dynsync_gui.connectors.http.body import Broken, TooBig
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, TemporaryFailure
from dynsync_gui.domain.findings.network import network_finding

_EXPIRED, _NAME, _ADDRESS = 10, 62, 64
"""OpenSSL's verify codes: X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH."""


def late(host: str) -> TemporaryFailure:
    """The answer did not come, or did not end, in time."""
    return TemporaryFailure("network.timeout", network_finding("network.timeout", host))


def told_by(trouble: BaseException, host: str, proxy: str = "") -> DynSyncError:
    """The exception of a library as one of ours.

    Args:
        trouble: As caught.
        host: Host and port that were asked.
        proxy: Address of the proxy in between, with an account where one was sent; empty for none.
    """
    signed_in = bool(proxy) and urlsplit(proxy).username is not None
    proxy = urlsplit(proxy).hostname or "" if proxy else ""
    causes = list(_causes(trouble))
    detail = " < ".join(dict.fromkeys(_words(cause) for cause in causes))[:300]
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return _certificate(certificate, host)
    if any(isinstance(cause, TooBig) for cause in causes):
        return ConnectionFailed("network.too-big", network_finding("network.too-big", host), detail)
    if proxy and any(isinstance(cause, ProxyError) for cause in causes):
        asks = any("407" in str(cause) for cause in causes)
        code = "network.proxy"
        if asks:
            code = "network.proxy-account" if signed_in else "network.proxy-sign-in"
        kind = ConnectionFailed if asks else TemporaryFailure
        return kind(code, network_finding(code, host, proxy=proxy), "" if asks else detail)
    code = _code(causes)
    kind = ConnectionFailed if code == "network.tls" else TemporaryFailure
    return kind(code, network_finding(code, proxy or host if code == "network.dns" else host), detail)


_SIGNS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("network.dns", (NameResolutionError, socket.gaierror)),
    ("network.refused", (ConnectionRefusedError,)),
    ("network.truncated", (Broken, IncompleteRead, InvalidChunkLength)),
    ("network.reset", (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)),
    ("network.timeout", (TimeoutError, PoolTimeout)),
    ("network.tls", (ssl.SSLError, SSLError, PoolSSLError)),
)
"""What a cause is a sign of, the more telling ones first."""


def _code(causes: list[BaseException]) -> str:
    for code, kinds in _SIGNS:
        if any(isinstance(cause, kinds) for cause in causes):
            return code
    return "network.unreachable" if any(type(cause) is OSError for cause in causes) else "network.reset"


def _certificate(trouble: ssl.SSLCertVerificationError, host: str) -> ConnectionFailed:
    number = getattr(trouble, "verify_code", 0)
    words = str(getattr(trouble, "verify_message", "")).lower()
    code = "network.certificate-issuer"
    if number == _EXPIRED or "expired" in words:
        code = "network.certificate-expired"
    elif number in {_NAME, _ADDRESS} or "mismatch" in words:
        code = "network.certificate-name"
    return ConnectionFailed(code, network_finding(code, host), words[:200])


def _causes(trouble: BaseException) -> Iterator[BaseException]:
    """The exception and everything that it carries, outermost first, each once."""
    seen: set[int] = set()
    waiting: list[object] = [trouble]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]


def _words(cause: BaseException) -> str:
    """The kind of an exception, and the system's own words for it; never an address or a body."""
    said = cause.strerror if isinstance(cause, OSError) and isinstance(cause.strerror, str) else ""
    return f"{type(cause).__name__}: {said}" if said else type(cause).__name__

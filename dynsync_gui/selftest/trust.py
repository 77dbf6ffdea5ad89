"""Whether TLS asks the system whom to trust: a server of our own that nobody vouches for has to be refused."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dynsync_gui.connectors.http.tls import trusting_context
from dynsync_gui.domain.text import msg, ntr, tr
from dynsync_gui.selftest.outcome import Failed
from dynsync_gui.simulators.authority import Authority

_HELLO = b"hello"
_SECONDS = 20.0

ACCEPTS_ANYTHING = msg("A server that nobody vouches for was accepted.")


def check_trust(folder: Path) -> str:
    """Shake hands with a server of a private authority, which only counts where it is named.

    Args:
        folder: For the certificates.
    """
    authority = Authority(folder / "authority")
    with _server(authority.context()) as port:
        context = trusting_context()
        with suppress(ssl.SSLCertVerificationError):
            _greet(context, port)
            raise Failed(str(ACCEPTS_ANYTHING))
        if _greet(trusting_context(str(authority.ca_bundle)), port) != _HELLO:
            raise Failed(tr("A server whose authority was named did not answer."))
    count = _authorities(context)
    if count == 0:
        raise Failed(tr("This system trusts no authority at all; install its certificates (ca-certificates)."))
    known = ntr("the system knows {n} authority", "the system knows {n} authorities", count) if count else ""
    return ", ".join(part for part in (ssl.OPENSSL_VERSION, known) if part)


def _authorities(context: ssl.SSLContext) -> int | None:
    """How many the system trusts; None where it does not tell."""
    if sys.platform == "win32":
        return len(ssl.enum_certificates("ROOT"))
    if sys.platform == "darwin":
        return None
    folder = ssl.get_default_verify_paths().capath
    loaded = getattr(context, "_ctx", context).cert_store_stats()  # truststore shows it nowhere else
    return int(loaded["x509_ca"]) or (len(list(Path(folder).iterdir())) if folder else 0)


def _greet(context: ssl.SSLContext, port: int) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        return wrapped.recv(len(_HELLO))


@contextmanager
def _server(context: ssl.SSLContext) -> Iterator[int]:
    """Says hello to every client until the context is left; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):  # a client that refuses ends the handshake with an error
                    plain, _ = listening.accept()
                    plain.settimeout(_SECONDS)
                    with plain, context.wrap_socket(plain, server_side=True) as wrapped:
                        wrapped.sendall(_HELLO)

        thread = threading.Thread(target=serve, name="dynsync-self-test-server")
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            over.set()
            thread.join()

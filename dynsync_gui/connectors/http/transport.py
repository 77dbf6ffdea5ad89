"""requests' adapter over connections that a `Call` can end."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from requests.utils import get_auth_from_url
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

if TYPE_CHECKING:
    from dynsync_gui.connectors.http.watch import Call

CONNECT_SECONDS = 10.0
running = threading.local()
"""`call` is the request of this thread; urllib3 has no other way to hand it down to a connection."""


class WatchedConnection(HTTPSConnection):
    """Tells the running call which socket it uses, and sends the call's target untouched.

    urllib3 rewrites percent-encodings, and Dataverse's links must go out as they came (Microsoft, paging).
    """

    def _new_conn(self) -> socket.socket:
        call: Call = running.call
        try:
            sock = _connected(self._dns_host, self.port or 443, call, self.socket_options or ())
        except socket.gaierror as trouble:
            raise NameResolutionError(self.host, self, trouble) from trouble
        except TimeoutError as trouble:
            raise ConnectTimeoutError(self, "no answer") from trouble
        except OSError as trouble:
            raise NewConnectionError(self, "no connection") from trouble
        sys.audit("http.client.connect", self, self.host, self.port)
        return sock

    def connect(self) -> None:
        """Connect; where that fails half-way, nothing stays open."""
        try:
            super().connect()
        except OSError as trouble:
            _close_half_made(trouble)
            raise

    def request(self, method: str, url: str, *args: Any, **options: Any) -> None:
        """Send the request; see the class."""
        call: Call = running.call
        if self.sock is not None:
            call.watch(self.sock)
        super().request(method, call.target if url.startswith("/") else url, *args, **options)


class _Pool(HTTPSConnectionPool):
    ConnectionCls = WatchedConnection


class WatchedAdapter(HTTPAdapter):
    """Keeps connections open between requests, trusts by one TLS context, and neither retries nor redirects."""

    def __init__(self, context: ssl.SSLContext, connections: int) -> None:
        self._context = context
        super().__init__(pool_connections=4, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use our connections and our trust."""
        super().init_poolmanager(*args, **options, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Use our connections and our trust through a proxy, too."""
        options.update(ssl_context=self._context, proxy_ssl_context=self._context)
        found = super().proxy_manager_for(proxy, **options)
        found.pool_classes_by_scheme = {**found.pool_classes_by_scheme, "https": _Pool}
        return found

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """The account for a proxy, in UTF-8 (RFC 7617); requests would only take Latin letters."""
        username, password = get_auth_from_url(proxy)
        if not username:
            return {}
        account = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
        return {"Proxy-Authorization": f"Basic {account}"}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Always verify, by the TLS context alone: requests would add its own list of authorities."""
        conn.cert_reqs = "CERT_REQUIRED"


def _close_half_made(trouble: OSError) -> None:
    """Close what Python's own ssl leaves open when a connection is cut just before its handshake begins."""
    for frame, _ in traceback.walk_tb(trouble.__traceback__):
        made = frame.f_locals.get("self")
        if isinstance(made, ssl.SSLSocket):
            made.close()


def _connected(host: str, port: int, call: Call, options: Any) -> socket.socket:
    """A connection to the first address that answers, all of them sharing `CONNECT_SECONDS`."""
    found = _addresses(host.strip("[]"), port, call)
    trouble: OSError = TimeoutError()
    left = min(CONNECT_SECONDS, call.left)
    for number, (family, kind, protocol, _, address) in enumerate(found):
        if call.cut:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(max(0.1, left / (len(found) - number)))
            call.watch(sock)
            sock.connect(address)
        except OSError as failure:
            sock.close()
            trouble = failure
        else:
            return sock
    raise trouble


def _addresses(host: str, port: int, call: Call) -> list[Any]:
    """Look a name up; in a thread of its own, because a lookup can neither be limited nor be stopped."""
    if _is_number(host):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as trouble:
            found.append(trouble)
        except UnicodeError:
            found.append(socket.gaierror(socket.EAI_NONAME, "not a name"))
        call.wake.set()

    thread = threading.Thread(target=look_up, name="dynsync-lookup", daemon=True)
    thread.start()
    call.wake.wait(min(CONNECT_SECONDS, max(0.0, call.left)))
    if not found:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer in time")
    thread.join()
    if isinstance(found[0], OSError):
        raise found[0]
    return list(found[0])


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

"""An HTTP/1.1 server for WSGI apps that keeps connections alive, speaks TLS and can break on purpose."""

from __future__ import annotations

import io
import logging
import os
import socket
import ssl
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_logger = logging.getLogger(__name__)
_HANDSHAKE_SECONDS = 20
_IDLE_SECONDS = 600
_BROKEN = (OSError, ValueError, ssl.SSLError)


class CutConnectionError(Exception):
    """An app wants the connection to end here.

    Attributes:
        body: What to send before the end, after the response head; None ends it without any answer.
        promised: The length that the head announces.
    """

    def __init__(self, body: bytes | None = None, promised: int = 0) -> None:
        super().__init__("the connection is cut")
        self.body = body
        self.promised = promised


class WsgiServer(ThreadingMixIn, TCPServer):
    """Serves one WSGI app on a loopback port, one thread a connection."""

    # On Windows the option would let two servers share a port.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128
    daemon_threads = False

    def __init__(self, app: WSGIApplication, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Binds the port (0 = any free one); ``start`` begins to serve."""
        self.app = app
        self.tls = tls
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Begins to serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection and waits for every thread."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            self._stopping = True
            for connection in self._open:
                with suppress(OSError):
                    # Not SSLSocket.shutdown: that one would take the TLS state away from the reading thread.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
                if sys.platform == "win32":
                    # There a shut-down socket does not wake its reader everywhere; a closed one does.
                    socket.socket.close(connection)
        self.server_close()

    def opened(self, connection: socket.socket) -> None:
        """Remembers a connection, so that it can be ended from outside."""
        with self._lock:
            if self._stopping:
                raise ConnectionAbortedError
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forgets a connection."""
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Silent for what clients do to connections; everything else is a defect and is shown."""
        if not isinstance(sys.exc_info()[1], _BROKEN):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Rehearsal"
    sys_version = ""
    wbufsize = 65536
    disable_nagle_algorithm = True
    server: WsgiServer

    def setup(self) -> None:
        plain = self.request
        self.server.opened(plain)
        self._tracked = plain
        try:
            plain.settimeout(_HANDSHAKE_SECONDS)
            if self.server.tls is not None:
                self.request = self.server.tls.wrap_socket(plain, server_side=True)
                # wrap_socket takes the descriptor over; what is to be shut down later is the new object.
                self.server.closed(plain)
                self._tracked = self.request
                self.server.opened(self.request)
            self.request.settimeout(_IDLE_SECONDS)
            super().setup()
        except BaseException:
            self.server.closed(self._tracked)
            self._tracked.close()
            raise

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.closed(self._tracked)
            self.request.close()

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if len(self.raw_requestline) > 65536:
                self.requestline = self.request_version = self.command = ""
                self.send_error(414)
                return
            if not self.raw_requestline:
                self.close_connection = True
                return
            if not self.parse_request():
                return
            self._answer()
            self.wfile.flush()
        except _BROKEN:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Nothing is printed; the rehearsal keeps a log of its own."""

    def _answer(self) -> None:
        environ = self._environ(self._body())
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:  # noqa: ARG001
            head[:] = [status, headers]
            return self.wfile.write

        try:
            parts = self.server.app(environ, start)
        except CutConnectionError as cut:
            self._cut(cut)
            return
        except Exception:
            # A defect of the rehearsal must be seen, and never look like a connection that broke.
            _logger.exception("The rehearsal could not answer %s", self.path.partition("?")[0])
            head[:] = ["500 Internal Server Error", [("Content-Length", "0")]]
            parts = ()
        try:
            self._send(head[0], head[1], parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    def _cut(self, cut: CutConnectionError) -> None:
        if cut.body is not None:
            self.send_response_only(200, "OK")
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(cut.promised))
            self.end_headers()
            self.wfile.write(cut.body)
            self.wfile.flush()
        else:
            # Linger of zero seconds: the peer sees a reset, as from a gateway that died.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _send(self, status: str, headers: list[tuple[str, str]], parts: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        names = {name.lower() for name, _ in headers}
        bodyless = self.command == "HEAD" or int(code) in {204, 304}
        chunked = "content-length" not in names and not bodyless
        for name, value in headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        for part in parts:
            if part and not bodyless:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
                if chunked:
                    self.wfile.flush()
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            pieces = []
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline(2)
            self.rfile.readline(2)
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _environ(self, body: bytes) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.path,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.tls else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key not in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
                known = environ.get(f"HTTP_{key}")
                environ[f"HTTP_{key}"] = f"{known},{value}" if known else value
        return environ

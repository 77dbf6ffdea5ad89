"""A TLS server on loopback that does exactly what a test's script says, down to the bytes."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import trustme


@dataclass
class Received:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> dict:
        return json.loads(self.body)


Script = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """What a script has in hand: the request, and the socket to answer on."""

    request: Received
    wire: ssl.SSLSocket
    server: ScriptedServer

    def send(self, data: bytes) -> None:
        self.wire.sendall(data)

    def reply(self, body: object = b"", status: int = 200, **headers: str) -> None:
        """Answer with JSON (or bytes) and keep the connection."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        lines = {"Content-Type": kind, "Content-Length": str(len(raw)), **named}
        head = f"HTTP/1.1 {status} Told\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(head.encode() + b"\r\n" + raw)

    def hang(self) -> None:
        """Say nothing more until the server stops or the client leaves."""
        with contextlib.suppress(OSError):
            while self.wire.recv(4096):
                continue

    def drip(self, data: bytes, pause: float) -> None:
        """Send something again and again, with pauses, until the client leaves."""
        with contextlib.suppress(OSError):
            while not self.server.stopping.wait(pause):
                self.wire.sendall(data)


@dataclass
class ScriptedServer:
    """Serves until stopped; `requests` is what came."""

    script: Script
    context: ssl.SSLContext
    requests: list[Received] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._wires: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._run(self._accept)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for wire in self._wires:
                with contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="scripted-server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._run(self._serve, plain)

    def _serve(self, plain: socket.socket) -> None:
        with self._lock:
            self._wires.add(plain)
        try:
            with self.context.wrap_socket(plain, server_side=True) as wire:
                with self._lock:
                    self._wires.add(wire)
                with wire.makefile("rb") as stream:
                    while (request := _request(stream)) is not None:
                        with self._lock:
                            self.requests.append(request)
                        self.script(Exchange(request, wire, self))
        except (OSError, ValueError):
            plain.close()
        finally:
            with self._lock:
                self._wires = {wire for wire in self._wires if wire.fileno() >= 0}


class Forge:
    """Makes servers that one authority vouches for."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA(organization_name="Rehearsal CA of the tests")
        self.ca_bundle = str(folder / "ca.pem")
        self.authority.cert_pem.write_to_path(self.ca_bundle)
        self.servers: list[ScriptedServer] = []

    def serve(self, script: Script, *names: str, authority: trustme.CA | None = None) -> ScriptedServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (authority or self.authority).issue_cert(*(names or ("127.0.0.1", "localhost"))).configure_cert(context)
        server = ScriptedServer(script, context)
        self.servers.append(server)
        return server

    def stop(self) -> None:
        for server in self.servers:
            server.stop()


def _request(stream) -> Received | None:
    first = stream.readline()
    if not first:
        return None
    method, target, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)

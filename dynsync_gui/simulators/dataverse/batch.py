"""``$batch``: several requests in one multipart body, with change sets that succeed or fail as one."""

from __future__ import annotations

import io
import re
import secrets
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from dynsync_gui.simulators.dataverse.errors import DataverseError
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynsync_gui.simulators.world import World

MOST_REQUESTS = 1000
_BOUNDARY = re.compile(r"boundary=\"?([^\";\s]+)")
_START = re.compile(r"(GET|POST|PATCH|DELETE) (\S+) HTTP/1\.1")
_CONTENT_ID = re.compile(r"^Content-ID:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


class _FailedError(Exception):
    """A request of a change set was refused."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Batch:
    """Answers the parts of one batch in their order."""

    def __init__(self, world: World, outer: Request, single: Callable[[Request], Answer]) -> None:
        self._world, self._outer, self._single = world, outer, single

    def answer(self) -> Answer:
        """The first failure ends it with HTTP 400, unless ``Prefer: odata.continue-on-error`` was sent."""
        parts = _parts(self._outer.get_data().decode(), self._outer.headers.get("Content-Type", ""))
        requests = sum(len(_parts(part, _head(part))) if _is_set(part) else 1 for part in parts)
        if requests > MOST_REQUESTS:
            raise _unreadable(f"The batch holds more than {MOST_REQUESTS} requests.")
        goes_on = "odata.continue-on-error" in self._outer.headers.get("Prefer", "")
        blocks, failed = [], False
        for part in parts:
            block, fine = self._change_set(part) if _is_set(part) else self._plain(part)
            blocks.append(block)
            if not fine and not goes_on:
                failed = True
                break
        return _joined(blocks, 400 if failed else 200)

    def _plain(self, part: str) -> tuple[str, bool]:
        answer = self._single(self._inner(part))
        return _block(answer), answer.status_code < 400

    def _change_set(self, part: str) -> tuple[str, bool]:
        """All of its requests, or the one refusal that undid them; reads have no place in it."""
        known: dict[str, str] = {}
        try:
            with self._world.atomic():
                blocks = [self._one_of_set(inner, known) for inner in _parts(part, _head(part))]
        except _FailedError as refused:
            return _block(refused.answer), False
        boundary = f"changesetresponse_{secrets.token_hex(8)}"
        head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n"
        return head + _multipart(blocks, boundary), True

    def _one_of_set(self, part: str, known: dict[str, str]) -> str:
        request, content_id = self._inner(part, known), _CONTENT_ID.search(_head(part))
        if request.method == "GET" or content_id is None:
            raise _unreadable("A request of a change set needs a Content-ID, and GET is not allowed in it.")
        answer = self._single(request)
        if answer.status_code >= 400:
            raise _FailedError(answer)
        known[content_id[1]] = answer.headers.get("OData-EntityId", "")
        return _block(answer, content_id[1])

    def _inner(self, part: str, known: dict[str, str] | None = None) -> Request:
        """The request in a part; it inherits the outer authorisation. ``$1`` stands for the row of Content-ID 1."""
        head, _, rest = part.lstrip("\r\n").partition("\r\n\r\n")
        start, _, rest = rest.partition("\r\n")
        found = _START.fullmatch(start.strip())
        if "application/http" not in head or found is None:
            raise _unreadable("A part of the batch request is not understood.")
        lines, _, body = rest.partition("\r\n\r\n")
        target = found[2]
        for content_id, address in (known or {}).items():
            path = address.partition("/api/data/")[2].partition("/")[2]
            target = re.sub(rf"^\${content_id}(?=$|/)", path, target)
            body = re.sub(rf'"\${content_id}"', f'"/{path}"', body)
        target = target if target.startswith(("/", "http")) else f"/api/data/v9.2/{target}"
        path, _, query = re.sub(r"^https?://[^/]+", "", target).partition("?")
        environ = {
            **self._outer.environ,
            "REQUEST_METHOD": found[1],
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "RAW_URI": target,
            "CONTENT_LENGTH": str(len(body.encode())),
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body.encode()),
        }
        environ.pop("HTTP_PREFER", None)
        environ.pop("werkzeug.request", None)
        for line in lines.split("\r\n"):
            name, _, value = line.partition(":")
            if name.strip():
                environ[f"HTTP_{name.strip().upper().replace('-', '_')}"] = value.strip()
        return Request(environ)


def _unreadable(text: str) -> DataverseError:
    return DataverseError(400, "0x80060888", text)


def _head(part: str) -> str:
    return part.lstrip("\r\n").partition("\r\n\r\n")[0]


def _is_set(part: str) -> bool:
    return "multipart/mixed" in _head(part)


def _parts(text: str, content_type: str) -> list[str]:
    """What stands between the boundaries."""
    boundary = _BOUNDARY.search(content_type)
    if "multipart/mixed" not in content_type or boundary is None:
        raise _unreadable("The batch request needs a multipart/mixed body with a boundary.")
    if "\r\n" not in text:
        raise _unreadable("The lines of a batch request end with CRLF.")
    return text.split(f"--{boundary[1]}")[1:-1]


def _block(answer: Answer, content_id: str = "") -> str:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    lines += [f"Content-ID: {content_id}"] if content_id else []
    lines += ["", f"HTTP/1.1 {answer.status}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length"]
    return "\r\n".join([*lines, "", answer.get_data(as_text=True)])


def _multipart(blocks: list[str], boundary: str) -> str:
    return "".join(f"--{boundary}\r\n{block}\r\n" for block in blocks) + f"--{boundary}--\r\n"


def _joined(blocks: list[str], status: int) -> Answer:
    boundary = f"batchresponse_{secrets.token_hex(8)}"
    joined = Answer(_multipart(blocks, boundary), status=status)
    joined.headers["Content-Type"] = f"multipart/mixed; boundary={boundary}"
    return joined

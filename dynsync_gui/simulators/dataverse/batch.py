"""``$batch``: several requests in one multipart body."""

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

MOST_REQUESTS = 1000
_BOUNDARY = re.compile(r"boundary=\"?([^\";]+)")
_START = re.compile(r"(GET|POST|PATCH|DELETE) (\S+) HTTP/1\.1")


def batch(request: Request, single: Callable[[Request], Answer]) -> Answer:
    """Answers the parts in their order.

    The first failure ends it with HTTP 400, unless ``Prefer: odata.continue-on-error`` was sent. Change sets are
    refused: the rehearsal has no transactions over several rows.
    """
    boundary = _BOUNDARY.search(request.headers.get("Content-Type", ""))
    if request.mimetype != "multipart/mixed" or boundary is None:
        raise DataverseError(400, "0x80060888", "The batch request needs a multipart/mixed body with a boundary.")
    text = request.get_data().decode()
    if "\r\n" not in text:
        raise DataverseError(400, "0x80060888", "The lines of a batch request end with CRLF.")
    parts = text.split(f"--{boundary[1]}")[1:-1]
    if len(parts) > MOST_REQUESTS:
        raise DataverseError(400, "0x80060888", f"The batch holds more than {MOST_REQUESTS} requests.")
    goes_on = "odata.continue-on-error" in request.headers.get("Prefer", "")
    answers = []
    failed = False
    for part in parts:
        answer = single(_inner(part, request))
        answers.append(answer)
        if answer.status_code >= 400 and not goes_on:
            failed = True
            break
    return _joined(answers, 400 if failed else 200)


def _inner(part: str, outer: Request) -> Request:
    """The request in a part; it inherits the outer authorisation."""
    head, _, rest = part.lstrip("\r\n").partition("\r\n\r\n")
    start, _, rest = rest.partition("\r\n")
    found = _START.fullmatch(start.strip())
    if "application/http" not in head or found is None or "changeset" in head:
        raise DataverseError(400, "0x80060888", "A part of the batch request is not understood.")
    lines, _, body = rest.partition("\r\n\r\n")
    target = found[2] if found[2].startswith("/") else f"/api/data/v9.2/{found[2]}"
    path, _, query = re.sub(r"^https?://[^/]+", "", target).partition("?")
    environ = {
        **outer.environ,
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


def _joined(answers: list[Answer], status: int) -> Answer:
    boundary = f"batchresponse_{secrets.token_hex(8)}"
    lines: list[str] = []
    for answer in answers:
        lines += [f"--{boundary}", "Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]
        lines.append(f"HTTP/1.1 {answer.status}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length"]
        lines += ["", answer.get_data(as_text=True)]
    lines += [f"--{boundary}--", ""]
    joined = Answer("\r\n".join(lines), status=status)
    joined.headers["Content-Type"] = f"multipart/mixed; boundary={boundary}"
    return joined

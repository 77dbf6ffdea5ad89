"""Takes secrets out of text before it is written anywhere.

First by structure (names of fields, headers, parameters), then by value, in the forms a value takes on its way.
Short values are left to the structure: replacing a three-letter value would shred the text around it.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

GONE = "[removed]"
_SHORTEST_VALUE = 8

_NAMES = (
    r"[\w-]*(?:password|passwd|passphrase|secret|credential|assertion|api[_-]?key)[\w-]*"
    r"|(?:access|refresh|id|bearer|session|csrf)[_-]?token|token|code_verifier"
)
_FIELD = re.compile(
    rf"""(?P<name>(?<![\w-])(?:{_NAMES}))(?P<mid>\\?["']?\s*(?:=>|[:=])\s*)(?P<value>b?\\?"[^"]*"|b?\\?'[^']*'|[^\s"'&,;)}}\]]+)""",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"""(?P<name>(?<![\w-])(?:proxy-)?authorization|(?<![\w-])(?:set-)?cookie)(?P<mid>\\?["']?\s*[:=]\s*)"""
    r"""(?P<value>b?"[^"]*"|b?'[^']*'|[^\r\n"'}]+)""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=:-]{8,}")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_USERINFO = re.compile(r"(?P<scheme>\w+://)[^/\s@:]*:[^/\s@]+@")

_lock = threading.Lock()
_forms: frozenset[str] = frozenset()
_pattern: re.Pattern[str] | None = None


def keep_out(values: Iterable[str]) -> None:
    """Register secret values; from now on none of their forms is written."""
    global _forms, _pattern  # noqa: PLW0603  one process, one set of secrets to keep out
    with _lock:
        _forms |= {form for value in values if len(value) >= _SHORTEST_VALUE for form in _forms_of(value)}
        longest_first = sorted(_forms, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def redact(text: str) -> str:
    """The text without secrets."""
    text = _HEADER.sub(_without_value, text)
    text = _FIELD.sub(_without_value, text)
    text = _SCHEME.sub(rf"\1 {GONE}", text)
    text = _JWT.sub(GONE, text)
    text = _USERINFO.sub(rf"\g<scheme>{GONE}@", text)
    return _pattern.sub(GONE, text) if _pattern else text


def _without_value(match: re.Match[str]) -> str:
    return f"{match['name']}{match['mid']}{GONE}"


def _forms_of(value: str) -> set[str]:
    """The value as it is, in an address, in JSON, in Python's notation, and in base64."""
    raw = value.encode("utf-8", "surrogatepass")
    forms = {
        value,
        quote(raw),
        quote(raw, safe=""),
        quote_plus(raw),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        repr(raw)[2:-1],
    }
    for encoded in (raw, value.encode("utf-16-le", "surrogatepass")):
        forms |= _base64_forms(encoded)
    return {form for form in forms if len(form) >= _SHORTEST_VALUE}


def _base64_forms(raw: bytes) -> set[str]:
    """What of a value's base64 is the same wherever it stands in a longer text, such as ``user:value``."""
    forms = set()
    for lead in range(3):
        bits = 8 * (lead + len(raw))
        text = base64.b64encode(b"\0" * lead + raw).decode()
        core = text[-(-8 * lead // 6) : bits // 6]
        forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms

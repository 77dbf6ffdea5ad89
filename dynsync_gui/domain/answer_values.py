"""Single values of an answers file: each reader takes what TOML gave and says plainly what is wanted instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from dynsync_gui.domain.errors import SettingsError, settings_error
from dynsync_gui.domain.text import Message, msg

Reader = Callable[[str, Any], Any]
"""Takes the key's full name and the value; returns the value as settings hold it; raises SettingsError."""

_Choice = TypeVar("_Choice", bound=StrEnum)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?")
_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")
_HTTPS = re.compile(r"https://[^\s/@\\]+(/[^\s\\]*)?")
_PUBLIC_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
_MAILBOX = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_SHOWN = 40


def text(key: str, value: Any) -> str:
    """One line of text, without outer blanks."""
    if not isinstance(value, str):
        raise unsuitable(key, value, msg("text in quotes"))
    stripped = value.strip()
    if _CONTROLS.search(stripped):
        raise settings_error(
            msg("“{key}” holds a line break or another character that cannot be seen.", key=key),
            msg("Write the value on one line."),
            code="settings-value",
        )
    return stripped


def flag(key: str, value: Any) -> bool:
    """True or false, written without quotes."""
    if not isinstance(value, bool):
        raise unsuitable(key, value, msg("true or false, without quotes"))
    return value


def whole(low: int, high: int) -> Reader:
    """A whole number within bounds, both included."""

    def read(key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise unsuitable(key, value, msg("a whole number from {low} to {high}", low=low, high=high))
        return value

    return read


def https(key: str, value: Any) -> str:
    """An address that is asked over a protected connection; empty for none."""
    address = text(key, value)
    if address and not _HTTPS.fullmatch(address):
        raise unsuitable(key, value, msg("an address that begins with https://"))
    return address


def public_key(key: str, value: Any) -> str:
    """An Ed25519 public key: 32 bytes in base64; empty for none."""
    encoded = text(key, value)
    if encoded and not _PUBLIC_KEY.fullmatch(encoded):
        raise unsuitable(key, value, msg("an Ed25519 public key in base64, 44 characters long"))
    return encoded


def choice(kind: type[_Choice]) -> Reader:
    """One of a few words."""
    words = " | ".join(f'"{word.value}"' for word in kind)

    def read(key: str, value: Any) -> _Choice:
        try:
            return kind(value)
        except ValueError:
            raise unsuitable(key, value, msg("one of {words}", words=words)) from None

    return read


def hosts(key: str, value: Any) -> tuple[str, ...]:
    """Exact host names, with a port where it is not 443; never a pattern."""
    found = tuple(one.lower().removesuffix(":443") for one in _texts(key, value))
    for host in found:
        if not _HOST.fullmatch(host):
            raise unsuitable(key, host, msg("exact host names such as 127.0.0.1:8443, without https:// and without *"))
    return found


def column(key: str, value: Any) -> str:
    """Logical name of a Dynamics column."""
    found = text(key, value)
    if not _COLUMN.fullmatch(found):
        raise unsuitable(key, found, msg("Dynamics' logical names in small letters, such as emailaddress1"))
    return found


def table_names(key: str, value: Any) -> tuple[str, ...]:
    """Logical names of Dynamics tables."""
    found = _texts(key, value)
    for name in found:
        if not _COLUMN.fullmatch(name):
            raise unsuitable(key, name, msg("Dynamics' logical names in small letters, such as new_membership"))
    return tuple(dict.fromkeys(found))


def mailbox(key: str, value: Any) -> str:
    """One e-mail address, or empty."""
    found = text(key, value)
    if found and not _MAILBOX.fullmatch(found):
        raise unsuitable(key, found, msg("one e-mail address such as admin@contoso.com"))
    return found


def day(key: str, value: Any) -> date | None:
    """A date, with or without quotes; None for an empty text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = text(key, value) if isinstance(value, str) else ""
    if value == "":
        return None
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise unsuitable(key, value, msg("a date such as 2027-01-31")) from None


def proxy(key: str, value: Any) -> str:
    """``http://host:port`` of a proxy, or empty; an account has its own keys."""
    found = text(key, value)
    if not found:
        return ""
    wanted = msg("the address of a proxy such as http://proxy.contoso.com:8080")
    try:
        parts = urlsplit(found if "://" in found else f"http://{found}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise unsuitable(key, "?", wanted) from None
    if parts.username is not None or parts.password is not None:
        raise settings_error(
            msg("“{key}” holds an account, and passwords have no place in a file.", key=key),
            msg(
                "Write only host and port here, the user name as proxy_username, and let DynSync ask for the password."
            ),
            code="settings-secret",
        )
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or parts.path not in {"", "/"} or parts.query:
        raise unsuitable(key, found, wanted)
    return f"{parts.scheme}://{host}:{port}" if port else f"{parts.scheme}://{host}"


def unsuitable(key: str, found: Any, wanted: Message) -> SettingsError:
    """The error for a value that a key cannot take."""
    return settings_error(
        msg("“{key}” is {found}.", key=key, found=_shown(found)),
        msg("Wanted: {wanted}.", wanted=wanted),
        code="settings-value",
    )


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise unsuitable(key, value, msg("a list of texts in quotes"))
    return tuple(text(key, one) for one in value)


def _shown(value: Any) -> str:
    """A value as the file has it, cut to a length that a person reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        line = _CONTROLS.sub(" ", value)
        return f'"{line[:_SHOWN]}…"' if len(line) > _SHOWN else f'"{line}"'
    if isinstance(value, dict):
        return str(msg("a table"))
    if isinstance(value, list):
        return str(msg("a list"))
    return str(value)[:_SHOWN]

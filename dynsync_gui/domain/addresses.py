"""Addresses as people paste them, made exact; and the hosts that DynSync may talk to.

Sources: Dataverse data centre regions (Microsoft Learn), Marketo REST endpoints (Adobe developer pages).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from dynsync_gui.domain.text import NOTHING, Message, msg

DYNAMICS_HOST = re.compile(
    r"(?P<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.api)?\."
    r"(?P<region>crm\d{0,2}\.dynamics\.com|crm\.microsoftdynamics\.us|crm\.appsplatform\.us|crm\.dynamics\.cn)"
)
MARKETO_HOST = re.compile(r"(?P<munchkin>\d{3}-[a-z]{3}-\d{3})\.mktorest\.com")
MUNCHKIN = re.compile(r"\d{3}-[A-Za-z]{3}-\d{3}")
SIGN_IN_HOSTS = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
        "login.sovcloud-identity.fr",
        "login.sovcloud-identity.de",
        "login.sovcloud-identity.sg",
    }
)
_QUOTES = "\"'`<>«»“”„‘’ \t\r\n\u00a0\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class Address:
    """A pasted address, made exact.

    Attributes:
        url: ``https://host[:port]``; empty where nothing usable was pasted.
        note: What was changed, or why it cannot be used.
        usable: Whether DynSync may talk to it.
    """

    url: str
    note: Message = NOTHING
    usable: bool = False


def dynamics_address(pasted: str, trusted_hosts: tuple[str, ...] = ()) -> Address:
    """Make the address of a Dynamics exact.

    Args:
        pasted: Anything from a host name to a form's long address.
        trusted_hosts: Hosts that the user named besides Microsoft's (``127.0.0.1:8443``).
    """
    host = _host(pasted)
    if not host:
        return Address("")
    if host in trusted_hosts:
        return _exact(pasted, f"https://{host}")
    if MARKETO_HOST.fullmatch(host) or host.endswith((".marketo.com", ".mktorest.com")):
        return Address("", msg("This is an address of Marketo. It belongs in the Marketo part of this page."))
    if host.startswith(("admin.powerplatform.", "make.powerapps.", "make.gov.powerapps.", "home.dynamics.")):
        return Address(
            "",
            msg("This is the admin centre. Open your environment there and copy its “Environment URL”."),
        )
    match = DYNAMICS_HOST.fullmatch(host)
    if not match or match["name"] in {"www", "home", "port", "globaldisco", "disco", "admin", "make", "api"}:
        return Address(
            "",
            msg("This is not the address of a Dynamics. It looks like https://contoso.crm.dynamics.com."),
        )
    return _exact(pasted, f"https://{match['name']}.{match['region']}")


def marketo_address(pasted: str, trusted_hosts: tuple[str, ...] = ()) -> Address:
    """Make the address of a Marketo exact; its REST or identity address and the Munchkin id alone will do."""
    stripped = pasted.strip(_QUOTES)
    if MUNCHKIN.fullmatch(stripped):
        return _exact(pasted, f"https://{stripped.lower()}.mktorest.com")
    host = _host(pasted)
    if not host:
        return Address("")
    if host in trusted_hosts:
        return _exact(pasted, f"https://{host}")
    if MARKETO_HOST.fullmatch(host):
        return _exact(pasted, f"https://{host}")
    if DYNAMICS_HOST.fullmatch(host):
        return Address("", msg("This is an address of Dynamics. It belongs in the Dynamics part of this page."))
    return Address(
        "",
        msg("This is not Marketo's REST address. It looks like https://123-ABC-456.mktorest.com/rest."),
    )


def _host(pasted: str) -> str:
    """Host and non-standard port of what was pasted, in lower case; empty where there is none."""
    text = pasted.strip(_QUOTES)
    if not text:
        return ""
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"https", "http"} or parts.username is not None or "\\" in text:
        return "?"
    host = (parts.hostname or "").rstrip(".")
    return f"{host}:{port}" if port and port != 443 else host


def _exact(pasted: str, url: str) -> Address:
    changed = pasted.rstrip("/") != url
    return Address(url, msg("Shortened to {url}.", url=url) if changed else NOTHING, usable=True)

"""The answers file and the settings file: one shape, read strictly and written back.

Both are TOML; here they are plain dictionaries as a TOML reader gives them. Secrets have no place in either.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from dynsync_gui.domain.addresses import Address, dynamics_address, marketo_address
from dynsync_gui.domain.answer_values import (
    Reader,
    choice,
    day,
    flag,
    hosts,
    https,
    mailbox,
    proxy,
    public_key,
    table_names,
    text,
    unsuitable,
    whole,
)
from dynsync_gui.domain.errors import SettingsError, settings_error
from dynsync_gui.domain.field_answers import OPTIONS, TABLES, is_own, read_fields, write_fields
from dynsync_gui.domain.secrets import ENVIRONMENT
from dynsync_gui.domain.settings import (
    BackgroundSettings,
    BulkUse,
    DeletedPolicy,
    DynamicsSettings,
    EnableSettings,
    GuardSettings,
    LimitSettings,
    MailKind,
    MailSecurity,
    MailSettings,
    MarketoSettings,
    NativeSync,
    NetworkSettings,
    ObjectSettings,
    Settings,
    SignIn,
    UpdateSettings,
)
from dynsync_gui.domain.text import Message, msg

_SUBMISSION_PORT = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465}
"""Ports of RFC 8314, taken where the file names none."""

_TABLES: Mapping[str, Mapping[str, Reader]] = {
    "dynamics": {
        "url": text,
        "sign_in": choice(SignIn),
        "username": text,
        "client_id": text,
        "tenant": text,
        "certificate": text,
        "secret_expires": day,
    },
    "marketo": {"endpoint": text, "client_id": text},
    "network": {"ca_bundle": text, "trusted_hosts": hosts, "proxy": proxy, "proxy_username": text},
    "objects": {"owners": flag, "opportunities": flag, "custom": table_names, "deleted": choice(DeletedPolicy)},
    "limits": {
        "calls_per_20s": whole(1, 100),
        "in_flight": whole(1, 10),
        "daily_calls": whole(1, 10_000_000),
        "bulk": choice(BulkUse),
    },
    "guards": {"records": whole(20, 10_000_000), "percent": whole(1, 100)},
    "enable": {"email": mailbox, "accept": flag, "native_sync": choice(NativeSync), "canary": flag},
    "mail": {
        "kind": choice(MailKind),
        "host": text,
        "port": whole(1, 65_535),
        "security": choice(MailSecurity),
        "username": text,
    },
    "background": {"keep_syncing": flag, "every_minutes": whole(1, 60)},
    "updates": {"address": https, "key": public_key},
}
_KNOWN: Mapping[str, frozenset[str]] = {
    **{table: frozenset(keys) for table, keys in _TABLES.items()},
    "fields": frozenset({*OPTIONS, *TABLES}),
}
"""All tables and their keys; those of ``[fields]`` are read by a room of their own."""

_SECRET_WORDS = ("password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "passphrase")
_SECRET_OF = {
    "dynamics": "dynamics_client_secret",
    "marketo": "marketo_client_secret",
    "network": "proxy_password",
    "mail": "mail_password",
}


def read_answers(document: Mapping[str, Any], *, stored: bool = False) -> Settings:
    """Settings out of a TOML document.

    Args:
        document: As `tomllib` gives it.
        stored: Whether it is DynSync's own settings file, which may say ``rehearsal``.

    Raises:
        SettingsError: A key is unknown, a value unsuitable, an address not usable, or a secret stands in it.
    """
    top = dict(document)
    rehearsal = flag("rehearsal", top.pop("rehearsal")) if stored and "rehearsal" in top else False
    for name, table in top.items():
        _known_table(name, table)
    tables = {name: _values(name, top.get(name, {})) for name in _TABLES}
    mail = MailSettings(**tables["mail"])
    if "port" not in tables["mail"]:
        mail = replace(mail, port=_SUBMISSION_PORT[mail.security])
    fields = dict(top.get("fields", {}))
    for key in fields:
        if key not in _KNOWN["fields"]:
            _refuse_elsewhere("fields", key)
    settings = Settings(
        dynamics=DynamicsSettings(**tables["dynamics"]),
        marketo=MarketoSettings(**tables["marketo"]),
        network=NetworkSettings(**tables["network"]),
        fields=read_fields(fields),
        limits=LimitSettings(**tables["limits"]),
        background=BackgroundSettings(**tables["background"]),
        guards=GuardSettings(**tables["guards"]),
        enable=EnableSettings(**tables["enable"]),
        mail=mail,
        updates=UpdateSettings(**tables["updates"]),
        rehearsal=rehearsal,
        objects=_objects(tables["objects"], fields),
    )
    return _with_exact_addresses(settings)


def write_answers(settings: Settings) -> dict[str, Any]:
    """The document that `read_answers` turns into these settings; what is empty is left out."""
    document: dict[str, Any] = {"rehearsal": True} if settings.rehearsal else {}
    document["dynamics"] = _filled(settings.dynamics)
    document["marketo"] = _filled(settings.marketo)
    document["network"] = _filled(settings.network)
    document["fields"] = write_fields(settings.fields)
    objects = settings.objects
    document["objects"] = {
        "owners": objects.owners,
        "opportunities": objects.opportunities,
        "custom": list(objects.custom),
        "deleted": objects.deleted.value,
    }
    document["limits"] = _filled(settings.limits)
    document["background"] = _filled(settings.background)
    document["guards"] = _filled(settings.guards)
    document["enable"] = _filled(settings.enable) | {"accept": settings.enable.accept}
    document["mail"] = _filled(settings.mail)
    if settings.updates.address or settings.updates.key:
        document["updates"] = _filled(settings.updates)
    return document


def missing_answers(settings: Settings) -> SettingsError | None:
    """The first key without which no connection can be tried, as an error; None when all are there."""
    accounts = {
        SignIn.PASSWORD: (("dynamics.username", settings.dynamics.username),),
        SignIn.APPLICATION: (("dynamics.client_id", settings.dynamics.client_id),),
    }
    wanted = (
        ("dynamics.url", settings.dynamics.url),
        *accounts.get(settings.dynamics.sign_in, ()),
        ("marketo.endpoint", settings.marketo.endpoint),
        ("marketo.client_id", settings.marketo.client_id),
    )
    for key, value in wanted:
        if not value:
            return settings_error(
                msg("“{key}” is missing.", key=key),
                msg("Add it to the answers file."),
                code="settings-missing",
            )
    return None


def _known_table(name: str, table: Any) -> None:
    if name not in _KNOWN:
        _refuse_secret("", name)
        known = sorted(_KNOWN)
        home = next((table for table, keys in _KNOWN.items() if name in keys), "")
        if home:
            raise _unknown(
                msg("“{name}” stands outside of a table.", name=name),
                msg("It belongs below [{table}].", table=home),
            )
        raise _unknown(
            msg("[{name}] is no table that DynSync knows.", name=name),
            msg("The nearest one is [{nearest}].", nearest=_nearest(name, known)),
        )
    if not isinstance(table, dict):
        raise unsuitable(name, table, msg("a table: [{name}] on a line of its own, its keys below", name=name))


def _values(table: str, found: Mapping[str, Any]) -> dict[str, Any]:
    readers = _TABLES[table]
    for key in found:
        if key not in readers:
            _refuse_elsewhere(table, key)
            title = msg("[{table}] has no key “{key}”.", table=table, key=key)
            nearest = _nearest(key, sorted(_KNOWN[table]))
            raise _unknown(title, msg("The nearest one is “{nearest}”.", nearest=nearest))
    return {key: readers[key](f"{table}.{key}", value) for key, value in found.items()}


def _refuse_elsewhere(table: str, key: str) -> None:
    """Refuse a secret, and a key of another table."""
    home = next((name for name, keys in _KNOWN.items() if key in keys), "")
    if not home:
        _refuse_secret(table, key)
        return
    title = msg("[{table}] has no key “{key}”.", table=table, key=key)
    raise _unknown(title, msg("“{key}” belongs below [{home}].", key=key, home=home))


def _refuse_secret(table: str, key: str) -> None:
    """Secrets are refused by their names; their values are never looked at."""
    folded = key.casefold()
    if not any(word in folded for word in _SECRET_WORDS):
        return
    name = _SECRET_OF.get(table, "")
    if table == "dynamics" and "pass" in folded:
        name = "dynamics_password"
    name = name or (folded if folded in ENVIRONMENT else "")
    variables = ENVIRONMENT[name] if name else ", ".join(ENVIRONMENT.values())
    raise settings_error(
        msg("“{key}” is a secret, and secrets have no place in a file.", key=f"{table}.{key}" if table else key),
        msg("Remove it and set {variables} instead, or let DynSync ask for it.", variables=variables),
        code="settings-secret",
    )


def _nearest(name: str, known: list[str]) -> str:
    return difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.0)[0]


def _unknown(title: Message, cure: Message) -> SettingsError:
    return settings_error(title, cure, code="settings-unknown")


def _objects(found: Mapping[str, Any], fields: Mapping[str, Any]) -> ObjectSettings:
    """What is synced beside people; an own table that ``[fields]`` names without a choice is one of them."""
    objects = ObjectSettings(**found)
    plain = [key for key, value in fields.items() if value == "default" and is_own(key)]
    return replace(objects, custom=tuple(dict.fromkeys((*objects.custom, *plain))))


def _with_exact_addresses(settings: Settings) -> Settings:
    trusted = settings.network.trusted_hosts
    url = _exact("dynamics.url", settings.dynamics.url, dynamics_address(settings.dynamics.url, trusted))
    endpoint = _exact(
        "marketo.endpoint", settings.marketo.endpoint, marketo_address(settings.marketo.endpoint, trusted)
    )
    return replace(
        settings,
        dynamics=replace(settings.dynamics, url=url),
        marketo=replace(settings.marketo, endpoint=endpoint),
    )


def _exact(key: str, pasted: str, address: Address) -> str:
    if pasted and not address.usable:
        raise settings_error(
            msg("“{key}” cannot be used.", key=key),
            address.note or msg("Write an address such as https://contoso.crm.dynamics.com."),
            code="settings-address",
        )
    return address.url


def _filled(part: Any) -> dict[str, Any]:
    """The fields of one part that are not empty, as TOML takes them."""
    values = {name: getattr(part, name) for name in part.__dataclass_fields__}
    return {name: _plain(value) for name, value in values.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value

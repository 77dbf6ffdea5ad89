"""What the commands work with; handed to them, so that they can be tried with a scripted service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dynsync_gui.cli.options import Options
from dynsync_gui.cli.prompts import Ask
from dynsync_gui.domain.ports.profile import SecretStore
from dynsync_gui.service.api import SyncApi
from dynsync_gui.system.paths import profile_of
from dynsync_gui.system.secrets import open_secrets


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a command is given.

    Attributes:
        open_service: Builds the service of a profile.
        open_secrets: Opens the store that the options name.
        ask: Asks a person for a secret; None where nobody is there.
        confirm: Asks a person whether to go ahead, seen while it is typed; None where nobody is there.
    """

    open_service: Callable[[Options], SyncApi]
    open_secrets: Callable[[Options], SecretStore]
    ask: Ask | None
    confirm: Ask | None = None


def real_workshop(ask: Ask | None) -> Workshop:
    """The one that people get."""
    return Workshop(_open_service, _open_secrets, ask, input if ask else None)


def _open_service(options: Options) -> SyncApi:
    from dynsync_gui import composition  # noqa: PLC0415  everything else; help and wrong use need none of it

    return composition.open_service(
        composition.Options(options.profile, options.secrets, options.records, options.seed)
    )


def _open_secrets(options: Options) -> SecretStore:
    return open_secrets(options.secrets, profile_of(options.profile).id)

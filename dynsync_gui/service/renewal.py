"""Changes one secret of a finished set-up: it is tried first, and only kept when it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.errors import ConnectionFailed, Finding
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.renewal import SIGN_IN, Renewal
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings


def renew(
    profile: Profile, settings: Settings, renewal: Renewal, prove: Callable[[Settings, Secrets], None]
) -> Settings:
    """Try what was changed, then keep it.

    Args:
        profile: Where secrets and settings are kept.
        settings: The stored ones.
        renewal: What is changed.
        prove: Raises what keeps it from working.

    Returns:
        The settings as they are kept now.
    """
    store = profile.secrets()
    secrets = store.read()
    if renewal.name != SIGN_IN:
        secrets = replace(secrets, **{renewal.name: renewal.value})
    dynamics = settings.dynamics
    if renewal.name == "dynamics_client_secret" and not dynamics.certificate:
        settings = replace(settings, dynamics=replace(dynamics, secret_expires=renewal.expires))
    prove(settings, secrets)
    store.write(secrets)
    profile.write_settings(settings)
    return settings


def require_passed(checks: tuple[Check, ...]) -> None:
    """Raise what the first failed check found."""
    for check in checks:
        if check.state is CheckState.FAILED:
            finding = Finding(check.finding, check.cure, check.owner)
            raise ConnectionFailed(check.code, finding, check.detail, check.ids)

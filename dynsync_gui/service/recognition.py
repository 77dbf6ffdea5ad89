"""Keeps which two systems a person confirmed, and stops a run between others."""

from __future__ import annotations

from dynsync_gui.domain.checks import Check, IdentityCard
from dynsync_gui.domain.guards import accepted, identity_check, identity_guard, present
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.settings import Settings


def see_identity(profile: Profile, settings: Settings, dynamics: DynamicsReader) -> None:
    """Stop a run unless both systems are the confirmed ones; the first run of an accepted set-up confirms them.

    Raises:
        GuardStop: One of them is another one now.
    """
    if settings.rehearsal:
        return
    now, confirmed = present(dynamics.organisation(), settings), profile.read_confirmed()
    if confirmed is None:
        profile.write_confirmed(now)
    elif (stop := identity_guard(confirmed, now)) is not None:
        raise stop


def recognised(profile: Profile, settings: Settings, card: IdentityCard) -> tuple[Check, ...]:
    """One more check where the card differs from what was confirmed; an accepted set-up's first card is confirmed."""
    stored = None if settings.rehearsal else profile.read_settings()
    if stored is None or not same_addresses(stored, settings):
        return ()
    now, confirmed = present(card.dynamics, settings), profile.read_confirmed()
    if confirmed is None:
        if stored.enable.accept:
            profile.write_confirmed(now)
        return ()
    found = identity_check(confirmed, now)
    return () if found is None else (found,)


def confirm(profile: Profile, settings: Settings, dynamics: DynamicsReader, typed: str) -> None:
    """Take the systems as confirmed from now on; what is remembered of other ones is put aside, never mixed in.

    Raises:
        GuardStop: What was typed is not the organisation's name.
    """
    now, confirmed = present(dynamics.organisation(), settings), profile.read_confirmed()
    if (stop := accepted(typed, now)) is not None:
        raise stop
    if confirmed is not None and not confirmed.same_systems(now):
        profile.put_database_aside()
    profile.write_confirmed(now)


def same_addresses(one: Settings, other: Settings) -> bool:
    """Whether both name the same two addresses."""
    return (one.dynamics.url, one.marketo.endpoint) == (other.dynamics.url, other.marketo.endpoint)

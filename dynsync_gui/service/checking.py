"""All checks of a set-up: both systems, the chosen fields, and whether these are the confirmed systems."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from dynsync_gui.domain.checks import Check, IdentityCard, all_passed
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.ports.listening import OnCheck
from dynsync_gui.domain.rights import returning_columns, table_rights
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.settings import Settings
from dynsync_gui.service.choices import check_choices, check_names
from dynsync_gui.service.recognition import recognised
from dynsync_gui.service.workplace import Workplace


def run_checks(
    workplace: Workplace, connection: Connection, settings: Settings, report: OnCheck, only: System | None
) -> tuple[tuple[Check, ...], IdentityCard | None]:
    """Check what was asked for; both systems side by side.

    Args:
        workplace: What the service works with.
        connection: Both systems.
        settings: What is set up.
        report: Told of each check as it begins and ends.
        only: One system alone; None for all checks, and the identity card where they passed.
    """
    known = workplace.defaults()
    defaults = [(default.entity, default.source) for default in known if default.documented]
    with ThreadPoolExecutor(1, "dynsync-check") as pool:
        other = None if only is System.DYNAMICS else pool.submit(connection.marketo.check, report)
        checks: tuple[Check, ...] = ()
        if only is not System.MARKETO:
            tables = [right.entity for right in table_rights(settings)]
            checks = connection.dynamics.check(tables, report, defaults, returning_columns(settings, defaults))
        checks += other.result() if other is not None else ()
        if all_passed(checks) and only is not System.MARKETO:
            judged = check_names(connection, settings) if only else check_choices(connection, settings, known)
            checks += _told(judged, report)
        if only is not None or not all_passed(checks):
            return checks, None
        named = pool.submit(connection.marketo.identity)
        card = IdentityCard(connection.dynamics.identity(), named.result())
        recognition = recognised(workplace.profile(settings.rehearsal), settings, card)
        return checks + _told(recognition, report), card


def _told(checks: tuple[Check, ...], report: OnCheck) -> tuple[Check, ...]:
    for check in checks:
        report(check)
    return checks

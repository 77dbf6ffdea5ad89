"""What holds for every test: no way out but loopback, a home of its own, nothing left running, nothing unsaid."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "DYNSYNC_TEST_SCREEN" not in os.environ:
    # Without a screen made for the tests no window may appear on the desk of who runs them.
    os.environ.pop("DISPLAY", None)
    os.environ.pop("WAYLAND_DISPLAY", None)

pytest_plugins = ["tests.guards.home", "tests.guards.network", "tests.guards.leftovers", "tests.guards.logs"]

_KEYCHAIN = "gnome-keyring is not running for the tests; `build/dev.py test` runs it (packages gnome-keyring, dbus-x11)"
_SCREEN = "no screen was made for the tests; `build/dev.py test` makes one (packages xvfb, openbox, xdotool)"


def pytest_configure() -> None:
    """Make property tests quick and the same every time."""
    from hypothesis import HealthCheck, settings  # noqa: PLC0415  only where tests run

    settings.register_profile(
        "dynsync",
        max_examples=50,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    settings.load_profile("dynsync")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to other platforms; skip, by name, what this computer lacks."""
    elsewhere = [item for item in items if not _belongs_here(item)]
    if elsewhere:
        items[:] = [item for item in items if item not in elsewhere]
        config.hook.pytest_deselected(items=elsewhere)
    for item in items:
        if item.get_closest_marker("keychain") and "DYNSYNC_TEST_KEYCHAIN" not in os.environ:
            item.add_marker(pytest.mark.skip(reason=_KEYCHAIN))
        if item.get_closest_marker("screen") and "DYNSYNC_TEST_SCREEN" not in os.environ:
            item.add_marker(pytest.mark.skip(reason=_SCREEN))


def _belongs_here(item: pytest.Item) -> bool:
    return all(sys.platform.startswith(marker.args[0]) for marker in item.iter_markers("only_on"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped test as failed where nothing may be skipped (`DYNSYNC_NO_SKIPS`).

    Tests marked `reference` may skip everywhere: what they compare with is no part of the project.
    """
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("DYNSYNC_NO_SKIPS") and not item.get_closest_marker("reference"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason}\nDYNSYNC_NO_SKIPS is set: every test has to run here."
    return report

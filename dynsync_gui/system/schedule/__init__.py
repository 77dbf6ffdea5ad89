"""The platform's scheduler: one file per platform, and which one this computer has."""

from __future__ import annotations

import sys

from dynsync_gui.domain.schedule import Scheduler
from dynsync_gui.system.paths import Profile
from dynsync_gui.system.schedule.program import background_command


def platform_scheduler(profile: Profile) -> Scheduler:
    """The scheduler of this computer, for one profile; nothing is asked of it yet."""
    command = background_command(profile.folder)
    if sys.platform == "win32":
        from dynsync_gui.system.schedule.task_scheduler import TaskScheduler  # noqa: PLC0415  only there

        return TaskScheduler(profile.id, command)
    if sys.platform == "darwin":
        from dynsync_gui.system.schedule.launchd import LaunchAgents  # noqa: PLC0415  only there

        return LaunchAgents(profile.id, command)
    from dynsync_gui.system.schedule.systemd import SystemdTimers  # noqa: PLC0415  only there

    return SystemdTimers(profile.id, command)

"""The rehearsal's Microsoft Entra."""

from dynsync_gui.simulators.entra.app import Entra

__all__ = ["Entra"]

"""What the vendors' log says of a run: when it began to read, to look up and to write, and how often it called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.systems import Exchange, Systems

WINDOW_SECONDS = 20.0
"""Marketo's window of calls."""

_TABLES = ("/accounts", "/contacts", "/leads")
_PERSONS, _COMPANIES = "/rest/v1/leads.json", "/rest/v1/companies.json"
_REFUSED = {"606", "615"}
_WRITTEN = "written"
"""See `vendors.WRITTEN`."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One run, as the vendors saw it.

    Attributes:
        pages: Pages of records that were read.
        writes: Calls that brought records.
        calls: All calls to Marketo.
    """

    pages: Sequence[Exchange]
    writes: Sequence[Exchange]
    calls: Sequence[Exchange]

    @property
    def both(self) -> float:
        """Seconds from the first page asked for to the end of the last write."""
        return max(one.ended for one in self.writes) - min(one.started for one in self.pages)

    @property
    def writing(self) -> float:
        """Seconds from the first write to the end of the last one."""
        return max(one.ended for one in self.writes) - min(one.started for one in self.writes)

    @property
    def refused(self) -> int:
        """Calls refused for coming too fast or too many at once."""
        return sum(one.code in _REFUSED for one in self.calls)

    def used(self, share: int) -> float:
        """Which part of the permitted calls was made, in whole windows from the first to the last call with records."""
        busy = sorted(one.started for one in self.calls if one.path in {_PERSONS, _COMPANIES})
        windows = int((busy[-1] - busy[0]) / WINDOW_SECONDS)
        end = busy[0] + windows * WINDOW_SECONDS
        made = sum(busy[0] <= one.started < end for one in self.calls)
        return made / (share * windows) if windows else 0.0


def timing(systems: Systems) -> Timing:
    """What was asked since the systems last forgot."""
    seen = systems.exchanges()
    calls = [one for one in seen if one.system == "marketo" and one.path.startswith("/rest/")]
    return Timing(
        [
            one
            for one in seen
            if one.system == "dataverse" and one.path.endswith(_TABLES) and "$filter" not in one.query
        ],
        [one for one in calls if one.code == _WRITTEN],
        calls,
    )

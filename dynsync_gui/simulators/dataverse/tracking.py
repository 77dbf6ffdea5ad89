"""Change tracking: the first full read, and the changes since a delta link."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.cookies import Place, delta_token, read_delta_token, skip_token
from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError
from dynsync_gui.simulators.dataverse.options import MOST_ROWS, Options
from dynsync_gui.simulators.dataverse.reading import Question, chosen_columns
from dynsync_gui.simulators.dataverse.render import Renderer
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from dynsync_gui.simulators.rows import Row
    from dynsync_gui.simulators.schema_tables import Column
    from dynsync_gui.simulators.world import World

_FORBIDDEN = ("$filter", "$orderby", "$expand", "$top", "$apply")
_TRACKED_COOKIE = 'istracking="True"'


def is_tracked(options: Options, *, wished: bool) -> bool:
    """Whether a request starts, continues or polls a tracked read."""
    return wished or options.get("$deltatoken") is not None or _TRACKED_COOKIE in (options.get("$skiptoken") or "")


class Tracker:
    """Answers tracked reads.

    Attributes:
        disabled: Logical names of tables on which change tracking is off.
        empty_every: Pages of these numbers come without rows though more follow; 0 = never.
        late_token: Whether the link at the end of a full read tells of changes since its last page only; Microsoft does
            not say.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.disabled = {"new_delivery", "connectionrole"}
        self.empty_every = 7
        self.late_token = False

    def page(self, asked: Question) -> Answer:
        """One page of a full tracked read or of a delta."""
        self._check(asked)
        columns = chosen_columns(asked.rows, asked.options)
        place = asked.place()
        if place.page > 1 and not place.until:
            # The cookie of an ordinary read does not become a tracked one by a header.
            raise DataverseError(400, "0x80040203", "Malformed XML in the Paging Cookie")
        with self._world.lock:
            if place.page == 1:
                # What changes while the pages are read must be in the next delta: the token is of the beginning.
                place = Place(1, "", self._world.version)
            if asked.options.get("$deltatoken") is None:
                return self._full(asked, columns, place)
            return self._delta(asked, columns, place)

    def pending(self, asked: Question) -> Answer:
        """``/$count`` with a delta token: how many changes wait."""
        self._check(asked)
        with self._world.lock:
            since = self._since(asked)
            changed = sum(1 for _ in asked.rows.changed(since, self._world.version))
            gone = len(self._gone(asked, since, self._world.version))
        return Answer(f"\ufeff{changed + gone}", content_type="text/plain; charset=utf-8")

    def _check(self, asked: Question) -> None:
        for name in _FORBIDDEN:
            if asked.options.get(name) is not None:
                raise DataverseError(
                    400,
                    BAD_REQUEST,
                    f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.',
                )
        name = asked.rows.schema.name
        if name in self.disabled:
            raise DataverseError(400, "0x80072491", f"Entity {name} isn't enabled for change tracking.")

    def _since(self, asked: Question) -> int:
        return read_delta_token(
            asked.options.get("$deltatoken") or "",
            newest=self._world.version,
            oldest=self._world.oldest_token,
            now=self._world.clock.now(),
            days=self._world.token_days,
        )

    def _full(self, asked: Question, columns: list[Column], place: Place) -> Answer:
        size = asked.wishes.page_size or MOST_ROWS
        key = asked.rows.schema.primary_id
        skipped = self._is_empty(place)
        found = asked.rows.after(place.last, size + 1)
        more = len(found) > size or skipped
        shown = [] if skipped else found[:size]
        body = self._body(asked, columns, shown, "")
        if more:
            last = place.last if skipped else shown[-1][key]
            self._add_next(asked, body, Place(place.page + 1, last, place.until))
        else:
            self._add_delta(asked, body, self._world.version if self.late_token else place.until)
        return Answer.of(body)

    def _delta(self, asked: Question, columns: list[Column], place: Place) -> Answer:
        since, size = self._since(asked), asked.wishes.page_size or MOST_ROWS
        # A place in a delta is a version, in the changed rows ("u") or in the deleted ones ("d").
        phase, version = place.last[:1], int(place.last[1:] or since)
        changed = asked.rows.changed(version, place.until) if phase != "d" else iter(())
        waiting = list(islice(changed, size + 1))
        leaving = self._gone(asked, version if phase == "d" else since, place.until)
        skipped = self._is_empty(place) and bool(waiting or leaving)
        shown = [] if skipped else waiting[:size]
        removed = [] if skipped else leaving[: size - len(shown)]
        body = self._body(asked, columns, shown, "/$delta")
        entity_set = asked.rows.schema.entity_set
        body["value"] += [
            {
                "@odata.context": f"{asked.root}$metadata#{entity_set}/$deletedEntity",
                "id": row_id,
                "reason": "deleted",
            }
            for _, row_id in removed
        ]
        if len(shown) + len(removed) < len(waiting) + len(leaving):
            last = place.last
            if removed:
                last = f"d{removed[-1][0]}"
            elif shown:
                last = f"u{shown[-1]['versionnumber']}"
            self._add_next(asked, body, Place(place.page + 1, last, place.until))
        else:
            self._add_delta(asked, body, place.until)
        return Answer.of(body)

    @staticmethod
    def _gone(asked: Question, since: int, until: int) -> list[tuple[int, str]]:
        """Deletions in a span of versions, also of a row that was created again with its old id."""
        return [entry for entry in asked.rows.deleted if since < entry[0] <= until]

    def _is_empty(self, place: Place) -> bool:
        return bool(self.empty_every) and place.page > 1 and place.page % self.empty_every == 0

    def _body(self, asked: Question, columns: list[Column], rows: list[Row], suffix: str) -> dict[str, Any]:
        names = ",".join(c.property_name for c in columns) if asked.options.get("$select") else ""
        entity_set = asked.rows.schema.entity_set
        shown = f"{entity_set}({names})" if names else entity_set
        rendered = Renderer(self._world, asked.rows.schema, columns, asked.wishes).rows(rows)
        return {"@odata.context": f"{asked.root}$metadata#{shown}{suffix}", "value": rendered}

    @staticmethod
    def _add_next(asked: Question, body: dict[str, Any], place: Place) -> None:
        token = skip_token(place, asked.sealed, tracking=True)
        body["@odata.nextLink"] = asked.link(f"$skiptoken={token}")

    def _add_delta(self, asked: Question, body: dict[str, Any], version: int) -> None:
        token = delta_token(version, self._world.clock.now())
        select = next((part for part in asked.asked.split("&") if "select=" in part), "")
        base = f"{asked.root}{asked.rows.schema.entity_set}?"
        body["@odata.deltaLink"] = f"{base}{select}&$deltatoken={token}" if select else f"{base}$deltatoken={token}"

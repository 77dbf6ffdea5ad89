"""Where single records stand; implements `domain.place.PlaceStore`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.incoming import Kept
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import DELETED_FIELD, Entity
from dynsync_gui.domain.storage.records import Match
from dynsync_gui.store.standing import split
from dynsync_gui.store.tables import OF_PEOPLE, tables
from dynsync_gui.store.withheld import Withheld

_CHUNK = 400
_SELECT = """
    SELECT r.*, c.entity AS carrier_entity, c.id AS carrier_id, c.name AS carrier_name,
           p.code, p.field, p.detail, p.retry, p.since, p.due,
           (SELECT max(id) FROM runs WHERE r.sent <> '' AND started <= r.sent) AS sent_run,
           (SELECT json_group_object(field, kept) FROM incoming i WHERE i.seq = r.seq) AS changes,
           (SELECT json_group_object(n.code, n.detail) FROM notices n
             WHERE n.entity = r.entity AND n.id = r.id) AS notices
      FROM records r LEFT JOIN records c ON c.seq = r.carrier AND r.carrier <> 0
                     LEFT JOIN problems p ON p.seq = r.seq AND r.state = 'problem'
"""


class Places:
    """Reading statements over the ledger.

    Args:
        connection: The database.
        finding_of: Title and cure of a problem's code and the vendor's words.
        withheld: Values that are left out.
    """

    def __init__(
        self, connection: sqlite3.Connection, finding_of: Callable[[str, str], Finding], withheld: Withheld
    ) -> None:
        self._db = connection
        self._withheld = withheld
        self._finding_of = finding_of

    def of_ids(self, ids: Sequence[str]) -> tuple[Place, ...]:
        """See `PlaceStore.places`."""
        known = tables(self._db)  # an index leads to an id of a table, and none to an id of any
        of_any = ",".join("?" * len(known))
        found: list[Place] = []
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            found += self._find(f"r.entity IN ({of_any}) AND r.id IN ({','.join('?' * len(part))})", *known, *part)
        return tuple(found)

    def of_email(self, email: str) -> tuple[Place, ...]:
        """See `PlaceStore.places_of_email`."""
        return self._find(f"r.email = ? AND r.email <> '' AND r.entity IN {OF_PEOPLE}", email) if email else ()

    def sample(self, entity: Entity, number: int) -> tuple[str, ...]:
        """See `PlaceStore.sample`."""
        rows = self._db.execute(
            "SELECT id FROM records WHERE entity = ? AND reason <> 'deleted' ORDER BY random() LIMIT ?",
            (entity.value, number),
        )
        return tuple(row[0] for row in rows)

    def in_marketo(self, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """See `PlaceStore.in_marketo`."""
        rows = self._db.execute(
            """SELECT seq, id FROM records
                WHERE +entity = ? AND +marketo_id <> '' AND reason <> 'deleted' AND seq > ? ORDER BY seq LIMIT ?""",
            (entity.value, after, limit),
        )
        return tuple((seq, id_) for seq, id_ in rows)

    def marked(self, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """See `PlaceStore.marked`."""
        rows = self._db.execute(
            f"""SELECT seq, id FROM records
                 WHERE +entity = ? AND +marketo_id <> '' AND +state = 'skipped' AND reason = 'deleted'
                   AND instr(',' || filled || ',', ',{DELETED_FIELD},') > 0 AND seq > ? ORDER BY seq LIMIT ?""",
            (entity.value, after, limit),
        )
        return tuple((seq, id_) for seq, id_ in rows)

    def _find(self, where: str, *values: object) -> tuple[Place, ...]:
        cursor = self._db.execute(f"{_SELECT} WHERE {where} ORDER BY r.seq", values)
        cursor.row_factory = sqlite3.Row
        return tuple(self._place(row) for row in cursor)

    def _place(self, row: sqlite3.Row) -> Place:
        carrier = row["carrier_id"] and (Entity(row["carrier_entity"]), row["carrier_id"], row["carrier_name"])
        return Place(
            seq=row["seq"],
            entity=Entity(row["entity"]),
            id=row["id"],
            name=row["name"],
            email=row["email"],
            version=row["version"],
            run=row["run"],
            state=row["state"],
            reason=row["reason"],
            marketo_id=row["marketo_id"],
            linked=row["linked"],
            filled=split(row["filled"]),
            agreed=row["agreed_prints"] or b"",
            payload=json.loads(row["payload"]) if row["payload"] else None,
            sent=_time(row["sent"]),
            sent_run=row["sent_run"] or 0,
            parent_entity=Entity(row["parent_entity"]),
            parent=row["parent"],
            deal=row["deal"],
            owner=row["owner"],
            team=row["team"],
            carrier=carrier or None,
            problem=self._problem(row),
            due=_time(row["due"]),
            withheld=self._withheld.of(Entity(row["entity"]), [row["id"]]).get(row["id"], {}),
            changes={name: Kept(kept) if kept else None for name, kept in json.loads(row["changes"]).items()},
            notices=json.loads(row["notices"]),
            leaves_list=row["match"] == Match.UNLIST,
        )

    def _problem(self, row: sqlite3.Row) -> Problem | None:
        since = _time(row["since"])
        if row["code"] is None or since is None:
            return None
        finding = self._finding_of(row["code"], row["detail"])
        return Problem(
            Entity(row["entity"]),
            row["id"],
            row["name"],
            row["field"],
            row["code"],
            finding.title,
            finding.cure,
            since,
            Retry(row["retry"]),
            row["detail"],
        )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None

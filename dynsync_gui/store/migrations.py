"""The tables, one list of statements per version of the file.

A step that was handed out is never edited: files that have taken it would lack the difference for good. What is wrong
is put right by one more step at the end.
"""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            started TEXT NOT NULL,
            ended TEXT,
            superseded INTEGER NOT NULL DEFAULT 0,
            calls INTEGER NOT NULL DEFAULT 0,
            fields TEXT NOT NULL DEFAULT '[]',
            mailed INTEGER NOT NULL DEFAULT 0,
            numbers TEXT
        )""",
        """CREATE TABLE cursors (
            entity TEXT PRIMARY KEY,
            run INTEGER NOT NULL,
            names TEXT NOT NULL,
            next_link TEXT NOT NULL,
            delta_link TEXT NOT NULL,
            complete INTEGER NOT NULL
        )""",
        """CREATE TABLE records (
            seq INTEGER PRIMARY KEY,
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            run INTEGER NOT NULL,
            version TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            name TEXT NOT NULL DEFAULT '',
            email TEXT NOT NULL DEFAULT '',
            created TEXT NOT NULL DEFAULT '',
            parent TEXT NOT NULL DEFAULT '',
            link TEXT NOT NULL DEFAULT '',
            qualified INTEGER NOT NULL DEFAULT 0,
            misfit INTEGER NOT NULL DEFAULT 0,
            payload TEXT,
            digest BLOB,
            match TEXT NOT NULL DEFAULT '',
            before TEXT,
            marketo_id TEXT NOT NULL DEFAULT '',
            agreed BLOB,
            filled TEXT NOT NULL DEFAULT '',
            UNIQUE (entity, id)
        )""",
        "CREATE INDEX records_by_state ON records (state, entity, seq)",
        "CREATE INDEX records_by_run ON records (run, entity, state)",
        "CREATE INDEX records_by_email ON records (email, state) WHERE email <> ''",
        "CREATE INDEX records_by_link ON records (link, entity) WHERE link <> ''",
        "CREATE INDEX records_by_parent ON records (parent) WHERE parent <> ''",
        """CREATE TABLE problems (
            seq INTEGER PRIMARY KEY REFERENCES records (seq),
            code TEXT NOT NULL,
            field TEXT NOT NULL,
            detail TEXT NOT NULL,
            retry TEXT NOT NULL,
            since TEXT NOT NULL
        )""",
        """CREATE TABLE notices (
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            code TEXT NOT NULL,
            detail TEXT NOT NULL,
            since TEXT NOT NULL,
            PRIMARY KEY (entity, id, code)
        ) WITHOUT ROWID""",
        """CREATE TABLE journal (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL,
            at TEXT NOT NULL,
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            marketo_id TEXT NOT NULL,
            before TEXT NOT NULL
        )""",
    ),
    (
        "ALTER TABLE records ADD COLUMN parent_entity TEXT NOT NULL DEFAULT 'account'",
        "ALTER TABLE records ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE records ADD COLUMN team TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE records ADD COLUMN deal TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE records ADD COLUMN master TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE records ADD COLUMN carrier INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE records ADD COLUMN linked TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE records ADD COLUMN moved INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE records ADD COLUMN seen INTEGER NOT NULL DEFAULT 0",
        "UPDATE records SET seen = run",
        """UPDATE records SET linked = parent || '|||'
            WHERE entity = 'contact' AND instr(filled, 'externalCompanyId') > 0""",
        "UPDATE records SET linked = '|||' WHERE linked = '' AND agreed IS NOT NULL",
        "CREATE INDEX records_by_owner ON records (owner) WHERE owner <> ''",
        "CREATE INDEX records_by_deal ON records (deal) WHERE deal <> ''",
        "CREATE INDEX records_by_master ON records (master) WHERE master <> ''",
        "CREATE INDEX records_by_carrier ON records (carrier) WHERE carrier <> 0",
        "CREATE INDEX records_moved ON records (seq) WHERE moved = 1",
        "CREATE INDEX records_by_person ON records (marketo_id) WHERE marketo_id <> ''",
        "ALTER TABLE problems ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE problems ADD COLUMN due TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE cursors ADD COLUMN whole INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE labels (
            entity TEXT NOT NULL,
            name TEXT NOT NULL,
            value INTEGER NOT NULL,
            label TEXT NOT NULL,
            PRIMARY KEY (entity, name, value)
        ) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE records ADD COLUMN prints BLOB",
        "ALTER TABLE records ADD COLUMN agreed_prints BLOB",
        "ALTER TABLE records ADD COLUMN spared TEXT NOT NULL DEFAULT ''",
    ),
    (
        """CREATE TABLE incoming (
            seq INTEGER NOT NULL REFERENCES records (seq),
            field TEXT NOT NULL,
            before TEXT NOT NULL,
            PRIMARY KEY (seq, field, before)
        ) WITHOUT ROWID""",
        """CREATE TABLE types (
            entity TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            PRIMARY KEY (entity, name)
        ) WITHOUT ROWID""",
        "CREATE TABLE muted (seq INTEGER PRIMARY KEY)",
        "ALTER TABLE records ADD COLUMN alarms TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN accepted TEXT NOT NULL DEFAULT ''",
    ),
    (
        "ALTER TABLE records ADD COLUMN sent TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE records ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX records_urgent ON records (seq) WHERE urgent = 1",
        "ALTER TABLE runs ADD COLUMN rung TEXT NOT NULL DEFAULT ''",
    ),
    (  # the fourth step lacked these tables at first
        """CREATE TABLE IF NOT EXISTS types (
            entity TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            PRIMARY KEY (entity, name)
        ) WITHOUT ROWID""",
        "CREATE TABLE IF NOT EXISTS muted (seq INTEGER PRIMARY KEY)",
    ),
    (
        "CREATE INDEX records_to_unlist ON records (seq) WHERE match = 'unlist'",
        """CREATE TABLE withheld (
            seq INTEGER NOT NULL REFERENCES records (seq),
            field TEXT NOT NULL,
            print BLOB NOT NULL,
            since TEXT NOT NULL,
            PRIMARY KEY (seq, field)
        ) WITHOUT ROWID""",
    ),
    (
        """CREATE INDEX records_unmatched ON records (email)
            WHERE state = 'outbox' AND match = '' AND email <> '' AND entity IN ('contact', 'lead')""",
        "ALTER TABLE records ADD COLUMN source BLOB",
        """CREATE TABLE met (
            run INTEGER NOT NULL,
            entity TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (run, entity)
        ) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE imports (
            number INTEGER PRIMARY KEY,
            batch TEXT NOT NULL DEFAULT '',
            sent TEXT NOT NULL
        )""",
        """CREATE TABLE in_flight (
            seq INTEGER PRIMARY KEY REFERENCES records (seq),
            import INTEGER NOT NULL,
            version TEXT NOT NULL,
            digest BLOB,
            person TEXT NOT NULL,
            filled TEXT NOT NULL,
            linked TEXT NOT NULL
        )""",
        "CREATE INDEX in_flight_by_import ON in_flight (import)",
    ),
    ("ALTER TABLE records ADD COLUMN unsure BLOB",),
    ("ALTER TABLE incoming ADD COLUMN kept TEXT NOT NULL DEFAULT ''",),
    (
        """CREATE TABLE adapted (
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            field TEXT NOT NULL,
            outcome TEXT NOT NULL,
            reason TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (entity, id, field)
        ) WITHOUT ROWID""",
    ),
    (  # what is asked of a whole table once a run is told by an index alone
        "DROP INDEX records_by_email",
        "CREATE INDEX records_by_email ON records (email, entity) WHERE email <> ''",
        "DROP INDEX records_by_person",
        "CREATE INDEX records_by_person ON records (marketo_id, entity) WHERE marketo_id <> ''",
        "CREATE INDEX records_by_team ON records (team, state) WHERE team <> ''",
        "CREATE INDEX records_alarmed ON records (run, entity, alarms) WHERE alarms <> ''",
    ),
    (
        """CREATE TABLE copied (
            seq INTEGER PRIMARY KEY REFERENCES records (seq),
            version TEXT NOT NULL,
            agreed BLOB
        )""",
        """CREATE TABLE unchosen (
            seq INTEGER PRIMARY KEY REFERENCES records (seq),
            entity TEXT NOT NULL,
            reason TEXT NOT NULL,
            match TEXT NOT NULL
        )""",
    ),
    (  # what each run looks for and seldom finds, so that not all that waits is looked through
        "CREATE INDEX records_carried_waiting ON records (carrier) WHERE carrier <> 0 AND state = 'outbox'",
        "CREATE INDEX records_carried_person ON records (carrier) WHERE carrier <> 0 AND marketo_id <> ''",
        "CREATE INDEX records_deal_waiting ON records (deal) WHERE deal <> '' AND state = 'outbox'",
        "CREATE INDEX records_to_delete ON records (seq) WHERE match = 'delete'",
        "CREATE INDEX records_misfit ON records (entity, seq) WHERE state = 'outbox' AND misfit > 0",
        """CREATE INDEX records_known ON records (entity, seq)
            WHERE state = 'outbox' AND match <> '' AND match <> 'create'""",
    ),
    ("CREATE TABLE departures (first INTEGER PRIMARY KEY, seqs TEXT NOT NULL)",),
    ("CREATE INDEX records_overwriting ON records (seq) WHERE before IS NOT NULL",),
    (  # what somebody's changes in Marketo would do to many records of Dynamics
        "ALTER TABLE incoming ADD COLUMN after TEXT",
        "ALTER TABLE incoming ADD COLUMN alarm TEXT NOT NULL DEFAULT ''",
    ),
)

"""The tables, one list of statements per version of the file."""

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
        "ALTER TABLE records ADD COLUMN prints BLOB",
        "ALTER TABLE records ADD COLUMN agreed_prints BLOB",
        "ALTER TABLE records ADD COLUMN spared TEXT NOT NULL DEFAULT ''",
    ),
)

"""The log's tables in PostgreSQL, in a schema of their own beside the rows.

Room: storage/ledger/postgres. Pure. The same tables as in SQLite, and the same truth: columns by
which reviewers search are computed by the database from the leaf. Texts sort by their bytes, as
SQLite sorts them.
"""

from typing import Final

from storage.ledger.database import FOUND_BY

SCHEMA_NAME: Final = "drawbridge_ledger"
# The words under which makers of these tables wait for each other; for one transaction only.
LOCK: Final = f"SELECT pg_advisory_xact_lock(hashtext('{SCHEMA_NAME}'))"
# Leaves are written in one way, in ASCII, and no name or value in them holds a quote: cutting a
# fact out costs a third of what reading the leaf as JSON does, once for each column.
_OF_LEAF: Final = (
    "nullif(split_part(split_part(encode(leaf, 'escape'), '\"{}\":\"', 2), '\"', 1), '')"
)
# A log that another has gone on from is never shortened: its head only moves on, in one row.
TABLES: Final = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA_NAME};
SET LOCAL search_path = {SCHEMA_NAME};
CREATE TABLE IF NOT EXISTS log (
    "only" INTEGER PRIMARY KEY CHECK ("only" = 1), vkey TEXT NOT NULL, head BYTEA NOT NULL
);
CREATE TABLE IF NOT EXISTS entry (
    number BIGINT PRIMARY KEY CHECK (number >= 0), leaf BYTEA NOT NULL,
    key_hash BYTEA NOT NULL UNIQUE, nonce BYTEA NOT NULL,
    {
    ", ".join(
        f'{name} TEXT COLLATE "C" GENERATED ALWAYS AS ({_OF_LEAF.format(fact)}) STORED'
        for name, fact in FOUND_BY.items()
    )
}
);
CREATE TABLE IF NOT EXISTS opening (
    number BIGINT NOT NULL, slot TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL, UNIQUE (number, slot)
);
CREATE INDEX IF NOT EXISTS opening_subject ON opening (subject) WHERE subject <> '';
CREATE TABLE IF NOT EXISTS tile (
    level INTEGER NOT NULL, number BIGINT NOT NULL, hashes BYTEA NOT NULL,
    PRIMARY KEY (level, number)
);
CREATE TABLE IF NOT EXISTS checkpoint (size BIGINT PRIMARY KEY, note BYTEA NOT NULL);
"""
# As in SQLite, with the number behind: the newest of one kind is then the end of an index.
INDEXES: Final = """
CREATE INDEX IF NOT EXISTS entry_kind ON entry (kind, number);
CREATE INDEX IF NOT EXISTS entry_src ON entry (src, number) WHERE src IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_dst ON entry (dst, number) WHERE dst IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_decision ON entry (decision, number) WHERE decision IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_transfer ON entry (transfer, number) WHERE transfer IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_at ON entry (at, number);
"""

"""The tables of the keystore, and what a row of each says.

Room: storage/sealed. Pure.

    root        the one public key that people's keys are wrapped to from now on
    generation  the number that people's keys made from now on bear
    subject     everybody's key pair in use
    former      key pairs that something may still hang on, though their person has a newer one
    object      what opens an object, wrapped to one generation of its person's key
    erased      who was erased, so that an older copy of this file is put right
"""

from dataclasses import dataclass, field
from typing import Final

from storage.ids import ObjectId, SubjectId

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS root (
    only INTEGER PRIMARY KEY CHECK (only = 1), public_key BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS generation (
    only INTEGER PRIMARY KEY CHECK (only = 1), current INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO generation VALUES (1, 1);
CREATE TABLE IF NOT EXISTS subject (
    id TEXT PRIMARY KEY, public_key BLOB NOT NULL, wrapped_private_key BLOB NOT NULL,
    root BLOB NOT NULL, generation INTEGER NOT NULL DEFAULT 1, fields INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX IF NOT EXISTS subject_of_root ON subject (root, id);
CREATE INDEX IF NOT EXISTS subject_of_generation ON subject (generation);
CREATE TABLE IF NOT EXISTS former (
    id TEXT NOT NULL, public_key BLOB NOT NULL, wrapped_private_key BLOB NOT NULL,
    root BLOB NOT NULL, generation INTEGER NOT NULL, fields INTEGER NOT NULL,
    PRIMARY KEY (id, generation)
) STRICT;
CREATE INDEX IF NOT EXISTS former_of_root ON former (root, id);
CREATE VIEW IF NOT EXISTS subject_key AS
    SELECT id, public_key, wrapped_private_key, root, generation, fields FROM subject UNION ALL
    SELECT id, public_key, wrapped_private_key, root, generation, fields FROM former;
CREATE TABLE IF NOT EXISTS object (
    id TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, suite TEXT NOT NULL,
    plain_bytes INTEGER NOT NULL, sealed_bytes INTEGER NOT NULL, associated_data BLOB NOT NULL,
    wrapped_manifest BLOB NOT NULL, generation INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX IF NOT EXISTS object_of_subject ON object (subject);
CREATE INDEX IF NOT EXISTS object_of_generation ON object (generation, id);
CREATE TABLE IF NOT EXISTS erased (subject TEXT PRIMARY KEY, at REAL NOT NULL) STRICT;
"""
SUBJECT: Final = "id, public_key, wrapped_private_key, root, generation, fields"
OBJECT: Final = (
    "id, subject, purpose, suite, plain_bytes, sealed_bytes, associated_data, wrapped_manifest,"
    " generation"
)

# What a table that is there lacks, oldest first. Of a key made before fields were counted it is
# not known whether any hang on it, so they are taken to.
ADDED: Final = (
    ("subject", "root", "BLOB NOT NULL DEFAULT x''"),
    ("subject", "generation", "INTEGER NOT NULL DEFAULT 1"),
    ("subject", "fields", "INTEGER NOT NULL DEFAULT 1"),
    ("object", "generation", "INTEGER NOT NULL DEFAULT 1"),
)


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """What the keystore knows of one object; the manifest opens with its subject's key."""

    id: ObjectId
    subject: SubjectId
    purpose: str
    suite: str
    plain_bytes: int
    sealed_bytes: int
    associated_data: bytes
    wrapped_manifest: bytes = field(repr=False)
    generation: int = 1


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A person's key pair; the private half opens with the root whose public key is ``root``."""

    id: SubjectId
    public_key: bytes = field(repr=False)
    wrapped_private_key: bytes = field(repr=False)
    root: bytes = field(repr=False)
    generation: int = 1
    fields: int = 1  # 0 while nothing outside the keystore was ever sealed to it

    @property
    def context(self) -> bytes:
        """What the wrapped private key is bound to."""
        return subject_context(self.id, self.generation)


def subject_context(subject: SubjectId, generation: int = 1) -> bytes:
    """Return what a person's wrapped private key is bound to: the person, and which key it is."""
    of_generation = f" {generation}" if generation > 1 else ""
    return f"drawbridge/1 subject {subject}{of_generation}".encode()

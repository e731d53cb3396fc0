"""Keys that move: to another root, to another generation. Statements on the keystore, no keys.

Room: storage/sealed. Blocking. Each method is one durable step; whoever reads meanwhile finds what
was, or what is, and either opens. A row is only replaced if it still is as it was seen, so that
two that move the same thing, or one that moves and one that erases, do each other no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.ids import ObjectId
from storage.sealed.keystore import Keystore
from storage.sealed.keytables import OBJECT, SUBJECT, ObjectRow, SubjectRow

# A former key that no manifest is wrapped to; fields and openings are counted by their first.
_NOTHING_HANGS = (
    "fields = 0 AND NOT EXISTS (SELECT 1 FROM object"
    " WHERE object.subject = former.id AND object.generation = former.generation)"
)


@dataclass(frozen=True, slots=True)
class GenerationCount:
    """What there is of one generation of people's keys."""

    generation: int
    people: int  # whose key in use is of this generation
    former: int  # keys of it that were succeeded, and are kept
    objects: int  # wrapped to it
    holding_fields: int  # of the former ones, those that a field or an opening hangs on


class KeyMoves:
    """What rotation and renewal do to a keystore that others use at the same time."""

    def __init__(self, keystore: Keystore) -> None:
        """Work on an open keystore."""
        self._keystore = keystore

    def set_root(self, public_key: bytes) -> None:
        """From now on wrap new people's keys to another root; those there are stay as they are."""
        with self._keystore.writing() as database:
            database.execute("UPDATE root SET public_key = ?", (public_key,))

    def roots(self) -> dict[bytes, int]:
        """Return every root that a person's key is wrapped to, and how many are."""
        with self._keystore.reading() as database:
            rows = database.execute("SELECT root, count(*) FROM subject_key GROUP BY root")
            return dict(rows.fetchall())

    def behind_root(self, root: bytes, limit: int) -> list[SubjectRow]:
        """Return some of the keys that are wrapped to another root than this."""
        asked = " UNION ALL ".join(
            f"SELECT {SUBJECT} FROM {table} WHERE root {sign} ?"  # noqa: S608  (names only)
            for table in ("subject", "former")
            for sign in "<>"
        )
        with self._keystore.reading() as database:
            rows = database.execute(f"{asked} LIMIT ?", (*[root] * 4, limit)).fetchall()
        return [SubjectRow(*row) for row in rows]

    def rewrapped(self, root: bytes, seen: Sequence[SubjectRow], wrapped: Sequence[bytes]) -> int:
        """Replace wrapped keys that are still as they were seen; return how many were."""
        with self._keystore.writing() as database:
            changed = [
                database.execute(
                    f"UPDATE {table} SET wrapped_private_key = ?, root = ?"  # noqa: S608
                    " WHERE id = ? AND wrapped_private_key = ?",
                    (new, root, row.id, row.wrapped_private_key),
                ).rowcount
                for row, new in zip(seen, wrapped, strict=True)
                for table in ("subject", "former")
            ]
        return sum(changed)

    def next_generation(self) -> int:
        """Begin another generation of people's keys; return its number."""
        with self._keystore.writing() as database:
            database.execute("UPDATE generation SET current = current + 1")
            made: int = database.execute("SELECT current FROM generation").fetchone()[0]
        return made

    def generations(self) -> list[GenerationCount]:
        """Return what there is of each generation, the newest first."""
        counts = {
            "people": "SELECT generation, count(*) FROM subject GROUP BY 1",
            "former": "SELECT generation, count(*) FROM former GROUP BY 1",
            "objects": "SELECT generation, count(*) FROM object GROUP BY 1",
            "holding_fields": "SELECT generation, sum(fields) FROM former GROUP BY 1",
        }
        current = self._keystore.generation()
        with self._keystore.reading() as database:
            found = {
                name: dict(database.execute(asked).fetchall()) for name, asked in counts.items()
            }
        numbers = {current}.union(*found.values())
        return [
            GenerationCount(number, **{name: found[name].get(number, 0) for name in counts})
            for number in sorted(numbers, reverse=True)
        ]

    def behind_generation(self, generation: int, limit: int) -> list[SubjectRow]:
        """Return some people whose key in use is older than this generation."""
        with self._keystore.reading() as database:
            rows = database.execute(
                f"SELECT {SUBJECT} FROM subject WHERE generation < ? LIMIT ?",  # noqa: S608
                (generation, limit),
            ).fetchall()
        return [SubjectRow(*row) for row in rows]

    def succeeded(self, seen: Sequence[SubjectRow], following: Sequence[SubjectRow]) -> int:
        """Give people another key, unless they have one by now; return how many got it."""
        with self._keystore.writing() as database:
            given = 0
            for old, new in zip(seen, following, strict=True):
                place = (old.id, old.generation)
                added = database.execute(
                    f"INSERT INTO former ({SUBJECT}) SELECT {SUBJECT} FROM subject"  # noqa: S608
                    " WHERE id = ? AND generation = ?",
                    place,
                )
                if added.rowcount == 1:
                    given += 1
                    values = (new.public_key, new.wrapped_private_key, new.root, new.generation)
                    database.execute(
                        "UPDATE subject SET public_key = ?, wrapped_private_key = ?, root = ?,"
                        " generation = ?, fields = 0 WHERE id = ? AND generation = ?",
                        values + place,
                    )
        return given

    def objects_behind(self, after: ObjectId, limit: int) -> list[ObjectRow]:
        """Return some objects, by id, wrapped to a key that is no longer their person's in use."""
        columns = ", ".join(f"object.{name}" for name in OBJECT.split(", "))
        with self._keystore.reading() as database:
            rows = database.execute(
                f"SELECT {columns} FROM object JOIN subject ON subject.id = object.subject"  # noqa: S608
                " WHERE object.id > ? AND object.generation < subject.generation"
                " ORDER BY object.id LIMIT ?",
                (after, limit),
            ).fetchall()
        return [ObjectRow(*row) for row in rows]

    def objects_moved(self, seen: Sequence[ObjectRow], moved: Sequence[ObjectRow]) -> int:
        """Replace wrapped manifests that are still as they were seen; return how many were."""
        with self._keystore.writing() as database:
            changed = [
                database.execute(
                    "UPDATE object SET wrapped_manifest = ?, generation = ?"
                    " WHERE id = ? AND wrapped_manifest = ?"
                    # Nobody wraps to a key that was destroyed meanwhile.
                    " AND EXISTS (SELECT 1 FROM subject_key WHERE id = ? AND generation = ?)",
                    (
                        *(new.wrapped_manifest, new.generation),
                        *(old.id, old.wrapped_manifest, old.subject, new.generation),
                    ),
                ).rowcount
                for old, new in zip(seen, moved, strict=True)
            ]
        return sum(changed)

    def left_behind(self) -> int:
        """Return how many people and objects are not of their newest generation."""
        with self._keystore.reading() as database:
            people = database.execute(
                "SELECT count(*) FROM subject, generation WHERE subject.generation < current"
            ).fetchone()[0]
            objects = database.execute(
                "SELECT count(*) FROM object, generation WHERE object.generation < current"
            ).fetchone()[0]
        return int(people + objects)

    def retire_former(self) -> int:
        """Destroy every former key on which nothing hangs; return how many were."""
        with self._keystore.writing() as database:
            retired = database.execute(f"DELETE FROM former WHERE {_NOTHING_HANGS}")  # noqa: S608
        self._keystore.forget()
        return retired.rowcount

"""Another key for everybody, while the house is open: wraps are rewritten, data is not.

Room: storage/sealed. Blocking; callers run it in a thread, or in a process of their own beside the
gateway. Each step is durable and can be repeated: what was killed in the middle goes on.

    begin   another generation of people's keys begins; whoever comes from now on is of it
    renew   everybody else gets a key of it, then what opens their objects is wrapped to it
    retire  former keys on which nothing hangs are destroyed

Fields in rows and openings beside the log are sealed to a person's key itself, and the log holds
hashes of the openings as they are: they stay under the key they were sealed to, which is kept for
them until the person is erased. What is sealed after ``begin`` is under the newer key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from storage.ids import ObjectId, SubjectId
from storage.sealed.custody import RootCustody
from storage.sealed.errors import KeyShreddedError, TamperedError
from storage.sealed.keymoves import GenerationCount, KeyMoves
from storage.sealed.keys import PrivateKey, PublicKey
from storage.sealed.keystore import Keystore
from storage.sealed.keytables import ObjectRow, SubjectRow
from storage.sealed.manifest import manifest_context
from storage.sealed.wiping import wipe

_AT_ONCE: Final = 100


class Renewal:
    """Moves everybody from one generation of their keys to the next."""

    def __init__(self, keystore: Keystore, custody: RootCustody) -> None:
        """Work on an open keystore, which others may use at the same time."""
        self._keystore = keystore
        self._custody = custody
        self._moves = KeyMoves(keystore)
        self.unopened = 0  # objects whose rows were changed by somebody; they stay as they are

    def status(self) -> list[GenerationCount]:
        """Return what there is of each generation, the newest first."""
        return self._moves.generations()

    def begin(self) -> int:
        """Begin another generation; return its number."""
        return self._moves.next_generation()

    def left(self) -> int:
        """Return how many people and objects are of an older generation than the newest."""
        return self._moves.left_behind()

    def renew(self) -> Iterator[int]:
        """Bring everybody to the newest generation, and their objects; yield how many, in batches.

        Raises:
            WrongRootError: a root that keys are wrapped to is not kept here; what comes before is
                done.
            CannotOpenError: this node has only the root's public half.
        """
        while rows := self._moves.behind_generation(self._keystore.generation(), _AT_ONCE):
            yield self._moves.succeeded(rows, [self._following(row) for row in rows])
        self.unopened = 0
        after = ObjectId("")
        while objects := self._moves.objects_behind(after, _AT_ONCE):
            seen, moved = self._moved(objects)
            yield self._moves.objects_moved(seen, moved)
            after = objects[-1].id
        self._keystore.forget()

    def retire(self) -> int:
        """Destroy the former keys on which nothing hangs; return how many.

        What only a copy of the keystore still has wrapped to them is lost with them.
        """
        return self._moves.retire_former()

    def _following(self, row: SubjectRow) -> SubjectRow:
        key = PrivateKey.generate()
        root = self._keystore.root(self._custody.public.raw)
        following = replace(
            row, public_key=key.public().raw, root=root, generation=self._keystore.generation()
        )
        wrapped = PublicKey(root).wrap(key.raw, following.context)
        key.wipe()
        return replace(following, wrapped_private_key=wrapped)

    def _moved(self, objects: Sequence[ObjectRow]) -> tuple[list[ObjectRow], list[ObjectRow]]:
        seen, moved = [], []
        known: dict[tuple[SubjectId, int], PrivateKey] = {}
        for row in objects:
            try:
                to = self._keystore.subject(row.subject)
                raw = self._key(row, known).unwrap(row.wrapped_manifest, _context(row))
            except KeyShreddedError:  # erased since we looked
                continue
            except TamperedError:
                self.unopened += 1
                continue
            wrapped = PublicKey(to.public_key).wrap(raw, _context(row))
            wipe(raw)
            seen.append(row)
            moved.append(replace(row, wrapped_manifest=wrapped, generation=to.generation))
        for key in known.values():
            key.wipe()
        return seen, moved

    def _key(self, row: ObjectRow, known: dict[tuple[SubjectId, int], PrivateKey]) -> PrivateKey:
        name = (row.subject, row.generation)
        if name not in known:
            keys = {key.generation: key for key in self._keystore.keys_of(row.subject)}
            if row.generation not in keys:
                raise TamperedError
            of = keys[row.generation]
            raw = self._custody.unwrap(of.wrapped_private_key, of.context, of.root)
            known[name] = PrivateKey(raw)
        return known[name]


def _context(row: ObjectRow) -> bytes:
    return manifest_context(row.id, row.purpose, row.suite)

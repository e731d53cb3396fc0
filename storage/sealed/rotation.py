"""Another root for everybody, while the house is open: wraps are rewritten, data is not.

Room: storage/sealed. Blocking; callers run it in a thread, or in a process of their own beside the
gateway. Each step is durable and can be repeated: what was killed in the middle goes on.

    begin   a new root is made, and everything new is wrapped to it
    rewrap  people's keys follow, of every generation, a batch at a time; a batch takes milliseconds
    retire  the old root is destroyed once nobody's key is wrapped to it
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from storage.sealed.custody import LocalRootKey, root_id
from storage.sealed.errors import RootInUseError
from storage.sealed.keymoves import KeyMoves
from storage.sealed.keys import PublicKey
from storage.sealed.keystore import Keystore
from storage.sealed.wiping import wipe

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class RootState:
    """One root: its name, whether it is the one in use, and how many keys are wrapped to it."""

    id: str
    in_use: bool
    keys: int
    held: bool  # whether its private half is kept here


class Rotation:
    """Moves everybody from one root to another."""

    def __init__(self, keystore: Keystore, custody: LocalRootKey) -> None:
        """Work on an open keystore, which others may use at the same time."""
        self._keystore = keystore
        self._moves = KeyMoves(keystore)
        self._custody = custody

    def status(self) -> list[RootState]:
        """Return the root in use, and those that keys are still wrapped to."""
        in_use = self._in_use()
        counts = {in_use: 0, **self._moves.roots()}
        return [
            RootState(root_id(root), root == in_use, count, self._custody.holds(root))
            for root, count in sorted(counts.items(), key=lambda item: item[0] != in_use)
        ]

    def kept(self) -> list[str]:
        """Return the names of all roots whose private half is kept here."""
        return self._custody.kept()

    def public(self) -> bytes:
        """Return the public half of the root in use."""
        return self._in_use()

    def begin(self) -> str:
        """Make a root and use it from now on; return its name."""
        public = self._custody.make()
        self._moves.set_root(public.raw)
        self._custody.announce(public.raw)
        return root_id(public.raw)

    def left(self) -> int:
        """Return how many keys are wrapped to other roots than the one in use."""
        in_use = self._in_use()
        return sum(count for root, count in self._moves.roots().items() if root != in_use)

    def rewrap(self) -> Iterator[int]:
        """Wrap to the root in use whatever is not; yield how many keys were, batch by batch.

        Raises:
            WrongRootError: a root that keys are wrapped to is not kept here; those before it are
                done.
        """
        while True:
            root = self._in_use()
            rows = self._moves.behind_root(root, _AT_ONCE)
            if not rows:
                self._keystore.forget()
                return
            wrapped = []
            for row in rows:
                raw = self._custody.unwrap(row.wrapped_private_key, row.context, row.root)
                wrapped.append(PublicKey(root).wrap(raw, row.context))
                wipe(raw)
            yield self._moves.rewrapped(root, rows, wrapped)

    def retire(self, name: str) -> None:
        """Destroy a root that nothing is wrapped to.

        Raises:
            RootInUseError: it is in use, or keys are wrapped to it.
            WrongRootError: there is no such root here.
        """
        in_use = {self._in_use(), *self._moves.roots()}
        if name in {root_id(root) for root in in_use}:
            raise RootInUseError
        self._custody.retire(name)

    def _in_use(self) -> bytes:
        return self._keystore.root(self._custody.public.raw)

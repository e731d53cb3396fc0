"""People's private keys while they are in use: few, and not for long.

Room: storage/sealed. Reads the clock. Unwrapping with the root may be a journey to a key server,
so a key just used is remembered; an eraser's reach ends at memory, so it is soon forgotten.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from storage.ids import SubjectId
from storage.sealed.keys import PrivateKey, Secret

MOST_KEYS: Final = 256
KEPT_S: Final = 60.0


class RecentKeys(Secret):
    """A bounded memory of unwrapped keys; safe to use from several threads."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """Start empty."""
        self._now_s = now_s
        self._lock = threading.Lock()
        self._keys: OrderedDict[tuple[SubjectId, int], tuple[float, PrivateKey]] = OrderedDict()

    def get(self, subject: SubjectId, generation: int) -> PrivateKey | None:
        """Return a person's key of a generation, if it was kept and its time is not over.

        It is the caller's own copy: what is kept here is overwritten when it is forgotten,
        whoever uses theirs meanwhile.
        """
        with self._lock:
            self._forget_old()
            kept = self._keys.get((subject, generation))
            return kept[1].copy() if kept else None

    def keep(self, subject: SubjectId, generation: int, key: PrivateKey) -> None:
        """Remember a copy of a key; the oldest makes room."""
        with self._lock:
            self._forget_old()
            self._forget((subject, generation))
            self._keys[subject, generation] = (self._now_s() + KEPT_S, key.copy())
            if len(self._keys) > MOST_KEYS:
                self._forget(next(iter(self._keys)))

    def drop(self, subject: SubjectId) -> None:
        """Forget one person's keys."""
        with self._lock:
            for name in [name for name in self._keys if name[0] == subject]:
                self._forget(name)

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            for name in list(self._keys):
                self._forget(name)

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._keys)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "RecentKeys(…)"

    def _forget_old(self) -> None:
        now_s = self._now_s()
        while self._keys and next(iter(self._keys.values()))[0] <= now_s:
            self._forget(next(iter(self._keys)))

    def _forget(self, name: tuple[SubjectId, int]) -> None:
        kept = self._keys.pop(name, None)
        if kept is not None:
            kept[1].wipe()

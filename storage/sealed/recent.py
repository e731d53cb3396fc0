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
from storage.sealed.keys import PrivateKey

MOST_KEYS: Final = 256
KEPT_S: Final = 60.0


class RecentKeys:
    """A bounded memory of unwrapped keys; safe to use from several threads."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """Start empty."""
        self._now_s = now_s
        self._lock = threading.Lock()
        self._keys: OrderedDict[tuple[SubjectId, int], tuple[float, PrivateKey]] = OrderedDict()

    def get(self, subject: SubjectId, generation: int) -> PrivateKey | None:
        """Return a person's key of a generation, if it was kept and its time is not over."""
        with self._lock:
            self._forget_old()
            kept = self._keys.get((subject, generation))
        return kept[1] if kept else None

    def keep(self, subject: SubjectId, generation: int, key: PrivateKey) -> None:
        """Remember a key; the oldest makes room."""
        with self._lock:
            self._forget_old()
            self._keys.pop((subject, generation), None)
            self._keys[subject, generation] = (self._now_s() + KEPT_S, key)
            if len(self._keys) > MOST_KEYS:
                self._keys.popitem(last=False)

    def drop(self, subject: SubjectId) -> None:
        """Forget one person's keys."""
        with self._lock:
            for name in [name for name in self._keys if name[0] == subject]:
                del self._keys[name]

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            self._keys.clear()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._keys)

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "RecentKeys(…)"

    def _forget_old(self) -> None:
        now_s = self._now_s()
        while self._keys and next(iter(self._keys.values()))[0] <= now_s:
            self._keys.popitem(last=False)

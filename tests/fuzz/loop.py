"""The loop: take a file of the corpus, change it, judge it; what ran a new branch joins the corpus.

All that is found lies in one folder a format (``Shelf``), so that a run goes on where the last
one ended, whatever ended it.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from redaction.errors import RedactionError
from redaction.sniff import identify
from tests.fuzz import branches, structures
from tests.fuzz.mutations import Means
from tests.fuzz.target import PEAK_BYTES, Problem, Verdict, judge, peak_bytes

KEPT_OF_A_CAUSE: Final = 3
SAVED_EVERY_S: Final = 10.0
THOROUGH_SHARE: Final = 1 / 16
SLOW_S: Final = 0.4
# How many inputs that have become another format are tried all the same.
ELSEWHERE_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the corpus, the findings and the state of a format lie."""

    folder: Path

    def __post_init__(self) -> None:
        for name in ("corpus", "crashes"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def corpus(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "corpus").iterdir())]

    def keep(self, data: bytes) -> None:
        name = hashlib.sha256(data).hexdigest()[:20]
        (self.folder / "corpus" / name).write_bytes(data)

    def report(self, problem: Problem, data: bytes) -> None:
        """Save the first inputs of each cause, and what was said of it."""
        cause = self.folder / "crashes" / hashlib.sha256(problem.signature.encode()).hexdigest()[:8]
        cause.mkdir(exist_ok=True)
        said = {"kind": problem.kind, "where": problem.where, "told": problem.told}
        (cause / "cause.json").write_text(json.dumps(said, indent=1) + "\n")
        kept = sorted(cause.glob("input-*"))
        if len(kept) < KEPT_OF_A_CAUSE:
            (cause / f"input-{len(kept) + 1}").write_bytes(data)

    def causes(self) -> list[str]:
        """Return one line a cause found until now."""
        told = sorted((self.folder / "crashes").glob("*/cause.json"))
        read = (json.loads(path.read_text()) for path in told)
        return [f"{said['kind']} at {said['where']}: {said['told']}" for said in read]


@dataclass(slots=True)
class Tally:
    """What was spent and seen, over all runs that shared a shelf and a job."""

    cpu_s: float = 0.0
    inputs: int = 0
    branches: int = 0
    corpus: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, path: Path) -> "Tally":
        if not path.exists():
            return cls()
        held = json.loads(path.read_text())
        return cls(**held | {"outcomes": Counter(held["outcomes"])})

    def write(self, path: Path) -> None:
        held = {name: getattr(self, name) for name in self.__slots__}
        waiting = path.with_suffix(".new")
        waiting.write_text(json.dumps(held))
        waiting.replace(path)


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop: by the processor's time or by the number of inputs, whichever is first."""

    cpu_s: float
    inputs: int | None = None

    def is_spent(self, tally: Tally) -> bool:
        enough = self.inputs is not None and tally.inputs >= self.inputs
        return enough or tally.cpu_s >= self.cpu_s


class Loop:
    """One job of one format; ``announce`` is told every input before it is tried."""

    def __init__(
        self,
        shelf: Shelf,
        words: Sequence[bytes],
        chance: tuple[int, int],
        announce: Callable[[bytes], None],
    ) -> None:
        """``chance`` are the run's seed and the job's number."""
        seed, job = chance
        self._words = words
        self._shelf = shelf
        self._state = shelf.folder / f"state-{job}.json"
        self._announce = announce
        self._known: set[int] = set()
        self._corpus: list[tuple[bytes, float]] = []
        self.tally = Tally.read(self._state)
        self._chance = Random(f"{seed} {job} {self.tally.inputs}")
        self._clock_s = time.process_time()
        self._saved_s = time.monotonic()

    def begin(self, seeds: Iterable[bytes]) -> None:
        """Try the seeds and what earlier runs kept; a seed stays whatever it runs."""
        tried = [(data, self._try(data, keep=False)) for data in [*seeds, *self._shelf.corpus()]]
        # A hundred changes of a small file find more than one of a large one.
        quick = [entry for entry in tried if entry[1] < SLOW_S]
        self._corpus = quick or tried

    def run(self, budget: Budget) -> bool:
        """Go on until the budget is spent; return False if this process must make way before."""
        while not budget.is_spent(self.tally):
            self._try(structures.mutated(self._picked(), self._means()), keep=True)
            if time.monotonic() - self._saved_s > SAVED_EVERY_S:
                self.save()
            if peak_bytes() > PEAK_BYTES:
                return False
        return True

    def save(self) -> None:
        self.tally.branches, self.tally.corpus = len(self._known), len(self._corpus)
        self.tally.write(self._state)
        self._saved_s = time.monotonic()

    def _try(self, data: bytes, *, keep: bool) -> float:
        """Try one input; return how many seconds of the processor that took."""
        if keep and self._chance.random() > ELSEWHERE_SHARE and self._is_elsewhere(data):
            return 0.0
        self._announce(data)
        branches.ran.clear()
        began_s = time.process_time()
        verdict = judge(data, thoroughly=self._chance.random() < THOROUGH_SHARE)
        took_s = time.process_time() - began_s
        fresh = branches.ran - self._known
        if fresh:
            self._known |= fresh
            if keep:
                self._corpus.append((data, took_s))
                self._shelf.keep(data)
            if verdict.problem is None:
                verdict = judge(data, thoroughly=True)
        self._note(verdict, data)
        return took_s

    def _is_elsewhere(self, data: bytes) -> bool:
        """Return whether ``data`` is a file of another format now, or of none."""
        try:
            return identify(data).name != self._shelf.folder.name
        except RedactionError:
            return True
        except Exception:  # the loop will find the same, and save it
            return False

    def _note(self, verdict: Verdict, data: bytes) -> None:
        now_s = time.process_time()
        self.tally.cpu_s += now_s - self._clock_s
        self._clock_s = now_s
        self.tally.inputs += 1
        self.tally.outcomes[verdict.outcome] += 1
        if verdict.problem is not None:
            self._shelf.report(verdict.problem, data)

    def _picked(self) -> bytes:
        """Return a file of the corpus: newer and quicker ones come more often."""
        chance, corpus = self._chance, self._corpus
        begin = len(corpus) * 4 // 5 if chance.random() < 0.4 else 0
        one, other = chance.choice(corpus[begin:]), chance.choice(corpus)
        return min(one, other, key=lambda entry: entry[1])[0]

    def _means(self) -> Means:
        others = [self._chance.choice(self._corpus)[0] for _ in range(2)]
        return Means(self._chance, self._words, others)

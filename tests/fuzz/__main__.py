"""Fuzzes one handler: ``python -m tests.fuzz --format step --minutes 20 --seeds DIR --log FILE``.

A run ends when the format has had its minutes of the processor, counted over all runs that shared
the folder ``--work``; started again it goes on. ``--replay FILE`` judges one input instead and
``--shrink FILE`` makes it as small as it can be with the same finding.
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from tests.fuzz import branches


def main() -> int:
    branches.watch()
    wanted = _arguments()
    # This imports the workshop, whose branches are numbered from here on. The words of the format
    # are those of its own modules; what an input turns into is imported when it does.
    registry = import_module("redaction.registry")
    getattr(registry.load(wanted.format), "warm", lambda: None)()
    words = sorted(branches.words)
    import_module("redaction.sniff").warm()
    if wanted.replay or wanted.shrink:
        return int(import_module("tests.fuzz.shrink").show(wanted.replay, wanted.shrink))
    jobs = [os.fork() for _ in range(wanted.jobs - 1)] if wanted.jobs > 1 else []
    job = next((n for n, process in enumerate(jobs, 1) if process == 0), 0)
    _run(wanted, words, job)
    if job == 0:
        for process in jobs:
            os.waitpid(process, 0)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--format", required=True)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--inputs", type=int, help="stop after so many, however long they take")
    parser.add_argument("--seeds", type=Path, help="a folder of real files")
    parser.add_argument("--work", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--log", type=Path, help="a JSON line is written there after the run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replay", type=Path)
    parser.add_argument("--shrink", type=Path)
    return parser.parse_args()


def _run(wanted: argparse.Namespace, words: list[bytes], job: int) -> None:
    loops, watchman = import_module("tests.fuzz.loop"), import_module("tests.fuzz.watchman")
    seeds = import_module("tests.fuzz.seeds")
    shelf = loops.Shelf(wanted.work / wanted.format)
    held = seeds.MADE[wanted.format]()
    if wanted.seeds is not None:
        held += seeds.real(wanted.seeds, wanted.format)

    def looped(slate: "watchman.Slate") -> bool:  # type: ignore[name-defined]
        loop = loops.Loop(shelf, words, (wanted.seed, job), slate.write)
        loop.begin(held)
        done = loop.run(loops.Budget(wanted.minutes * 60 / wanted.jobs, wanted.inputs))
        loop.save()
        return bool(done)

    watchman.guarded(shelf, looped)
    tally = loops.Tally.read(shelf.folder / f"state-{job}.json")
    line = {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "format": wanted.format,
        "seeds": len(held),
        "cpu_minutes": round(tally.cpu_s / 60, 2),
        "inputs": tally.inputs,
        "branches": tally.branches,
        "corpus": tally.corpus,
        "outcomes": dict(tally.outcomes.most_common(12)),
        "found": shelf.causes(),
    }
    print(json.dumps(line))
    if wanted.log is not None:
        with wanted.log.open("a") as log:
            log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    sys.exit(main())

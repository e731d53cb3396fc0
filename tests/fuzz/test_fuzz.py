"""A short run of the fuzzer, the same every time; and the fuzzer finds what it is made to find."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from redaction import registry
from redaction.errors import TooLargeError, UnreadableError
from redaction.model import Plan, Profile
from tests.fuzz import seeds, structures, target
from tests.fuzz.loop import Shelf
from tests.fuzz.mutations import Means
from tests.fuzz.shrink import smaller
from tests.fuzz.watchman import Slate, guarded

ROOT = Path(__file__).parents[2]
INPUTS = 16


def test_every_format_is_fuzzed() -> None:
    # A new format gives its seeds in tests/fuzz/seeds.py.
    assert {known.name for known in registry.FORMATS} <= set(seeds.MADE)


@pytest.mark.parametrize("name", seeds.MADE)
@pytest.mark.filterwarnings("ignore")  # what Pillow thinks of a broken picture
def test_broken_files_get_an_answer_and_nothing_else(name: str) -> None:
    chance = Random(name)
    held = seeds.MADE[name]()
    means = Means(chance, (b"\x00\x00", b"\xff", b"(", b"endobj", b"0\nEOF"), held)
    for number in range(INPUTS):
        data = structures.mutated(chance.choice(held), means)
        verdict = target.judge(data, thoroughly=number % 8 == 0)
        assert verdict.problem is None, (verdict.problem, data[:2000])


def handler(plan: Callable[[bytes, Profile], Plan]) -> Callable[[str], Any]:
    text = registry.load("text")
    return lambda _: SimpleNamespace(plan=plan, apply=text.apply, prove=text.prove)


def broken(data: bytes, _: Profile) -> Plan:
    raise ZeroDivisionError


def endless(data: bytes, _: Profile) -> Plan:
    while True:
        pass


def deep(data: bytes, profile: Profile) -> Plan:
    return deep(data, profile)


def huge(data: bytes, _: Profile) -> Plan:
    raise MemoryError


REASONS = itertools.cycle((UnreadableError, TooLargeError))


def unsteady(data: bytes, _: Profile) -> Plan:
    raise next(REASONS)


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        (broken, "ZeroDivisionError"),
        (deep, "RecursionError"),
        (huge, "MemoryError"),
        (endless, "overtime"),
        (unsteady, "another answer at the second time"),
    ],
)
def test_a_handler_that_errs_is_found(plan, kind: str, monkeypatch) -> None:
    monkeypatch.setattr(registry, "load", handler(plan))
    monkeypatch.setattr(target, "DEADLINE_S", 0.2)
    # The engine's own way to a handler was bound when it was made.
    monkeypatch.setattr(target.engine.scrub, "__defaults__", (registry.load,))
    found = target.judge(b"some words of a drawing", thoroughly=True).problem
    assert found is not None
    assert found.kind == kind


def test_what_survives_its_removal_is_found() -> None:
    person = target.Finding("A", target.Category.PERSON, target.Action.REMOVED, "Wilhelmina Roe")
    assert target._left(b"by Wilhelmina Roe.", (person,)) is not None
    assert target._left("by Wilhelmina Roe.".encode("utf-16-le"), (person,)) is not None
    assert target._left(b"by Wilhelmina Roentgen", (person,)) is None


def test_a_finding_is_made_as_small_as_its_cause(monkeypatch) -> None:
    def judged(data: bytes, *, thoroughly: bool) -> target.Verdict:
        wrong = target.Problem("x", "y", "") if b"bad" in data else None
        return target.Verdict("", wrong)

    monkeypatch.setattr("tests.fuzz.shrink.judge", judged)
    assert smaller(b"a lot of words round a bad one and more", "x y") == b"bad"


def test_what_kills_the_process_is_saved_and_the_run_goes_on(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)

    def action(slate: Slate) -> bool:
        if list((tmp_path / "crashes").glob("*/input-1")):
            return True
        slate.write(b"poison")
        os.kill(os.getpid(), signal.SIGKILL)
        return False

    guarded(shelf, action)
    (saved,) = (tmp_path / "crashes").glob("*/input-1")
    assert saved.read_bytes() == b"poison"
    assert shelf.causes() == ["death at SIGKILL: the process died of SIGKILL"]


def test_a_run_is_guided_by_branches_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    began_s = time.monotonic()
    for inputs in ("60", "120"):
        command = [sys.executable, "-m", "tests.fuzz", "--format", "png", "--inputs", inputs]
        ran = subprocess.run(
            [*command, "--work", str(tmp_path), "--log", str(log)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
    first, second = map(json.loads, log.read_text().splitlines())
    assert first["found"] == second["found"] == []
    assert first["inputs"] == 60
    assert second["inputs"] == 120
    assert second["branches"] >= first["branches"] > 50
    assert second["cpu_minutes"] * 60 < time.monotonic() - began_s + 1
    assert list((tmp_path / "png" / "corpus").iterdir())

"""One process per file: how it ends, whatever the file does to it, and that nothing is left."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from redaction.errors import WorkerFailedError
from redaction.model import Profile
from redaction.report import Report, Status
from redaction.report_reading import ReportLiedError
from redaction.sandbox.client import Sandbox
from redaction.sandbox.memory import MemoryFile
from redaction.sandbox.nursery import Nursery
from redaction.sandbox.wire import Job, Limits, Work
from redaction.sandbox.worker import Exit
from tests.unit.redaction.sandbox.attacks import HOSTILE, ROOT
from tests.unit.redaction.sandbox.conftest import MIB, answer, children, file_of, inspected

LETTER = b"Ask jane.roe@example.com"


def small(**options: object) -> Sandbox:
    given = {"memory_bytes": 256 * MIB, "deadline_s": 20.0, "module": HOSTILE} | options
    return Sandbox(**given)  # type: ignore[arg-type]


def zygote_of(sandbox: Sandbox) -> int:
    assert sandbox._nursery is not None
    return sandbox._nursery._process.pid


async def reason_of(sandbox: Sandbox, attack: str) -> str:
    outcome = await inspected(sandbox, attack)
    assert outcome.cleaned is None
    assert outcome.report.status is Status.REFUSED
    assert outcome.report.reason is not None
    return outcome.report.reason.code


async def until(condition: Callable[[], object], deadline_s: float = 5.0) -> None:
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110  what processes do sets no event
            await asyncio.sleep(0.01)


def gone(*pids: int) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


async def test_a_letter_is_cleaned_and_its_cleaned_form_cannot_be_changed() -> None:
    async with Sandbox(memory_bytes=256 * MIB, deadline_s=20) as sandbox:
        with file_of(LETTER) as source:
            outcome = await sandbox.scrub(source, Profile())
        assert outcome.report.identical
        assert outcome.cleaned is not None
        with outcome.cleaned as cleaned:
            assert cleaned.read(0, 100) == b"Ask [e-mail]"
            with pytest.raises(PermissionError):
                cleaned.write(b"more")


async def test_inspecting_gives_findings_and_no_file() -> None:
    async with Sandbox(memory_bytes=256 * MIB, deadline_s=20) as sandbox:
        outcome = await inspected(sandbox, LETTER)
    assert outcome.report.status is Status.INSPECTED
    assert [found.value for found in outcome.report.findings] == ["jane.roe@example.com"]
    assert outcome.cleaned is None


async def test_a_refused_file_leaves_no_cleaned_one() -> None:
    async with Sandbox(memory_bytes=256 * MIB, deadline_s=20) as sandbox:
        with file_of(b"#!/bin/sh\necho somebody\n") as source:
            outcome = await sandbox.scrub(source, Profile())
    assert outcome.cleaned is None
    assert outcome.report.reason is not None
    assert outcome.report.reason.code == "unsupported-program"


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("allocate", "too-complex"),
        ("grow", "too-complex"),
        ("flood", "too-complex"),
        ("recurse", "too-complex"),
        ("crash", "worker-failed"),
        ("abort", "too-complex"),
        ("unknown-attack", "worker-failed"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_that_breaks_its_worker_is_refused(
    hostile: Sandbox, attack: str, code: str
) -> None:
    zygote = zygote_of(hostile)
    assert await reason_of(hostile, attack) == code
    # The next file finds the same zygote, unharmed.
    assert answer(await inspected(hostile, "nothing")) == "done"
    assert zygote_of(hostile) == zygote


@pytest.mark.parametrize("attack", ["spin", "sleep 60"])
async def test_a_worker_is_killed_on_its_deadline(attack: str) -> None:
    async with small(deadline_s=0.3) as sandbox:
        async with asyncio.timeout(30):  # half of what the attack would sleep
            assert await reason_of(sandbox, attack) == "too-complex"
        assert children(zygote_of(sandbox)) == []


async def test_processor_time_is_bounded_even_if_nobody_watches_the_clock() -> None:
    nursery, _ = await Nursery.start(HOSTILE)
    files = [file_of(b"spin"), MemoryFile.create(), MemoryFile.create()]
    job = Job(1, Work.INSPECT, Profile(), Limits(256 * MIB, MIB, 1))
    status = await nursery.run(job, [file.descriptor for file in files], deadline_s=30)
    await nursery.stop()
    assert status is not None
    assert os.waitstatus_to_exitcode(status) in (-signal.SIGKILL, -signal.SIGXCPU)


@pytest.mark.parametrize("attack", ["allocate", "grow", "flood", "recurse"])
async def test_memory_files_and_depth_are_bounded_from_inside(attack: str) -> None:
    nursery, _ = await Nursery.start(HOSTILE)
    files = [file_of(attack.encode()), MemoryFile.create(), MemoryFile.create()]
    job = Job(1, Work.INSPECT, Profile(), Limits(256 * MIB, MIB, 10))
    status = await nursery.run(job, [file.descriptor for file in files], deadline_s=30)
    await nursery.stop()
    assert status is not None
    assert os.waitstatus_to_exitcode(status) == Exit.EXHAUSTED
    assert files[1].size <= MIB


async def test_every_file_has_a_process_of_its_own() -> None:
    async with small(parallel=3) as sandbox:
        seen: set[int] = set()
        for _ in range(3):
            task = asyncio.create_task(inspected(sandbox, "sleep 0.1"))
            await until(lambda: children(zygote_of(sandbox)))
            seen |= set(children(zygote_of(sandbox)))
            await task
        assert len(seen) == 3


async def test_no_more_files_are_worked_on_at_once_than_allowed() -> None:
    async with small(parallel=2) as sandbox:
        tasks = [asyncio.create_task(inspected(sandbox, "sleep 0.15")) for _ in range(5)]
        most = 0
        while not all(task.done() for task in tasks):
            most = max(most, len(children(zygote_of(sandbox))))
            await asyncio.sleep(0.005)
        assert most == 2
        assert {answer(task.result()) for task in tasks} == {"None"}


async def test_who_gives_up_waiting_leaves_no_worker() -> None:
    async with small() as sandbox:
        task = asyncio.create_task(inspected(sandbox, "sleep 60"))
        await until(lambda: children(zygote_of(sandbox)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert children(zygote_of(sandbox)) == []
        assert answer(await inspected(sandbox, "nothing")) == "done"


async def test_a_dead_zygote_fails_its_file_and_the_next_file_gets_a_new_one() -> None:
    async with small() as sandbox:
        first = zygote_of(sandbox)
        task = asyncio.create_task(inspected(sandbox, "sleep 60"))
        await until(lambda: children(first))
        (worker,) = children(first)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(WorkerFailedError):
            await task
        await until(lambda: gone(worker))
        assert answer(await inspected(sandbox, "nothing")) == "done"
        assert zygote_of(sandbox) != first


async def test_leaving_the_sandbox_leaves_no_process() -> None:
    async with small() as sandbox:
        zygote = zygote_of(sandbox)
        task = asyncio.create_task(inspected(sandbox, "sleep 60"))
        await until(lambda: children(zygote))
        (worker,) = children(zygote)
    with pytest.raises(WorkerFailedError):
        await task
    await until(lambda: gone(worker))
    assert gone(zygote)


GATEWAY = """
import asyncio
from tests.unit.redaction.sandbox.test_client import children, inspected, small, until, zygote_of

async def main():
    async with small() as sandbox:
        task = asyncio.create_task(inspected(sandbox, "sleep 60"))
        await until(lambda: children(zygote_of(sandbox)))
        print(zygote_of(sandbox), *children(zygote_of(sandbox)), flush=True)
        await task

asyncio.run(main())
"""


async def test_a_killed_gateway_leaves_no_process() -> None:
    gateway = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GATEWAY, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert gateway.stdout is not None
    pids = [int(pid) for pid in (await gateway.stdout.readline()).split()]
    gateway.kill()
    await gateway.wait()
    assert len(pids) == 2
    await until(lambda: gone(*pids))


async def test_fifty_files_leave_no_descriptor_behind() -> None:
    async with small(memory_bytes=512 * MIB) as sandbox:
        ours, theirs = Path("/proc/self/fd"), Path(f"/proc/{zygote_of(sandbox)}/fd")
        await inspected(sandbox, "nothing")
        before = len(os.listdir(ours)), len(os.listdir(theirs))
        for attack in ("nothing", "crash", "allocate", "vanish", "lie {}") * 10:
            with suppress(ReportLiedError):
                await inspected(sandbox, attack)
        assert (len(os.listdir(ours)), len(os.listdir(theirs))) == before


def interpreter_start_s() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import redaction.engine"], check=True, timeout=60)
    return time.perf_counter() - began


async def test_a_file_costs_a_fork_and_not_an_interpreter() -> None:
    async with Sandbox(memory_bytes=256 * MIB, deadline_s=20) as sandbox:
        times_s = []
        for _ in range(15):
            began = time.perf_counter()
            await inspected(sandbox, b"A drawing of nobody.")
            times_s.append(time.perf_counter() - began)
    # The best of many, held beside each other: the machine may have other things to do.
    assert min(times_s) < min(interpreter_start_s() for _ in range(3)) / 2


async def test_a_zygote_that_is_none_cannot_start() -> None:
    with pytest.raises(WorkerFailedError):
        async with small(module=("-c", "raise SystemExit(3)")):
            pass


CHATTER = """
import socket, sys
control = socket.socket(fileno=int(sys.argv[1]))
control.send({note!r})
control.recv(1)
"""


@pytest.mark.parametrize("note", [b"\x01", b"\x09" + bytes(12), b"\x03" + bytes(12)])
async def test_a_zygote_that_talks_nonsense_is_not_believed(note: bytes) -> None:
    with pytest.raises(WorkerFailedError):
        async with small(module=("-c", CHATTER.format(note=note))):
            pass


def told(**changes: object) -> str:
    """Return a report of a worker that read ``lie …`` and changed what it says."""
    document = Report(Status.INSPECTED, "text", "supplier").to_json() | changes
    return json.dumps(document)


LIES = {
    "nothing at all": "",
    "no report": "[]",
    "cleaned without being asked to": told(
        status="clean",
        fidelity={
            "identical": True,
            "oracles": [{"oracle": "bytes", "compared": 1, "statement": "so"}],
        },
    ),
    "another profile": told(profile="strict"),
    "another length": told(bytes_in=1),
    "bytes that are not there": told(bytes_out=5),
    "another format": told(format="exe"),
    "more than it proves": told(fidelity={"identical": True, "oracles": []}),
    "a refusal of its own invention": told(
        status="refused", reason={"code": "send-me-money", "sentence": "Send money."}
    ),
    "words that steer a terminal": told(
        findings=[{"carrier": "\x1b[2J", "category": "person", "action": "removed"}]
    ),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_lying_worker_is_not_believed(hostile: Sandbox, lie: str) -> None:
    attack = f"lie {LIES[lie]}"
    if lie != "another length":
        attack = attack.replace('"bytes_in": 0', f'"bytes_in": {len(attack) + 2}')
    with pytest.raises(ReportLiedError):
        await inspected(hostile, attack)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_sentence_of_a_refusal_is_ours_and_not_the_workers(hostile: Sandbox) -> None:
    lie = told(status="refused", reason={"code": "encrypted", "sentence": "Send it to me."})
    attack = f"lie {lie}"
    attack = attack.replace('"bytes_in": 0', f'"bytes_in": {len(attack) + 2}')
    reason = (await inspected(hostile, attack)).report.reason
    assert reason is not None
    assert "password" in reason.sentence


@pytest.mark.parametrize("attack", ["vanish", "long-lie"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_report_that_is_missing_or_endless_is_not_believed(
    hostile: Sandbox, attack: str
) -> None:
    with pytest.raises(ReportLiedError):
        await inspected(hostile, attack)

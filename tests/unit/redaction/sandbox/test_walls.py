"""What a worker cannot do, tried from inside by workers that do nothing else."""

import os
import subprocess
import sys

import pytest

from redaction.errors import RedactionError
from redaction.sandbox.client import Sandbox, WallsMissingError
from redaction.sandbox.walls import WallLevel
from tests.unit.redaction.sandbox.attacks import ROOT, hostile_to
from tests.unit.redaction.sandbox.conftest import MIB, answer, inspected

shared = pytest.mark.asyncio(loop_scope="module")

DENIED = [
    "socket-internet",
    "socket-internet-6",
    "socket-unix",
    "socket-netlink",
    "socket-pair",
    "read /",
    "read /etc/passwd",
    "read /dev/null",
    "read /proc/self/environ",
    "read /proc/self/mem",
    "read /proc/self/fd/3",
    "write /tmp/drawbridge-attack",
    "write /dev/shm/drawbridge-attack",
    "path /",
    "list /",
    "list /proc",
    "look /etc/passwd",
    "look /proc/self",
    "make-directory /tmp/drawbridge-attack",
    "unlink /tmp/drawbridge-attack",
    "link /tmp/drawbridge-attack",
    "chmod /tmp",
    "memory-file",
    "io-uring",
    "fork",
    "spawn",
    "execute",
    "thread",
    "signal-parent",
    "signal-all",
    "signal-thread",
    "watch-process",
    "trace",
    "read-memory",
    "loosen-limits",
    "become-root",
    "leave-namespace",
    "change-root",
    "allow-dumps",
    "host-name",
    "overwrite-source",
]


@shared
@pytest.mark.parametrize("attack", DENIED)
async def test_a_worker_is_denied(hostile: Sandbox, attack: str) -> None:
    assert answer(await inspected(hostile, attack)).startswith("denied: ")


@shared
async def test_every_wall_stands_here(hostile: Sandbox) -> None:
    assert hostile.level().complete


@shared
async def test_a_worker_holds_its_three_files_and_nothing_else(hostile: Sandbox) -> None:
    assert answer(await inspected(hostile, "descriptors")) == "[0, 1, 2, 3, 4, 5]"


@shared
async def test_a_worker_finds_an_empty_environment(hostile: Sandbox) -> None:
    assert answer(await inspected(hostile, "environment")) == "{}"
    assert answer(await inspected(hostile, "inherited")) == "[]"


@shared
async def test_a_worker_is_never_root(hostile: Sandbox) -> None:
    assert "0" not in answer(await inspected(hostile, "identity")).strip("[]").split(", ")


@shared
async def test_a_call_by_another_numbering_kills_the_worker(hostile: Sandbox) -> None:
    reason = (await inspected(hostile, "foreign-call")).report.reason
    assert reason is not None
    assert reason.code == "worker-failed"


MISSING = {
    # Each wall has a second one behind it; only without both does an attempt succeed.
    (): WallLevel(network=True, files=True, syscalls=True, limits=True),
    ("unshare",): WallLevel(network=True, files=True, syscalls=True, limits=True),
    ("landlock_deny",): WallLevel(network=True, files=True, syscalls=True, limits=True),
    ("seccomp",): WallLevel(network=False, files=True, syscalls=False, limits=True),
    ("seccomp", "landlock_deny"): WallLevel(
        network=False, files=False, syscalls=False, limits=True
    ),
    ("limits",): WallLevel(network=True, files=True, syscalls=True, limits=False),
}


@pytest.mark.parametrize("missing", MISSING, ids="+".join)
async def test_a_missing_wall_is_told_and_refused_by_strict_operation(
    missing: tuple[str, ...],
) -> None:
    module = hostile_to(*missing)
    expected = MISSING[missing]
    async with Sandbox(memory_bytes=512 * MIB, deadline_s=20, module=module) as sandbox:
        assert sandbox.level() == expected
        assert answer(await inspected(sandbox, "nothing")) == "done"
    if not expected.complete:
        strict = Sandbox(memory_bytes=512 * MIB, deadline_s=20, strict=True, module=module)
        with pytest.raises(WallsMissingError):
            async with strict:
                pass


async def test_a_worker_whose_walls_fell_reads_nothing() -> None:
    module = hostile_to("probe", "seccomp")
    async with Sandbox(memory_bytes=512 * MIB, deadline_s=20, module=module) as sandbox:
        assert sandbox.level().complete
        reason = (await inspected(sandbox, "nothing")).report.reason
        assert reason is not None
        assert reason.code == "worker-failed"


async def test_the_attacks_would_succeed_without_the_filter() -> None:
    # Otherwise the tests above would prove nothing.
    walls = ("seccomp", "landlock_deny", "limits", "unshare")
    async with Sandbox(memory_bytes=512 * MIB, deadline_s=20, module=hostile_to(*walls)) as weak:
        for attack in ("socket-internet", "list /", "look /etc/passwd", "fork", "thread"):
            assert not answer(await inspected(weak, attack)).startswith("denied: "), attack


ORDINARY = """
import os, socket, sys
from redaction.model import Profile
from redaction.sandbox import kernel, wire, worker, zygote
from redaction.sandbox.memory import MemoryFile

zygote.warm()
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    # As after the exec of an ordinary user's program.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
if os.fork() == 0:
    ours.close()
    zygote.main(theirs.detach())
    os._exit(0)
theirs.close()
print("walls", wire.read_note(ours.recv(64)).value)
files = [MemoryFile.create() for _ in range(3)]
files[0].write(b"Ask jane.roe@example.com")
limits = wire.Limits(1 << 29, 1 << 20, 10)
job = wire.Job(1, wire.Work.SCRUB, Profile(), limits)
socket.send_fds(ours, [wire.write_job(job)], [file.descriptor for file in files])
while (note := wire.read_note(ours.recv(64))).kind is not wire.Kind.ENDED:
    pass
print(note.value, files[1].read(0, 100).decode())
"""


def test_an_ordinary_user_has_every_wall_too() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ORDINARY],
        cwd=ROOT,
        # An ordinary user could not write where coverage is measured.
        env={name: value for name, value in os.environ.items() if "COV" not in name},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("walls 15\n0 Ask [e-mail]\n", "")


def test_what_walls_stand_survives_the_wire() -> None:
    for bits in range(16):
        assert WallLevel.from_bits(bits).bits == bits


def test_a_refusal_to_start_says_why_in_a_sentence() -> None:
    assert issubclass(WallsMissingError, RedactionError)
    assert "strict" in WallsMissingError().public()

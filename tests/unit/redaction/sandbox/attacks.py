"""What a hostile file might make its worker do; run behind the walls in place of a handler.

A worker runs ``attack`` as its task. The file's bytes name an attack and its answer comes back
as the value of a finding: the report is the only thing that leaves a worker.
"""

import ctypes
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from redaction.model import Action, CarrierClass, Category, Proof
from redaction.report import Report, ReportedFinding, Status
from redaction.sandbox import kernel, walls, worker, zygote
from redaction.sandbox.wire import Job, Work

INHERITED: set[str] = set()
MIB = 1024 * 1024
ROOT = Path(__file__).parents[4]
# How a zygote is started whose workers attack: ``Sandbox(…, module=HOSTILE)``.
PROGRAM = f"""
import os, sys
inherited = set(os.environ) - {{"LC_CTYPE"}}  # Python itself adds a locale
sys.path.insert(0, {str(ROOT)!r})
from tests.unit.redaction.sandbox import attacks
attacks.INHERITED = inherited
attacks.run()
"""
HOSTILE = ("-c", PROGRAM)

SYS_IO_URING_SETUP = 425
SYS_MEMFD_CREATE = 319
SYS_PROCESS_VM_READV = 310
SYS_PTRACE = 101
SYS_TGKILL = 234
X32_GETPID = 0x40000000 | 39
PTRACE_TRACEME = 0


def hostile_to(*missing: str) -> tuple[str, str]:
    """Return a zygote of attackers on a machine that denies the walls ``missing``."""
    return "-c", PROGRAM.replace("run()", f"without(*{missing!r}); attacks.run()")


def without(*missing: str) -> None:
    """Deny what the named walls need, as a kernel or container does that lacks them."""

    def denied(*_: object) -> None:
        raise PermissionError(1, "not here")

    for name in missing:
        if name == "limits":
            resource.setrlimit = lambda *_: None
        elif name == "probe":  # the walls fall after they were tried
            zygote.probe = lambda: walls.WallLevel.from_bits(0b1111)
        else:
            setattr(kernel, name, denied)


def run() -> None:
    zygote.main(int(sys.argv[1]), attack)


def attack(job: Job, data: bytes) -> tuple[bytes | None, Report]:
    name, _, argument = data.decode().partition(" ")
    try:
        told = str(ATTACKS[name](argument))
    except RecursionError:
        raise
    except (OSError, ValueError) as error:
        if name == "flood":
            raise
        told = f"denied: {type(error).__name__}"
    except RuntimeError as error:  # a thread that cannot be started
        told = f"denied: {error}"
    finding = ReportedFinding(
        "attack", Category.COMMENT, Action.KEPT, CarrierClass.ACTIVE, name, told[:2000]
    )
    clean = job.work is Work.SCRUB
    cleaned = b"cleaned" if clean else None
    return cleaned, Report(
        Status.CLEAN if clean else Status.INSPECTED,
        "text",
        job.profile.name,
        (finding,),
        (Proof("bytes", 1, "none"),) if clean else (),
        bytes_in=len(data),
        bytes_out=len(cleaned or b""),
    )


def _socket(family: int) -> Callable[[str], object]:
    return lambda _: socket.socket(family, socket.SOCK_DGRAM).fileno()


def _open(flags: int) -> Callable[[str], object]:
    return lambda path: os.open(path, flags, 0o600)


def _thread(_: str) -> object:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return "started"


def _fork(_: str) -> object:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)


def _loosen(_: str) -> object:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    return "loosened"


def _descriptors(_: str) -> object:
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def _identity(_: str) -> object:
    return [os.getuid(), os.geteuid(), os.getgid(), os.getegid()]


def _environment(_: str) -> object:
    return dict(os.environ)


def _overwrite_source(_: str) -> object:
    return os.pwrite(worker.SOURCE, b"x", 0)


def _spin(_: str) -> object:
    while True:
        pass


def _grow(_: str) -> object:
    # Bounded, so that a missing wall fails a test and not the machine.
    return len([bytearray(16 * MIB) for _ in range(64)])


def _flood(_: str) -> object:
    return sum(os.write(worker.CLEANED, bytes(16 * MIB)) for _ in range(64))


def _lie(text: str) -> object:
    os.write(worker.REPORT, text.encode())
    os._exit(worker.Exit.DONE)


def _long_lie(_: str) -> object:
    os.write(worker.REPORT, b'"' * (9 * 1024 * 1024))
    os._exit(worker.Exit.DONE)


def _deep(_: str) -> object:
    def deeper(n: int) -> int:
        return deeper(n + 1) + 1

    return deeper(0)


def _system_call(number: int, *arguments: int) -> Callable[[str], object]:
    words = tuple(ctypes.c_long(argument) for argument in arguments)
    return lambda _: kernel.syscall(number, *words)


ATTACKS: dict[str, Callable[[str], object]] = {
    "nothing": lambda _: "done",
    "socket-internet": _socket(socket.AF_INET),
    "socket-internet-6": _socket(socket.AF_INET6),
    "socket-unix": _socket(socket.AF_UNIX),
    "socket-netlink": _socket(socket.AF_NETLINK),
    "socket-pair": lambda _: socket.socketpair(),
    "read": _open(os.O_RDONLY),
    "write": _open(os.O_WRONLY | os.O_CREAT),
    "path": _open(0o10000000),  # O_PATH: not even a handle
    "list": os.listdir,
    "make-directory": lambda path: os.mkdir(path),
    "unlink": os.unlink,
    "link": lambda path: os.symlink("/", path),
    "chmod": lambda path: os.chmod(path, 0o777),
    "look": lambda path: os.stat(path).st_size,
    "memory-file": _system_call(SYS_MEMFD_CREATE, 0, 0),
    "io-uring": _system_call(SYS_IO_URING_SETUP, 1, 0),
    "fork": _fork,
    "spawn": lambda _: os.posix_spawn("/bin/true", ["true"], {}),
    "execute": lambda _: os.execv("/bin/true", ["true"]),
    "thread": _thread,
    "signal-parent": lambda _: os.kill(os.getppid(), 0),
    "signal-all": lambda _: os.kill(-1, 0),
    "signal-thread": _system_call(SYS_TGKILL, 1, 1, 0),
    "watch-process": lambda _: os.pidfd_open(1),
    "trace": _system_call(SYS_PTRACE, PTRACE_TRACEME, 0, 0, 0),
    "read-memory": _system_call(SYS_PROCESS_VM_READV, 1, 0, 0, 0, 0, 0),
    "loosen-limits": _loosen,
    "become-root": lambda _: os.setuid(0),
    "leave-namespace": lambda _: kernel.unshare(kernel.CLONE_NEWUSER),
    "change-root": lambda _: os.chroot("/"),
    "allow-dumps": lambda _: kernel.prctl(kernel.PR_SET_DUMPABLE, 1),
    "host-name": lambda _: os.uname(),
    "overwrite-source": _overwrite_source,
    "descriptors": _descriptors,
    "identity": _identity,
    "environment": _environment,
    "inherited": lambda _: sorted(INHERITED),
    "sleep": lambda seconds: time.sleep(float(seconds)),
    "spin": _spin,
    "allocate": lambda _: len(bytearray(1024 * MIB)),
    "grow": _grow,
    "flood": _flood,
    "recurse": _deep,
    "crash": lambda _: ctypes.string_at(0),
    "abort": lambda _: os.abort(),
    "foreign-call": _system_call(X32_GETPID),
    "vanish": lambda _: os._exit(0),
    "lie": _lie,
    "long-lie": _long_lie,
}

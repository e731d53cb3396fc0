"""The walls round a worker, and an honest account of which of them stand.

Room: redaction/sandbox. Runs in the zygote and its children only: what is done here cannot be
undone. Every wall is raised on its own, so one that a kernel or container denies leaves the
others standing; ``tried`` finds out by attempting what each wall is there to prevent.

    zygote   own namespaces (no network), nobody's identity, an empty root
    worker   limits, Landlock (no file), system call filter; then the first hostile byte
"""

import contextlib
import mmap
import os
import platform
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redaction.sandbox import filter as calls
from redaction.sandbox import kernel
from redaction.sandbox.wire import Limits

NOBODY: Final = 65534
HOST_NAME: Final = b"localhost"
MAP_NORESERVE: Final = 0x4000  # <linux/mman.h>; the mmap module has no name for it
JOB_DESCRIPTORS_END: Final = 6

# Landlock's rights by the version that brought them (include/uapi/linux/landlock.h).
FILE_RIGHTS: Final = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}
NETWORK_RIGHTS_SINCE: Final = 4
SCOPES_SINCE: Final = 6
ALL_TWO: Final = 0b11


@dataclass(frozen=True, slots=True)
class WallLevel:
    """Which walls held when they were tried. ``complete`` is what strict operation asks for."""

    network: bool  # no socket can be made
    files: bool  # no path can be opened, for reading or writing
    syscalls: bool  # no process can be started, no program run
    limits: bool  # memory, processor time, file sizes and descriptors are bounded

    @property
    def complete(self) -> bool:
        """Whether every wall held."""
        return self.network and self.files and self.syscalls and self.limits

    @property
    def bits(self) -> int:
        """The level as a number, for the wire."""
        return self.network | self.files << 1 | self.syscalls << 2 | self.limits << 3

    @classmethod
    def from_bits(cls, bits: int) -> "WallLevel":
        """Return the level that ``bits`` wrote."""
        return cls(*(bool(bits >> place & 1) for place in range(4)))


def leave_namespaces() -> bool:
    """Go where there is no network and nobody else; the host's name is left behind too.

    Return whether the kernel allowed it.
    """
    spaces = (
        kernel.CLONE_NEWNET
        | kernel.CLONE_NEWNS
        | kernel.CLONE_NEWIPC
        | kernel.CLONE_NEWUTS
        | kernel.CLONE_NEWCGROUP
    )
    user, group = os.geteuid(), os.getegid()
    try:
        kernel.unshare(spaces if user == 0 else spaces | kernel.CLONE_NEWUSER)
        kernel.sethostname(HOST_NAME)
        if user != 0:
            # Without a map the process would own nothing; setgroups must be denied first.
            _tell("setgroups", "deny")
            _tell("uid_map", f"{user} {user} 1")
            _tell("gid_map", f"{group} {group} 1")
    except OSError:
        return False
    return True


def _tell(name: str, line: str) -> None:
    descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def leave_files() -> None:
    """Make an empty, read-only directory the root, where the kernel allows it.

    Only for a process that has left the host's namespaces: the mount is the host's otherwise.
    """
    with contextlib.suppress(OSError):
        kernel.mount(None, b"/", kernel.MS_PRIVATE_RECURSIVE)
        kernel.mount(b"tmpfs", b"/tmp", kernel.MS_RDONLY_BARE, b"size=4k,nr_inodes=2")
        os.chroot("/tmp")  # noqa: S108
    os.chdir("/")


def become_nobody() -> None:
    """Give up root and every capability, as far as there is something to give up."""
    if os.geteuid() == 0:
        # Each on its own: a container may keep the groups and still let the user change.
        with contextlib.suppress(OSError):
            os.setgroups([])
        with contextlib.suppress(OSError):
            os.setresgid(NOBODY, NOBODY, NOBODY)
        with contextlib.suppress(OSError):
            os.setresuid(NOBODY, NOBODY, NOBODY)
    with contextlib.suppress(OSError, KeyError):
        kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def enclose(limits: Limits, parent: int) -> None:
    """Raise every wall round this process, which must be a fresh child of ``parent``.

    Descriptors from 6 on are closed. Afterwards nothing can be opened, started or reached.

    Raises:
        OSError: not even the walls that every Linux has could be raised, or the parent died.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError
    os.environ.clear()
    kernel.close_from(JOB_DESCRIPTORS_END)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    _limit(limits)
    with contextlib.suppress(OSError):
        kernel.landlock_deny(_landlock_rights(kernel.landlock_version()))
    with contextlib.suppress(OSError, KeyError):
        kernel.seccomp(calls.program(platform.machine(), os.getpid()))


def _limit(limits: Limits) -> None:
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, JOB_DESCRIPTORS_END),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        # What was inherited may be tighter than what is wanted, and cannot be loosened.
        _, hard = resource.getrlimit(kind)
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (bound, bound))


def _landlock_rights(version: int) -> tuple[int, ...]:
    files = FILE_RIGHTS[max(known for known in FILE_RIGHTS if known <= version)]
    if version < NETWORK_RIGHTS_SINCE:
        return (files,)
    return (files, ALL_TWO, ALL_TWO) if version >= SCOPES_SINCE else (files, ALL_TWO)


def tried(limits: Limits) -> WallLevel:
    """Return which walls stand, by attempting what they prevent, from the inside."""
    return WallLevel(
        network=_denied(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close())
        and _denied(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()),
        files=_denied(lambda: os.close(os.open("/", os.O_RDONLY)))
        and _denied(lambda: Path("/drawbridge-probe").mkdir()),
        syscalls=_denied(lambda: kernel.prctl(kernel.PR_SET_DUMPABLE, 0))
        and _denied(_start_a_process),
        limits=_denied(lambda: _reserve(limits.memory_bytes)),
    )


def _reserve(n: int) -> None:
    # Address space only: where the limit is missing, not one page is taken.
    mmap.mmap(-1, n, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE).close()


def _start_a_process() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _denied(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False

"""The calls into Linux that Python 3.11 has no words for.

Room: redaction/sandbox. ctypes, and nothing decided here. Sources: prctl(2), unshare(2),
landlock(7), capset(2), mount(2). Every function raises OSError as the os module does.
"""

import ctypes
import os
import platform
from typing import Final

_LIBC: Final = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_CAPBSET_DROP: Final = 24
PR_SET_NO_NEW_PRIVS: Final = 38
SECCOMP_MODE_FILTER: Final = 2
LAST_CAPABILITY: Final = 63

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWCGROUP: Final = 0x02000000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000

MS_PRIVATE_RECURSIVE: Final = (1 << 18) | 16384
MS_RDONLY_BARE: Final = 1 | 2 | 4 | 8  # read-only, no set-user-id, no devices, no programs

# The same numbers on every architecture (asm-generic/unistd.h).
SYS_CLOSE_RANGE: Final = 436
SYS_LANDLOCK_CREATE_RULESET: Final = 444
SYS_LANDLOCK_RESTRICT_SELF: Final = 446
SYS_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
CAPABILITY_VERSION_3: Final = 0x20080522
LANDLOCK_CREATE_RULESET_VERSION: Final = 1


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def syscall(number: int, *arguments: object) -> int:
    """Make one system call by number."""
    return _checked(_LIBC.syscall(ctypes.c_long(number), *arguments))


def prctl(option: int, *arguments: int | object) -> None:
    """Change something about this process."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    words = (ctypes.c_ulong(word) if isinstance(word, int) else word for word in padded)
    _checked(_LIBC.prctl(ctypes.c_int(option), *words))


def unshare(flags: int) -> None:
    """Leave the namespaces ``flags`` names for new, empty ones."""
    _checked(_LIBC.unshare(ctypes.c_int(flags)))


def sethostname(name: bytes) -> None:
    """Name the machine, in this process's own namespace."""
    _checked(_LIBC.sethostname(name, ctypes.c_size_t(len(name))))


def mount(kind: bytes | None, target: bytes, flags: int, options: bytes | None = None) -> None:
    """Mount a file system of ``kind`` over ``target``."""
    _checked(_LIBC.mount(kind, target, kind, ctypes.c_ulong(flags), options))


def drop_capabilities() -> None:
    """Give up every capability for good, in this process and all it will start."""
    for capability in range(LAST_CAPABILITY + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # beyond the last one, or not ours to drop
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall(SYS_CAPSET[platform.machine()], ctypes.byref(header), ctypes.byref(nothing))


def close_from(first: int) -> None:
    """Close every descriptor from ``first`` on."""
    try:
        syscall(SYS_CLOSE_RANGE, ctypes.c_uint(first), ctypes.c_uint(0xFFFFFFFF), ctypes.c_uint(0))
    except OSError:
        os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def landlock_version() -> int:
    """Return the version of Landlock this kernel speaks.

    Raises:
        OSError: it speaks none, or Landlock is switched off.
    """
    return syscall(
        SYS_LANDLOCK_CREATE_RULESET,
        None,
        ctypes.c_size_t(0),
        ctypes.c_uint32(LANDLOCK_CREATE_RULESET_VERSION),
    )


def landlock_deny(rights: tuple[int, ...]) -> None:
    """Forbid this process ``rights`` (file, network, scope) everywhere, for good."""
    attributes = (ctypes.c_uint64 * len(rights))(*rights)
    ruleset = syscall(
        SYS_LANDLOCK_CREATE_RULESET,
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
        ctypes.c_uint32(0),
    )
    try:
        syscall(SYS_LANDLOCK_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def seccomp(program: bytes) -> None:
    """Let the BPF ``program`` decide over every further system call."""
    instructions = ctypes.create_string_buffer(program, len(program))

    class _Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))

    filtered = _Program(len(program) // 8, ctypes.cast(instructions, ctypes.c_void_p))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filtered))

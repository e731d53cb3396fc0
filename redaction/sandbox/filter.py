"""The list of system calls a worker may make, compiled for the kernel's filter.

Room: redaction/sandbox. Pure. What is not listed fails with EPERM: no socket, no opening of
any path, no new process or program, no signal to others, no tracing, no new limits. A call in
another architecture's numbering kills. Sources: seccomp(2), <linux/filter.h>,
arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
"""

import errno
import struct
from typing import Final

# Name → number on x86_64, number on aarch64; None where an architecture has no such call.
ALLOWED: Final[dict[str, tuple[int | None, int | None]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "dup": (32, 23),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "ftruncate": (77, 46),
    "gettimeofday": (96, 169),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "time": (201, None),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    # The C library asks for the state of an open file with this one and an empty path.
    "newfstatat": (262, 79),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}

# A library that is refused memory aborts: this call, on its own process and no other.
SIGNAL_TO_ITSELF: Final = (234, 131)
ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_INSTRUCTION: Final = struct.Struct("<HBBI")
_LOAD: Final = 0x20  # a word of struct seccomp_data, at the offset k
_EQUAL: Final = 0x15
_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16  # its lower half, on machines that store that first
_X32_BIT: Final = 0x40000000
_KILL_PROCESS: Final = 0x80000000
_ERROR: Final = 0x00050000
_ALLOW: Final = 0x7FFF0000


def program(machine: str, pid: int) -> bytes:
    """Return the filter of the process ``pid`` on ``machine`` (as platform.machine() names it).

    Raises:
        KeyError: the calls of this architecture are not listed here.
    """
    column, architecture = ARCHITECTURES[machine]
    numbers = sorted(n for row in ALLOWED.values() if (n := row[column]) is not None)
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_EQUAL, 0, 4, SIGNAL_TO_ITSELF[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 0, 1, pid),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
    ]
    # A listed call jumps over the rest of the list and the refusal behind it.
    instructions += [
        (_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)
    ]
    instructions += [(_RETURN, 0, 0, _ERROR | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in instructions)

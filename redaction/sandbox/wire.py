"""What is said between the gateway and the zygote, and how little of it there is.

Room: redaction/sandbox. Pure. One packet of a SOCK_SEQPACKET socket is one message; descriptors
travel beside it (SCM_RIGHTS). Drawings never travel here: they lie in the memfds.

    gateway → zygote   JSON Job                 + source, cleaned, report
    zygote  → gateway  kind, job, value (13 B)  STARTED + pidfd of the worker
                                                ENDED   value = wait status
                                                READY   value = walls that held (WallLevel bits)
"""

import json
import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from redaction.errors import WorkerFailedError
from redaction.model import Category, Profile

MAX_JOB_BYTES: Final = 96 * 1024  # room for redaction.model.MAX_CHOSEN ids
NOTE: Final = struct.Struct("<BQi")
JOB_DESCRIPTORS: Final = 3


class Work(StrEnum):
    """What the worker is to do with its file."""

    SCRUB = "scrub"
    INSPECT = "inspect"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take. Address space and files in bytes, processor time in seconds."""

    memory_bytes: int
    file_bytes: int
    cpu_s: int


@dataclass(frozen=True, slots=True)
class Job:
    """One file's order."""

    number: int
    work: Work
    profile: Profile
    limits: Limits


class Kind(IntEnum):
    """What a note tells."""

    READY = 1
    STARTED = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the zygote tells: about which job, and a number whose sense the kind gives."""

    kind: Kind
    job: int
    value: int


def write_job(job: Job) -> bytes:
    """Return ``job`` as a packet.

    Raises:
        ValueError: its profile is too long for a packet.
    """
    packet = json.dumps(
        {
            "number": job.number,
            "work": job.work.value,
            "profile": job.profile.name,
            "redact_content": sorted(job.profile.redact_content),
            "redact_findings": sorted(job.profile.redact_findings),
            "limits": [job.limits.memory_bytes, job.limits.file_bytes, job.limits.cpu_s],
        }
    ).encode()
    if len(packet) > MAX_JOB_BYTES:
        raise ValueError("the profile is too long for a packet")
    return packet


def read_job(packet: bytes) -> Job:
    """Return the job that ``write_job`` wrote. The gateway is trusted: nothing is doubted."""
    order = json.loads(packet)
    profile = Profile(
        order["profile"],
        frozenset(map(Category, order["redact_content"])),
        frozenset(order["redact_findings"]),
    )
    return Job(order["number"], Work(order["work"]), profile, Limits(*order["limits"]))


def write_note(note: Note) -> bytes:
    """Return ``note`` as a packet."""
    return NOTE.pack(note.kind, note.job, note.value)


def read_note(untrusted_packet: bytes) -> Note:
    """Return the note these bytes are.

    Raises:
        WorkerFailedError: another length, or an unknown kind.
    """
    if len(untrusted_packet) != NOTE.size:
        raise WorkerFailedError("a note of another length")
    untrusted_kind, number, value = NOTE.unpack(untrusted_packet)
    if untrusted_kind not in set(Kind):
        raise WorkerFailedError("a note of unknown kind")
    return Note(Kind(untrusted_kind), number, value)

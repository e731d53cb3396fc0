"""ZIP archives of drawings: each file cleaned as it is sent alone, then packed anew.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Headers, times, owners and
comments go with the old packing (``redaction.carriers.zip_container``); files that only tell of
people and their machines go altogether. Specification: APPNOTE 6.3.10.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import zip_container, zip_findings
from redaction.carriers.zip_container import Archive, Entry
from redaction.errors import EmptyFileError
from redaction.fidelity import members as oracle
from redaction.model import Action, Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REPACK: Final = "repack"
# Who has a drawing open, what a file manager noted, what was deleted: no part of any drawing.
JUNK: Final = re.compile(
    r"(?:^|/)(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|~\$[^/]*|\.~lock\.[^/]*"
    r"|[^/]*\.(?:dwl2?|lck)|acad\.err|plot\.log|\.directory|\.Trash[^/]*(?:/.*)?)$",
    re.IGNORECASE,
)


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - members are planned by their own
    """Return whether it must be packed anew, and what the old packing tells.

    Raises:
        EmptyFileError: no file is left in it.
        RedactionError: as ``zip_container.read``.
    """
    archive = zip_container.read(data)
    kept = _kept(archive)
    if all(entry.is_directory for entry in kept):
        raise EmptyFileError
    positions = [(at, entry) for at, entry in enumerate(archive.entries, 1)]
    findings = [
        *zip_findings.packing(archive),
        *(_junk(at, entry) for at, entry in positions if _is_junk(entry)),
        *zip_findings.names([(at, entry.name) for at, entry in positions if not _is_junk(entry)]),
    ]
    repack = zip_container.packed(kept) != data
    return Plan(tuple(findings), tasks=(REPACK,) if repack else ())


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the archive packed anew; without that task, ``data`` itself."""
    if REPACK not in plan.tasks:
        return data
    return zip_container.packed(_kept(zip_container.read(data)))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that every file but the junk is in it, the same bytes under the same name.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = zip_container.read(original), zip_container.read(cleaned)
    gone = {entry.name for entry in before.entries if _is_junk(entry)}
    return (oracle.parts(_contents(before), _contents(after), removed=gone),)


def members(data: bytes) -> Sequence[Member]:
    """Return every file that stays, to be cleaned by its own handler."""
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(zip_container.read(data).entries, 1)
        if not entry.is_directory and not _is_junk(entry)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the archive with the files in ``replaced`` holding what stands there."""
    return zip_container.packed(
        entry.replaced(replaced.get(entry.name, entry.content))
        for entry in zip_container.read(data).entries
    )


def _kept(archive: Archive) -> list[Entry]:
    return [entry for entry in archive.entries if not _is_junk(entry)]


def _is_junk(entry: Entry) -> bool:
    return JUNK.search(entry.name) is not None


def _contents(archive: Archive) -> Mapping[str, bytes]:
    return {entry.name: entry.content for entry in archive.entries}


def _junk(position: int, entry: Entry) -> Finding:
    name = entry.name.rpartition("/")[2] or entry.name
    where = f"member {position}"
    return Finding("ZIP.member", Category.HISTORY, Action.REMOVED, name, where, seed=False)


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

"""ZIP archives of drawings: each file cleaned as it is sent alone, then packed anew.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Headers, times, owners and
comments go with the old packing (``redaction.carriers.zip_container``); files that only tell of
people and their machines go altogether. Specification: APPNOTE 6.3.10.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import archive_junk, zip_container, zip_findings
from redaction.carriers.zip_container import Archive, Entry
from redaction.errors import EmptyFileError
from redaction.fidelity import members as oracle
from redaction.model import Member, Plan, Profile, Proof
from redaction.text import people

REPACK: Final = "repack"


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - members are planned by their own
    """Return whether it must be packed anew, and what the old packing tells.

    Raises:
        EmptyFileError: no file is left in it.
        RedactionError: as ``zip_container.read``.
    """
    archive = zip_container.read(data)
    if not any(map(_is_sent, archive.entries)):
        raise EmptyFileError
    positions = list(enumerate(archive.entries, 1))
    findings = [
        *zip_findings.packing(archive),
        *(
            found
            for at, entry in positions
            for found in archive_junk.findings("ZIP", at, entry.name, entry.content)
        ),
        *zip_findings.names(
            [(at, entry.name) for at, entry in positions if not archive_junk.is_dropped(entry.name)]
        ),
    ]
    repack = zip_container.packed(_settled(archive)) != data
    return Plan(tuple(findings), tasks=(REPACK,) if repack else ())


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the archive packed anew; without that task, ``data`` itself."""
    if REPACK not in plan.tasks:
        return data
    return zip_container.packed(_settled(zip_container.read(data)))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that every file that stays is in it, the same bytes under the same name.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = zip_container.read(original), zip_container.read(cleaned)
    gone = {entry.name for entry in before.entries if archive_junk.is_dropped(entry.name)}
    blanked = {entry.name: len for entry in before.entries if archive_junk.is_blanked(entry.name)}
    contents = (_contents(before), _contents(after))
    return (oracle.parts(*contents, removed=gone, projections=blanked),)


def members(data: bytes) -> Sequence[Member]:
    """Return every file that was sent, to be cleaned by its own handler."""
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(zip_container.read(data).entries, 1)
        if _is_sent(entry)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the archive with the files in ``replaced`` holding what stands there."""
    return zip_container.packed(
        entry.replaced(replaced.get(entry.name, entry.content))
        for entry in zip_container.read(data).entries
    )


def _settled(archive: Archive) -> list[Entry]:
    return [
        entry.replaced(archive_junk.blanked(entry.name, entry.content))
        for entry in archive.entries
        if not archive_junk.is_dropped(entry.name)
    ]


def _is_sent(entry: Entry) -> bool:
    junk = archive_junk.is_dropped(entry.name) or archive_junk.is_blanked(entry.name)
    return not (entry.is_directory or junk)


def _contents(archive: Archive) -> Mapping[str, bytes]:
    return {entry.name: entry.content for entry in archive.entries}


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

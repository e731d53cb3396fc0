"""Tar and 7z archives: each file cleaned as it is sent alone, then written anew.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Owners, groups, times and
extended headers go with the old writing (``redaction.carriers.tar_archive``, ``sevenzip_archive``);
the archive stays of its kind. Sources: POSIX.1-2017 pax, RFC 1952, 7-Zip's ``7zFormat.txt``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from redaction.carriers import archive_junk, sevenzip_archive, tar_archive, zip_findings
from redaction.carriers.tar_archive import Archive, Entry
from redaction.errors import EmptyFileError
from redaction.fidelity import members as oracle
from redaction.model import Action, Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
SEVENZIP: Final = "7z"


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - members are planned by their own
    """Return whether it must be written anew, and what the old headers tell.

    Raises:
        EmptyFileError: no file is left in it.
        RedactionError: as ``tar_archive.read``.
    """
    archive = _read(data)
    if not any(map(_is_sent, archive.entries)):
        raise EmptyFileError
    positions = list(enumerate(archive.entries, 1))
    carrier = "7Z" if archive.kind == SEVENZIP else "TAR"
    findings = [found for at, entry in positions for found in _told(carrier, at, entry)]
    if archive.telling_head:
        told = ("TAR.packing", Category.HISTORY, Action.REMOVED, "name, time and system")
        findings.append(Finding(*told, seed=False))
    findings += zip_findings.names(
        [(at, entry.name) for at, entry in positions if not archive_junk.is_dropped(entry.name)],
        carrier,
    )
    same = _plain(archive.kind, _settled(archive)) == archive.plain and not archive.telling_head
    return Plan(tuple(findings), tasks=() if same else (REWRITE,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the archive written anew; without that task, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    archive = _read(data)
    return _written(archive.kind, _settled(archive))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that every file that stays is in it, the same bytes under the same name.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = _contents(original), _contents(cleaned)
    gone = {name for name in before if archive_junk.is_dropped(name)}
    blanked = {name: len for name in before if archive_junk.is_blanked(name)}
    return (oracle.parts(before, after, removed=gone, projections=blanked),)


def members(data: bytes) -> Sequence[Member]:
    """Return every file that was sent, to be cleaned by its own handler."""
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(_read(data).entries, 1)
        if _is_sent(entry)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the archive with the files in ``replaced`` holding what stands there."""
    archive = _read(data)
    entries = (
        replace(entry, content=replaced.get(entry.name, entry.content)) for entry in archive.entries
    )
    return _written(archive.kind, entries)


def _read(data: bytes) -> Archive:
    if data.startswith(sevenzip_archive.MAGIC):
        return sevenzip_archive.read(data)
    return tar_archive.read(data)


def _written(kind: str, entries: Iterable[Entry]) -> bytes:
    if kind == SEVENZIP:
        return sevenzip_archive.written(entries)
    return tar_archive.written(kind, entries)


def _plain(kind: str, entries: Iterable[Entry]) -> bytes:
    """Return the archive without the packing around it, which only tar has."""
    return sevenzip_archive.written(entries) if kind == SEVENZIP else tar_archive.plain(entries)


def _settled(archive: Archive) -> list[Entry]:
    return [
        replace(entry, content=archive_junk.blanked(entry.name, entry.content))
        for entry in archive.entries
        if not archive_junk.is_dropped(entry.name)
    ]


def _is_sent(entry: Entry) -> bool:
    junk = archive_junk.is_dropped(entry.name) or archive_junk.is_blanked(entry.name)
    return not (entry.is_directory or junk)


def _contents(data: bytes) -> Mapping[str, bytes]:
    return {entry.name: entry.content for entry in _read(data).entries}


def _told(carrier: str, position: int, entry: Entry) -> Iterator[Finding]:
    told: list[tuple[str, Category, str]] = []
    if entry.owner:
        told.append(("owner", Category.USERNAME, entry.owner))
    if entry.time:
        told.append(("time", Category.TIME, "time of the last change"))
    told += [("field", Category.HISTORY, name) for name in entry.fields]
    for what, category, value in told:
        where = f"member {position}"
        yield Finding(f"{carrier}.{what}", category, Action.REMOVED, value, where, seed=False)
    yield from archive_junk.findings(carrier, position, entry.name, entry.content)


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

"""Fusion archives (F3D): who saved a design goes, every shape stays byte for byte.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. An archive is a ZIP of shapes
(ASM, binary), the design's own streams of numbers and counted strings, packages of materials (each
a ZIP again), settings in JSON, previews and pictures that were put into the design. Streams keep
their length: paths and names are overwritten in their place as in other native files
(``carriers.native_streams``). Layout as seen in archives of 2018 and 2021; nothing is published.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from redaction.carriers import (
    json_walk,
    labelled_fields,
    native_streams,
    zip_container,
    zip_findings,
)
from redaction.carriers.native_streams import Draft
from redaction.carriers.xml_part import Change
from redaction.carriers.zip_container import Archive, Entry
from redaction.errors import RedactionError, UnreadableError
from redaction.fidelity import members as oracle
from redaction.model import Action, CarrierClass, Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
REWRITE_PATHS: Final = "rewrite-paths"
FAMILY: Final = "F3D"
PREVIEW: Final = re.compile(r"(?:^|/)Previews/[^/]+$")
# Shapes, streams and settings, which Fusion itself wrote; what else was put into a design has a
# format of its own.
OWN: Final = re.compile(
    r"\.(?:dat|smbh?|smt|json|xml|bin|inf)$|(?:^|/)[^./]+$"
    r"|\.BlobParts/[^/]+\.(?!png|jpe?g|gif|bmp|tiff?|webp|heic|svg|pdf|dxf|dwg|protein)\w+$",
    re.IGNORECASE,
)
PACKAGE: Final = re.compile(r"\.protein$", re.IGNORECASE)
SETTINGS: Final = re.compile(r"(?:^|/)(?:Properties\.dat|[^/]+\.json)$", re.IGNORECASE)
INSIDE: Final = "!"
COUNT_BYTES: Final = 4
# Where a design, a project or its owner's team lies in Autodesk's cloud.
CLOUD: Final = re.compile(
    rb"urn:adsk[\w.:/-]{4,200}|u\0r\0n\0:\0a\0d\0s\0k\0(?:[\w.:/-]\0){4,200}", re.IGNORECASE
)
SHAPE_TIME: Final = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}"
)
SHAPE_HEAD_BYTES: Final = 256


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what the rewrite takes out, and what stays that its owner may want to know of.

    Raises:
        UnreadableError: settings are no JSON.
        OpaqueStreamError: a stream holds a path in a part that is packed for itself.
        RedactionError: as ``zip_container.read``.
    """
    archive = zip_container.read(data)
    task = REWRITE
    draft = _drafted(archive, task)
    if any(profile.asks(kept.carrier, kept.category, kept.value) for kept in draft.stays()):
        task = REWRITE_PATHS
        draft = _drafted(archive, task)
    findings = [*zip_findings.packing(archive), *draft.findings, *draft.named()]
    findings += [found for entry in archive.entries for found in _kept(entry)]
    clean = _packed(archive, draft.contents) == data
    return Plan(tuple(findings), tasks=() if clean else (task,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the archive written anew; without a planned rewrite, ``data`` itself."""
    if not plan.tasks:
        return data
    archive = zip_container.read(data)
    return _packed(archive, _drafted(archive, *plan.tasks).contents)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every part is the same, but for text overwritten in its place, and previews.

    Raises:
        NotFaithfulError: something else differs.
    """
    archive = zip_container.read(original)
    before = {entry.name: entry.content for entry in archive.entries}
    after = {entry.name: entry.content for entry in zip_container.read(cleaned).entries}
    task = plan.tasks[0] if plan.tasks else REWRITE
    drafted = _drafted(archive, task).contents
    projections = {entry.name: _projection(entry, drafted) for entry in archive.entries}
    return (oracle.parts(before, after, projections=projections),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures and other files put into the design, for their own handlers."""
    found = []
    for position, entry in enumerate(zip_container.read(data).entries, 1):
        if PACKAGE.search(entry.name):
            inner = zip_container.read(entry.content).entries
            named = [(_inner(entry, part), part) for part in inner]
        else:
            named = [(entry.name, entry)]
        found += [Member(position, name, part.content) for name, part in named if _is_other(part)]
    return found


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the archive with the members in ``replaced`` holding what stands there."""
    archive = zip_container.read(data)
    return zip_container.packed(
        entry.replaced(_refilled(entry, replaced)) for entry in archive.entries
    )


def _drafted(archive: Archive, task: str) -> Draft:
    """Return the streams of the archive, and those in its packages, as they will be."""
    draft = Draft(FAMILY, Profile() if task == REWRITE else None)
    for entry in archive.entries:
        if PREVIEW.search(entry.name):
            draft.replace(entry.name, entry.content, native_streams.EMPTY_PNG)
        elif PACKAGE.search(entry.name):
            for part in zip_container.read(entry.content).entries:
                _change(draft, _inner(entry, part), part)
        else:
            _change(draft, entry.name, entry)
    draft.finish()
    return draft


def _change(draft: Draft, name: str, part: Entry) -> None:
    if part.is_directory or _is_other(part):
        return
    content = part.content
    if SETTINGS.search(part.name):
        content, changes = _settings(content)
        draft.told(name, changes)
    draft.change(name, content)


def _settings(content: bytes) -> tuple[bytes, list[Change]]:
    """Return settings with what tells of people blanked, of the same length, and what it told.

    Raises:
        UnreadableError: they are no JSON.
    """
    counted = int.from_bytes(content[:COUNT_BYTES], "little") == len(content) - COUNT_BYTES
    head = COUNT_BYTES if counted else 0
    try:
        text = content[head:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("settings are no text") from error
    out: list[str] = []
    changes: list[Change] = []
    position = 0
    for value in json_walk.values(text) if text.strip() else ():
        said = (value.text or "").strip()
        name = value.path[-1] if value.path else ""
        category = labelled_fields.category(name, said) if said else None
        if category is None:
            continue
        blank = " " * len(text[value.start + 1 : value.end - 1].encode())
        out += (text[position : value.start + 1], blank)
        position = value.end - 1
        changes.append(Change(name, said, category))
    out.append(text[position:])
    return content[:head] + "".join(out).encode(), changes


def _kept(entry: Entry) -> Iterator[Finding]:
    """Yield what stays in a part and may tell something: times of shapes, places in the cloud."""
    if SHAPE_TIME.search(entry.content, 0, SHAPE_HEAD_BYTES):
        yield Finding(
            f"{FAMILY}.shape", Category.TIME, Action.KEPT, "time of a shape", entry.name, seed=False
        )
    for place in sorted(set(CLOUD.findall(entry.content))):
        value = place.replace(b"\0", b"").decode("ascii")
        yield Finding(
            f"{FAMILY}.cloud",
            Category.IDENTIFIER,
            Action.REVIEW,
            value,
            entry.name,
            CarrierClass.CONTENT,
        )


def _is_other(part: Entry) -> bool:
    """Return whether a part is a file of a format of its own."""
    known = OWN.search(part.name) or PREVIEW.search(part.name) or PACKAGE.search(part.name)
    return not (part.is_directory or known)


def _refilled(entry: Entry, contents: Mapping[str, bytes]) -> bytes:
    """Return what ``entry`` holds once it, or the parts of its package, are replaced."""
    if not PACKAGE.search(entry.name):
        return contents.get(entry.name, entry.content)
    parts = zip_container.read(entry.content).entries
    new = [part.replaced(contents.get(_inner(entry, part), part.content)) for part in parts]
    same = all(old.content == part.content for old, part in zip(parts, new, strict=True))
    return entry.content if same else zip_container.packed(new)


def _inner(entry: Entry, part: Entry) -> str:
    return f"{entry.name}{INSIDE}{part.name}"


def _packed(archive: Archive, contents: Mapping[str, bytes]) -> bytes:
    return zip_container.packed(
        entry.replaced(_refilled(entry, contents)) for entry in archive.entries
    )


def _projection(entry: Entry, drafted: Mapping[str, bytes]) -> Callable[[bytes], object]:
    """Return what sees in a part, or in the parts of its package, only what was not planned."""
    if not PACKAGE.search(entry.name):
        return _one_of(entry.content, drafted.get(entry.name, entry.content))
    parts = zip_container.read(entry.content).entries
    inner = {
        part.name: _one_of(part.content, drafted.get(_inner(entry, part), part.content))
        for part in parts
    }

    def projected(content: bytes) -> object:
        try:
            found = zip_container.read(content).entries
        except RedactionError:
            return content
        return [
            (part.name, inner[part.name](part.content) if part.name in inner else part.content)
            for part in found
        ]

    return projected


def _one_of(*allowed: bytes) -> Callable[[bytes], object]:
    """Return what tells the versions in ``allowed`` from everything else, not from each other."""
    return lambda content: None if content in allowed else content


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

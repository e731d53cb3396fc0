"""FreeCAD documents (FCStd): who made them goes, every shape stays byte for byte.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. A document is a ZIP of two XML
parts, shapes, tables of numbers and files that were put into it; it is never opened by FreeCAD,
for that runs the Python it names. Carriers: App::Document's properties (FreeCAD ``Document.cpp``).
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from redaction.carriers import (
    echoes,
    sparing,
    xml_findings,
    xml_part,
    xml_projection,
    xml_words,
    zip_container,
    zip_findings,
)
from redaction.carriers.xml_part import Instead, Rules
from redaction.carriers.zip_container import Archive
from redaction.errors import UnreadableError
from redaction.fidelity import members as oracle
from redaction.model import Action, CarrierClass, Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
DOCUMENT: Final = "Document.xml"
PREVIEWS: Final = "thumbnails/"
NO_TIME: Final = Instead("1970-01-01T00:00:00Z", Category.TIME)
NOBODY: Final = Instead("", Category.PERSON)
RULES: Final = Rules(
    inside={
        ("Property", "CreatedBy"): NOBODY,
        ("Property", "LastModifiedBy"): NOBODY,
        ("Property", "Company"): Instead("", Category.ORGANISATION),
        ("Property", "CreationDate"): NO_TIME,
        ("Property", "LastModifiedDate"): NO_TIME,
        ("Property", "Id"): Instead("", Category.COMMENT),
        ("Property", "Meta"): Instead("", Category.COMMENT),
        ("Property", "TransientDir"): Instead("", Category.PATH),
        ("Property", "Uid"): Instead("00000000-0000-0000-0000-000000000000", Category.IDENTIFIER),
    },
)
# FreeCAD's own data: shapes, meshes, tables of numbers; its arrays have names without an ending.
OWN: Final = re.compile(
    r"(?:^|/)[^./]+$|\.(?:brp|brep|bin|bms|ast|unv|vtu|vtk|map\.txt|elementmap|stringhasher)$",
    re.IGNORECASE,
)


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - the drawing's words are only told
    """Return what the rewrite takes out, and whom the drawing's own words name.

    Raises:
        UnreadableError: a part is no XML, or has a document type.
        RedactionError: as ``zip_container.read``.
    """
    archive = zip_container.read(data)
    contents, taken = _cleaned(archive)
    texts = {name: xml_part.decoded(content).text for name, content in contents.items()}
    shown = [xml_words.words(name, text) for name, text in texts.items()]
    findings = [*zip_findings.packing(archive), *taken, *xml_words.named("FCStd.text", shown)]
    findings += xml_words.echoes("FCStd.text", echoes.telling(taken), shown)
    findings += [finding for name, text in texts.items() for finding in _programs(name, text)]
    clean = _packed(archive, contents) == data
    return Plan(tuple(findings), tasks=() if clean else (REWRITE,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the document written anew; without a planned rewrite, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    archive = zip_container.read(data)
    return _packed(archive, _cleaned(archive)[0])


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that every part is the same, and the XML too but for the carriers in the table.

    Raises:
        NotFaithfulError: something else differs.
    """
    before = {entry.name: entry.content for entry in zip_container.read(original).entries}
    after = {entry.name: entry.content for entry in zip_container.read(cleaned).entries}
    gone = {name for name in before if _is_preview(name)}
    projections = {name: _projected for name in before if _is_xml(name)}
    return (oracle.parts(before, after, removed=gone, projections=projections),)


def members(data: bytes) -> Sequence[Member]:
    """Return the files that were put into the document, to be cleaned by their own handlers."""
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(zip_container.read(data).entries, 1)
        if not (entry.is_directory or _is_xml(entry.name) or _is_preview(entry.name))
        and not OWN.search(entry.name)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the document with the members in ``replaced`` holding what stands there."""
    return zip_container.packed(
        entry.replaced(replaced.get(entry.name, entry.content))
        for entry in zip_container.read(data).entries
    )


def spared(plan: Plan, profile: Profile) -> Plan:
    """Return the plan of a file; one that names nobody stays byte for byte."""
    return sparing.spared(plan, profile)


def _cleaned(archive: Archive) -> tuple[dict[str, bytes], list[Finding]]:
    if archive.content(DOCUMENT) is None:
        raise UnreadableError("no document")
    contents: dict[str, bytes] = {}
    findings: list[Finding] = []
    for entry in archive.entries:
        if _is_preview(entry.name):
            preview = xml_findings.taken("FCStd", "preview", Category.PREVIEW, "picture", "")
            findings.append(preview)
        elif _is_xml(entry.name):
            contents[entry.name], changes = xml_findings.changed(entry.content, RULES)
            findings += [xml_findings.told("FCStd", change, entry.name) for change in changes]
    return contents, findings


def _projected(content: bytes) -> bytes:
    return xml_projection.projected(content, RULES)


def _programs(where: str, text: str) -> Iterator[Finding]:
    """Yield, for review, each Python class the document names, and whom its data names."""
    for token in xml_part.tokens(text):
        if token.lastgroup != "attributes" or token["close"] or token["name"] != "Python":
            continue
        held = xml_part.attributes(token["attributes"])
        if "module" in held:
            named = f"{held['module']}.{held.get('class', '')}"
            yield _kept("Python", Category.SCRIPT, named, where, CarrierClass.ACTIVE, 1.0)
        data = _unpacked(held.get("value", ""))
        for span in people.find(data):
            value = data[span.start : span.end]
            yield _kept(
                "Python", span.category, value, where, CarrierClass.CONTENT, span.confidence
            )


def _kept(
    carrier: str, category: Category, value: str, where: str, kind: CarrierClass, sure: float
) -> Finding:
    return Finding(f"FCStd.{carrier}", category, Action.REVIEW, value, where, kind, confidence=sure)


def _unpacked(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8")
    except ValueError:
        return value


def _is_preview(name: str) -> bool:
    return name.casefold().startswith(PREVIEWS) and not name.endswith("/")


def _is_xml(name: str) -> bool:
    return name.casefold().endswith(".xml")


def _packed(archive: Archive, contents: Mapping[str, bytes]) -> bytes:
    return zip_container.packed(
        entry.replaced(contents.get(entry.name, entry.content))
        for entry in archive.entries
        if not _is_preview(entry.name)
    )


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

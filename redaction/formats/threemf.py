"""3MF packages for printing: who made and sliced them goes, every triangle stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. A package is a ZIP of parts:
models, pictures on them, and whatever slicers put beside them. Models are changed where they stand
(``threemf_model``), parts that no model needs go (``threemf_parts``), pictures are cleaned by their
own handlers. Source: 3MF core 1.3; docs/reference/formats/3mf.md lists every carrier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import (
    echoes,
    xml_findings,
    xml_package,
    xml_part,
    xml_projection,
    xml_words,
    zip_container,
    zip_findings,
)
from redaction.carriers.changes import Changes
from redaction.carriers.xml_part import Rules
from redaction.fidelity import members as oracle
from redaction.fidelity import mesh
from redaction.formats import threemf_model, threemf_parts
from redaction.formats.threemf_parts import Parts
from redaction.model import Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
# Words of the package's own grammar and namespaces: found elsewhere they name nobody.
_GRAMMAR: Final = """
    MICROSOFT OPENXMLFORMATS 3MF BAMBU BAMBULAB PRUSA SLIC3R ULTIMAKER CURA MODEL OBJECT BUILD ITEM
    MESH RESOURCES COMPONENT COMPONENTS VERTEX VERTICES TRIANGLE TRIANGLES COLOR BASE MATERIAL
    TEXTURE UNIT INCH MILLIMETER PATH TYPE NAME CONTENT TRANSFORM CORE SCHEMAS PACKAGE PRODUCTION
    VOLUME CONFIG PART PLATE METADATA MATRIX
"""
# In what slicers keep beside the models only local paths are cut down.
VOLUMES: Final = Rules()


@dataclass(slots=True)
class _Package:
    """A package being cleaned: its parts as they will be, and what is shown in them."""

    parts: Parts
    contents: dict[str, bytes] = field(default_factory=dict)
    shown: list[xml_words.Words] = field(default_factory=list)
    changes: Changes = field(default_factory=lambda: Changes(keywords=set(_GRAMMAR.split())))


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - names of objects are only told
    """Return what the rewrite takes out, and whom the names of objects name.

    Raises:
        EncryptedError: parts of it are encrypted.
        UnreadableError: no package, no model, or a model that is no XML.
        RedactionError: as ``zip_container.read``.
    """
    package = _cleaned(data)
    kept = [
        (position, entry.name)
        for position, entry in enumerate(package.parts.archive.entries, 1)
        if xml_package.folded(entry.name) not in package.parts.removed
    ]
    findings = [*zip_findings.packing(package.parts.archive), *package.changes.findings]
    findings += zip_findings.names(kept)
    findings += xml_words.named("3MF.text", package.shown)
    findings += _echoed(package, kept)
    clean = _packed(package) == data
    return Plan(tuple(findings), tasks=() if clean else (REWRITE,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the package written anew; without a planned rewrite, ``data`` itself."""
    return _packed(_cleaned(data)) if REWRITE in plan.tasks else data


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that the models hold the same triangles and, but for carriers, say the same.

    Raises:
        NotFaithfulError: something else differs.
    """
    parts = threemf_parts.read(original)
    before = {entry.name: entry.content for entry in parts.archive.entries}
    after = {entry.name: entry.content for entry in zip_container.read(cleaned).entries}
    gone = {name for name in before if xml_package.folded(name) in parts.removed}
    models = [name for name in before if xml_package.folded(name) in parts.models]
    projections = {name: _projection(parts, name) for name in before if _is_xml(parts, name)}
    proof = oracle.parts(before, after, removed=gone, projections=projections)
    was, became = (_texts(side, models) for side in (before, after))
    return (mesh.elements(was, became, threemf_model.RUN), proof)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures that models show, to be cleaned by their own handlers."""
    parts = threemf_parts.read(data)
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(parts.archive.entries, 1)
        if xml_package.folded(entry.name) in parts.pictures - parts.models - parts.removed
        and not entry.is_directory
        and not _is_xml(parts, entry.name)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the package with the members in ``replaced`` holding what stands there."""
    return zip_container.packed(
        entry.replaced(replaced.get(entry.name, entry.content))
        for entry in zip_container.read(data).entries
    )


def _cleaned(data: bytes) -> _Package:
    package = _Package(threemf_parts.read(data))
    parts, changes = package.parts, package.changes
    numbers: dict[str, str] = {}
    for entry in parts.archive.entries:
        name, folded = entry.name, xml_package.folded(entry.name)
        if folded in parts.removed:
            threemf_parts.told(name, entry.content, changes)
        elif _is_list(name):
            written, found = xml_package.without(entry.content, name, parts.removed)
            package.contents[name] = written
            changes.findings += [xml_findings.told("3MF", change, name) for change in found]
        elif folded in parts.models:
            model = threemf_model.read(entry.content, name, numbers, changes)
            package.contents[name] = model.written()
            package.shown.append(xml_words.words(name, model.shown))
        elif folded in parts.volumes:
            package.contents[name], found = xml_findings.changed(entry.content, VOLUMES)
            changes.findings += [xml_findings.told("3MF", change, name) for change in found]
            text = xml_part.decoded(package.contents[name]).text
            package.shown.append(xml_words.words(name, text))
    return package


def _echoed(package: _Package, kept: Sequence[tuple[int, str]]) -> list[Finding]:
    """Return, for review, removed words that names of objects and of parts repeat."""
    telling = echoes.telling(package.changes.findings)
    names = xml_words.Words("names of parts", "\n".join(name for _, name in kept), "", "")
    return xml_words.echoes("3MF.text", telling, [*package.shown, names])


def _projection(parts: Parts, name: str) -> oracle.Projection:
    if _is_list(name):
        return lambda data: xml_package.projected(data, name, parts.removed)
    if xml_package.folded(name) in parts.models:
        return threemf_model.projected
    return lambda data: xml_projection.projected(data, VOLUMES)


def _texts(contents: Mapping[str, bytes], models: Sequence[str]) -> list[str]:
    return [xml_part.decoded(contents[name]).text for name in models]


def _is_list(name: str) -> bool:
    return name == xml_package.TYPES or bool(xml_package.RELATIONS.search(name))


def _is_xml(parts: Parts, name: str) -> bool:
    return _is_list(name) or xml_package.folded(name) in parts.models | parts.volumes


def _packed(package: _Package) -> bytes:
    return zip_container.packed(
        entry.replaced(package.contents.get(entry.name, entry.content))
        for entry in package.parts.archive.entries
        if xml_package.folded(entry.name) not in package.parts.removed
    )


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

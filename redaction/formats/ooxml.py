"""Office documents (DOCX, XLSX, PPTX and their like): who wrote them goes, what they say stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Properties become the same for
everybody; authors of comments and tracked changes are nobody; macros, previews, printers and
signatures go; pictures and embedded files are cleaned by their own handlers. Text that a reader
is told, and goes where its owner asks for it. Tables: ``ooxml_tables``; package: ``xml_package``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import (
    echoes,
    xml_choices,
    xml_findings,
    xml_package,
    xml_part,
    xml_projection,
    xml_words,
    zip_container,
    zip_findings,
)
from redaction.carriers.xml_part import Rules
from redaction.carriers.zip_container import Archive
from redaction.errors import ActiveContentError, TooComplexError, UnreadableError
from redaction.fidelity import members as oracle
from redaction.formats import ooxml_properties
from redaction.formats.ooxml_tables import (
    ANNOTATIONS,
    CUSTOM_DATA,
    FIXED,
    KEPT,
    NOBODY,
    REFUSED,
    REMOVED,
    RULES,
)
from redaction.model import Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
WORDS: Final = "OOXML.text"
MAX_NAMES: Final = 500
XML_NAMES: Final = (".xml", ".rels", ".vml")


@dataclass(slots=True)
class _Paper:
    """A document being cleaned: its parts as they will be, and what was taken out of them."""

    archive: Archive
    kind_of: Callable[[str], str]
    relations: dict[str, list[str]]  # what kinds of relationships lead to a part
    removed: dict[str, Category] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what the rewrite takes out, and whom the document's own words name.

    Raises:
        ActiveContentError: it holds programs that cannot be taken out.
        UnreadableError: no document, damaged, or it has a document type.
        RedactionError: as ``zip_container.read``.
    """
    paper = _cleaned(data)
    shown = _shown(paper)
    findings = [*zip_findings.packing(paper.archive), *paper.findings]
    told = xml_words.named(WORDS, shown)
    told += xml_words.echoes(WORDS, echoes.telling(paper.findings), shown)
    told, values = xml_choices.asked(WORDS, told, shown, profile)
    findings += told
    changed = bool(values) or _packed(paper) != data
    return Plan(tuple(findings), tasks=(REWRITE,) if changed else ())


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the document written anew; without a planned rewrite, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    return _packed(_without(_cleaned(data), xml_choices.of(plan.findings, WORDS)))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every part is the same, but for the carriers in the tables and chosen words.

    Raises:
        NotFaithfulError: something else differs.
    """
    paper = _cleaned(original)
    before = {entry.name: entry.content for entry in paper.archive.entries}
    after = {entry.name: entry.content for entry in zip_container.read(cleaned).entries}
    values = xml_choices.of(plan.findings, WORDS)
    for name in _worded(paper) if values else ():
        if name in after:
            xml_choices.prove(paper.contents[name], after[name], values)
            before[name] = xml_choices.without(before[name], values)
    gone = {name for name in before if xml_package.folded(name) in paper.removed}
    projections = {name: _projection(paper, name) for name in before if _is_xml(paper, name)}
    return (oracle.parts(before, after, removed=gone, projections=projections),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures and embedded files, to be cleaned by their own handlers."""
    paper = _opened(data)
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(paper.archive.entries, 1)
        if not entry.is_directory
        and not _is_xml(paper, entry.name)
        and xml_package.folded(entry.name) not in paper.removed
        and not paper.kind_of(entry.name).endswith(KEPT)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the document with the members in ``replaced`` holding what stands there."""
    return zip_container.packed(
        entry.replaced(replaced.get(entry.name, entry.content))
        for entry in zip_container.read(data).entries
    )


def _opened(data: bytes) -> _Paper:
    """Return the document with its parts told apart; nothing in them is changed."""
    archive = zip_container.read(data)
    types = archive.content(xml_package.TYPES)
    if types is None:
        raise UnreadableError("no content types")
    paper = _Paper(archive, xml_package.content_types(types), {})
    for entry in archive.entries:
        if xml_package.RELATIONS.search(entry.name):
            for relation in xml_package.relations(entry.name, entry.content):
                if not relation.external:
                    paper.relations.setdefault(relation.target, []).append(relation.kind)
    if not any(_leads(paper, entry.name, "/officedocument") for entry in archive.entries):
        raise UnreadableError("no document in the package")
    for entry in archive.entries:
        _classify(paper, entry.name)
    return paper


def _classify(paper: _Paper, name: str) -> None:
    """Note whether the part called ``name`` goes; refuse what must not stay and cannot go."""
    folded = xml_package.folded(name)
    told = " ".join((paper.kind_of(name), *paper.relations.get(folded, [])))
    if any(word in told for word in REFUSED):
        raise ActiveContentError
    for word, category in REMOVED:
        if word in told:
            paper.removed[folded] = category
    if xml_package.RELATIONS.search(name):
        source = xml_package.source_of(name)
        if source in paper.removed:
            paper.removed[folded] = paper.removed[source]


def _cleaned(data: bytes) -> _Paper:
    paper = _opened(data)
    for entry in paper.archive.entries:
        name = entry.name
        category = paper.removed.get(xml_package.folded(name))
        if category is not None:
            told = name.rpartition("/")[2]
            paper.findings.append(xml_findings.taken("OOXML", "part", category, told, name))
        elif _is_xml(paper, name):
            paper.contents[name] = _part(paper, name, entry.content)
    for entry in paper.archive.entries:
        if entry.name in paper.contents and _is_annotation(paper, entry.name):
            paper.contents[entry.name] = _nameless(paper, paper.contents[entry.name])
    return paper


def _part(paper: _Paper, name: str, content: bytes) -> bytes:
    """Return what the part called ``name`` holds afterwards."""
    fixed = _fixed(paper, name)
    if fixed is not None:
        if content != fixed:
            xml_findings.changed(content, Rules())  # refuses what is no XML
            telling = ooxml_properties.data_told if fixed == CUSTOM_DATA else ooxml_properties.told
            paper.findings += telling(content, name)
        return fixed
    if _is_list(name):
        written, changes = xml_package.without(content, name, paper.removed)
    else:
        written, changes = xml_findings.changed(content, RULES)
    paper.findings += [xml_findings.told("OOXML", change, name) for change in changes]
    if _is_annotation(paper, name) or paper.kind_of(name).endswith("ms-excel.person+xml"):
        people_named = (c.value for c in changes if c.category is Category.PERSON)
        paper.names |= {value for value in people_named if len(value) > 1}
        if len(paper.names) > MAX_NAMES:
            raise TooComplexError
    return written


def _nameless(paper: _Paper, content: bytes) -> bytes:
    """Return an annotation in whose text the authors, whom the program writes there, are nobody."""
    part = xml_part.decoded(content)
    out = []
    for token in xml_part.tokens(part.text):
        text = token.group()
        if token.lastgroup == "text":
            words = xml_part.plain(text)
            for name in _longest(paper.names):
                words = words.replace(name, NOBODY)
            text = text if words == xml_part.plain(text) else xml_part.escaped(words)
        out.append(text)
    return part.encoded("".join(out))


def _projection(paper: _Paper, name: str) -> oracle.Projection:
    """Return how to compare the part called ``name`` but for its carriers."""
    if _fixed(paper, name) is not None:
        return lambda _: None
    if _is_list(name):
        return lambda data: xml_package.projected(data, name, paper.removed)
    names = _longest(paper.names) if _is_annotation(paper, name) else ()
    return lambda data: xml_projection.projected(data, RULES, names)


def _fixed(paper: _Paper, name: str) -> bytes | None:
    kind = paper.kind_of(name)
    for ending, fixed in FIXED.items():
        if kind.endswith(ending):
            return fixed
    return CUSTOM_DATA if _leads(paper, name, "/customxml") else None


def _leads(paper: _Paper, name: str, kind: str) -> bool:
    """Return whether a relationship of that kind leads to the part called ``name``."""
    kinds = paper.relations.get(xml_package.folded(name), [])
    return any(known.endswith(kind) for known in kinds)


def _worded(paper: _Paper) -> list[str]:
    """Return the parts that are read for words."""
    return [name for name in paper.contents if name != xml_package.TYPES]


def _without(paper: _Paper, values: xml_choices.Values) -> _Paper:
    """Return the document without the words that were asked to go."""
    for name in _worded(paper) if values else ():
        paper.contents[name] = xml_choices.without(paper.contents[name], values)
    return paper


def _shown(paper: _Paper) -> list[xml_words.Words]:
    return [
        xml_words.words(name, xml_part.decoded(content).text)
        for name, content in ((name, paper.contents[name]) for name in _worded(paper))
    ]


def _packed(paper: _Paper) -> bytes:
    return zip_container.packed(
        entry.replaced(paper.contents.get(entry.name, entry.content))
        for entry in paper.archive.entries
        if xml_package.folded(entry.name) not in paper.removed
    )


def _is_xml(paper: _Paper, name: str) -> bool:
    kind = paper.kind_of(name)
    return name.lower().endswith(XML_NAMES) or kind.endswith(("+xml", "/xml", "vmldrawing"))


def _is_list(name: str) -> bool:
    return name == xml_package.TYPES or bool(xml_package.RELATIONS.search(name))


def _is_annotation(paper: _Paper, name: str) -> bool:
    return paper.kind_of(name).endswith(ANNOTATIONS)


def _longest(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

"""OpenDocument files (ODT, ODS, ODP, ODG): who wrote them goes, what they say stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Source: OpenDocument 1.3 part 2
(packages) §3, part 3 §3.1.3 (metadata), §5.5 (changes), §14.1 (annotations); the settings are
LibreOffice's own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import (
    echoes,
    xml_choices,
    xml_findings,
    xml_part,
    xml_projection,
    xml_words,
    zip_container,
    zip_findings,
)
from redaction.carriers.naming import removed
from redaction.carriers.xml_part import Instead, Rules
from redaction.carriers.zip_container import Archive
from redaction.errors import ActiveContentError, EncryptedError
from redaction.fidelity import members as oracle
from redaction.model import Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
WORDS: Final = "ODF.text"
MANIFEST: Final = "META-INF/manifest.xml"
META: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta xmlns:office='
    b'"urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"/>'
)
ACTIVE: Final = ("basic/", "scripts/", "dialogs/")
REMOVED: Final[tuple[tuple[str, Category], ...]] = (
    ("thumbnails/", Category.PREVIEW),
    ("meta-inf/documentsignatures.xml", Category.SIGNATURE),
    ("meta-inf/macrosignatures.xml", Category.SIGNATURE),
    ("layout-cache", Category.HISTORY),
)
_PRINTER: Final = ("PrinterName", "PrinterSetup", "PrinterFaxName", "PrintFaxName")
_SOURCE: Final = ("CurrentDatabaseDataSource", "CurrentDatabaseCommand", "LoadReadonlyPassword")
_REVISION: Final = ("Rsid", "RsidRoot")
_GONE: Final = Instead(None, Category.HISTORY)
RULES: Final = Rules(
    attributes={
        ("*", "rsid"): _GONE,
        ("*", "paragraph-rsid"): _GONE,
        ("*", "sender-initials"): Instead("A", Category.COMMENT),
        ("database-source-sql", "database-name"): Instead("", Category.PATH),
        ("file-based-database", "href"): Instead("", Category.PATH),
    },
    texts={
        "dc:creator": Instead("Author", Category.PERSON),
        "dc:date": Instead("1970-01-01T00:00:00", Category.TIME),
        "creator-initials": Instead("A", Category.COMMENT),
        "sender-initials": Instead("A", Category.COMMENT),
    },
    inside={
        **{("config-item", name): Instead("", Category.HOST) for name in _PRINTER},
        **{("config-item", name): Instead("", Category.PATH) for name in _SOURCE},
        **{("config-item", name): Instead("0", Category.HISTORY) for name in _REVISION},
    },
)
XML_NAMES: Final = (".xml", ".rdf")


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what the rewrite takes out, and whom the document's own words name.

    Raises:
        EncryptedError: it is protected by a password.
        ActiveContentError: it holds macros.
        UnreadableError: a part is no XML, or has a document type.
        RedactionError: as ``zip_container.read``.
    """
    archive = _opened(data)
    contents, taken = _cleaned(archive)
    shown = [
        xml_words.words(name, xml_part.decoded(content).text)
        for name, content in ((name, contents[name]) for name in _worded(contents))
    ]
    told = xml_words.named(WORDS, shown)
    told += xml_words.echoes(WORDS, echoes.telling(taken), shown)
    told, values = xml_choices.asked(WORDS, told, shown, profile)
    findings = [*zip_findings.packing(archive), *taken, *told]
    changed = bool(values) or _packed(archive, contents) != data
    return Plan(tuple(findings), tasks=(REWRITE,) if changed else ())


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the document written anew; without a planned rewrite, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    archive = _opened(data)
    values = xml_choices.of(plan.findings, WORDS)
    contents = _cleaned(archive)[0]
    for name in _worded(contents) if values else ():
        contents[name] = xml_choices.without(contents[name], values)
    return _packed(archive, contents)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every part is the same, but for the carriers in the table and chosen words.

    Raises:
        NotFaithfulError: something else differs.
    """
    before = {entry.name: entry.content for entry in _opened(original).entries}
    after = {entry.name: entry.content for entry in zip_container.read(cleaned).entries}
    values = xml_choices.of(plan.findings, WORDS)
    contents = _cleaned(_opened(original))[0] if values else {}
    for name in _worded(contents):
        if name in after:
            xml_choices.prove(contents[name], after[name], values)
            before[name] = xml_choices.without(before[name], values)
    gone = {name for name in before if _goes(name)}
    projections = {name: _projection(name) for name in before if _is_xml(name)}
    return (oracle.parts(before, after, removed=gone, projections=projections),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures and embedded objects, to be cleaned by their own handlers."""
    return [
        Member(position, entry.name, entry.content)
        for position, entry in enumerate(_opened(data).entries, 1)
        if not (entry.is_directory or _is_xml(entry.name) or _goes(entry.name))
        and entry.name != "mimetype"
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the document with the members in ``replaced`` holding what stands there."""
    return zip_container.packed(
        entry.replaced(replaced.get(entry.name, entry.content))
        for entry in zip_container.read(data).entries
    )


def _worded(contents: Mapping[str, bytes]) -> list[str]:
    """Return the parts that are read for words."""
    return [name for name in contents if name != MANIFEST]


def _opened(data: bytes) -> Archive:
    archive = zip_container.read(data)
    if b"encryption-data" in (archive.content(MANIFEST) or b""):
        raise EncryptedError
    for entry in archive.entries:
        if entry.name.casefold().startswith(ACTIVE) and not entry.is_directory:
            raise ActiveContentError
    return archive


def _cleaned(archive: Archive) -> tuple[dict[str, bytes], list[Finding]]:
    contents: dict[str, bytes] = {}
    findings: list[Finding] = []
    gone = frozenset(entry.name for entry in archive.entries if _goes(entry.name))
    for entry in archive.entries:
        name = entry.name
        category = _goes(name)
        if category is not None:
            findings.append(xml_findings.taken("ODF", "part", category, name, name))
        elif _is_meta(name):
            findings += _meta_told(entry.content, name) if entry.content != META else []
            contents[name] = META
        elif name == MANIFEST:
            contents[name] = _listed(entry.content, gone)
        elif _is_xml(name):
            contents[name], changes = xml_findings.changed(entry.content, RULES)
            findings += [xml_findings.told("ODF", change, name) for change in changes]
    return contents, findings


def _meta_told(content: bytes, where: str) -> list[Finding]:
    found = [xml_findings.taken("ODF", "meta", Category.HISTORY, "properties", where)]
    open_names: list[str] = []
    for token in xml_part.tokens(xml_part.decoded(content).text):
        if token.lastgroup == "text" and open_names:
            found += removed("ODF", open_names[-1], xml_part.plain(token["text"]), where)
        elif token.lastgroup == "attributes":
            if token["close"]:
                open_names = open_names[:-1]
            elif not token["attributes"].endswith("/"):
                open_names.append(xml_part.local(token["name"]))
            for name, value in xml_part.attributes(token["attributes"]).items():
                if name == "href":
                    found += removed("ODF", "path", value, where)
    return found


def _listed(content: bytes, gone: frozenset[str]) -> bytes:
    """Return the manifest without the parts that go."""
    part = xml_part.decoded(content)
    out = []
    for token in xml_part.tokens(part.text):
        held = token["attributes"]
        if held is not None and xml_part.attributes(held).get("full-path") in gone:
            continue
        out.append(token.group())
    return part.encoded("".join(out))


def _projection(name: str) -> oracle.Projection:
    if _is_meta(name):
        return lambda _: None
    if name == MANIFEST:
        return _manifest_said
    return lambda data: xml_projection.projected(data, RULES)


def _manifest_said(content: bytes) -> object:
    text = xml_part.decoded(content).text
    entries = (xml_part.attributes(t["attributes"] or "") for t in xml_part.tokens(text))
    return [held for held in entries if held and not _goes(held.get("full-path", ""))]


def _goes(name: str) -> Category | None:
    folded = name.casefold()
    return next((category for start, category in REMOVED if folded.startswith(start)), None)


def _is_meta(name: str) -> bool:
    return name == "meta.xml" or name.endswith("/meta.xml")


def _is_xml(name: str) -> bool:
    return name.casefold().endswith(XML_NAMES)


def _packed(archive: Archive, contents: Mapping[str, bytes]) -> bytes:
    return zip_container.packed(
        entry.replaced(contents.get(entry.name, entry.content))
        for entry in archive.entries
        if not _goes(entry.name)
    )


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

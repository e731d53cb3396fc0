"""Packages of parts (OPC): what each part is, and which part points at which.

Room: redaction/carriers. Pure; linear in the package. Office documents and 3MF are such packages.
When a part goes, so do the relationships to it and its content type, or a reader calls the
document damaged. Links to other files keep the file's name and lose where it lay; web pages stay
as they are. Source: ECMA-376 part 2, §6 and §7.
"""

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import unquote

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from redaction.carriers.local_paths import LOCAL, SEPARATOR
from redaction.carriers.xml_part import ATTRIBUTE, Change, attributes, decoded, escaped, local
from redaction.carriers.xml_part import tokens as tokens_of
from redaction.errors import UnreadableError
from redaction.model import Category

TYPES: Final = "[Content_Types].xml"
RELATIONS: Final = re.compile(r"(?:^|/)_rels/[^/]*\.rels$", re.IGNORECASE)
HYPERLINK: Final = "/hyperlink"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship: the part it starts from ('' for the package) and what it leads to."""

    source: str
    kind: str
    target: str
    external: bool


def content_types(data: bytes) -> Callable[[str], str]:
    """Return what tells the content type of a part by its name, in lower case; '' if unknown.

    Raises:
        UnreadableError: not a list of content types.
    """
    root = _parsed(data)
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for element in root:
        held = element.attrib
        kind = held.get("ContentType", "").lower()
        if "PartName" in held:
            overrides[folded(held["PartName"])] = kind
        elif "Extension" in held:
            defaults[held["Extension"].casefold()] = kind
    if not overrides and not defaults:
        raise UnreadableError("no content types")

    def kind_of(name: str) -> str:
        extension = name.rpartition(".")[2].casefold()
        return overrides.get(folded(name)) or defaults.get(extension, "")

    return kind_of


def folded(name: str) -> str:
    """Return the name of a part as packages compare them."""
    return unquote(name).casefold().lstrip("/")


def relations(name: str, data: bytes) -> Iterator[Relation]:
    """Yield the relationships in the part called ``name``.

    Raises:
        UnreadableError: not such a part.
    """
    source = source_of(name)
    for element in _parsed(data):
        held = element.attrib
        external = held.get("TargetMode", "").casefold() == "external"
        target = held.get("Target", "")
        if not external:
            target = resolved(source, target)
        yield Relation(source, held.get("Type", "").casefold(), target, external)


def source_of(name: str) -> str:
    """Return the part whose relationships stand in ``name``; the package's own is ''."""
    folder, _, file = name.rpartition("/")
    return folded(posixpath.join(folder.rpartition("/")[0], file.removesuffix(".rels")))


def resolved(source: str, target: str) -> str:
    """Return the name of the part that ``target`` means when it stands in ``source``."""
    whole = target if target.startswith("/") else posixpath.join("/", source, "..", target)
    return folded(posixpath.normpath(whole.partition("#")[0]))


def without(data: bytes, name: str, removed: Collection[str]) -> tuple[bytes, list[Change]]:
    """Return a list of relationships or content types without those of ``removed`` parts.

    External targets are cut down to a file's name where they tell of a machine.
    """
    part = decoded(data)
    source = source_of(name)
    out: list[str] = []
    changes: list[Change] = []
    skip_close = False
    for token in tokens_of(part.text):
        text = token.group()
        if token.lastgroup == "attributes":
            element = local(token["name"])
            held = attributes(token["attributes"])
            if skip_close and token["close"]:
                skip_close = False
                continue
            if not token["close"] and _points_at(element, held, source, removed):
                skip_close = not token["attributes"].endswith("/")
                continue
            if element == "Relationship":
                text = _outward(text, held, changes)
        out.append(text)
    return part.encoded("".join(out)), changes


def projected(data: bytes, name: str, removed: Collection[str]) -> object:
    """Return what a list of relationships or content types says of parts that stay."""
    source = source_of(name)
    said: list[object] = []
    for element in _parsed(data):
        held = dict(element.attrib)
        if _points_at(element.tag.rpartition("}")[2], held, source, removed):
            continue
        if held.get("TargetMode", "").casefold() == "external":
            held["Target"] = _bare(held.get("Target", ""), held.get("Type", ""))
        said.append((element.tag, sorted(held.items())))
    return said


def _points_at(
    element: str, held: Mapping[str, str], source: str, removed: Collection[str]
) -> bool:
    if element == "Override":
        return folded(held.get("PartName", "")) in removed
    if element != "Relationship" or held.get("TargetMode", "").casefold() == "external":
        return False
    return resolved(source, held.get("Target", "")) in removed


def _outward(tag: str, held: Mapping[str, str], changes: list[Change]) -> str:
    target = held.get("Target", "")
    if held.get("TargetMode", "").casefold() != "external":
        return tag
    bare = _bare(target, held.get("Type", ""))
    if bare == target:
        return tag
    changes.append(Change("Target", target, Category.PATH))

    def written(found: re.Match[str]) -> str:
        if local(found["name"]) != "Target":
            return found.group()
        return f'{found["lead"]}{found["name"]}="{escaped(bare)}"'

    return ATTRIBUTE.sub(written, tag)


def _bare(target: str, kind: str) -> str:
    """Return where a link leads, told without a place on somebody's machine.

    What a reader fetches unasked (templates, linked pictures and objects) leads nowhere but to
    a file beside the document; what a person clicks on may be a web page.
    """
    local_target = LOCAL.fullmatch(unquote(target).strip()) is not None
    if kind.casefold().endswith(HYPERLINK) and not local_target:
        return target
    if not local_target and "/" not in target and "\\" not in target:
        return target
    return SEPARATOR.split(target.strip())[-1] or "link"


class _Element(Protocol):
    """An element as the parser hands it out."""

    tag: str
    attrib: dict[str, str]


def _parsed(data: bytes) -> Sequence[_Element]:
    """Return the elements right below the root."""
    try:
        return list(fromstring(data, forbid_dtd=True))
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise UnreadableError("not well-formed") from error

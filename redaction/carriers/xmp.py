"""XMP packets (ISO 16684-1): who made a file, from what, and every version of it on the way.

Room: redaction/carriers. Pure; linear in the packet. A packet is always removed whole, so it is
only read here to tell its owner what it said. It is scanned and not parsed: no entity is
expanded, nothing is fetched, and a broken packet is read as far as it goes.
"""

import html
import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from redaction.carriers.naming import removed
from redaction.model import Action, Category, Finding

MAX_PACKET_BYTES: Final = 8 * 1024 * 1024
MAX_PROPERTIES: Final = 2_000
MAX_DEPTH: Final = 64

TAG: Final = re.compile(
    r"<(?P<close>/)?(?P<name>[\w.\-]{1,80}+:[\w.\-]{1,120}+)"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
ATTRIBUTE: Final = re.compile(
    r"(?P<name>[\w.\-]{1,80}+:[\w.\-]{1,120}+)\s*+=\s*+"
    r"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)')"
)
# Containers and names of the syntax itself.
SYNTAX: Final = ("rdf", "x", "xmlns", "xml")


def properties(packet: bytes) -> Iterator[tuple[str, str]]:
    """Yield (name, value) for each property with text, as ``dc:creator``, ``Jane Roe``."""
    text = _decoded(packet[:MAX_PACKET_BYTES])
    names: list[str] = []
    tags = list(TAG.finditer(text))
    for tag, following in zip_longest(tags, tags[1:]):
        name = tag["name"]
        if tag["close"]:
            if names:
                names.pop()
            continue
        outer = next((known for known in reversed(names) if not _is_syntax(known)), name)
        own = outer if _is_syntax(name) else name
        for attribute in ATTRIBUTE.finditer(tag["attributes"]):
            if not _is_syntax(attribute["name"]) or attribute["name"] == "rdf:about":
                yield (attribute["name"], _plain(attribute["double"] or attribute["single"] or ""))
        if tag["attributes"].endswith("/"):
            continue
        if len(names) < MAX_DEPTH:
            names.append(name)
        end = following.start() if following is not None else len(text)
        yield own, _plain(text[tag.end() : end])


def findings(packet: bytes, where: str = "") -> list[Finding]:
    """Return what ``packet`` tells; at least one finding, for the packet itself."""
    found = [Finding("XMP", Category.HISTORY, Action.REMOVED, "XMP packet", where, seed=False)]
    said: set[tuple[str, str]] = set()
    for name, value in properties(packet):
        if value and (name, value) not in said and len(said) < MAX_PROPERTIES:
            said.add((name, value))
            found += removed("XMP", name, value, where)
    return found


def _is_syntax(name: str) -> bool:
    return name.partition(":")[0] in SYNTAX


def _plain(value: str) -> str:
    return html.unescape(value).strip()


def _decoded(packet: bytes) -> str:
    if packet[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in packet[:64]:
        # Without its zeros, UTF-16 and UTF-32 in Latin letters read as ASCII does.
        order = "utf-16-be" if packet[:1] in (b"\x00", b"\xfe") else "utf-16-le"
        return packet.decode(order, "replace")
    return packet.decode("utf-8", "replace")

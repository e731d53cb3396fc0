"""Attributes of Gerber and drill files that tell who made them, when and by which program.

Room: redaction/carriers. Pure. An attribute is a name and fields, in a command of its own or in a
comment ("#@! TF.CreationDate,…"). Source: Ucamco, "The Gerber Layer Format Specification" 2024.05,
§5.6 (file), §5.7 (aperture), §5.8 (object attributes), §4.1 (comments that hold attributes).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.remarks import Remarks
from redaction.model import Category

COMMENTED: Final = re.compile(r"\s*#@!\s*")
ATTRIBUTE: Final = re.compile(
    r"T(?P<of>[FAO])(?P<name>[.A-Za-z_$][\w.$-]*+)(?P<fields>.*)", re.DOTALL
)
# Those of a file that no step of manufacturing needs.
GONE: Final = {
    ".GenerationSoftware": Category.SOFTWARE,
    ".CreationDate": Category.TIME,
}
PROJECT: Final = re.compile(r"TF\.ProjectId,[^,]*+,(?P<guid>[^,]*+)", re.DOTALL)
NO_PROJECT: Final = "00000000-0000-0000-0000-000000000000"
# Names of nets, pins and components are the board's own: thousands, and nobody's.
NETS: Final = frozenset({".N", ".P", ".C"})
ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Told:
    """What of an attribute goes: characters from, to, and what stands there instead.

    ``whole`` attributes go with their command.
    """

    start: int
    end: int
    instead: str
    name: str
    category: Category
    said: str = field(repr=False)
    whole: bool = False


def read(attribute: str, known: Remarks) -> Told | None:
    """Return what goes of an ``attribute`` ("TF.CreationDate,2024-05-06"); None if it stays."""
    found = ATTRIBUTE.match(attribute)
    if found is None:
        return None
    name, fields = found["name"], found["fields"].lstrip(",")
    if found["of"] == "F" and name in GONE:
        return Told(0, len(attribute), "", name, GONE[name], fields, whole=True)
    project = PROJECT.match(attribute)
    if project is not None and project["guid"] != NO_PROJECT:
        start, end = project.span("guid")
        return Told(start, end, NO_PROJECT, name, Category.IDENTIFIER, project["guid"])
    if name.startswith("."):
        return None
    cuts = known.read(f"{name}: {plain(fields)}").cuts
    if not cuts:
        return None
    return Told(0, len(attribute), "", name, cuts[0][2], fields, whole=True)


def shown(attribute: str) -> str:
    """Return the words of an attribute that stays, or nothing where it only names a net."""
    found = ATTRIBUTE.match(attribute)
    if found is None or found["name"] in NETS:
        return ""
    return plain(found["fields"].lstrip(",")).replace(",", "\n")


def left(attribute: str) -> str | None:
    """Return what must stay of an ``attribute`` or another command; None for one that may go."""
    found = ATTRIBUTE.match(attribute)
    if found is None:
        return attribute
    if not found["name"].startswith(".") or found["name"] in {*GONE, ".MD5"}:
        return None
    if found["name"] == ".ProjectId":
        return ",".join(_without(found["fields"].split(","), 2))
    return attribute


def _without(fields: list[str], position: int) -> Iterator[str]:
    return (value for at, value in enumerate(fields) if at != position)


def plain(fields: str) -> str:
    """Return ``fields`` with escaped characters (§3.4.3) as they are read."""
    return ESCAPE.sub(_character, fields)


def _character(escaped: re.Match[str]) -> str:
    code = int(escaped[1] or escaped[2], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else escaped[0]

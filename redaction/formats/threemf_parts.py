"""What each part of a 3MF package is: a model, what a model needs, or what a slicer left in it.

Room: redaction/formats. Pure; linear in the package. Kept are the models, the pictures that they
name, and the few parts in which slicers say what a piece of a mesh is (a hole, a modifier); machine
profiles, hosts, keys, scripts, previews, print tickets and signatures go. Sources: 3MF core 1.3 §2
(package), §6 (pictures); production, secure content; PrusaSlicer ``Format/3mf.cpp``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import xml_package, zip_container
from redaction.carriers.changes import Changes
from redaction.carriers.zip_container import Archive
from redaction.errors import EncryptedError, UnreadableError
from redaction.model import Category

MODEL: Final = "3dmanufacturing-3dmodel+xml"
START: Final = "/3dmodel"
KEYSTORE: Final = "keystore"
# Relationships from a model to pictures that it shows.
PICTURES: Final = ("/3dtexture", "/thumbnail")
PATH: Final = re.compile(r"\s(?:\w+:)?(?:path|thumbnail)\s*+=\s*+[\"']([^\"'<]++)[\"']")
# What the volumes of an object are, and numbers along their height: they change the solid.
VOLUMES: Final = re.compile(
    r"metadata/(?:slic3r_pe_model\.config|model_settings\.config"
    r"|(?:prusa_slicer_)?(?:layer_config_ranges|cut_information)\.xml)"
)
NUMBERS: Final = re.compile(
    r"metadata/(?:slic3r_pe_)?(?:layer_heights_profile|sla_support_points|sla_drain_holes"
    r"|brim_ear_points)\.txt"
)
NUMERIC: Final = re.compile(
    rb"(?:object_id=|sla_support_points_format_version=|[-+0-9.eE;|:,\s])*+"
)
PREVIEW: Final = re.compile(r"\.(?:png|jpe?g|webp|gif)$", re.IGNORECASE)
# A line of a profile: "; key = value" or "key": "value".
SETTING: Final = re.compile(
    rb"(?:^|[{,])[\s;]*+\"?(?P<key>[A-Za-z][\w ]{1,60}?)\"?\s?"
    rb"[=:]\s*+\"?(?P<value>[^\r\n\"]{3,2000})",
    re.MULTILINE,
)
SETTINGS: Final = (
    (Category.SCRIPT, re.compile(rb"post_process")),
    (Category.HOST, re.compile(rb"print_?host|_host$|^host$")),
    (Category.IDENTIFIER, re.compile(rb"api_?key|password|token|serial|user_?id")),
    (Category.PERSON, re.compile(rb"user(?:_?name)?$|author|designer")),
    (Category.PATH, re.compile(rb"_file$|_path$|_folder$|cafile")),
    (Category.COMMENT, re.compile(rb"notes?$")),
)


@dataclass(slots=True)
class Parts:
    """A package taken apart: the names of its models, of what they need, and of all that goes.

    All names are folded as packages compare them.
    """

    archive: Archive
    models: set[str] = field(default_factory=set)
    volumes: set[str] = field(default_factory=set)
    pictures: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)


def read(data: bytes) -> Parts:
    """Return the parts of the package.

    Raises:
        EncryptedError: parts of it are encrypted.
        UnreadableError: no package, or no model in it.
        RedactionError: as ``zip_container.read``.
    """
    archive = zip_container.read(data)
    types = archive.content(xml_package.TYPES)
    if types is None:
        raise UnreadableError("no content types")
    kind_of = xml_package.content_types(types)
    parts = Parts(archive)
    relations = list(_relations(archive))
    if any(KEYSTORE in known.kind for known in relations):
        raise EncryptedError
    started = {known.target for known in relations if known.kind.endswith(START)}
    for entry in archive.entries:
        folded = xml_package.folded(entry.name)
        if kind_of(entry.name).endswith(MODEL) or folded in started:
            parts.models.add(folded)
    if not parts.models & started:
        raise UnreadableError("no model in the package")
    parts.pictures = set(_pictures(parts, relations))
    for entry in archive.entries:
        _sort(parts, entry)
    return parts


def _relations(archive: Archive) -> Iterator[xml_package.Relation]:
    for entry in archive.entries:
        if xml_package.RELATIONS.search(entry.name):
            yield from xml_package.relations(entry.name, entry.content)


def _pictures(parts: Parts, relations: Iterable[xml_package.Relation]) -> Iterator[str]:
    for known in relations:
        if known.source in parts.models and known.kind.endswith(PICTURES):
            yield known.target
    for entry in parts.archive.entries:
        if xml_package.folded(entry.name) in parts.models:
            for path in PATH.findall(entry.content.decode("utf-8", "replace")):
                yield xml_package.folded(path)


def _sort(parts: Parts, entry: zip_container.Entry) -> None:
    folded = xml_package.folded(entry.name)
    if entry.name == xml_package.TYPES or folded in parts.models:
        return
    if xml_package.RELATIONS.search(entry.name):
        source = xml_package.source_of(entry.name)
        if source and source not in parts.models:
            parts.removed.add(folded)
    elif VOLUMES.fullmatch(folded):
        parts.volumes.add(folded)
    elif NUMBERS.fullmatch(folded) and NUMERIC.fullmatch(entry.content):
        return
    elif entry.is_directory or folded not in parts.pictures:
        parts.removed.add(folded)


def told(name: str, content: bytes, changes: Changes) -> None:
    """Note that a part goes, and which of its settings tell of a person or a machine."""
    if name.endswith("/"):
        return
    category = Category.PREVIEW if PREVIEW.search(name) else Category.HISTORY
    changes.gone("3MF.part", category, name.rpartition("/")[2], name)
    if category is Category.PREVIEW:
        return
    for setting in SETTING.finditer(content):
        for kind, key in SETTINGS:
            if key.search(setting["key"].lower()):
                value = setting["value"].decode("utf-8", "replace").strip(" ,")
                changes.tell(f"3MF.{setting['key'].decode()}", kind, value, name)
                break

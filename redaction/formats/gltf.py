"""glTF and GLB models: who made them goes, every buffer and every number stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Values in
the JSON are replaced where they stand; pictures, in data URLs or in the buffer, are cleaned by
their own handlers. Specification: glTF 2.0, KHR_xmp_json_ld; docs/reference/formats/gltf.md.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import echoes, json_walk, sparing, xml_walk, xml_words
from redaction.carriers.changes import Changes
from redaction.carriers.json_walk import Value
from redaction.carriers.local_paths import basenamed
from redaction.carriers.naming import category_of
from redaction.carriers.numbered_names import Numbered
from redaction.carriers.xml_walk import Cut
from redaction.errors import NotFaithfulError
from redaction.formats import gltf_container as container
from redaction.formats.gltf_container import Scene
from redaction.model import Category, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
RENAME: Final = "rename"
ASSET: Final = {"copyright": Category.PERSON, "generator": Category.SOFTWARE}
# Objects that only tell: whatever an application wrote, and metadata extensions.
EXTRAS: Final = frozenset({"extras", "AGI_stk_metadata"})
UNTOLD: Final = EXTRAS
PACKETS: Final = ("KHR_xmp_json_ld", "packets")
_GRAMMAR: Final = """
    ASSET ACCESSORS ANIMATIONS BUFFERS CAMERAS IMAGES MATERIALS MESHES NODES SAMPLERS SCENE SCENES
    SKINS TEXTURES NAME POSITION NORMAL TANGENT TRANSLATION ROTATION SCALE WEIGHTS SCALAR MODEL
    MATERIAL MESH NODE BUFFER ACCESSOR CAMERA IMAGE SAMPLER TEXTURE DEFAULT VERSION LINEAR STEP
"""


@dataclass(slots=True)
class _Reading:
    """What changes in the JSON, what that told, and what is shown."""

    cuts: list[Cut] = field(default_factory=list)
    changes: Changes = field(default_factory=lambda: Changes(keywords=set(_GRAMMAR.split())))
    shown: list[str] = field(default_factory=list)


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what goes, and whom names of nodes and materials name.

    Raises:
        UnreadableError: no JSON, a name twice in an object, or damaged.
        UnsupportedFormatError: a GLB of another version.
        OpaqueStreamError: a picture in a buffer that is written into the JSON.
    """
    scene = container.read(data)
    asked = Category.NAME in profile.redact_content
    reading = _read(scene.text, Numbered() if asked else None)
    if scene.rest_bytes:
        reading.changes.gone("glTF", Category.HISTORY, "parts of no model", "")
    words = [xml_words.Words("names", "\n".join(reading.shown), "", "")]
    findings = [*reading.changes.findings, *xml_words.named("glTF.text", words)]
    findings += xml_words.echoes("glTF.text", echoes.telling(reading.changes.findings), words)
    clean = _written(scene, reading) == data
    tasks = (REWRITE, RENAME) if asked else (REWRITE,)
    return Plan(tuple(findings), tasks=() if clean else tasks)


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the model with all of it replaced; without a planned rewrite, ``data`` itself."""
    if REWRITE not in plan.tasks:
        return data
    scene = container.read(data)
    names = Numbered() if RENAME in plan.tasks else None
    return _written(scene, _read(scene.text, names))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that all numbers, names and buffers are the same; names may be others by a task.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = container.read(original), container.read(cleaned)
    if before.binary != after.binary or before.packed != after.packed:
        raise NotFaithfulError("the buffer differs")
    untold = UNTOLD | {"name"} if RENAME in plan.tasks else UNTOLD
    was, became = (_said(json.loads(scene.text), (), untold) for scene in (before, after))
    if was != became:
        raise NotFaithfulError("a value differs")
    said = "every value but metadata is the same, and the buffer the same bytes"
    return (Proof("tokens", _count(was), said),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures in data URLs and in the buffer."""
    scene = container.read(data)
    return [
        *(
            Member(number, f"url {number}", content)
            for number, (_, content) in enumerate(_inlined(scene.text), 1)
        ),
        *(
            Member(number + 1, f"picture {number}", container.content(scene, start, end))
            for number, start, end in container.pictures(scene)
            if end > start
        ),
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the model with the members in ``replaced`` holding what stands there."""
    scene = container.read(data)
    cuts: list[Cut] = []
    for number, (value, _) in enumerate(_inlined(scene.text), 1):
        content = replaced.get(f"url {number}")
        if content is not None:
            head = (value.text or "").partition(",")[0]
            written = f'"{head},{base64.b64encode(content).decode("ascii")}"'
            cuts.append((value.start, value.end, written))
    binary = bytearray(scene.binary or b"")
    for number, start, end in container.pictures(scene):
        content = replaced.get(f"picture {number}")
        if content is not None:
            if len(content) > end - start:
                raise NotFaithfulError("a picture no longer fits")
            binary[start:end] = content.ljust(end - start, b"\x00")
    text = xml_walk.applied(scene.text, cuts)
    return scene.written(text, bytes(binary) if scene.binary is not None else None)


def spared(plan: Plan, profile: Profile) -> Plan:
    """Return the plan of a picture; one that names nobody stays, and every buffer with it."""
    return sparing.spared(plan, profile)


def _inlined(text: str) -> Iterator[tuple[Value, bytes]]:
    for value in json_walk.values(text):
        if value.text is not None and value.path[:1] == ("images",) and value.path[-1] == "uri":
            content = container.from_data(value.text)
            if content is not None:
                yield value, content


def _read(text: str, names: Numbered | None) -> _Reading:
    reading = _Reading()
    for value in json_walk.values(text):
        instead = _instead(value, text)
        if names is not None and instead is None and _is_name(value):
            said = value.text or ""
            number = json.dumps(names.of("part ", said, "glTF.name", "/".join(value.path[:2])))
            if number != json.dumps(said):
                reading.cuts.append((value.start, value.end, number))
            continue
        if value.text is not None:
            _tell(reading, value, instead)
        if instead is not None and text[value.start : value.end] != instead:
            # Inner values come first, and go with what they lie in.
            while reading.cuts and reading.cuts[-1][0] >= value.start:
                reading.cuts.pop()
            reading.cuts.append((value.start, value.end, instead))
            if value.text is None:
                reading.changes.gone("glTF.extras", Category.HISTORY, value.path[-1], "")
    reading.changes.findings += names.findings if names is not None else ()
    return reading


def _is_name(value: Value) -> bool:
    """Return whether a value is the name of a node, mesh or material, which nothing refers to."""
    return value.text is not None and value.path[-1:] == ("name",)


def _instead(value: Value, text: str) -> str | None:
    """Return what stands in the place of a value; None if it stays."""
    path = value.path
    if value.text is None:
        if path and path[-1] in EXTRAS:
            return "{}" if text[value.start] == "{" else "[]"
        packet = path[-2:] == PACKETS and text[value.start] == "{"
        return "{}" if packet else None
    if _is_told(path) or (path[:1] == ("asset",) and path[1:] and path[1] in ASSET):
        return '""'
    if value.text.startswith("data:"):
        return None
    bare = basenamed(value.text)
    return json.dumps(bare) if bare != value.text else None


def _is_told(path: Sequence[str]) -> bool:
    return not EXTRAS.isdisjoint(path) or (PACKETS[0] in path and PACKETS[1] in path)


def _tell(reading: _Reading, value: Value, instead: str | None) -> None:
    name = value.path[-1] if value.path else "text"
    said = value.text or ""
    if instead is None:
        if not said.startswith("data:"):
            reading.shown.append(said)
        return
    stands = ASSET.get(name, Category.PATH)
    category = category_of(name) if _is_told(value.path) else stands
    reading.changes.tell(f"glTF.{name}", category, said, "/".join(value.path[:2]))


def _written(scene: Scene, reading: _Reading) -> bytes:
    return scene.written(xml_walk.applied(scene.text, reading.cuts), scene.binary)


def _said(value: object, path: tuple[str, ...], untold: frozenset[str]) -> object:
    """Return a value without what is ``untold``; pictures in data URLs count by their bytes."""
    if isinstance(value, dict):
        return [
            (name, _said(inner, (*path, name), untold))
            for name, inner in value.items()
            if name not in untold
            and not (path == ("asset",) and name in ASSET)
            and (*path, name)[-2:] != PACKETS
        ]
    if isinstance(value, list):
        return [_said(inner, path, untold) for inner in value]
    if isinstance(value, str):
        content = container.from_data(value) if path[:1] == ("images",) else None
        return content if content is not None else basenamed(value)
    return repr(value)


def _count(said: object) -> int:
    return sum(map(_count, said)) if isinstance(said, list | tuple) else 1


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()

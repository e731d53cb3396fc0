"""glTF and GLB: who made a model is gone, every buffer and number stays."""

import base64
import json
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from redaction import engine, members, registry, sniff
from redaction.errors import (
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.formats import gltf as handler
from redaction.formats import gltf_container as container
from redaction.model import Action, Category, Container, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
BUFFER = bytes(range(64))


def model(**more: object) -> dict[str, object]:
    return {
        "asset": {"version": "2.0"},
        "nodes": [{"name": "bracket", "translation": [1.5, 2e3, -0.0]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 5, "max": [1.0]}],
        **more,
    }


def text(document: object) -> bytes:
    return json.dumps(document, indent=1).encode()


def packed(document: object, binary: bytes = BUFFER, more: bytes = b"") -> bytes:
    scene = container.Scene("", None, packed=True)
    whole = scene.written(json.dumps(document), binary) + more
    return whole[:8] + len(whole).to_bytes(4, "little") + whole[12:]


def photograph(kind: str = "PNG") -> bytes:
    tags = Image.Exif()
    tags[0x013B] = CANARY
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, kind, exif=tags)
    return out.getvalue()


def in_buffer(picture: bytes) -> bytes:
    views = [
        {"buffer": 0, "byteLength": 64},
        {"buffer": 0, "byteOffset": 64, "byteLength": len(picture)},
    ]
    images = [{"bufferView": 1, "mimeType": "image/png"}]
    buffers = [{"byteLength": 64 + len(picture)}]
    return packed(model(bufferViews=views, images=images, buffers=buffers), BUFFER + picture)


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def told(data: bytes) -> set[str]:
    return {found.value for found in handler.plan(data, PROFILE).findings}


def test_the_module_keeps_the_promise_of_a_container() -> None:
    promise: Container = handler
    assert isinstance(promise, Container)
    assert {sniff.identify(data).name for data in (text(model()), packed(model()))} == {"gltf"}


@pytest.mark.parametrize("data", [text(model()), packed(model())])
def test_a_clean_model_comes_out_byte_for_byte(data: bytes) -> None:
    assert not handler.plan(data, PROFILE).changes
    assert scrubbed(data) == data
    assert handler.apply(data, Plan()) == data


PERSONAL = [
    {"asset": {"version": "2.0", "copyright": f"(c) {CANARY}"}},
    {"asset": {"version": "2.0", "generator": f"made by {CANARY}"}},
    {"asset": {"version": "2.0", "extras": {"author": CANARY}}},
    {"extras": [CANARY]},
    {"materials": [{"extras": {"a": {"b": CANARY}}}]},
    {"extensions": {"KHR_xmp_json_ld": {"packets": [{"dc:creator": {"@list": [CANARY]}}]}}},
    {"extensions": {"AGI_stk_metadata": {"author": CANARY}}},
]


@pytest.mark.parametrize("more", PERSONAL)
@pytest.mark.parametrize("write", [text, packed])
def test_what_tells_of_people_is_gone_and_told(more: dict[str, object], write: object) -> None:
    data = write(model(**more))  # type: ignore[operator]
    assert any(CANARY in value for value in told(data))
    assert b"Quillfeather" not in scrubbed(data)


def test_every_other_character_stays() -> None:
    before = text(model(asset={"version": "2.0", "copyright": CANARY}))
    assert scrubbed(before) == before.replace(CANARY.encode(), b"")


def test_a_local_path_is_cut_down_to_the_file() -> None:
    data = text(model(images=[{"uri": "C:\\Users\\quillfeather\\wood.png"}], name="/home/q/a.glb"))
    document = json.loads(scrubbed(data))
    assert document["images"] == [{"uri": "wood.png"}]
    assert document["name"] == "a.glb"


def painted(**texts: str) -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add(b"tIME", bytes((7, 232, 5, 6, 7, 8, 9)))
    for name, value in texts.items():
        said.add_text(name, value)
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG", pnginfo=said)
    return out.getvalue()


@pytest.mark.parametrize("texts", [{}, {"Software": "Paint 3"}, {"Comment": "Created with GIMP"}])
def test_a_picture_that_tells_a_program_and_a_day_stays_and_is_told(texts: dict[str, str]) -> None:
    data = in_buffer(painted(**texts))
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned == data
    assert {found.action for found in report.findings} == {Action.KEPT}
    strict = Profile("strict", frozenset({Category.COMMENT}))
    assert engine.scrub(data, strict)[0] != data


@pytest.mark.parametrize(
    "texts",
    [
        {"Software": "Paint for jane.roe@example.com"},
        {"Author": "Paint"},
        {"Source": "Paint"},
        {"Comment": "Created with GIMP for Quillfeather"},
        {"Title": "2024-05-06"},
    ],
)
def test_a_picture_that_may_tell_of_somebody_is_cleaned(texts: dict[str, str]) -> None:
    assert b"tIME" not in scrubbed(in_buffer(painted(**texts)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_in_the_buffer_is_cleaned_in_its_place(kind: str) -> None:
    picture = photograph(kind)
    cleaned = scrubbed(in_buffer(picture))
    assert b"Quillfeather" not in cleaned
    assert len(cleaned) == len(in_buffer(picture))
    scene = container.read(cleaned)
    ((_, start, end),) = container.pictures(scene)
    assert Image.open(BytesIO((scene.binary or b"")[start:end])).size == (4, 4)
    assert (scene.binary or b"")[:64] == BUFFER


def test_a_picture_in_a_data_url_is_cleaned() -> None:
    packed_picture = base64.b64encode(photograph()).decode()
    data = text(model(images=[{"uri": f"data:image/png;base64,{packed_picture}"}]))
    uri = json.loads(scrubbed(data))["images"][0]["uri"]
    assert b"Quillfeather" not in base64.b64decode(uri.partition(",")[2])
    whole = members.handler_of("gltf", registry.load)
    assert CANARY in {found.value for found in whole.plan(data, PROFILE).findings}


def test_parts_of_no_model_are_gone() -> None:
    note = b"\x0c\x00\x00\x00NOTEQuillfeather"
    assert scrubbed(packed(model(), more=note)) == packed(model())
    assert scrubbed(packed(model()) + b"Quillfeather") == packed(model())


def test_whoever_is_named_on_the_model_is_shown_and_stays() -> None:
    more = {"asset": {"version": "2.0", "copyright": CANARY}, "meshes": [{"name": CANARY}]}
    data = text(model(**more))
    assert json.loads(scrubbed(data))["meshes"] == [{"name": CANARY}]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (text(model())[:-3], UnreadableError),
        (b'{"asset": {"version": "2.0"}, "asset": {}}', UnreadableError),
        (packed(model())[:-4], UnreadableError),
        (packed(model())[:12], UnreadableError),
        (b"glTF\x01" + packed(model())[5:], UnsupportedFormatError),
        (b"\xff{}", UnreadableError),
        (packed(model()).replace(b"JSON", b"JSOM"), UnreadableError),
    ],
)
def test_a_damaged_model_is_refused(data: bytes, error: type[RedactionError]) -> None:
    with pytest.raises(error):
        handler.plan(data, PROFILE)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"images": [{"bufferView": 7}]}, UnreadableError),
        ({"images": [{"uri": "data:image/png,abc"}]}, OpaqueStreamError),
        ({"images": [{"uri": "data:image/png;base64,?"}]}, UnreadableError),
        (
            {
                "images": [{"bufferView": 0}],
                "bufferViews": [{"buffer": 0, "byteLength": 900}],
                "buffers": [{"byteLength": 900}],
            },
            UnreadableError,
        ),
        (
            {
                "images": [{"bufferView": 0}],
                "bufferViews": [{"buffer": 0, "byteLength": 9}],
                "buffers": [{"byteLength": 9, "uri": "data:,abc"}],
            },
            OpaqueStreamError,
        ),
    ],
)
def test_a_picture_that_cannot_be_reached_is_refused(
    more: dict[str, object], error: type[RedactionError]
) -> None:
    with pytest.raises(error):
        handler.members(packed(model(**more)))


def test_a_picture_in_another_file_is_that_files_matter() -> None:
    more = {
        "images": [{"bufferView": 0}],
        "bufferViews": [{"buffer": 0, "byteLength": 9}],
        "buffers": [{"byteLength": 9, "uri": "model.bin"}],
    }
    assert handler.members(text(model(**more))) == []


@pytest.mark.parametrize(
    "other",
    [
        packed(model(), BUFFER[:-1] + b"a"),
        packed(model(nodes=[{"name": "bracket", "translation": [1.5, 2e3, 0.0]}])),
        packed(model(nodes=[])),
        packed(model(scene=0)),
    ],
)
def test_a_changed_model_is_not_faithful(other: bytes) -> None:
    data = packed(model())
    with pytest.raises(NotFaithfulError):
        handler.prove(data, other, handler.plan(data, PROFILE))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 300), st.binary(min_size=1, max_size=6))
@example(8, b"\xff\xff\xff\xff")
@example(12, b"\x00")
@example(30, b'"\\ud800"')
def test_whatever_stands_in_a_model_it_is_cleaned_or_refused(at: int, noise: bytes) -> None:
    data = in_buffer(photograph())
    data = data[:at] + noise + data[at + len(noise) :]
    cleaned, _ = engine.scrub(data, PROFILE) if data.startswith(b"glTF") else (None, None)
    if cleaned is not None:
        assert engine.scrub(cleaned, PROFILE)[0] == cleaned


@pytest.mark.parametrize(
    "data",
    [
        b'{"asset":{"version":' * 20_000,
        b'{"asset":{"version":"2.0"},"a":' + b"[" * 200_000,
        text(model(nodes=[{"name": "n" * 20, "extras": {"a": [1] * 10}}] * 2_000)),
    ],
)
def test_hostile_models_take_no_more_than_linear_time(data: bytes) -> None:
    assert_cpu_seconds(5, lambda: engine.scrub(data, PROFILE))

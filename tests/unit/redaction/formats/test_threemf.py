"""3MF: who made and sliced a package is gone, every triangle and what it needs stays."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from redaction import engine, members, registry, sniff
from redaction.errors import (
    EncryptedError,
    MemberRefusedError,
    NotFaithfulError,
    RedactionError,
    UnreadableError,
)
from redaction.formats import threemf as handler
from redaction.model import Category, Container, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
WEB = "http:"  # namespaces are names, nobody calls them
CORE = f"{WEB}//schemas.microsoft.com/3dmanufacturing/core/2015/02"
KINDS = f"{WEB}//schemas.microsoft.com/3dmanufacturing/2013/01"
OFFICE = f"{WEB}//schemas.openxmlformats.org/package/2006"
TYPES = f"""<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{OFFICE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
<Default Extension="png" ContentType="image/png"/>
<Override PartName="/docProps/core.xml" ContentType="application/core-properties+xml"/></Types>"""
MESH = """<mesh><vertices><vertex x="0" y="0" z="0"/><vertex x="1.5e1" y="0" z="0"/>
<vertex x="0" y="1" z="0"/><vertex x="0" y="0" z="1"/></vertices><triangles>
<triangle v1="0" v2="1" v3="2" slic3rpe:custom_supports="4C0"/><triangle v1="0" v2="1" v3="3"/>
<triangle v1="0" v2="2" v3="3"/><triangle v1="1" v2="2" v3="3"/></triangles></mesh>"""


def model(inside: str = "", held: str = "", name: str = "bracket") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<model unit="millimeter" xml:lang="en-US" xmlns="{CORE}" xmlns:slic3rpe="http://example.org/s"
 xmlns:p="http://example.org/p">
 {inside}
 <resources><object id="1" type="model" name="{name}"{held}>{MESH}</object></resources>
 <build><item objectid="1"/></build>
</model>"""


def relations(*targets: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{OFFICE}/relationships">{listed}</Relationships>'


START = (f"{KINDS}/3dmodel", "/3D/3dmodel.model")


def package(text: str, parts: Mapping[str, str | bytes] | None = None, **replaced: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", replaced.get("types", TYPES))
        archive.writestr("_rels/.rels", replaced.get("rels", relations(START)))
        archive.writestr("3D/3dmodel.model", text)
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def photograph() -> bytes:
    tags = Image.Exif()
    tags[0x013B] = CANARY
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG", exif=tags)
    return out.getvalue()


def scrubbed(data: bytes) -> dict[str, bytes]:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    again, _ = engine.scrub(cleaned, PROFILE)
    assert again == cleaned
    with zipfile.ZipFile(BytesIO(cleaned)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told(data: bytes) -> set[str]:
    whole = members.handler_of("3mf", registry.load)
    return {found.value for found in whole.plan(data, PROFILE).findings}


def test_the_module_keeps_the_promise_of_a_container() -> None:
    promise: Container = handler
    assert isinstance(promise, Container)
    assert sniff.identify(package(model())).name == "3mf"


def test_a_clean_package_comes_out_byte_for_byte() -> None:
    clean = handler.apply(package(model()), handler.plan(package(model()), PROFILE))
    plan = handler.plan(clean, PROFILE)
    assert not plan.changes
    assert handler.apply(clean, plan) == clean
    assert handler.apply(clean, Plan()) == clean


@pytest.mark.parametrize(
    "name", ["Designer", "Title", "Copyright", "Description", "bbl:ProfileUserName", "Anything"]
)
def test_metadata_is_gone_and_told(name: str) -> None:
    data = package(model(f'<metadata name="{name}" preserve="1">{CANARY}</metadata>'))
    assert CANARY in told(data)
    assert b"Quillfeather" not in scrubbed(data)["3D/3dmodel.model"]


def test_groups_comments_and_instructions_are_gone() -> None:
    group = f'<metadatagroup><metadata name="Designer">{CANARY}</metadata></metadatagroup>'
    data = package(model(f"<!-- {CANARY} --><?by {CANARY}?>{group}<metadata name='Rating'/>"))
    assert b"Quillfeather" not in b"".join(scrubbed(data).values())


@pytest.mark.parametrize(
    ("name", "value", "stays"),
    [
        ("slic3rpe:Version3mf", "1", True),
        ("slic3rpe:MmPaintingVersion", "1", True),
        ("Application", "PrusaSlicer-2.9.1-alpha1", True),
        ("Application", CANARY, False),
        ("Application", f"PrusaSlicer-2.9 {CANARY}", False),
        ("slic3rpe:Version3mf", CANARY, False),
        ("CreationDate", "2025-02-26", False),
    ],
)
def test_only_what_tells_how_to_read_the_mesh_stays(name: str, value: str, stays: bool) -> None:
    cleaned = scrubbed(package(model(f'<metadata name="{name}">{value}</metadata>')))
    assert (value.encode() in cleaned["3D/3dmodel.model"]) == stays


def test_every_triangle_stays_byte_for_byte() -> None:
    data = package(model(f'<metadata name="Designer">{CANARY}</metadata>'))
    assert MESH.encode() in scrubbed(data)["3D/3dmodel.model"]


def test_a_path_in_a_name_is_cut_down_to_the_file() -> None:
    data = package(model(name=r"C:\Users\quillfeather\parts\bracket.stl"))
    assert b'name="bracket.stl"' in scrubbed(data)["3D/3dmodel.model"]


def test_identifiers_become_numbers_and_stay_different() -> None:
    one, other = (f"{letter * 8}-1111-11ee-8111-aabbccddeeff" for letter in "ab")
    inside = f'<resources p:UUID="{one}"/><resources p:UUID="{other}"/><resources p:UUID="{one}"/>'
    cleaned = scrubbed(package(model(inside)))["3D/3dmodel.model"].decode()
    found = [part.partition('"')[0] for part in cleaned.split('p:UUID="')[1:]]
    assert found[0] == found[2] != found[1]
    assert "aabbccddeeff" not in cleaned


LEFT_BY_SLICERS = {
    "Metadata/Slic3r_PE.config": f"; print_host = 10.0.0.9\n; notes = {CANARY}\n"
    "; printhost_apikey = 0123456789ABCDEF\n; post_process = /usr/bin/evil",
    "Metadata/project_settings.config": f'{{"print_host": "octopi.local", "author": "{CANARY}"}}',
    "Metadata/thumbnail.png": photograph(),
    "Metadata/Model_PT.xml": f"<ticket>{CANARY}</ticket>",
    "docProps/core.xml": f"<core>{CANARY}</core>",
    "Cura/preferences.cfg": f"[cura]\nuser = {CANARY}",
    "Auxiliaries/photo.png": photograph(),
}


def test_what_slicers_leave_is_gone_with_what_points_at_it() -> None:
    leads = relations(START, (f"{OFFICE}/metadata/core-properties", "/docProps/core.xml"))
    data = package(model(), LEFT_BY_SLICERS, rels=leads)
    cleaned = scrubbed(data)
    assert set(cleaned) == {"[Content_Types].xml", "_rels/.rels", "3D/3dmodel.model"}
    assert b"core" not in cleaned["_rels/.rels"] + cleaned["[Content_Types].xml"]
    assert {CANARY, "0123456789ABCDEF", "octopi.local", "/usr/bin/evil"} <= told(data)


def test_what_says_that_a_volume_is_a_hole_stays_without_its_path() -> None:
    volume = (
        '<config><volume><metadata key="volume_type" value="NegativeVolume"/>'
        r'<metadata key="source_file" value="C:\Users\quillfeather\hole.stl"/></volume></config>'
    )
    cleaned = scrubbed(package(model(), {"Metadata/Slic3r_PE_model.config": volume}))
    assert b'value="NegativeVolume"' in cleaned["Metadata/Slic3r_PE_model.config"]
    assert b'value="hole.stl"' in cleaned["Metadata/Slic3r_PE_model.config"]


@pytest.mark.parametrize(
    ("content", "stays"), [("object_id=1|0;0.2;1.5e0;3\n", True), (f"object_id={CANARY}", False)]
)
def test_a_profile_of_heights_stays_if_it_is_numbers(content: str, stays: bool) -> None:
    name = "Metadata/Slic3r_PE_layer_heights_profile.txt"
    assert (name in scrubbed(package(model(), {name: content}))) == stays


def test_a_picture_on_the_model_is_cleaned_by_its_own_handler() -> None:
    leads = relations((f"{KINDS}/3dtexture", "/3D/Textures/logo.png"))
    parts = {"3D/_rels/3dmodel.model.rels": leads, "3D/Textures/logo.png": photograph()}
    cleaned = scrubbed(package(model('<p:texture2d id="9" path="/3D/Textures/logo.png"/>'), parts))
    assert b"Quillfeather" not in cleaned["3D/Textures/logo.png"]
    assert b"logo.png" in cleaned["3D/_rels/3dmodel.model.rels"]


def test_a_picture_that_cannot_be_cleaned_refuses_the_package() -> None:
    parts = {"3D/Textures/logo.png": b"GIF89a" + bytes(40)}
    data = package(model('<p:texture2d id="9" path="/3D/Textures/logo.png"/>'), parts)
    with pytest.raises(MemberRefusedError):
        members.handler_of("3mf", registry.load).plan(data, PROFILE)


def test_a_removed_name_that_an_object_repeats_is_shown_to_its_owner() -> None:
    data = package(model(f'<metadata name="Designer">{CANARY}</metadata>', name=f"by {CANARY}"))
    kept = [f for f in handler.plan(data, PROFILE).findings if f.action.value == "review"]
    assert CANARY in {found.value for found in kept}
    assert engine.scrub(data, PROFILE)[1].status is Status.CLEAN


def test_a_word_of_the_grammar_is_no_residue() -> None:
    data = package(model('<metadata name="Copyright">Vertex Microsoft Corp.</metadata>'))
    assert engine.scrub(data, PROFILE)[1].status is Status.CLEAN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        model()[:-20],
        model("<metadata>"),
        model('<metadata name="a" name="b"/>'),
        model("<x:y/>"),
        "<!DOCTYPE a [<!ENTITY b 'c'>]>" + model("&b;"),
        model() + model(),
        "<a>" * 3_000 + "</a>" * 3_000,
    ],
)
def test_a_damaged_model_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(package(text), PROFILE)


def test_a_package_without_types_or_model_is_refused() -> None:
    with pytest.raises(UnreadableError):
        handler.plan(package(model(), types="<Types/>"), PROFILE)
    with pytest.raises(UnreadableError):
        handler.plan(package(model(), rels=relations()), PROFILE)
    empty = BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("a.model", model())
    with pytest.raises(UnreadableError):
        handler.plan(empty.getvalue(), PROFILE)


def test_an_encrypted_package_is_refused() -> None:
    leads = relations(START, ("http://example.org/2019/04/keystore", "/Secure/keystore.xml"))
    with pytest.raises(EncryptedError):
        handler.plan(package(model(), rels=leads), PROFILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('v1="0" v2="1" v3="3"', 'v1="0" v2="3" v3="1"'),
        ('x="1.5e1"', 'x="15"'),
        ('<triangle v1="0" v2="2" v3="3"/>', ""),
        ('objectid="1"', 'objectid="2"'),
        ('unit="millimeter"', 'unit="inch"'),
    ],
)
def test_a_changed_model_is_not_faithful(before: str, after: str) -> None:
    data = package(model())
    other = package(model().replace(before, after))
    plan = handler.plan(data, PROFILE)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(other, plan), plan)


def test_an_identifier_given_twice_is_not_faithful() -> None:
    data = package(model('<resources p:UUID="a1"/><resources p:UUID="b2"/>'))
    other = package(model('<resources p:UUID="a1"/><resources p:UUID="a1"/>'))
    plan = handler.plan(data, PROFILE)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(other, plan), plan)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.integers(0, 400))
@example('<metadata name="Designer"/>', 0)
@example("</model>", 200)
@example('"', 100)
def test_whatever_stands_in_a_model_it_is_cleaned_or_refused(noise: str, at: int) -> None:
    text = model()
    data = package(text[:at] + noise + text[at:])
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


def test_many_points_take_no_more_than_linear_time() -> None:
    points = '<vertex x="1.25" y="2.5" z="3"/>' * 100_000
    data = package(model().replace("</vertices>", points + "</vertices>"))
    assert_cpu_seconds(5, lambda: handler.plan(data, PROFILE))


def test_findings_say_of_what_kind_they_are() -> None:
    data = package(model(f'<metadata name="Designer">{CANARY}</metadata>'))
    kinds = {f.category for f in handler.plan(data, PROFILE).findings if f.value == CANARY}
    assert kinds == {Category.PERSON}

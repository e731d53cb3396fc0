"""STL: what exporters write into headers and names is gone, and every facet is as it was."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import mesh
from redaction.formats import stl, stl_ascii
from redaction.model import Category, Edit, Plan, Profile
from redaction.report import Status

FACET = struct.Struct("<12fH")
CORNERS = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
NUMBERS = "0 0 1", "0 0 0", "1 0 0", "0 1e0 -.0"
PEOPLE = "Exported by jane.roe@example.com from C:\\Users\\jroe\\flange.stl"


def binary(header: bytes = b"", facets: int = 3, trailer: bytes = b"", attribute: int = 0) -> bytes:
    body = FACET.pack(*CORNERS, attribute) * facets
    return header.ljust(80, b" ") + struct.pack("<I", facets) + body + trailer


def facet(numbers: tuple[str, ...] = NUMBERS, end: str = "\n") -> str:
    normal, *corners = numbers
    vertices = "".join(f"    vertex {corner}{end}" for corner in corners)
    return f"  facet normal {normal}{end}   outer loop{end}{vertices}   endloop{end}  endfacet{end}"


def written(*names: str, end: str = "\n", body: str = "", facets: int = 2) -> bytes:
    return "".join(
        f"solid {name}{end}{body}{facet(end=end) * facets}endsolid {name}{end}" for name in names
    ).encode()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, Profile())
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    again, _ = engine.scrub(cleaned, Profile())
    assert again == cleaned
    return cleaned


def values(data: bytes) -> list[tuple[Category, str]]:
    return [(found.category, found.value) for found in stl.plan(data, Profile()).findings]


def test_a_binary_header_is_blanked_and_every_facet_kept() -> None:
    data = binary(PEOPLE.encode(), attribute=0x7FFF)
    cleaned = scrubbed(data)
    assert cleaned[:80] == b" " * 80
    assert cleaned[80:] == data[80:]
    assert (Category.EMAIL, "jane.roe@example.com") in values(data)
    assert Category.PATH in {category for category, _ in values(data)}


def test_colours_that_magics_keeps_in_a_header_stay_where_they_stand() -> None:
    colour = b"COLOR=\x20\x40\x60\xff"
    material = b"MATERIAL=" + b"\x01\x02\x03\xff" * 3
    cleaned = scrubbed(binary(b"by jane roe " + colour + b"," + material + b" x"))
    assert cleaned[:80] == (b" " * 12 + colour + b" " + material).ljust(80)


def test_words_that_only_look_like_a_colour_go() -> None:
    cleaned = scrubbed(binary(b"COLOR=Jane MATERIAL=Steel by Roe, Ltd."))
    assert cleaned[:80] == b" " * 80


def test_a_binary_file_that_begins_like_an_ascii_one_is_still_binary() -> None:
    cleaned = scrubbed(binary(b"solid jane roe"))
    assert not cleaned.startswith(b"solid")


def test_a_header_of_zeros_becomes_one_of_blanks() -> None:
    assert scrubbed(binary(b"\x00" * 80))[:80] == b" " * 80


def test_what_follows_the_last_facet_goes() -> None:
    assert scrubbed(binary(trailer=b"jane roe was here")) == binary()


def test_a_clean_file_stays_byte_for_byte() -> None:
    for clean in (binary(), written("part"), b"solid\n" + facet().encode() + b"endsolid\n"):
        assert scrubbed(clean) == clean


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_name_of_an_ascii_solid_goes(end: str) -> None:
    assert scrubbed(written(PEOPLE, end=end)) == written("part", end=end)
    assert (Category.EMAIL, "jane.roe@example.com") in values(written(PEOPLE))


def test_solids_stay_apart_without_their_names() -> None:
    data = written("roe left", "roe right", "roe left")
    assert scrubbed(data) == written("part", "part-2", "part")


def test_a_name_that_is_told_at_the_end_only_takes_the_name_of_its_solid() -> None:
    data = b"solid\n" + facet().encode() + b"endsolid jane roe"
    assert scrubbed(data) == b"solid\n" + facet().encode() + b"endsolid part"


def test_comments_and_what_follows_the_last_solid_go() -> None:
    data = b"solid x\n; drawn by jane roe\n" + facet().encode() + b"endsolid x\nby jane roe\n"
    assert b"roe" not in scrubbed(data)


NO_NORMAL = facet(("nan -nan(ind) 1.#QNAN", "0 0 0", "1 0 0", "0 1 0"))


@pytest.mark.parametrize("line", ["  color 0.1 0.2 0.3", "", NO_NORMAL.upper(), "\t"])
def test_what_programs_write_beside_plain_facets_stays(line: str) -> None:
    data = written("part", body=line + "\n")
    assert scrubbed(data) == data


@pytest.mark.parametrize(
    "data",
    [
        b"solid x\n" + facet().encode(),
        b"solid x\nfacet normal 0 0 1\nendsolid x\nsolid x\nendsolid x\nendsolid x\n",
        b"solid x\nsolid y\n" + facet().encode() + b"endsolid y\nendsolid x\n",
        written("x", body="drawn by jane roe\n"),
        written("x").replace(b"vertex 0 0 0", b"vertex jane roe 0"),
        written("x").replace(b"vertex 0 0 0", b"vertex jane-roe 0 0"),
        b"no mesh at all",
    ],
    ids=range(7),
)
def test_a_file_that_is_cut_off_or_holds_other_words_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        stl.plan(data, Profile())


def test_slices_meet_wherever_they_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stl_ascii, "SLICE_BYTES", 200)
    data = written("part", facets=20)
    assert scrubbed(data) == data
    assert scrubbed(written("part", body="; jane\n", facets=20)) == written(
        "part", body="\n", facets=20
    )


number = st.floats(width=32).map(str) | st.floats(-1e9, 1e9).map("{:e}".format)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.tuples(number, number, number).map(" ".join)] * 4), max_size=5))
@example([])
@example([("0 0 1", "nan 0 0", "inf -inf 0", "1e-300 .5 5.")])
def test_any_facet_a_program_can_print_is_kept(facets: list[tuple[str, ...]]) -> None:
    body = "".join(map(facet, facets))
    cleaned, report = engine.scrub(f"solid jane\n{body}endsolid jane\n".encode(), Profile())
    assert report.reason is None
    assert cleaned == f"solid part\n{body}endsolid part\n".encode()


@settings(max_examples=60)
@given(st.binary(max_size=80), st.integers(1, 4), st.binary(max_size=20))
@example(b"solid ", 1, b"")
@example(b"COLOR=", 1, b"\x00")
@example(b"x" * 70 + b"MATERIAL=", 2, b"")
def test_any_header_is_blanked_and_nothing_else(header: bytes, facets: int, trailer: bytes) -> None:
    data = binary(header, facets, trailer)
    cleaned = stl.apply(data, stl.plan(data, Profile()))
    assert cleaned[80:] == binary(b"", facets)[80:]
    assert not stl.plan(cleaned, Profile()).changes
    assert stl.prove(data, cleaned, stl.plan(data, Profile()))[0].compared == facets


@pytest.mark.parametrize("data", [binary(b"roe"), written("roe")], ids=["binary", "ascii"])
def test_a_facet_that_changed_is_found_out(data: bytes) -> None:
    at = 100 if stl.is_binary(data) else data.index(b"vertex 1") + 7
    forged = Plan(edits=(Edit(at, at + 1, b"7"),))
    with pytest.raises(NotFaithfulError):
        stl.prove(data, stl.apply(data, forged), forged)
    with pytest.raises(NotFaithfulError):
        stl.prove(data, data + b" ", Plan())


def test_a_facet_that_went_or_came_is_found_out() -> None:
    two, three = written("x", facets=2), written("x", facets=3)
    for before, after in ((two, three), (three, two)):
        with pytest.raises(NotFaithfulError):
            mesh.ascii_facets(before, after)
    with pytest.raises(NotFaithfulError):
        mesh.binary_facets(binary(facets=2), binary(facets=3))
    with pytest.raises(NotFaithfulError):
        mesh.binary_facets(binary(facets=2)[:-1], binary(facets=2)[:-1])


def test_facets_that_cannot_be_compared_prove_nothing() -> None:
    odd = written("x").replace(b"outer loop", b"loop")
    with pytest.raises(NotFaithfulError):
        mesh.ascii_facets(odd, odd)


def test_a_file_must_not_turn_from_binary_into_ascii() -> None:
    data = binary()
    turned = Plan(edits=(Edit(80, 84, b"\xff" * 4),))
    with pytest.raises(NotFaithfulError):
        stl.prove(data, stl.apply(data, turned), turned)

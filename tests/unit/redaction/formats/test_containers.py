"""What holds for every container: nothing of anybody is left, nothing moves, and twice is once."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.model import Profile
from redaction.report import Status
from tests.unit.redaction.formats import office_papers, packages, test_fusion, test_solid_edge
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

PROFILE = Profile()
SUMMARY = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
TRACKING = bytes.fromhex("0f3f85324434d1119e930060b03c1ca6")


def inventor() -> bytes:
    return packages.compound(
        {
            "\x05SummaryInformation": packages.property_set(
                SUMMARY, {4: packages.lpwstr(CANARY), 12: packages.filetime()}
            ),
            "\x05Design": packages.property_set(TRACKING, {41: packages.lpwstr(LOGIN)}),
            "RSeStorage/RSeDb": b"geometry" * 600,
            "UFRxDoc": b"\x01\0\0\0" + f"{HOME}b.ipt".encode("utf-16-le") + bytes(4),
        },
        slack=CANARY.encode(),
    )


def sldprt() -> bytes:
    who = f"<cp:lastModifiedBy>{LOGIN}</cp:lastModifiedBy>"
    core = f"<cp:coreProperties xmlns:cp='urn:c'>{who}</cp:coreProperties>"
    return packages.chunked(
        {
            "Contents/Config-0": b"geometry" * 50 + packages.mfc(f"{HOME}b.SLDPRT"),
            "Header2": b"moHeader_c su_CStringArray\x01\0" + packages.mfc(LOGIN),
            "docProps/core.xml": core.encode(),
            "Preview": packages.photograph(),
        }
    )


DIRTY: dict[str, Callable[[], bytes]] = {
    "zip": lambda: packages.zipped({"a/photo.jpg": packages.photograph(), "~$a.docx": LOGIN}),
    "docx": packages.docx,
    "xlsx": packages.xlsx,
    "odf": packages.odt,
    "fcstd": packages.fcstd,
    "f3d": test_fusion.archive,
    "inventor": inventor,
    "sldprt": sldprt,
    "solidedge": test_solid_edge.assembly,
    "3dm": packages.model,
    "doc": office_papers.doc,
    "xls": office_papers.xls,
    "ppt": office_papers.ppt,
    "ole": office_papers.package,
    "emf": lambda: office_papers.personal_emf(b""),
    "wmf": lambda: office_papers.wmf_with(office_papers.personal_emf()),
}
WORDS = [
    spelling.encode(encoding)
    for word in (CANARY, LOGIN)
    for spelling in (word, word.upper())
    for encoding in ("utf-8", "utf-16-le")
]


@pytest.mark.parametrize("name", DIRTY)
def test_nobody_is_left_and_everybody_was_told(name: str) -> None:
    data = DIRTY[name]()
    cleaned, report = engine.scrub(data, PROFILE)
    assert (report.status, report.format) == (Status.CLEAN, name), report.reason
    assert cleaned is not None
    assert report.identical
    told = " ".join(found.value for found in report.findings)
    assert CANARY in told or LOGIN in told
    for content in (
        cleaned,
        *(packages.unzipped(cleaned).values() if cleaned[:2] == b"PK" else ()),
    ):
        assert not [word for word in WORDS if word in content]


@pytest.mark.parametrize("name", DIRTY)
def test_a_cleaned_file_is_left_as_it_is(name: str) -> None:
    once, _ = engine.scrub(DIRTY[name](), PROFILE)
    assert once is not None
    again, report = engine.scrub(once, PROFILE)
    assert (again, report.status) == (once, Status.CLEAN)
    assert engine.scrub(DIRTY[name](), PROFILE)[0] == once


@pytest.mark.parametrize("name", DIRTY)
def test_inspecting_tells_the_same_and_changes_nothing(name: str) -> None:
    data = DIRTY[name]()
    seen = engine.inspect(data, PROFILE)
    assert seen.findings == engine.scrub(data, PROFILE)[1].findings


@pytest.mark.parametrize("name", DIRTY)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_half_a_file_is_refused(name: str, share: float) -> None:
    data = DIRTY[name]()
    cleaned, report = engine.scrub(data[: int(len(data) * share)], PROFILE)
    assert (cleaned, report.status) == (None, Status.REFUSED)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(sorted(DIRTY)),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=8),
)
@example("inventor", 0.0, b"\xff")
@example("zip", 0.999, b"\xff\xff\xff\xff")
@example("3dm", 0.3, b"\xff\xff\xff\xff\xff\xff\xff\x7f")
def test_a_damaged_file_is_cleaned_or_refused_and_never_crashes(
    name: str, place: float, damage: bytes
) -> None:
    data = DIRTY[name]()
    at = int(len(data) * place)
    damaged = data[:at] + damage + data[at + len(damage) :]
    cleaned, report = engine.scrub(damaged, PROFILE)
    assert (cleaned is None) == (report.status is Status.REFUSED)

"""What the fuzzer found once is never found again: docs/explanation/fuzzing.md."""

import struct
from collections.abc import Callable

import pytest

from redaction import engine
from redaction.model import Profile
from redaction.report import Status
from tests.unit.redaction.formats import packages


def rhino_of_no_size() -> bytes:
    """A 3DM whose end mark holds fewer bytes than its size needs."""
    data = packages.model(version=50)
    at = data.rindex(struct.pack("<IQ", 0x7FFF, 8))
    return data[:at] + struct.pack("<IQ", 0x7FFF, 1) + b"\x00"


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "3dm: an end mark too short for the size": (rhino_of_no_size, "unreadable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_once_crashed_is_refused_with_its_reason(name: str) -> None:
    make, code = REFUSED[name]
    cleaned, report = engine.scrub(make(), Profile())
    assert cleaned is None
    assert report.status is Status.REFUSED
    assert report.reason is not None
    assert report.reason.code == code

"""What the worker says of one file, before any wall stands round it."""

import pytest

from redaction.model import Profile
from redaction.preview import registry, worker
from redaction.preview.errors import NoPictureError
from redaction.preview.model import Drawn
from redaction.preview.plain_png import checked
from redaction.preview.renderers import pages
from redaction.registry import BY_NAME
from redaction.report import Status
from redaction.sandbox.wire import Job, Limits, Work
from tests.unit.redaction.preview import drawn as files

JOB = Job(1, Work.PREVIEW, Profile(), Limits(1, 1, 1))


def test_a_picture_comes_with_how_many_pages_it_shows_and_what_was_measured() -> None:
    png, report = worker.paint(JOB, files.pdf(9))
    assert png is not None
    assert checked(png)
    assert (report.status, report.format, report.bytes_out) == (Status.INSPECTED, "pdf", len(png))
    told = [(proof.oracle, proof.compared, proof.statement) for proof in report.oracles]
    assert told[:2] == [("shown", 4, "9"), ("pages", 0, "9")]


@pytest.mark.parametrize(
    ("data", "code", "name"),
    [
        (b"Ten pieces", "no-picture", "text"),
        (b"", "empty", "unknown"),
        (b"%PDF-1.7", "unreadable", "pdf"),
    ],
)
def test_without_a_picture_it_says_why(data: bytes, code: str, name: str) -> None:
    png, report = worker.paint(JOB, data)
    assert png is None
    assert report.reason is not None
    assert (report.reason.code, report.format, report.oracles) == (code, name, ())


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_what_exhausts_it_is_too_complex(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(_: bytes) -> Drawn:
        raise error

    monkeypatch.setattr(pages, "draw", draw)
    _, report = worker.paint(JOB, files.pdf())
    assert report.reason is not None
    assert report.reason.code == "too-complex"


def test_every_row_names_a_known_format_and_a_renderer_that_gets_ready() -> None:
    assert registry.RENDERERS.keys() <= BY_NAME.keys()
    for name in sorted(set(registry.RENDERERS.values())):
        registry.imported(name).warm()
    with pytest.raises(NoPictureError):
        registry.load("dwg")

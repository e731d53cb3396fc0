"""Packed STEP: what the wrapping tells goes, the model inside is cleaned as STEP."""

import gzip
import io
import zlib

import pytest

from redaction import engine
from redaction.carriers import gzip_file
from redaction.errors import NotFaithfulError, TooLargeError, UnreadableError
from redaction.formats import step_packed as handler
from redaction.model import Action, Category, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.unit.redaction.formats.step_papers import clean_paper, paper

PROFILE = Profile()


def wrapped(
    model: bytes, name: str = "/home/wziegler/bracket.stp", moment: int = 1715000000
) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", 6, out, moment) as packer:
        packer.write(model)
    return out.getvalue()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert report.format == "stpz"
    assert cleaned is not None
    assert not handler.plan(cleaned, PROFILE).changes
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    clean = gzip_file.packed(clean_paper())
    assert promise.apply(clean, promise.plan(clean, PROFILE)) == clean
    handler.warm()


def test_the_wrapping_forgets_name_and_time_and_the_model_its_people() -> None:
    cleaned = scrubbed(wrapped(paper()))
    assert gzip.decompress(cleaned) == clean_paper()
    assert cleaned == scrubbed(wrapped(paper(), "other.stp", 5))
    assert b"bracket.stp" not in cleaned


def test_a_clean_model_in_a_telling_wrapping_is_wrapped_anew() -> None:
    assert scrubbed(wrapped(clean_paper())) == gzip_file.packed(clean_paper())


def test_what_the_wrapping_told_is_found() -> None:
    data = bytearray(wrapped(clean_paper()))
    data[3] |= gzip_file.COMMENT | gzip_file.EXTRA
    data[10:10] = b"\x02\x00ab"
    end = data.index(0, 14) + 1
    data[end:end] = b"for Wanda Ziegler\0"
    told = {
        (found.carrier, found.category): found.value
        for found in handler.plan(bytes(data), PROFILE).findings
        if found.action is Action.REMOVED
    }
    assert told["gzip.name", Category.PATH] == "bracket.stp"
    assert told["gzip.comment", Category.COMMENT] == "for Wanda Ziegler"
    assert ("gzip.time", Category.TIME) in told


def test_many_members_become_one_and_what_follows_is_cut() -> None:
    half = len(paper()) // 2
    data = wrapped(paper()[:half]) + wrapped(paper()[half:]) + b"saved by wziegler"
    assert gzip.decompress(scrubbed(data)) == clean_paper()


@pytest.mark.parametrize("damage", [lambda data: data[:-30], lambda data: data[:60] + b"!" * 40])
def test_damage_is_refused(damage) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnreadableError):
        handler.plan(damage(wrapped(paper())), PROFILE)


def test_a_bomb_is_refused_before_it_is_whole() -> None:
    with pytest.raises(TooLargeError):
        handler.plan(wrapped(paper() + b" " * (80 * 1024 * 1024)), PROFILE)


def test_a_wrong_checksum_is_damage() -> None:
    data = gzip_file.packed(paper())
    with pytest.raises(UnreadableError):
        handler.plan(data[:-8] + bytes(4) + data[-4:], PROFILE)


def test_another_model_inside_is_noticed() -> None:
    data = wrapped(paper())
    plan = handler.plan(data, PROFILE)
    other = gzip_file.packed(clean_paper().replace(b"-1.5", b"-1.6"))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, other, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, other, Plan())


def test_other_packed_files_stay_archives() -> None:
    for inside in (b"hello", b"\x00" * 100):
        assert engine.scrub(wrapped(inside), PROFILE)[1].reason.code == "unsupported-archive"  # type: ignore[union-attr]
    damaged = zlib.compress(paper(), wbits=31)[:4]
    assert engine.scrub(damaged, PROFILE)[1].reason.code == "unsupported-archive"  # type: ignore[union-attr]

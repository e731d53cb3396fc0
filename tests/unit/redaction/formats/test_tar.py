"""Tar archives: every file inside is cleaned as it would be alone; who packed it is gone."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine, members, sniff
from redaction.carriers import tar_archive
from redaction.errors import NotFaithfulError, RedactionError
from redaction.formats import tar as handler
from redaction.model import Action, Container, Plan, Profile
from redaction.report import Status
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, LOGIN

PROFILE = Profile()
DRAWING = b"Bracket, 4 holes M6\n"
PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tgz": gzip.compress,
    "tbz": bz2.compress,
    "txz": lzma.compress,
}
UNPACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tgz": gzip.decompress,
    "tbz": bz2.decompress,
    "txz": lzma.decompress,
}


def tarred(
    files: Mapping[str, bytes | str], *, form: int = tarfile.PAX_FORMAT, **header: object
) -> bytes:
    """Return an archive as somebody's machine writes it; a name with a slash is a directory's."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, said in files.items():
            content = said.encode() if isinstance(said, str) else said
            info = tarfile.TarInfo(name.rstrip("/"))
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.size, info.mtime, info.mode = len(content), 1_700_000_000.5, 0o600
            info.uname, info.gname, info.uid, info.gid = LOGIN, "staff", 501, 20
            if form == tarfile.PAX_FORMAT:
                info.pax_headers = {"SCHILY.xattr.user.xdg.origin.url": CANARY}
            for field, value in header.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def untarred(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {
            info.name + "/" * info.isdir(): (archive.extractfile(info) or io.BytesIO()).read()
            for info in archive
        }


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def refused(data: bytes) -> str:
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is None
    assert report.reason is not None
    return report.reason.code


def test_the_module_keeps_the_promise_of_a_container() -> None:
    assert isinstance(handler, Container)


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_who_packed_it_is_gone_and_every_file_stays(kind: str, form: int) -> None:
    files = {"d/": b"", "d/a.txt": DRAWING, "d/" + "n" * 90 + ".txt": DRAWING, "e.txt": b""}
    data = PACKERS[kind](tarred(files, form=form))
    assert sniff.identify(data).name == kind
    cleaned = scrubbed(data)
    plain = UNPACKERS[kind](cleaned)
    assert untarred(plain) == files
    for secret in (LOGIN, "staff", CANARY, "1700000000", "origin"):
        assert secret.encode() not in plain
    told = {found.carrier for found in handler.plan(data, PROFILE).findings}
    assert {"TAR.owner", "TAR.time"} <= told
    assert ("TAR.field" in told) == (form == tarfile.PAX_FORMAT)
    assert not handler.plan(cleaned, PROFILE).findings


def test_the_name_and_time_in_the_packing_are_gone() -> None:
    out = io.BytesIO()
    with gzip.GzipFile(f"{CANARY}.tar", "wb", fileobj=out, mtime=1_700_000_000) as packed:
        packed.write(tar_archive.plain([tar_archive.Entry("a.txt", DRAWING)]))
    assert CANARY.encode() in out.getvalue()
    cleaned = scrubbed(out.getvalue())
    assert CANARY.encode() not in cleaned
    assert cleaned[4:8] == bytes(4)


def test_a_clean_archive_comes_out_byte_for_byte() -> None:
    for kind in PACKERS:
        data = tar_archive.written(kind, [tar_archive.Entry("./ü/a.txt", DRAWING)])
        assert scrubbed(data) == data
        assert handler.apply(data, Plan()) == data


def test_files_inside_are_cleaned_by_their_own_handlers_archives_too() -> None:
    inner = packages.zipped({"photo.jpg": packages.photograph()})
    data = gzip.compress(
        tarred({"a.zip": inner, "b.tar": tarred({"c.jpg": packages.photograph()})})
    )
    files = untarred(gzip.decompress(scrubbed(data)))
    assert CANARY.encode() not in packages.unzipped(files["a.zip"])["photo.jpg"]
    assert CANARY.encode() not in untarred(files["b.tar"])["c.jpg"]


def test_what_a_file_manager_noted_is_gone_and_who_has_a_file_open_is_blanked() -> None:
    data = tarred({"a.txt": DRAWING, "._a.txt": LOGIN, "~$a.docx": LOGIN})
    assert untarred(scrubbed(data)) == {"a.txt": DRAWING, "~$a.docx": b" " * len(LOGIN)}
    told = [f for f in handler.plan(data, PROFILE).findings if f.carrier == "TAR.member"]
    assert [found.action for found in told] == [Action.REMOVED, Action.REPLACED]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (tarred({"../a.txt": DRAWING}), "unsafe-archive"),
        (tarred({"/a.txt": DRAWING}), "unsafe-archive"),
        (tarred({"a.txt": DRAWING, "./A.TXT": DRAWING}), "unsafe-archive"),
        (tarred({"a.txt": b""}, type=tarfile.SYMTYPE, linkname="/etc/passwd"), "unsafe-archive"),
        (tarred({"a.txt": b""}, type=tarfile.LNKTYPE, linkname="b"), "unsafe-archive"),
        (tarred({"a.txt": b""}, type=tarfile.FIFOTYPE), "unsafe-archive"),
        (tarred({"a.txt": DRAWING})[:1000], "unreadable"),
        (tarred({"a.txt": DRAWING}).rstrip(b"\0") + bytes(2000) + b"x" * 512, "unreadable"),
        (gzip.compress(tarred({"a.txt": DRAWING}), mtime=0)[:-9], "unreadable"),
        (gzip.compress(tarred({"a.txt": DRAWING}), mtime=0) + b"more", "unsafe-archive"),
        (tarred({"a.exe": b"MZ" + bytes(80)}), "member-refused"),
        (tarred({"d/": b""}), "empty"),
        (gzip.compress(DRAWING, mtime=0), "unsupported-archive"),
    ],
)
def test_archives_that_cannot_be_cleaned_are_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_small_archive_that_unpacks_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tar_archive, "MIN_UNPACKED_BYTES", 1 << 20)
    for kind in ("tgz", "tbz", "txz"):
        assert refused(PACKERS[kind](tarred({"a.txt": bytes(4 << 20)}))) == "too-large"


def test_several_streams_are_one_archive() -> None:
    plain = tarred({"a.txt": DRAWING})
    data = gzip.compress(plain[:700]) + gzip.compress(plain[700:])
    assert untarred(gzip.decompress(scrubbed(data))) == {"a.txt": DRAWING}


@pytest.mark.parametrize("tampered", ["changed", "missing", "added"])
def test_a_tampered_archive_is_not_faithful(tampered: str) -> None:
    data = tarred({"a.txt": DRAWING, "b.txt": DRAWING})
    nesting = members.handler_of("tar", engine.registry.load)
    plan = nesting.plan(data, PROFILE)
    files = untarred(nesting.apply(data, plan))
    if tampered == "changed":
        files["b.txt"] = b"another"
    elif tampered == "missing":
        del files["b.txt"]
    else:
        files["c.txt"] = b"new"
    with pytest.raises(NotFaithfulError):
        nesting.prove(data, tarred(files), plan)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1535), st.binary(min_size=1, max_size=8), st.sampled_from(sorted(PACKERS)))
@example(156, b"S", "tar")
@example(124, b"\x80\xff\xff", "tar")
@example(148, b"0000000", "tar")
@example(600, b"9999", "tgz")
def test_whatever_stands_in_an_archive_it_is_cleaned_or_refused(
    at: int, noise: bytes, kind: str
) -> None:
    plain = tarred({"a.txt": DRAWING})
    data = PACKERS[kind](plain[:at] + noise + plain[at + len(noise) :])
    try:
        plan = handler.plan(data, PROFILE)
    except RedactionError:
        return
    cleaned = handler.apply(data, plan)
    handler.prove(data, cleaned, plan)
    assert not handler.plan(cleaned, PROFILE).changes

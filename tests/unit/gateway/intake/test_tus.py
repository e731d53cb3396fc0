"""The tus protocol's numbered demands, header by header."""

import contextlib
from base64 import b64encode
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict

from gateway.intake import errors, tus
from gateway.intake.tus import Append, Status

MAX = 1000
PATCH = {"Content-Type": tus.MEDIA_TYPE, "Upload-Offset": "0"}


def headers(given: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(given)


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0", "2.0.0", "1.0.0,0.2.2"])
def test_another_version_is_not_spoken(version: str) -> None:
    with pytest.raises(errors.UnsupportedVersionError):
        tus.require_version(headers({"Tus-Resumable": version} if version else {}))


def test_our_version_is_spoken() -> None:
    tus.require_version(headers({"tus-resumable": " 1.0.0 "}))


def test_the_override_counts_and_the_real_method_does_not() -> None:
    assert tus.effective_method("POST", headers({"X-HTTP-Method-Override": "patch"})) == "PATCH"
    assert tus.effective_method("POST", headers({})) == "POST"


def test_options_tells_everything_that_is_spoken() -> None:
    told = tus.options_headers(max_bytes=MAX)
    assert told["Tus-Version"] == "1.0.0"
    assert told["Tus-Max-Size"] == str(MAX)
    assert "sha1" in told["Tus-Checksum-Algorithm"].split(",")
    assert {"creation", "expiration", "checksum"} <= set(told["Tus-Extension"].split(","))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Upload-Length": "5", "Upload-Defer-Length": "1"},
        {"Upload-Defer-Length": "0"},
        {"Upload-Defer-Length": "yes"},
        {"Upload-Length": "-1"},
        {"Upload-Length": "+5"},
        {"Upload-Length": "5.0"},
        {"Upload-Length": "٥"},
        {"Upload-Length": ""},
        {"Upload-Length": "9" * 30},
    ],
)
def test_a_creation_says_its_length_or_that_it_will_come(given: dict[str, str]) -> None:
    with pytest.raises(errors.MalformedRequestError):
        tus.creation(headers(given), max_bytes=MAX)


def test_a_creation_may_be_empty_or_as_long_as_allowed_but_not_longer() -> None:
    assert tus.creation(headers({"Upload-Length": "0"}), max_bytes=MAX).length == 0
    assert tus.creation(headers({"Upload-Length": "1000"}), max_bytes=MAX).length == MAX
    with pytest.raises(errors.TooLongError):
        tus.creation(headers({"Upload-Length": "1001"}), max_bytes=MAX)
    assert tus.creation(headers({"Upload-Defer-Length": "1"}), max_bytes=MAX).length is None


def test_metadata_comes_back_as_it_was_written() -> None:
    written = "filename YS5zdGVw,is_confidential, note "
    creation = tus.creation(
        headers({"Upload-Length": "1", "Upload-Metadata": written}), max_bytes=MAX
    )
    assert creation.metadata == written.strip()
    assert creation.filename == "a.step"
    told = tus.status_headers(Status(0, 1, creation.metadata, None))
    assert told["Upload-Metadata"] == creation.metadata


def test_an_empty_metadata_header_is_none() -> None:
    given = headers({"Upload-Length": "1", "Upload-Metadata": ""})
    assert tus.creation(given, max_bytes=MAX).metadata == ""
    assert "Upload-Metadata" not in tus.status_headers(Status(0, 1, "", None))


@pytest.mark.parametrize(
    "written", ["a,a", "a YQ==,a YQ==", ",", "a b c", "é YQ==", "a Y", "a YQ==,", "a =="]
)
def test_metadata_that_is_not_keys_and_base64_is_refused(written: str) -> None:
    with pytest.raises(errors.MalformedRequestError):
        tus.metadata(written)


@given(st.text(max_size=300))
@example("a" * 100_000)
@example("!" + "\x7f" * 50_000)
def test_no_metadata_breaks_the_reader(written: str) -> None:
    with contextlib.suppress(errors.MalformedRequestError):
        assert all(key.isascii() for key in tus.metadata(written))


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,10}", fullmatch=True), st.text(max_size=20)))
def test_any_text_survives_metadata(values: dict[str, str]) -> None:
    written = ",".join(
        f"{key} {b64encode(text.encode('utf-8', 'ignore')).decode()}"
        for key, text in values.items()
    )
    expected = {k: t.encode("utf-8", "ignore").decode() for k, t in values.items()}
    assert tus.metadata(written) == expected


def test_a_body_at_creation_must_be_of_the_right_type() -> None:
    assert not tus.with_upload(headers({}))
    assert not tus.with_upload(headers({"Content-Length": "0", "Content-Type": "text/plain"}))
    assert tus.with_upload(headers({"Content-Length": "1", "Content-Type": tus.MEDIA_TYPE}))
    assert tus.with_upload(headers({"Transfer-Encoding": "chunked", **PATCH}))
    with pytest.raises(errors.WrongMediaTypeError):
        tus.with_upload(headers({"Content-Length": "1", "Content-Type": "text/plain"}))


@pytest.mark.parametrize("kind", ["", "text/plain", "application/octet-stream"])
def test_a_patch_of_another_type_is_refused(kind: str) -> None:
    with pytest.raises(errors.WrongMediaTypeError):
        tus.append(headers({**PATCH, "Content-Type": kind}), max_bytes=MAX)


@pytest.mark.parametrize("offset", ["", "-1", "1e3", "0x1", "x"])
def test_a_patch_needs_an_offset(offset: str) -> None:
    with pytest.raises(errors.MalformedRequestError):
        tus.append(headers({**PATCH, "Upload-Offset": offset}), max_bytes=MAX)


def test_a_patch_is_read_whole() -> None:
    digest = b64encode(bytes(20)).decode()
    wanted = tus.append(
        headers(
            {
                **PATCH,
                "Upload-Length": "7",
                "Content-Length": "3",
                "Upload-Checksum": f"sha1 {digest}",
            }
        ),
        max_bytes=MAX,
    )
    assert wanted == Append(0, 7, 3, tus.Checksum("sha1", bytes(20)))


@pytest.mark.parametrize("checksum", ["crc32 AAAA", "SHA1 " + b64encode(bytes(20)).decode(), ""])
def test_an_unknown_checksum_is_refused(checksum: str) -> None:
    with pytest.raises(errors.ChecksumUnknownError):
        tus.append(headers({**PATCH, "Upload-Checksum": checksum}), max_bytes=MAX)


@pytest.mark.parametrize("digest", ["", "!!!", "AAAA"])
def test_a_checksum_that_cannot_be_one_is_refused(digest: str) -> None:
    with pytest.raises(errors.MalformedRequestError):
        tus.append(headers({**PATCH, "Upload-Checksum": f"sha1 {digest}"}), max_bytes=MAX)


def test_only_the_current_offset_is_admitted() -> None:
    with pytest.raises(errors.OffsetMismatchError) as refused:
        tus.admitted(Status(5, 10, "", None), Append(4), max_bytes=MAX)
    assert refused.value.facts == {"expected_offset": 5, "provided_offset": 4}


@pytest.mark.parametrize(
    ("status", "wanted", "length", "room"),
    [
        (Status(0, 10, "", None), Append(0), 10, 10),
        (Status(4, 10, "", None), Append(4, None, 6), 10, 6),
        (Status(10, 10, "", None), Append(10, None, 0), 10, 0),
        (Status(4, None, "", None), Append(4), None, MAX - 4),
        (Status(4, None, "", None), Append(4, 4), 4, 0),
        (Status(4, 10, "", None), Append(4, 10), 10, 6),
    ],
)
def test_what_is_missing_may_come(
    status: Status, wanted: Append, length: int | None, room: int
) -> None:
    assert tus.admitted(status, wanted, max_bytes=MAX) == (length, room)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [(Status(0, 10, "", None), Append(0, 11)), (Status(4, None, "", None), Append(4, 3))],
)
def test_a_length_is_said_once_and_covers_what_has_arrived(status: Status, wanted: Append) -> None:
    with pytest.raises(errors.LengthFixedError):
        tus.admitted(status, wanted, max_bytes=MAX)


def test_a_body_longer_than_what_is_missing_is_refused_before_it_comes() -> None:
    with pytest.raises(errors.TooLongError):
        tus.admitted(Status(4, 10, "", None), Append(4, None, 7), max_bytes=MAX)
    with pytest.raises(errors.TooLongError):
        tus.admitted(Status(4, None, "", None), Append(4, None, MAX), max_bytes=MAX)


def test_a_deferred_length_is_told_as_such() -> None:
    assert tus.status_headers(Status(3, None, "", None))["Upload-Defer-Length"] == "1"
    assert "Upload-Defer-Length" not in tus.status_headers(Status(3, 5, "", None))


def test_status_is_never_kept_by_caches() -> None:
    assert tus.status_headers(Status(0, 0, "", None))["Cache-Control"] == "no-store"


def test_an_expiry_is_told_as_a_date() -> None:
    told = tus.progress_headers(Status(3, 5, "", 1_800_000_000.0))
    assert told == {"Upload-Offset": "3", "Upload-Expires": "Fri, 15 Jan 2027 08:00:00 GMT"}
    assert "Upload-Expires" not in tus.progress_headers(Status(3, 5, "", None))


def test_an_upload_is_complete_when_all_is_there() -> None:
    assert Status(0, 0, "", None).complete
    assert not Status(0, None, "", None).complete
    assert not Status(4, 5, "", None).complete

"""tus over the wire, as clients send it."""

import asyncio
import hashlib
from base64 import b64encode

import pytest

from gateway.identity.roles import Role
from tests.unit.gateway.api.conftest import Browser, Front, problem

PATH = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}
TEN = b"0123456789"


async def created(program: Browser, key: dict[str, str], length: int = 10) -> str:
    answer = await program.post(PATH, headers=key | TUS | {"Upload-Length": str(length)})
    assert answer.status == 201
    assert answer.headers["Location"].startswith(PATH + "/")
    return answer.headers["Location"]


async def offset_of(program: Browser, key: dict[str, str], url: str) -> int:
    answer = await program.head(url, headers=key | TUS)
    assert answer.status == 200
    return int(answer.headers["Upload-Offset"])


async def test_options_tells_what_is_spoken_without_a_key(program: Browser) -> None:
    answer = await program.options(PATH)
    assert answer.status == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == "10000"
    assert "checksum" in answer.headers["Tus-Extension"]


async def test_an_upload_from_creation_to_its_last_byte(
    program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    for start, piece in ((0, TEN[:4]), (4, TEN[4:])):
        answer = await program.patch(
            url, headers=customer_key | TUS | BYTES | {"Upload-Offset": str(start)}, data=piece
        )
        assert answer.status == 204
        assert answer.headers["Upload-Offset"] == str(start + len(piece))
        assert answer.headers["Upload-Expires"].endswith("GMT")
    head = await program.head(url, headers=customer_key | TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("10", "10")
    assert head.headers["Cache-Control"] == "no-store"


async def test_every_answer_names_the_version(
    program: Browser, customer_key: dict[str, str]
) -> None:
    answers = [
        await program.post(PATH),
        await program.post(PATH, headers=customer_key),
        await program.head(f"{PATH}/{'a' * 32}", headers=customer_key | TUS),
        await program.put(PATH, headers=customer_key | TUS),
        await program.options(PATH),
    ]
    assert {answer.headers["Tus-Resumable"] for answer in answers} == {"1.0.0"}
    assert [answer.status for answer in answers] == [401, 412, 404, 405, 204]
    assert answers[1].headers["Tus-Version"] == "1.0.0"
    assert "Upload-Offset" not in answers[2].headers


async def test_creation_with_upload_takes_the_first_bytes_along(
    program: Browser, customer_key: dict[str, str]
) -> None:
    headers = customer_key | TUS | BYTES | {"Upload-Length": "10", "Expect": "100-continue"}
    answer = await program.post(PATH, headers=headers, data=TEN[:6])
    assert answer.status == 201
    assert answer.headers["Upload-Offset"] == "6"
    assert await offset_of(program, customer_key, answer.headers["Location"]) == 6


async def test_metadata_comes_back_to_its_owner_only(
    front: Front, program: Browser, customer_key: dict[str, str]
) -> None:
    written = "filename " + b64encode(b"bracket.step").decode() + ",relativePath bnVsbA=="
    answer = await program.post(
        PATH, headers=customer_key | TUS | {"Upload-Length": "1", "Upload-Metadata": written}
    )
    url = answer.headers["Location"]
    head = await program.head(url, headers=customer_key | TUS)
    assert head.headers["Upload-Metadata"] == written
    other = await front.key(Role.CUSTOMER, "other@works.example")
    head = await program.head(url, headers=other | TUS)
    assert head.status == 404
    assert "Upload-Metadata" not in head.headers


async def test_the_override_works_where_patch_and_delete_do_not_pass(
    program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    patch = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    answer = await program.post(url, headers=customer_key | TUS | BYTES | patch, data=TEN)
    assert answer.status == 204
    answer = await program.post(
        url, headers=customer_key | TUS | {"X-HTTP-Method-Override": "DELETE"}
    )
    assert answer.status == 204
    assert (await program.head(url, headers=customer_key | TUS)).status == 404


async def test_an_override_is_no_way_round_the_key(
    front: Front, program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    override = TUS | {"X-HTTP-Method-Override": "DELETE"}
    assert (await program.options(url, headers=override)).status == 405
    assert (await program.post(url, headers=override)).status == 401
    assert await offset_of(program, customer_key, url) == 0
    browser, _ = await front.signed_in(Role.CUSTOMER)
    assert (await browser.head(url, headers=override)).status == 403


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain", "Upload-Offset": "0"}, 415, "wrong-media-type"),
        (BYTES, 400, "malformed-request"),
        (BYTES | {"Upload-Offset": "3"}, 409, "upload-offset-mismatch"),
        (BYTES | {"Upload-Offset": "0", "Upload-Length": "11"}, 400, "upload-length-fixed"),
        (BYTES | {"Upload-Offset": "0", "Upload-Checksum": "md4 AAAA"}, 400, "checksum-unknown"),
    ],
)
async def test_a_wrong_patch_is_told_what_is_wrong(
    program: Browser,
    customer_key: dict[str, str],
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    url = await created(program, customer_key)
    answer = await program.patch(url, headers=customer_key | TUS | headers, data=b"x")
    assert answer.status == status
    assert (await problem(answer))["type"] == f"/problems/{code}"
    assert await offset_of(program, customer_key, url) == 0


async def test_a_longer_upload_than_allowed_is_refused(
    program: Browser, customer_key: dict[str, str]
) -> None:
    answer = await program.post(PATH, headers=customer_key | TUS | {"Upload-Length": "10001"})
    assert answer.status == 413
    assert (await problem(answer))["max_bytes"] == 10_000


async def test_checksums_decide(program: Browser, customer_key: dict[str, str]) -> None:
    url = await created(program, customer_key)
    good = b64encode(hashlib.sha1(TEN).digest()).decode()
    patch = customer_key | TUS | BYTES | {"Upload-Offset": "0"}
    answer = await program.patch(
        url, headers=patch | {"Upload-Checksum": f"sha1 {good}"}, data=b"012345678x"
    )
    assert answer.status == 460
    assert await offset_of(program, customer_key, url) == 0
    answer = await program.patch(url, headers=patch | {"Upload-Checksum": f"sha1 {good}"}, data=TEN)
    assert answer.status == 204


async def raw(front: Front, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert front.server.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", front.server.port)
    writer.write(request)
    await writer.drain()
    return reader, writer


def head(method: str, url: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {url} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def test_a_cut_connection_loses_nothing_that_arrived(
    front: Front, program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    patch = customer_key | TUS | BYTES | {"Upload-Offset": "0", "Content-Length": "10"}
    _, writer = await raw(front, head("PATCH", url, patch) + TEN[:7])
    await asyncio.sleep(0.05)
    writer.transport.abort()
    async with asyncio.timeout(5):
        while await offset_of(program, customer_key, url) != 7:  # noqa: ASYNC110  (only it knows)
            await asyncio.sleep(0.01)


async def test_a_client_that_knows_first_is_not_made_to_wait(
    front: Front, program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    patch = customer_key | TUS | BYTES | {"Upload-Offset": "0", "Content-Length": "10"}
    reader, writer = await raw(front, head("PATCH", url, patch) + TEN[:7])
    await asyncio.sleep(0.05)
    # The old connection is still open: the server cannot know that nobody holds its other end.
    async with asyncio.timeout(2):
        assert await offset_of(program, customer_key, url) == 7
        answer = await reader.readuntil(b"\r\n")
    assert b" 408 " in answer
    patch |= {"Upload-Offset": "7"}
    del patch["Content-Length"]
    done = await program.patch(url, headers=patch, data=TEN[7:])
    assert done.status == 204
    writer.close()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Authorization": "Bearer wrong"}, b" 401 "),
        ({"Upload-Offset": "5"}, b" 409 "),
        ({"Tus-Resumable": "9"}, b" 412 "),
        ({"Content-Length": "11"}, b" 413 "),
        ({"Expect": "tea"}, b" 417 "),
    ],
)
async def test_who_asks_first_is_told_no_without_sending(
    front: Front,
    program: Browser,
    customer_key: dict[str, str],
    change: dict[str, str],
    status: bytes,
) -> None:
    url = await created(program, customer_key)
    patch = customer_key | TUS | BYTES
    patch |= {"Upload-Offset": "0", "Content-Length": "10", "Expect": "100-continue"} | change
    reader, writer = await raw(front, head("PATCH", url, patch))
    async with asyncio.timeout(2):
        first = await reader.readuntil(b"\r\n")
    assert status in first
    writer.close()


async def test_who_asks_first_and_may_is_told_to_go_on(
    front: Front, program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    patch = customer_key | TUS | BYTES
    patch |= {"Upload-Offset": "0", "Content-Length": "10", "Expect": "100-continue"}
    reader, writer = await raw(front, head("PATCH", url, patch))
    async with asyncio.timeout(2):
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(TEN)
        assert b" 204 " in await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def test_a_deferred_length_arrives_with_a_later_patch(
    program: Browser, customer_key: dict[str, str]
) -> None:
    answer = await program.post(PATH, headers=customer_key | TUS | {"Upload-Defer-Length": "1"})
    url = answer.headers["Location"]
    told = await program.head(url, headers=customer_key | TUS)
    assert told.headers["Upload-Defer-Length"] == "1"
    assert "Upload-Length" not in told.headers
    patch = customer_key | TUS | BYTES | {"Upload-Offset": "0", "Upload-Length": "10"}
    assert (await program.patch(url, headers=patch, data=TEN[:3])).status == 204
    told = await program.head(url, headers=customer_key | TUS)
    assert told.headers["Upload-Length"] == "10"
    assert "Upload-Defer-Length" not in told.headers


async def test_a_reviewer_does_not_upload(front: Front, program: Browser) -> None:
    key = await front.key(Role.REVIEWER)
    answer = await program.post(PATH, headers=key | TUS | {"Upload-Length": "1"})
    assert answer.status == 403


async def test_compressed_bytes_are_stored_as_they_were_sent(
    program: Browser, customer_key: dict[str, str]
) -> None:
    url = await created(program, customer_key)
    patch = customer_key | TUS | BYTES | {"Upload-Offset": "0", "Content-Encoding": "gzip"}
    answer = await program.patch(url, headers=patch, data=TEN)
    assert answer.status == 204
    assert await offset_of(program, customer_key, url) == 10

"""The link holder's side: looking is free, opening counts once, files come whole or in ranges."""

import asyncio
import hashlib
import logging
from typing import Any

import pytest

from gateway.api import keys
from tests.unit.gateway.api.conftest import problem
from tests.unit.gateway.api.desk import DRAWING, WORDS, Desk, desk

__all__ = ["desk"]
DIGEST = hashlib.sha256(DRAWING).hexdigest()


async def test_a_link_shows_what_it_holds_and_gives_it(desk: Desk) -> None:
    token = await desk.token(await desk.part())
    look = await (await desk.look(token)).json()
    assert [one["filename"] for one in look["files"]] == ["a.step", "description.txt"]
    assert (look["opens_left"], look["needs_code"]) == (1, False)
    assert "confidential" in look["terms"]["texts"]["en"]
    session, files = await desk.session(token)
    assert files[0]["sha256"] == DIGEST
    for file, content in zip(files, (DRAWING, WORDS.encode() + b"\n"), strict=True):
        answer = await desk.program.get(file["url"], headers=session)
        assert await answer.read() == content
        assert len(content) == file["plain_bytes"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert answer.headers["ETag"] == f'"{file["sha256"]}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        name = file["filename"]
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


async def test_the_cookie_alone_opens_the_files_and_only_under_d(desk: Desk) -> None:
    answer = await desk.open(await desk.token(await desk.part()))
    cookie = answer.cookies["drawbridge-download"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/d", True, "Strict")
    url = (await answer.json())["files"][0]["url"]
    assert await (await desk.program.get(url)).read() == DRAWING


async def unusable(desk: Desk, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    look, opened = await desk.look(token), await desk.open(token)
    assert (look.status, opened.status) == (410, 410)
    return await problem(look), await problem(opened)


async def test_every_dead_link_is_told_alike(desk: Desk) -> None:
    part = await desk.part()
    spent, late, ended = [await desk.token(part) for _ in range(3)]
    await desk.session(spent)
    listed = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=desk.customer)
    alive = [one for one in (await listed.json())["transfers"] if one["opens_left"]]
    told = [
        await unusable(desk, "dbl_" + "A" * 43),
        await unusable(desk, ""[:0] + "x" * 256),
        await unusable(desk, spent),
    ]
    for one in alive:
        await desk.post(f"/api/v1/transfers/{one['id']}/revoke")
    told += [await unusable(desk, ended)]
    fresh = await desk.token(part)
    desk.front.clock.turn(601)
    told += [await unusable(desk, fresh), await unusable(desk, late)]
    assert all(one == told[0] for one in told)
    assert "ask whoever sent it" in told[0][0]["title"]


async def test_of_two_who_open_at_once_exactly_one_succeeds(desk: Desk) -> None:
    token = await desk.token(await desk.part())
    answers = await asyncio.gather(*(desk.open(token) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [200] + [410] * 5
    assert desk.front.journal.kinds().count("link.opened") == 1


async def test_a_link_opens_as_often_as_its_sender_said(desk: Desk) -> None:
    token = await desk.token(await desk.part(), opens=2)
    assert [(await desk.open(token)).status for _ in range(3)] == [200, 200, 410]


async def test_without_the_terms_nothing_opens_and_nothing_is_used(desk: Desk) -> None:
    token = await desk.token(await desk.part())
    answer = await desk.open(token, accept_terms=False)
    assert (await problem(answer))["type"] == "/problems/terms-not-accepted"
    assert (await (await desk.look(token)).json())["opens_left"] == 1


async def test_a_code_hides_the_names_and_wrong_ones_end_the_link(desk: Desk) -> None:
    part = await desk.part()
    token = await desk.token(part, code="open sesame", opens=2)
    look = await (await desk.look(token)).json()
    assert (look["files"], look["file_count"], look["needs_code"]) == ([], 2, True)
    missing = await problem(await desk.open(token))
    assert (missing["type"], missing["attempts_left"]) == ("/problems/code-wrong", 5)
    wrong = await problem(await desk.open(token, code="guess"))
    assert (wrong["status"], wrong["attempts_left"]) == (403, 4)
    assert (await desk.open(token, code="open sesame")).status == 200
    guesses = await asyncio.gather(*(desk.open(token, code=f"guess {n}") for n in range(8)))
    assert {answer.status for answer in guesses} == {403, 410}
    assert sum(answer.status == 403 for answer in guesses) == 4
    assert (await desk.open(token, code="open sesame")).status == 410


async def test_the_log_knows_of_an_opening_first(desk: Desk) -> None:
    token = await desk.token(await desk.part())
    desk.front.journal.broken = True
    assert (await desk.open(token)).status == 503
    desk.front.journal.broken = False
    assert (await (await desk.look(token)).json())["opens_left"] == 1
    session, _ = await desk.session(token)
    note = list(desk.front.journal.notes.values())[-1]
    assert note.happening.value == "link.opened"
    assert note.network is not None
    assert note.network.about["address"] == "127.0.0.1"
    assert len(str(note.about["terms"])) == 64
    assert session


async def test_without_a_log_no_byte_leaves(desk: Desk) -> None:
    session, files = await desk.handed()
    desk.front.journal.broken = True
    for headers in (session, session | {"Range": "bytes=0-3"}):
        for file in files:
            answer = await desk.program.get(file["url"], headers=headers)
            body = await answer.read()
            assert (answer.status, answer.content_type) == (503, "application/problem+json")
            assert DRAWING[:4] not in body
    desk.front.journal.broken = False
    assert await desk.status(files[0]["url"], session) == 200


async def test_a_session_is_needed_and_ends_with_its_lease(desk: Desk) -> None:
    session, files = await desk.handed()
    other, others = await desk.handed(b"ISO-10303-21; another part")
    desk.program.session.cookie_jar.clear()
    url = files[0]["url"]
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic x"}):
        for method in ("GET", "HEAD"):
            assert await desk.status(url, headers, method) == 401
        assert (await desk.program.post("/d/receipt", headers=headers)).status == 401
    assert await desk.status(others[0]["url"], session) == 404
    assert await desk.status(url, desk.customer) == 401
    desk.front.clock.turn(24 * 3600 - 1)
    assert await desk.status(url, session) == 200
    desk.front.clock.turn(1)
    assert await desk.status(url, session) == 401
    assert other


@pytest.mark.parametrize(
    ("headers", "status", "body", "content_range"),
    [
        ({}, 200, DRAWING, None),
        ({"Range": "bytes=0-4"}, 206, DRAWING[:5], f"bytes 0-4/{len(DRAWING)}"),
        ({"Range": "bytes=-4"}, 206, DRAWING[-4:], None),
        ({"Range": "bytes=5-"}, 206, DRAWING[5:], None),
        ({"Range": "bytes=0-0,2-3"}, 200, DRAWING, None),
        ({"Range": "lines=1-2"}, 200, DRAWING, None),
        ({"Range": "bytes=9000-"}, 416, None, f"bytes */{len(DRAWING)}"),
        ({"Range": "bytes=5-", "If-Range": f'"{DIGEST}"'}, 206, DRAWING[5:], None),
        ({"Range": "bytes=5-", "If-Range": '"old"'}, 200, DRAWING, None),
        ({"If-None-Match": f'"{DIGEST}"'}, 304, b"", None),
        ({"If-Match": '"old"'}, 412, None, None),
    ],
)
async def test_ranges_and_conditions_over_the_wire(
    desk: Desk, headers: dict[str, str], status: int, body: bytes | None, content_range: str | None
) -> None:
    session, files = await desk.handed()
    answer = await desk.program.get(files[0]["url"], headers=session | headers)
    assert answer.status == status
    received = await answer.read()
    if body is not None:
        assert received == body
    if content_range is not None:
        assert answer.headers["Content-Range"] == content_range


async def test_looking_in_every_way_a_scanner_does_is_free(desk: Desk) -> None:
    token = await desk.token(await desk.part(), opens=1)
    for _ in range(3):
        await desk.look(token)
        await desk.program.head("/d")
        await desk.program.get(f"/d?{'x' * 20}")
        await desk.program.get("/d/open")
        await desk.program.get("/d/look")
    session, files = await desk.session(token)
    before = list(desk.front.journal.notes)
    for file in files:
        for headers in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": f'"{file["sha256"]}"'}):
            answer = await desk.program.head(file["url"], headers=session | headers)
            assert await answer.read() == b""
            assert answer.status == (304 if "If-None-Match" in headers else 200)
            if answer.status == 200:
                assert answer.headers["Content-Length"] == str(file["plain_bytes"])
    assert list(desk.front.journal.notes) == before


async def test_a_receipt_tells_what_was_handed_over_and_proves_it(desk: Desk) -> None:
    session, files = await desk.handed()
    drawing, words = (file["url"] for file in files)

    async def receipt() -> dict[str, Any]:
        answer = await desk.program.post("/d/receipt", headers=session)
        told: dict[str, Any] = await answer.json()
        return told

    assert (await receipt())["complete"] is False
    for part in ("bytes=0-9", "bytes=20-", "bytes=5-19"):
        await desk.program.get(drawing, headers=session | {"Range": part})
    halfway = await receipt()
    assert halfway["files"][0]["delivered"] == [[0, len(DRAWING)]]
    assert (halfway["files"][0]["complete"], halfway["complete"]) == (True, False)
    await desk.program.get(words, headers=session)
    first, again = await receipt(), await receipt()
    assert first == again
    assert first["complete"] is True
    assert [one["kind"] for one in first["ledger"]] == [
        "link.opened", "download.started", "download.started", "receipt.issued",
    ]  # fmt: skip
    assert all(one["proof"].startswith("c2sp.org/tlog-proof@v1\n") for one in first["ledger"])
    kinds = desk.front.journal.kinds()
    assert kinds.count("download.started") == kinds.count("download.completed") == 2
    logged = [n for n in desk.front.journal.notes.values() if n.about.get("complete") == 1]
    assert logged[0].about["sha256"] == first["sha256"]


async def test_a_description_that_says_nothing_is_no_file(desk: Desk) -> None:
    _, files = await desk.session(await desk.token(await desk.part(words="  ")))
    assert [file["filename"] for file in files] == ["a.step"]


async def test_no_token_stands_in_a_log_or_a_header(
    desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await desk.token(await desk.part())
    session, files = await desk.session(token)
    answer = await desk.program.get(files[0]["url"], headers=session)
    await desk.program.post("/d/receipt", headers=session)
    await desk.open(token)
    told = caplog.text + "".join(capsys.readouterr())
    assert "/d/files/{id}" in told
    for secret in (token, token[4:], session["Authorization"][7:]):
        assert secret not in told
        assert secret not in str(answer.headers)
        assert secret not in str(answer.url)


async def test_another_sites_page_opens_nothing(desk: Desk) -> None:
    token = await desk.token(await desk.part())
    answer = await desk.program.post(
        "/d/open",
        json={"token": token, "accept_terms": True},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status == 403
    assert (await desk.look(token)).status == 200


async def test_a_session_is_not_an_account(desk: Desk) -> None:
    session, _ = await desk.handed()
    assert (await desk.program.get("/api/v1/parts", headers=session)).status == 401
    assert keys.LINKS in desk.front.app

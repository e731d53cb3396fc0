"""The one gate (promise 3), and streams that are cut (promise 8)."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.api import keys
from gateway.journal import Note, Receipt
from gateway.ledger_journal import LedgerJournal
from gateway.transfer.egress import RECHECK_S
from storage.ledger.proof import Proof
from storage.rows import downloads as rows_of_downloads
from storage.rows import transfers as rows_of_transfers
from tests.unit.gateway.api.desk import Desk, desk
from tests.unit.gateway.doubles import MemoryJournal

__all__ = ["desk"]
MIB = 1024 * 1024
CANARY = b"CANARY-OF-A-BRACKET"
BIG = 24 * MIB


class Both(MemoryJournal):
    """Remembers notes, and writes them to a real ledger, which refuses what does not fit."""

    def __init__(self, ledger: LedgerJournal) -> None:
        super().__init__()
        self.ledger = ledger

    async def write(self, note: Note, *, key: str) -> Receipt:
        await super().write(note, key=key)
        return await self.ledger.write(note, key=key)

    async def proof(self, index: int) -> str:
        return await self.ledger.proof(index)


@pytest.fixture
def journal(ledger_journal: LedgerJournal) -> MemoryJournal:
    return Both(ledger_journal)


def started(desk: Desk) -> int:
    return desk.front.journal.kinds().count("download.started")


async def test_every_route_that_gives_a_drawing_away_is_logged_exactly_once(desk: Desk) -> None:
    part = await desk.part(b"ISO-10303-21; " + CANARY)
    session, files = await desk.session(await desk.token(part))
    transfers = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=desk.customer)
    (transfer,) = (await transfers.json())["transfers"]
    ids = [part, files[0]["id"], transfer["id"], desk.partner, "0"]
    gave: list[str] = []
    for route in desk.front.app.router.routes():
        if route.resource is None or route.method not in {"GET", "HEAD", "POST"}:
            continue
        path = route.resource.canonical
        if path.endswith(("/revoke", "/withdraw", "/block", "/logout")):
            continue
        for one in ids if "{" in path else [""]:
            for headers in (session, desk.customer, desk.admin, {}):
                before = started(desk)
                url = re.sub(r"\{[^}]*\}", one, path)
                answer = await desk.program.request(
                    route.method, url, headers=headers, allow_redirects=False
                )
                if CANARY in await answer.read():
                    gave.append(path)
                    assert started(desk) == 1, (route.method, url)
                else:
                    assert started(desk) == before, (route.method, url)
    # By bearer and by cookie; however often, it is one entry.
    assert set(gave) == {"/d/files/{id}"}
    assert started(desk) == 1


async def test_the_ledger_takes_every_note_and_a_receipts_proofs_hold(desk: Desk) -> None:
    session, files = await desk.handed()
    for file in files:
        await (await desk.program.get(file["url"], headers=session)).read()
    receipt = await (await desk.program.post("/d/receipt", headers=session)).json()
    assert receipt["complete"] is True
    ledger = desk.front.app[keys.LEDGER]
    for one in receipt["ledger"]:
        proof = Proof.parse(one["proof"])
        (entry,) = await ledger.entries(one["index"], one["index"] + 1)
        proof.check(entry.raw, ledger.key)


class Slow:
    """A client whose system holds little, that takes what it is asked to take and no more."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.received = 0

    @classmethod
    async def fetching(cls, desk: Desk, url: str, session: dict[str, str]) -> "Slow":
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        sock.setblocking(False)
        server = desk.front.server
        await asyncio.get_running_loop().sock_connect(sock, (server.host, server.port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=64 * 1024)
        head = f"GET {url} HTTP/1.1\r\nHost: x\r\nAuthorization: {session['Authorization']}\r\n\r\n"
        writer.write(head.encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        return cls(reader, writer)

    async def take(self, count: int) -> None:
        self.received += len(await self.reader.readexactly(count))

    async def rest(self) -> int:
        """Take whatever still comes until the connection ends; return how much that was."""
        before = self.received
        try:
            async with asyncio.timeout(5):
                while piece := await self.reader.read(MIB):
                    self.received += len(piece)
        except ConnectionError:
            pass
        self.writer.close()
        return self.received - before


@asynccontextmanager
async def streaming(desk: Desk) -> AsyncIterator[tuple[str, Slow]]:
    """Yield a part and a client in the midst of it."""
    part = await desk.big_part(BIG)
    session, files = await desk.session(await desk.token(part))
    slow = await Slow.fetching(desk, files[0]["url"], session)
    await slow.take(MIB)
    yield part, slow
    slow.writer.close()
    async with asyncio.timeout(5):
        while desk.front.app[keys.EGRESS].streams.count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def first_transfer(desk: Desk, part: str) -> Any:
    answer = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=desk.customer)
    return (await answer.json())["transfers"][0]


@pytest.mark.parametrize("cause", ["revoke", "withdraw", "consent", "block"])
async def test_a_running_stream_is_cut_by_what_ends_it(desk: Desk, cause: str) -> None:
    async with streaming(desk) as (part, slow):
        transfer = await first_transfer(desk, part)
        path, who = {
            "revoke": (f"/api/v1/transfers/{transfer['id']}/revoke", desk.customer),
            "withdraw": (f"/api/v1/parts/{part}/withdraw", desk.customer),
            "consent": (f"/api/v1/consents/{transfer['consent']}/withdraw", desk.customer),
            "block": (f"/api/v1/partners/{desk.partner}/block", desk.admin),
        }[cause]
        assert (await desk.post(path, who)).status in {200, 204}
        assert await slow.rest() <= MIB
        assert slow.received < BIG
    kinds = desk.front.journal.kinds()
    assert "download.cut" in kinds
    assert "download.completed" not in kinds


async def test_a_lease_that_runs_out_cuts_within_a_piece(desk: Desk) -> None:
    part = await desk.big_part(BIG)
    session, files = await desk.session(await desk.token(part))
    desk.front.clock.turn(24 * 3600 - RECHECK_S / 2)
    slow = await Slow.fetching(desk, files[0]["url"], session)
    await slow.take(MIB)
    desk.front.clock.turn(RECHECK_S / 2)  # too soon to have asked the rows again
    await slow.rest()
    assert slow.received < BIG


async def test_a_revocation_by_another_process_is_seen_in_the_rows(desk: Desk) -> None:
    async with streaming(desk) as (part, slow):
        transfer = await first_transfer(desk, part)
        async with desk.intake.rows.transaction() as connection:
            await rows_of_transfers.end(connection, transfer["id"], "revoked", 0.0)
        desk.front.clock.turn(0.6)
        await slow.rest()
        assert slow.received < BIG


async def test_a_client_that_hangs_up_is_remembered_with_what_it_got(desk: Desk) -> None:
    async with streaming(desk) as (part, slow):
        slow.writer.close()
        transfer = await first_transfer(desk, part)
        async with asyncio.timeout(5):
            while True:
                async with desk.intake.rows.reading() as connection:
                    (session,) = await rows_of_downloads.of_transfer(connection, transfer["id"])
                    ranges = await rows_of_downloads.delivered(connection, session.id)
                if ranges:
                    break
                await asyncio.sleep(0.01)
        ((start, stop),) = next(iter(ranges.values()))
        assert start == 0
        assert MIB <= stop < BIG
    kinds = desk.front.journal.kinds()
    assert "download.completed" not in kinds
    (cut,) = [n for n in desk.front.journal.notes.values() if n.happening.value == "download.cut"]
    assert cut.about["why"] == "interrupted"
    assert (cut.about["start"], cut.about["stop"]) == (start, stop)


async def test_a_revocation_between_the_log_and_the_first_byte_lets_nothing_out(
    desk: Desk,
) -> None:
    part = await desk.part()
    session, files = await desk.session(await desk.token(part))
    transfer = await first_transfer(desk, part)
    journal = desk.front.journal
    plain_write = journal.write

    async def revoked_meanwhile(note: Note, *, key: str) -> Receipt:
        receipt = await plain_write(note, key=key)
        if note.happening.value == "download.started":
            async with desk.intake.rows.transaction() as connection:
                await rows_of_transfers.end(connection, transfer["id"], "revoked", 0.0)
        return receipt

    journal.write = revoked_meanwhile  # type: ignore[method-assign]
    answer = await desk.program.get(files[0]["url"], headers=session)
    assert answer.status == 401

"""A witness and a log that asks it, over real HTTP: growth, forks, silence, going back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from gateway.ledger_watch import LedgerWatch
from gateway.witness.asking import Asking
from gateway.witness.freshness import Freshness
from gateway.witness.publication import Publication
from gateway.witness.rounds import Rounds
from gateway.witness.serving import application
from storage.ledger.checkpoint import Cosigner, Signer, VerifyingKey
from storage.ledger.errors import LedgerUnavailableError
from storage.ledger.log import Ledger
from storage.ledger.merkle import EMPTY_ROOT
from storage.ledger.notary import Notary
from storage.ledger.notes import KeyKind
from storage.ledger.policy import Policy
from storage.ledger.signed_before import FileRecord
from storage.ledger.witness import Witness
from storage.ledger.witness_memory import WitnessMemory
from storage.ledger.witnessing import SIZE_TYPE, Request
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER, BoxSealer, event

NAME = "witness.example/w1"
COSIGNERS = (
    Cosigner(NAME, bytes(range(32, 64)), KeyKind.ED25519_COSIGNATURE),
    Cosigner(NAME, bytes(range(32, 64)), KeyKind.MLDSA44),
)
ORIGIN = SIGNER.public.name
SHOWN = sha256(ORIGIN.encode()).hexdigest()

pytestmark = pytest.mark.asyncio


@dataclass
class Time:
    now: datetime = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Yard:
    """A log, its watch, and witnesses that it asks."""

    home: Path
    ledger: Ledger
    watch: LedgerWatch
    publication: Publication
    rounds: Rounds
    time: Time
    servers: list[TestServer] = field(default_factory=list)

    async def grow(self, *keys: str) -> None:
        for key in keys:
            await self.ledger.append(event(), key=key)

    async def published(self) -> int:
        await self.publication.round()
        return (await self.ledger.published())[0].size

    async def cosigned(self) -> set[str]:
        note = (await self.ledger.published())[1]
        return set(self.rounds.freshness.policy.cosigned(note))


def witness_in(home: Path, time: Time, *keys: VerifyingKey) -> Witness:
    memory = WitnessMemory(home / "witness.sqlite")
    return Witness(
        {ORIGIN: keys or (SIGNER.public,)}, COSIGNERS, memory, lambda: int(time().timestamp())
    )


@asynccontextmanager
async def listening(witness: Witness) -> AsyncIterator[TestServer]:
    server = TestServer(application(witness))
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def yard(home: Path, url: str, time: Time) -> AsyncIterator[Yard]:
    await asyncio.to_thread(home.mkdir, exist_ok=True)
    notary = Notary(SIGNER.public, FileRecord(home / "ledger.signed"), None, lambda: 7)
    path = home / "ledger.sqlite"
    ledger = await Ledger.open(path, SIGNER, BoxSealer(), clock=time, notary=notary)
    lines = [f"witness w{n} {one.public.vkey} {url}" for n, one in enumerate(COSIGNERS)]
    policy = Policy.parse("\n".join([*lines, "group g all w0 w1", "quorum g", ""]).encode())
    watch = LedgerWatch(ledger, time)
    watch.freshness = Freshness(policy, 600.0, time())
    publication = Publication(ledger, notary, watch)
    try:
        async with aiohttp.ClientSession() as session:
            asking = Asking(session, 5.0)
            rounds = Rounds(ledger, asking, watch.freshness, publication.contradicted, time)
            publication.rounds = rounds
            publication.prepare()
            yield Yard(home, ledger, watch, publication, rounds, time)
    finally:
        await ledger.close()


@asynccontextmanager
async def watched(tmp_path: Path) -> AsyncIterator[Yard]:
    time = Time()
    async with (
        listening(witness_in(tmp_path, time)) as server,
        yard(tmp_path / "log", str(server.make_url("")), time) as built,
    ):
        built.servers.append(server)
        yield built


async def test_a_checkpoint_is_cosigned_with_every_key_as_the_log_grows(tmp_path: Path) -> None:
    async with watched(tmp_path) as built:
        for keys in ("a", "bcd", "efghijk"):
            await built.grow(*keys)
            await built.published()
            assert await built.rounds.round() == 1
            assert await built.cosigned() == {"w0", "w1"}
        assert await built.rounds.round() == 0
        assert built.watch.quorum is True
        assert built.watch.facts() == {
            "ledger_quorum": True,
            "ledger_contradicted": False,
            "witness_w0": "fresh",
            "witness_w1": "fresh",
        }


async def test_a_quiet_log_is_signed_again_before_it_counts_as_silent(tmp_path: Path) -> None:
    async with watched(tmp_path) as built:
        await built.grow("a")
        await built.published()
        await built.rounds.round()
        built.time.now += timedelta(seconds=301)
        assert await built.rounds.round() == 1
        assert [one.signed_at for one in built.watch.witnesses()] == [built.time.now] * 2


async def test_a_gateway_that_starts_again_asks_from_where_the_witness_is(tmp_path: Path) -> None:
    async with watched(tmp_path) as built:
        await built.grow("a", "b")
        await built.published()
        await built.rounds.round()
    time = Time()
    async with (
        listening(witness_in(tmp_path, time)) as server,
        yard(tmp_path / "log", str(server.make_url("")), time) as built,
    ):
        await built.grow("c")
        assert await built.published() == 3
        assert await built.rounds.round() == 1
        assert built.watch.contradicted_at is None


async def test_a_silent_witness_holds_up_nothing_and_is_told_of(tmp_path: Path) -> None:
    async with watched(tmp_path) as built:
        await built.servers[0].close()
        await built.grow("a")
        assert await built.published() == 1
        assert await built.rounds.round() == 0
        assert built.watch.witnesses_late_since() is None
        began = built.time.now
        built.time.now += timedelta(seconds=601)
        assert built.watch.witnesses_late_since() == began
        assert built.watch.quorum is False
        assert built.watch.facts()["witness_w0"] == "silent"
        assert built.watch.ages_s() == {"w0": 601.0, "w1": 601.0}
        assert built.watch.sound


async def test_a_log_that_went_back_is_stopped_by_what_its_own_key_signed(tmp_path: Path) -> None:
    async with watched(tmp_path) as built:
        await built.grow("a", "b")
        await built.published()
        await built.rounds.round()
        url = str(built.servers[0].make_url(""))
        async with yard(tmp_path / "yesterday", url, built.time) as back:
            await back.grow("a")
            with pytest.raises(LedgerUnavailableError):
                await back.published()
            assert not back.watch.sound
            assert back.watch.facts()["ledger_contradicted"] is True
            with pytest.raises(LedgerUnavailableError):
                await back.ledger.publish()


async def test_a_fork_of_the_same_length_is_stopped(tmp_path: Path) -> None:
    async with watched(tmp_path) as built:
        await built.grow("a", "b")
        await built.published()
        await built.rounds.round()
        url = str(built.servers[0].make_url(""))
        async with yard(tmp_path / "fork", url, built.time) as fork:
            await fork.grow("x", "y")
            with pytest.raises(LedgerUnavailableError):
                await fork.published()
            assert not fork.watch.sound


async def ask(server: TestServer, body: bytes) -> tuple[int, bytes, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(server.make_url("/add-checkpoint"), data=body) as answer,
    ):
        return answer.status, await answer.read(), answer.content_type


async def test_a_witness_answers_as_the_specification_says(tmp_path: Path) -> None:
    async with listening(witness_in(tmp_path, Time())) as server:
        first = SIGNER.sign(4, bytes(32))
        for body in (b"", b"old 0\n", b"old 00\n\n" + first, b"old 5\n\n" + first):
            assert (await ask(server, body))[0] == 400
        stranger = Signer("another.example", bytes(32)).sign(4, bytes(32))
        assert (await ask(server, Request(0, (), stranger).body))[0] == 404
        assert (await ask(server, Request(0, (), OTHER_SIGNER.sign(4, bytes(32))).body))[0] == 403
        assert (await ask(server, Request(0, (bytes(32),), first).body))[0] == 422
        assert (await ask(server, Request(0, (), SIGNER.sign(0, bytes(32))).body))[0] == 422
        assert await ask(server, Request(3, (), first).body) == (409, b"0\n", SIZE_TYPE)
        assert (await ask(server, Request(0, (), SIGNER.sign(0, EMPTY_ROOT)).body))[0] == 200
        status, lines, _ = await ask(server, Request(0, (), first).body)
        assert (status, lines.count(b"\n")) == (200, 2)
        assert await ask(server, Request(0, (), first).body) == (409, b"4\n", SIZE_TYPE)
        other = SIGNER.sign(4, b"\1" * 32)
        assert await ask(server, Request(4, (), other).body) == (409, b"4\n", SIZE_TYPE)
        assert (await ask(server, Request(4, (bytes(32),), SIGNER.sign(5, bytes(32))).body))[
            0
        ] == 422


async def test_what_was_signed_is_shown_and_outlives_the_witness(tmp_path: Path) -> None:
    for _ in range(2):
        async with listening(witness_in(tmp_path, Time())) as server:
            await ask(server, Request(0, (), SIGNER.sign(4, bytes(32))).body)
            async with aiohttp.ClientSession() as session:
                shown = await session.get(server.make_url(f"/{SHOWN}/checkpoint"))
                assert SIGNER.public.open(await shown.read()).size == 4
                assert (await session.get(server.make_url(f"/{'0' * 64}/checkpoint"))).status == 404
                assert (await session.get(server.make_url("/healthz"))).status == 200


async def test_of_two_forks_at_once_one_is_signed(tmp_path: Path) -> None:
    async with listening(witness_in(tmp_path, Time())) as server:
        forks = [SIGNER.sign(4, bytes([n]) * 32) for n in range(6)]
        answers = await asyncio.gather(*(ask(server, Request(0, (), one).body) for one in forks))
        assert sorted(status for status, _, _ in answers) == [200, 409, 409, 409, 409, 409]

"""Signatures in Ed25519 and ML-DSA-44, ours read by transparency-dev's formats library (over
filippo.io/mldsa, which shares no code with ours), and its witness' read by us."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from gateway.witness.asking import Asking, ConflictError, InconsistentError, SilentError
from storage.ledger.checkpoint import Checkpoint, Cosigner, Signer
from storage.ledger.log import Ledger
from storage.ledger.notary import Notary
from storage.ledger.notes import KeyKind, joined, split
from storage.ledger.policy import Policy
from storage.ledger.signed_before import FileRecord
from storage.ledger.witnessing import Request, cosignatures, merged
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER, BoxSealer, clock, event
from tests.vectors.ledger.witnesses import cosigcheck, go_witness

SECOND = Cosigner(SIGNER.public.name, bytes(range(64, 96)))
WITNESS = Cosigner("witness.example/w1", bytes(range(32, 64)), KeyKind.ED25519_COSIGNATURE)

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]


async def opened(home: Path) -> Ledger:
    record = FileRecord(home / "ledger.signed")
    notary = Notary(SIGNER.public, record, SECOND, lambda: 1_796_000_000)
    path = home / "ledger.sqlite"
    return await Ledger.open(path, SIGNER, BoxSealer(), clock=clock, notary=notary)


async def grown(ledger: Ledger, start: int, end: int) -> tuple[Checkpoint, bytes]:
    await asyncio.gather(*(ledger.append(event(), key=str(n)) for n in range(start, end)))
    await ledger.publish()
    return await ledger.published()


@pytest.mark.asyncio
async def test_others_read_what_we_sign_twice_and_cosign(tmp_path: Path) -> None:
    ledger = await opened(tmp_path)
    try:
        signed, note = await grown(ledger, 0, 257)
        await ledger.countersign(merged(note, [WITNESS.line(signed, 1_796_000_001)]))
        whole = tmp_path / "note"
        whole.write_bytes((await ledger.published())[1])
        keys = [key.vkey for key in (SIGNER.public, SECOND.public, WITNESS.public)]
        done = cosigcheck("note", whole, *keys)
        assert done.stdout == "ok size 257 by 3 keys\n", done.stderr
        (tmp_path / "proof").write_text(await ledger.proof(200))
        (tmp_path / "entry").write_bytes((await ledger.entry(200)).raw)
        done = cosigcheck("proof", tmp_path / "proof", tmp_path / "entry", *keys)
        assert done.stdout == "ok entry 200 of 257 by 3 keys\n", done.stderr
    finally:
        await ledger.close()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_others_refuse_what_we_would_refuse(tmp_path: Path, at: int) -> None:
    """A reader that accepts everything would pass the test above."""
    tree = Checkpoint(SIGNER.public.name, 8, bytes(32))
    text, lines = split(SIGNER.sign(8, bytes(32)))
    lines += [SECOND.line(tree, 7), WITNESS.line(tree, 7)]
    bent = bytearray(lines[at].signature)
    bent[-1] ^= 1
    lines[at] = type(lines[at])(lines[at].name, lines[at].key_id, bytes(bent))
    (tmp_path / "note").write_bytes(joined(text, lines))
    keys = [key.vkey for key in (SIGNER.public, SECOND.public, WITNESS.public)]
    assert cosigcheck("note", tmp_path / "note", *keys).returncode == 1


@pytest.mark.asyncio
async def test_anothers_witness_signs_our_log_as_it_grows_and_no_other(tmp_path: Path) -> None:
    ledger = await opened(tmp_path)
    async with aiohttp.ClientSession() as session:
        asking = Asking(session, 10.0)
        try:
            with go_witness(SIGNER.public.vkey) as witness:
                policy = Policy.parse(
                    f"{witness.lines()}group g all go-ed go-ml\nquorum g\n".encode()
                )
                keys = [one.key for one in policy.witnesses.values()]
                old = 0
                for size in (1, 255, 256, 257, 600):
                    signed, note = await grown(ledger, old, size)
                    proof = await ledger.consistency(old, size) if old else []
                    said = await asking.cosignatures(witness.url, Request(old, tuple(proof), note))
                    await ledger.countersign(merged(note, cosignatures(signed.text, said, keys)))
                    assert policy.check((await ledger.published())[1], SIGNER.public) == signed
                    old = size
                await refuses(asking, witness.url, note)
        finally:
            await ledger.close()


async def refuses(asking: Asking, url: str, note: bytes) -> None:
    """See that the witness would have refused: a fork, a rollback, a stranger."""
    with pytest.raises(ConflictError) as conflict:
        await asking.cosignatures(url, Request(0, (), note))
    assert conflict.value.size == 600
    with pytest.raises(ConflictError):
        await asking.cosignatures(url, Request(255, (), SIGNER.sign(255, bytes(32))))
    with pytest.raises(InconsistentError):
        await asking.cosignatures(url, Request(600, (), SIGNER.sign(600, bytes(32))))
    with pytest.raises(InconsistentError):
        await asking.cosignatures(url, Request(600, (bytes(32),), SIGNER.sign(601, bytes(32))))
    for stranger in (OTHER_SIGNER, Signer("another.example", bytes(range(32)))):
        with pytest.raises(SilentError):
            await asking.cosignatures(url, Request(600, (), stranger.sign(601, bytes(32))))

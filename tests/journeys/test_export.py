"""A customer takes a part home and opens it without Drawbridge: with Tink, and with the log's key.

The other way round too: what Tink made, under a key that was wrapped here, opens here.
"""

import hashlib
import io
import json
import stat
import urllib.request
from base64 import b64decode
from pathlib import Path
from typing import Any

import tink
from tink import secret_key_access, streaming_aead

from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import ObjectId
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.merkle import check_inclusion
from storage.ledger.proof import Proof
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from tests.journeys import drawings
from tests.journeys.house import House

AUTHOR = "Wilhelmina Zauberfluss"


def _tink(keyset: Path) -> Any:
    streaming_aead.register()
    keys = tink.json_proto_keyset_format.parse(keyset.read_text(), secret_key_access.TOKEN)
    return keys.primitive(streaming_aead.StreamingAead)


def _exported(house: House, folder: Path) -> tuple[Path, dict[str, Any]]:
    files = [
        drawings.write(folder, "bracket.step", drawings.step(AUTHOR, points=40_000)),
        drawings.write(folder, "bracket.pdf", drawings.pdf(AUTHOR)),
    ]
    part = house.json("send", *files, "--part", "Bracket")["part"]
    refused = house.run("parts", "export", part, "-o", folder / "early")
    assert refused.returncode == 1
    assert not list((folder / "early").iterdir())
    house.json("parts", "approve", part)
    home = folder / "home"
    house.json("parts", "export", part, "-o", home)
    manifest: dict[str, Any] = json.loads((home / "manifest.json").read_text())
    return home, manifest


def test_tink_opens_every_drawing_and_the_manifest_says_what_it_is(
    house: House, tmp_path: Path
) -> None:
    home, manifest = _exported(house, tmp_path)
    primitive = _tink(home / "keyset.json")
    assert stat.S_IMODE((home / "keyset.json").stat().st_mode) == 0o600
    assert {drawing["filename"] for drawing in manifest["drawings"]} == {
        "bracket.step", "bracket.pdf",
    }  # fmt: skip
    for drawing in manifest["drawings"]:
        sealed = (home / drawing["ciphertext"]).read_bytes()
        assert len(sealed) == drawing["sealed_bytes"]
        bound = b64decode(drawing["associated_data"], validate=True)
        with primitive.new_decrypting_stream(io.BytesIO(sealed), bound) as stream:
            plain = stream.read()
        assert len(plain) == drawing["plain_bytes"]
        assert hashlib.sha256(plain).hexdigest() == drawing["sha256"]
        assert AUTHOR.encode() not in plain
    kept = [path.name for path in home.rglob("*") if path.is_file()]
    assert len(kept) == 2 + len(manifest["drawings"]) + len(manifest["ledger"])


def test_the_proofs_hold_under_the_logs_own_key(house: House, tmp_path: Path) -> None:
    home, manifest = _exported(house, tmp_path)
    with urllib.request.urlopen(f"{house.url}/ledger/log.vkey", timeout=30) as answer:
        key = VerifyingKey.parse(answer.read().decode().strip())
    assert {entry["kind"] for entry in manifest["ledger"]} == {
        "drawing.inspected", "part.approved", "part.exported",
    }  # fmt: skip
    for entry in manifest["ledger"]:
        proof = Proof.parse((home / entry["proof"]).read_text())
        signed, leaf = key.open(proof.note), bytes.fromhex(entry["leaf_hash"])
        assert proof.index == entry["index"]
        check_inclusion(leaf, proof.index, proof.hashes, signed.size, signed.root)


class _Kept(io.BytesIO):
    """Tink closes what it writes to; this one keeps its bytes."""

    def close(self) -> None:
        pass


async def test_what_tink_sealed_under_an_exported_key_opens_here(
    house: House, tmp_path: Path
) -> None:
    home, manifest = _exported(house, tmp_path)
    house.stop()
    primitive = _tink(home / "keyset.json")
    (first, *_) = [d for d in manifest["drawings"] if d["key_id"] == 1]
    bound = b64decode(first["associated_data"])
    sealed = (home / first["ciphertext"]).read_bytes()
    with primitive.new_decrypting_stream(io.BytesIO(sealed), bound) as stream:
        plain = stream.read()
    kept = _Kept()
    with primitive.new_encrypting_stream(kept, bound) as stream:
        stream.write(plain)
    assert kept.getvalue() != sealed
    (blob,) = [p for p in (house.data / "blobs").glob("??/??/*") if p.read_bytes() == sealed]
    blob.write_bytes(kept.getvalue())

    keyring = Keyring.open(house.data, LocalRootKey.open(house.data / "root.key"))
    vault = Vault(keyring, FilesystemBlobs(house.data / "blobs", floor_bytes=0))
    opened = b"".join([piece async for piece in vault.open(ObjectId(blob.name))])
    keyring.close()
    assert opened == plain

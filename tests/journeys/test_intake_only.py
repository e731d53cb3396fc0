"""A node that only receives: whoever takes its directory and its memory opens nothing (promise 13).

The node runs as an operator runs it; the test reads all of its memory and all of its files, looks
for every private key that there ever was, and tries whatever looks like a key on what it took."""

import http.client
import io
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from storage.sealed import format as fmt
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.keys import DataKey, PrivateKey, segment_key
from storage.sealed.keytables import ObjectRow
from storage.sealed.manifest import Manifest, manifest_context
from tests.journeys.house import House

pytestmark = pytest.mark.timeout(280)

WORDS = b"solid bracket by Kunigunde Beispielhaft\n"
LONG = 30_000 * WORDS  # two segments
PIECE_BYTES = 16  # of a key, that is enough to know it by
KEY_BYTES = 32
ASCII_END = 0x7F
DISTINCT = 22  # of 32 bytes drawn by chance, fewer are different once in ten million times


class Place(NamedTuple):
    """A piece of memory: where it begins, and what may be done with it."""

    start: int
    rights: str


@dataclass(frozen=True, slots=True)
class Received:
    """An object on the node, and everything that would open it."""

    row: ObjectRow
    sealed: bytes
    secrets: dict[str, bytes]


@pytest.fixture
def root(tmp_path: Path) -> LocalRootKey:
    """The root, on a machine that opens."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    return LocalRootKey.open(home / "root.key")


@pytest.fixture
def node(tmp_path: Path, root: LocalRootKey) -> Iterator[House]:
    """A running node to which the public half was brought."""
    data = tmp_path / "node"
    data.mkdir(mode=0o700)
    shutil.copy(tmp_path / "elsewhere/root.pub", data / "root.pub")
    house = House(data, tmp_path / "node.log", ("--role", "intake")).start()
    try:
        yield house
    finally:
        house.stop()


def test_nothing_on_the_node_opens_what_it_received(
    node: House, root: LocalRootKey, tmp_path: Path
) -> None:
    for body in (WORDS, LONG, WORDS):
        _upload(node, body)
    memory, files = _memory(node), list(_files(node.data))
    seen = [*memory.values(), *files]
    received = _received(node.data, tmp_path / "copy", root)
    assert {one.row.plain_bytes for one in received} == {len(WORDS), len(LONG)}
    (kept_root,) = root._keys.values()

    assert _found(seen, {"root": root.public.raw}), "the node's memory is what was read"
    known = {f"{one.row.id}: {n}": raw for one in received for n, raw in one.secrets.items()}
    assert not _found(seen, known | {"root": kept_root.raw})
    short = [one for one in received if one.row.plain_bytes == len(WORDS)]
    written = [region for place, region in memory.items() if "w" in place.rights]
    assert not _keys_that_open([*written, *files], short[0])


def test_the_same_search_finds_the_root_in_a_node_that_opens(house: House) -> None:
    root = LocalRootKey.open(house.data / "root.key")
    (key,) = root._keys.values()
    pieces = {f"root[{at}]" for at in range(0, len(key.raw), PIECE_BYTES)}
    assert pieces <= set(_found(_memory(house).values(), {"root": key.raw}))


def _upload(node: House, body: bytes) -> None:
    connection = http.client.HTTPConnection(urlsplit(node.url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {node.key}", "Tus-Resumable": "1.0.0"}
    try:
        connection.request(
            "POST", "/api/v1/uploads", None, headers | {"Upload-Length": str(len(body))}
        )
        made = connection.getresponse()
        made.read()
        assert made.status == 201
        sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        place = urlsplit(made.headers["Location"]).path
        connection.request("PATCH", place, body, headers | sent)
        patched = connection.getresponse()
        patched.read()
        assert patched.status == 204
    finally:
        connection.close()


def _memory(node: House) -> dict[Place, bytes]:
    """Return all readable memory of the node's process."""
    read: dict[Place, bytes] = {}
    assert node.process is not None
    pid = node.process.pid
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if "r" not in rights or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                    continue
                start, end = (int(edge, 16) for edge in span.split("-"))
                memory.seek(start)
                read[Place(start, rights)] = _all_of(memory, end - start)
    except PermissionError:
        pytest.skip("this system lets nobody read another process's memory")
    return read


def _all_of(memory: io.FileIO, length: int) -> bytes:
    pieces = []
    while length > 0:
        try:
            piece = memory.read(min(length, 1 << 24))
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def _received(data: Path, copy: Path, root: LocalRootKey) -> list[Received]:
    """Open everything the node holds, on the machine that has the root."""
    shutil.copytree(data, copy)
    keyring = Keyring.open(copy, root)
    try:
        with keyring.keystore.reading() as database:
            names = [row[0] for row in database.execute("SELECT id FROM object").fetchall()]
        return [_opened(copy, keyring.keystore.object(name), keyring, root) for name in names]
    finally:
        keyring.close()


def _opened(copy: Path, row: ObjectRow, keyring: Keyring, root: LocalRootKey) -> Received:
    (owner,) = keyring.keystore.keys_of(row.subject)
    private = PrivateKey(root.unwrap(owner.wrapped_private_key, owner.context, owner.root))
    context = manifest_context(row.id, row.purpose, row.suite)
    manifest = Manifest.decode(private.unwrap(row.wrapped_manifest, context))
    (blob,) = (copy / "blobs").rglob(row.id)
    sealed = blob.read_bytes()
    salt = fmt.Header.decode(sealed[: fmt.HEADER_BYTES]).salt
    known = {
        "person's key": private.raw,
        "data key": manifest.data_key.raw,
        "segment key": segment_key(manifest.data_key, salt, row.associated_data),
        "its seed": HKDF.extract(SHA256(), salt, manifest.data_key.raw),
    }
    return Received(row, sealed, known)


def _found(seen: Iterable[bytes], known: dict[str, bytes]) -> list[str]:
    """Return which pieces of which secrets are in what was read."""
    pieces = {
        secret[at : at + PIECE_BYTES]: f"{name}[{at}]"
        for name, secret in known.items()
        for at in range(0, len(secret), PIECE_BYTES)
    }
    wanted = re.compile(b"|".join(re.escape(piece) for piece in pieces))
    return [pieces[hit[0]] for region in seen for hit in wanted.finditer(region)]


def _keys_that_open(seen: Iterable[bytes], one: Received) -> list[bytes]:
    """Return whatever in memory or files, taken for a key, opens a short object."""
    header = fmt.Header.decode(one.sealed[: fmt.HEADER_BYTES])
    first = one.sealed[fmt.HEADER_BYTES :]
    nonce = fmt.nonce(header.prefix, 0, last=True)

    def opens(key: bytes) -> bool:
        try:
            return bool(AESGCM(key).decrypt(nonce, first, None))
        except InvalidTag:
            return False

    def tried(key: bytes) -> bool:
        as_data_key = segment_key(DataKey(key), header.salt, one.row.associated_data)
        as_seed = HKDFExpand(SHA256(), KEY_BYTES, one.row.associated_data).derive(key)
        return opens(key) or opens(as_data_key) or opens(as_seed)

    # What is tried must include what would open: the search is worth nothing otherwise.
    for name in ("data key", "segment key", "its seed"):
        assert tried(one.secrets[name])
        assert one.secrets[name] in _candidates(bytes(64) + one.secrets[name] + bytes(8))
    tries = set().union(*(_candidates(region) for region in seen))
    return [key for key in tries if tried(key)]


def _candidates(region: bytes) -> set[bytes]:
    """Return what may be a key: 32 bytes, eight by eight in memory, that look drawn by chance."""
    words = np.frombuffer(region, np.uint64, len(region) // 8)
    # No pointer and no small number among four words; then no text, and no pattern.
    chance = words >> 48 > 0
    starts = np.flatnonzero(chance[:-3] & chance[1:-2] & chance[2:-1] & chance[3:]) * 8
    found = {region[at : at + KEY_BYTES] for at in starts.tolist()}
    return {key for key in found if len(set(key)) >= DISTINCT and max(key) > ASCII_END}

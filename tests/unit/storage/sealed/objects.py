"""Objects of every awkward length, and a Tink that opens and seals them."""

import io
from functools import cache
from random import Random
from typing import Any

import tink
from tink import json_proto_keyset_format, secret_key_access, streaming_aead

from storage.sealed import format as fmt
from storage.sealed.keys import DataKey, new_header
from storage.sealed.seal import Sealer
from storage.sealed.tink import keyset_json

KEY = DataKey(bytes(range(32)))
BOUND = b"drawbridge/1 object of a test"

FIRST = fmt.FIRST_PLAIN_BYTES
SECOND = FIRST + fmt.PLAIN_SEGMENT_BYTES
THIRD = SECOND + fmt.PLAIN_SEGMENT_BYTES
EDGES = [0, 1, *(edge + by for edge in (FIRST, SECOND, THIRD) for by in (-1, 0, 1))]


@cache
def plain_of(length: int) -> bytes:
    return Random(length).randbytes(length)


def sealed_in(pieces: list[bytes], *, key: DataKey = KEY, bound: bytes = BOUND) -> bytes:
    sealer = Sealer(key, bound, new_header())
    return b"".join(bytes(sealer.feed(piece)) for piece in pieces) + bytes(sealer.finish())


@cache
def sealed_of(length: int) -> bytes:
    return sealed_in([plain_of(length)])


class _Kept(io.BytesIO):
    """Tink closes what it writes to; this one keeps its bytes."""

    def close(self) -> None:
        pass


def tink_of(key: DataKey) -> Any:
    return tink_from(keyset_json(key))


def tink_from(keyset: str) -> Any:
    streaming_aead.register()
    handle = json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
    assert isinstance(handle, tink.KeysetHandle)
    return handle.primitive(streaming_aead.StreamingAead)


def tink_opens(sealed: bytes, *, key: DataKey = KEY, bound: bytes = BOUND) -> bytes:
    with tink_of(key).new_decrypting_stream(io.BytesIO(sealed), bound) as stream:
        return bytes(stream.read())


def tink_seals(plain: bytes, *, key: DataKey = KEY, bound: bytes = BOUND) -> bytes:
    kept = _Kept()
    with tink_of(key).new_encrypting_stream(kept, bound) as stream:
        stream.write(plain)
    return kept.getvalue()

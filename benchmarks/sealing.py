"""How fast does a core seal and open, beside `openssl speed` of the same cipher, and beside Tink
and age doing the same to the same bytes?

256 MiB, in memory for ours and Tink's; age is a process of its own that reads and writes pipes.
Ours and Tink's write the same format. Time of the processor, medians of three.
"""

import io
import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Callable
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.measuring import ROUNDS, median_s
from storage.sealed import format as fmt
from storage.sealed.keys import DataKey, new_header
from storage.sealed.seal import Sealer
from storage.sealed.seek import spans
from storage.sealed.tink import keyset_json
from storage.sealed.unseal import Opener, unseal

SIZE_BYTES = 256 * 1024 * 1024
PIECE_BYTES = 2 * fmt.PLAIN_SEGMENT_BYTES


def main() -> None:
    plain = os.urandom(SIZE_BYTES)
    key = DataKey.generate()
    sealed = _sealed(key, plain)
    if unseal(key, b"", sealed, SIZE_BYTES) != plain:
        raise SystemExit("what was sealed does not open, so its speed means nothing")
    seal_s = median_s(lambda: _seal(key, plain))
    open_s = median_s(lambda: _open(key, sealed))
    gigabytes = SIZE_BYTES / 1e9
    limit = _openssl_gb_per_s()
    for name, took_s in (("seal", seal_s), ("unseal", open_s)):
        rate = gigabytes / took_s
        print(f"{name}: {rate / limit:.2f} x openssl speed ({rate:.2f} against {limit:.2f} GB/s)")
    tink_s = _tink_s(keyset_json(key), plain)
    print(f"seal beside Tink: {tink_s / seal_s:.1f} x ({gigabytes / tink_s:.2f} GB/s)")
    age_s = _age_s(plain)
    print(f"seal beside age: {age_s / seal_s:.1f} x ({gigabytes / age_s:.2f} GB/s)", flush=True)


def _seal(key: DataKey, plain: bytes) -> None:
    """Seal as the pipe does: buffers are used again, and nothing is kept."""
    sealer, view = Sealer(key, b"", new_header()), memoryview(plain)
    sealer.feed(view[: fmt.FIRST_PLAIN_BYTES], more=True)
    for start in range(fmt.FIRST_PLAIN_BYTES, len(view), PIECE_BYTES):
        end = start + PIECE_BYTES
        sealer.feed(view[start:end], more=end < len(view))
    sealer.finish()


def _open(key: DataKey, sealed: bytes) -> None:
    """Open as a download does: segment by segment, and nothing is kept."""
    view = memoryview(sealed)
    opener = Opener(key, b"", bytes(view[: fmt.HEADER_BYTES]), SIZE_BYTES)
    for span in spans(0, SIZE_BYTES, SIZE_BYTES):
        opener.open(span, view[span.sealed_start : span.sealed_end])


def _sealed(key: DataKey, plain: bytes) -> bytes:
    sealer = Sealer(key, b"", new_header())
    return bytes(sealer.feed(plain)) + bytes(sealer.finish())


def _openssl_gb_per_s() -> float:
    """Return what OpenSSL does with pieces of 1 MiB on one core."""
    asked = ["openssl", "speed", "-seconds", "3", "-bytes", str(1024 * 1024)]
    said = subprocess.run(
        [*asked, "-evp", "aes-256-gcm"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"^aes-256-gcm\s+([\d.]+)k", said, re.MULTILINE | re.IGNORECASE)
    if found is None:
        raise SystemExit("openssl speed said nothing we understand")
    return float(found[1]) * 1000 / 1e9


def _tink_s(keyset: str, plain: bytes) -> float:
    import tink
    from tink import secret_key_access, streaming_aead

    streaming_aead.register()
    handle = tink.json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
    primitive = handle.primitive(streaming_aead.StreamingAead)

    def seal() -> None:
        with primitive.new_encrypting_stream(_Nowhere(), b"") as stream:
            stream.write(plain)

    return median_s(seal)


def _age_s(plain: bytes) -> float:
    if shutil.which("age") is None:
        raise SystemExit("age is not installed: run tests/services/install")
    made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    recipient = next(word for word in made.split() if word.startswith("age1"))

    def seal() -> None:
        subprocess.run(["age", "-r", recipient], input=plain, stdout=subprocess.DEVNULL, check=True)

    return statistics.median(_of_children_s(seal) for _ in range(ROUNDS))


def _of_children_s(action: Callable[[], None]) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    action()
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class _Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        return len(piece)

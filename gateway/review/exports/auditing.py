"""Is a bundle what it says it is? Asked offline, of the file alone and a key from elsewhere.

Room: gateway/review. Blocking; reads one file in bounded memory, and changes nothing. Everything
is computed anew: the tree from the evidence, the question over every entry shown, the file with the
entries out of them, byte by byte.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from gateway.review.exports import parquet
from gateway.review.exports.evidence import MAX_LINE_BYTES, Walk
from gateway.review.exports.exporting import CHECKPOINT, EVIDENCE, MANIFEST, VKEY
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.manifest import MAX_BYTES, Manifest, ManifestUnfitError
from gateway.review.exports.row import Row, rows_of
from storage.ledger.checkpoint import Checkpoint, VerifyingKey
from storage.ledger.errors import NotInLedgerError, NotSignedError, NotValidError
from storage.ledger.filtering import Filter

_BATCH: Final = 2048
_NOTE_BYTES: Final = 256 * 1024  # with the cosignatures of many witnesses
_PIECE_BYTES: Final = 1 << 20
_PARQUET: Final = "parquet"
_CHANGED: Final = "it is not what its entries say"


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found to be true of a bundle.

    ``complete``: no other entry of the log fits the question. ``relied``: the question names a
    partner, a part or a link, and which transfers are theirs is the gateway's word.
    """

    manifest: Manifest
    checkpoint: Checkpoint
    vkey: str
    rows: int
    complete: bool
    relied: bool


def audit(path: Path, key: VerifyingKey | None) -> Audited:
    """Return what a bundle holds, all of it checked.

    Args:
        path: the bundle.
        key: the log's key, from a source that is not the bundle; without one, the key that the
            bundle names, which finds damage and no impostor.

    Raises:
        NotValidError: something is changed, missing or not signed; says where.
        FormatUnavailableError: it is Parquet, and pyarrow is not installed.
        OSError: it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Bundle(archive, key).checked()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise NotValidError("bundle", "it is damaged, or no bundle") from error


class _Bundle:
    """One audit of one bundle."""

    def __init__(self, archive: zipfile.ZipFile, key: VerifyingKey | None) -> None:
        self._archive = archive
        self._manifest = self._parsed()
        expected = sorted([CHECKPOINT, EVIDENCE, MANIFEST, VKEY, self._manifest.file])
        if sorted(archive.namelist()) != expected:
            raise NotValidError("bundle", "it does not hold the files it must hold")
        own = self._content(VKEY, _NOTE_BYTES).decode("utf-8", "replace")
        try:
            self._key = key or VerifyingKey.parse(own)
            self._signed = self._key.open(self._content(CHECKPOINT, _NOTE_BYTES))
        except NotSignedError as error:
            raise NotValidError(CHECKPOINT, "it is not signed with the log's key") from error

    def checked(self) -> Audited:
        told = self._manifest
        signed = (self._signed.origin, self._signed.size, self._signed.root.hex())
        if signed != (told.origin, told.size, told.root):
            raise NotValidError(MANIFEST, "it speaks of another checkpoint")
        walk = Walk()
        with self._archive.open(told.file) as file:
            rows = self._compared(self._fitting(walk), file)
        if rows != told.rows:
            raise NotValidError(MANIFEST, "it counts other entries")
        if (walk.climb.size, walk.climb.root()) != (self._signed.size, self._signed.root):
            raise NotValidError(EVIDENCE, "it leads to another tree than was signed")
        self._check_hash()
        return Audited(
            manifest=told,
            checkpoint=self._signed,
            vkey=self._key.vkey,
            rows=rows,
            complete=walk.hidden == 0,
            relied="transfers" in told.asked or "numbers" in told.asked,
        )

    def _parsed(self) -> Manifest:
        try:
            manifest = Manifest.parse(self._content(MANIFEST, MAX_BYTES))
            manifest.wanted()
        except ManifestUnfitError as error:
            raise NotValidError(MANIFEST, "it is not the manifest of an export") from error
        if manifest.format not in FORMATS:
            raise NotValidError(MANIFEST, "it names a format that is not known here")
        return manifest

    def _content(self, name: str, most_bytes: int) -> bytes:
        try:
            with self._archive.open(name) as member:
                content = member.read(most_bytes + 1)
        except KeyError as error:
            raise NotValidError(name, "it is missing") from error
        if len(content) > most_bytes:
            raise NotValidError(name, "it is too long")
        return content

    def _fitting(self, walk: Walk) -> Iterator[list[Row]]:
        """Yield the entries that the evidence shows and that answer the question."""
        wanted = self._manifest.wanted()
        batch: list[tuple[int, bytes]] = []
        with self._archive.open(EVIDENCE) as lines:
            while line := lines.readline(MAX_LINE_BYTES):
                if not line.endswith(b"\n"):
                    raise NotValidError(EVIDENCE, "a line has no end")
                try:
                    shown = walk.step(line)
                except NotInLedgerError as error:
                    raise NotValidError(EVIDENCE, "it is not a walk through a tree") from error
                batch += [shown] if shown else []
                if len(batch) == _BATCH:
                    yield self._answers(batch, wanted)
                    batch = []
        yield self._answers(batch, wanted)

    def _answers(self, batch: list[tuple[int, bytes]], wanted: Filter) -> list[Row]:
        return [row for row in rows_of(batch) if wanted.fits(row.number, row.facts.told())]

    def _compared(self, batches: Iterator[list[Row]], file: IO[bytes]) -> int:
        """Return how many entries the file holds; it must be what would be written of them."""
        if self._manifest.format == _PARQUET:
            return self._compared_values(batches, file)
        encoder = FORMATS[self._manifest.format].encoder(self._signed.origin)
        rows = 0
        self._same(file, encoder.begin())
        for batch in batches:
            self._same(file, encoder.encode(batch))
            rows += len(batch)
        self._same(file, encoder.end())
        if file.read(1):
            raise NotValidError(self._manifest.file, "it goes on after its last entry")
        return rows

    def _same(self, file: IO[bytes], expected: bytes) -> None:
        if expected and file.read(len(expected)) != expected:
            raise NotValidError(self._manifest.file, _CHANGED)

    def _compared_values(self, batches: Iterator[list[Row]], file: IO[bytes]) -> int:
        rows = 0
        nothing: tuple[Any, ...] = ()
        try:
            kept = parquet.read(file)
            for batch in batches:
                for row in batch:
                    if next(kept, nothing) != parquet.values(row):
                        raise NotValidError(self._manifest.file, _CHANGED)
                    rows += 1
            if next(kept, nothing) != nothing:
                raise NotValidError(self._manifest.file, "it goes on after its last entry")
        except ValueError as error:
            raise NotValidError(self._manifest.file, "it is not of its format") from error
        return rows

    def _check_hash(self) -> None:
        digest, size_bytes = hashlib.sha256(), 0
        with self._archive.open(self._manifest.file) as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
                size_bytes += len(piece)
        told = (self._manifest.sha256, self._manifest.size_bytes)
        if (digest.hexdigest(), size_bytes) != told:
            raise NotValidError(MANIFEST, "it names another hash or size")

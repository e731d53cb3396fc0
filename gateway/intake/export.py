"""What a part's owner takes home: ciphertexts, the keys that open them, and what they are.

Room: gateway/intake. Awaits vault, journal and rows. The archive opens without Drawbridge: every
ciphertext is a Tink streaming AEAD, keyset.json a Tink keyset. Because keys leave, the journal
knows before the first byte does. Nothing is held in memory but one piece.

    manifest.json        what is in here, with lengths, SHA-256 and associated data
    keyset.json          Tink JSON keyset, in clear: whoever has it can read the drawings
    ciphertexts/<id>     one released drawing, sealed
    proofs/<index>       C2SP tlog-proof of an entry of the log: inspected, approved, exported
"""

import json
import zipfile
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from gateway.identity.roles import Caller
from gateway.intake.errors import NotReleasedError
from gateway.intake.parts import Parts
from gateway.intake.rounds import outcome_key
from gateway.intake.states import PartState
from gateway.journal import Happening, Journal, Note, Receipt
from storage.ids import ObjectId, new_object_id
from storage.rows.parts import DrawingRow, PartRow
from storage.sealed.vault import ExportedObject

# ZIP knows no earlier moment; the real one would say when somebody worked.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


class ExportsObjects(Protocol):
    """What this room needs of the vault."""

    async def export(self, object_id: ObjectId) -> ExportedObject:
        """Return everything that opens the object elsewhere."""


@dataclass(frozen=True, slots=True)
class Member:
    """A drawing on its way out."""

    path: str
    filename: str
    format: str | None
    sealed: ExportedObject
    cleaned: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log, and the log's own proof of it."""

    kind: Happening
    standing: Receipt
    proof: str

    @property
    def path(self) -> str:
        """Where the proof lies in the archive."""
        return f"proofs/{self.standing.index}.tlog-proof"


@dataclass(frozen=True, slots=True)
class Exports:
    """Hands released parts to their owners."""

    parts: Parts
    vault: ExportsObjects
    journal: Journal

    async def open(self, caller: Caller, part_id: str) -> AsyncIterator[bytes]:
        """Return the archive's bytes; the journal knows of it when this returns.

        Raises:
            PartMissingError: there is none, or it is somebody else's.
            NotReleasedError: it was not approved.
        """
        part, drawings = await self.parts.own(caller, part_id)
        if part.state != PartState.RELEASED:
            raise NotReleasedError
        members = [await self._member(part, drawing) for drawing in drawings]
        about: dict[str, str | int] = {"part": part.id, "files": len(members)}
        note = Note(Happening.PART_EXPORTED, part.subject, caller.account, about)
        key = f"{Happening.PART_EXPORTED}/{new_object_id()}"
        entries = await self._earlier(part, drawings)
        entries.append((Happening.PART_EXPORTED, await self.journal.write(note, key=key)))
        proved = [
            Entry(kind, standing, await self.journal.proof(standing.index))
            for kind, standing in entries
        ]
        name = (await self.parts.show(caller, part_id)).name
        return _archive(name, members, proved)

    async def _earlier(
        self, part: PartRow, drawings: Sequence[DrawingRow]
    ) -> list[tuple[Happening, Receipt]]:
        # The same key is the same entry: this asks where they stand and writes nothing anew.
        keys = [outcome_key(drawing) for drawing in drawings]
        keys.append((Happening.PART_APPROVED, f"{Happening.PART_APPROVED}/{part.id}"))
        return [
            (kind, await self.journal.write(Note(kind, part.subject, ""), key=key))
            for kind, key in keys
        ]

    async def _member(self, part: PartRow, drawing: DrawingRow) -> Member:
        if drawing.clean_object is None:
            raise NotReleasedError
        sealed = await self.vault.export(drawing.clean_object)
        filename = await self.parts.filename(part, drawing)
        cleaned = drawing.waived_at is None
        return Member(f"ciphertexts/{drawing.id}", filename, drawing.format, sealed, cleaned)


class _Sink:
    """A file for zipfile to write to, emptied as fast as it fills."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what was written is there."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


async def _archive(
    name: str, members: Sequence[Member], entries: Sequence[Entry]
) -> AsyncIterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        manifest = _manifest(name, members, entries)
        archive.writestr(_info("manifest.json"), json.dumps(manifest, indent=2))
        archive.writestr(_info("keyset.json"), keyset([m.sealed.keyset for m in members]))
        for entry in entries:
            archive.writestr(_info(entry.path), entry.proof)
        for member in members:
            with archive.open(_info(member.path), "w", force_zip64=True) as file:
                async for piece in member.sealed.ciphertext:
                    file.write(piece)
                    yield sink.take()
    yield sink.take()


def _info(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _NO_TIME)
    info.external_attr = 0o600 << 16
    return info


def _manifest(name: str, members: Sequence[Member], entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "part": name,
        "suite": "Tink AES256_GCM_HKDF_1MB streaming AEAD",
        "drawings": [
            {
                "filename": member.filename,
                "format": member.format,
                "cleaned": member.cleaned,
                "plain_bytes": member.sealed.plain_bytes,
                "sha256": member.sealed.sha256.hex() if member.sealed.sha256 else None,
                "ciphertext": member.path,
                "sealed_bytes": member.sealed.sealed_bytes,
                "associated_data": b64encode(member.sealed.associated_data).decode(),
                "key_id": number,
            }
            for number, member in enumerate(members, 1)
        ],
        "ledger": [
            {
                "kind": entry.kind.value,
                "index": entry.standing.index,
                "leaf_hash": entry.standing.leaf_hash.hex(),
                "proof": entry.path,
            }
            for entry in entries
        ],
    }


def keyset(keysets: Sequence[str]) -> str:
    """Return one Tink keyset with the key of each of ``keysets``, numbered from 1."""
    keys = [
        {**key, "keyId": number}
        for number, one in enumerate(keysets, 1)
        for key in json.loads(one)["key"]
    ]
    return json.dumps({"primaryKeyId": 1, "key": keys}, indent=2)

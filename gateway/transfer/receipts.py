"""A receipt: what a session was handed, and the log's own proofs of it.

Room: gateway/transfer. Awaits rows and journal. The log holds the receipt's hash, so that neither
side can later show another one; each proof leads to a checkpoint that witnesses have signed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.journal import Happening, Journal
from gateway.transfer.coverage import covers, merged
from gateway.transfer.egress import started_key
from gateway.transfer.held import Held, Visitor
from gateway.transfer.streams import Streams
from storage.ledger.events import Receipt as Standing
from storage.rows import downloads as rows_of_downloads
from storage.rows.engine import Rows

FORM: Final = "drawbridge-receipt/1"
# Goes with every drawing that was let go as it came.
NOT_CLEANED: Final = "not cleaned: waived by its owner"


@dataclass(frozen=True, slots=True)
class Receipts:
    """Issues receipts."""

    rows: Rows
    journal: Journal
    streams: Streams

    async def issue(self, held: Held, visitor: Visitor) -> dict[str, Any]:
        """Return the session's receipt as JSON; docs/reference/downloads.md has its form.

        Raises:
            JournalUnavailableError: the log cannot be told, or cannot prove at the moment.
        """
        await self.streams.settled(held.session.id)
        async with self.rows.reading() as connection:
            ranges = await rows_of_downloads.delivered(connection, held.session.id)
        told = _told(held, ranges)
        digest = hashlib.sha256(_canonical(told)).hexdigest()
        complete = int(told["complete"])
        note = held.note(Happening.RECEIPT_ISSUED, visitor, sha256=digest, complete=complete)
        key = f"{Happening.RECEIPT_ISSUED}/{held.session.id}/{digest}"
        entries = await self._earlier(held, ranges)
        entries.append((Happening.RECEIPT_ISSUED, await self.journal.write(note, key=key)))
        return told | {
            "sha256": digest,
            "ledger": [
                {
                    "kind": kind.value,
                    "index": standing.index,
                    "leaf_hash": standing.leaf_hash.hex(),
                    "proof": await self.journal.proof(standing.index),
                }
                for kind, standing in entries
            ],
        }

    async def _earlier(
        self, held: Held, ranges: Mapping[str, Sequence[tuple[int, int]]]
    ) -> list[tuple[Happening, Standing]]:
        # The same key is the same entry: this asks where they stand and writes nothing anew.
        keys = [(Happening.LINK_OPENED, f"{Happening.LINK_OPENED}/{held.session.id}")]
        keys += [
            (Happening.DOWNLOAD_STARTED, started_key(held, item))
            for item in held.items
            if item.id in ranges
        ]
        return [
            (kind, await self.journal.write(held.note(kind, None), key=key)) for kind, key in keys
        ]


def _told(held: Held, ranges: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, Any]:
    files = [
        {
            "id": item.id,
            "filename": item.filename,
            "plain_bytes": item.plain_bytes,
            "sha256": item.sha256,
            "cleaned": item.cleaned,
            "delivered": [list(one) for one in merged(ranges.get(item.id, ()))],
            "complete": covers(ranges.get(item.id, ()), item.plain_bytes),
        }
        for item in held.items
    ]
    return {
        "form": FORM,
        "session": held.session.id,
        "transfer": held.transfer.id,
        "from": held.transfer.origin,
        "to": held.transfer.destination,
        "basis": held.transfer.basis,
        "policy": held.transfer.policy,
        "opened_at": int(held.session.opened_at),
        "files": files,
        "cleaned": all(item.cleaned for item in held.items),
        "label": "" if all(item.cleaned for item in held.items) else NOT_CLEANED,
        "complete": all(file["complete"] for file in files),
    }


def _canonical(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

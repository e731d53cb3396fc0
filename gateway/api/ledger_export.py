"""/api/v1/ledger/export: the log as others read it, however long, with its proof.

Room: gateway/api. Awaits gateway.review.takeout. Streams; a connection that breaks leaves a file
without its end, which nobody takes for a whole.
"""

import json
from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.errors import InvalidRequestError
from gateway.api.keys import TAKEOUT
from gateway.api.ledger_questions import ASKS, question_of
from gateway.api.operations import REVIEWERS, Asked, operation
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.manifest import Proof

routes: Final = web.RouteTableDef()

NONE: Final = "none"
_FORMAT: Final = json.dumps({"type": "string", "default": "jsonl", "enum": list(FORMATS)})
_PROOF: Final = json.dumps({"type": "string", "default": Proof.INCLUDED, "enum": [*Proof, NONE]})
EXPORT_ASKS: Final = (
    Asked("format", _FORMAT, "How entries are written."),
    Asked(
        "proof",
        _PROOF,
        "A bundle (ZIP) that proves that its entries are in the log; or also, with every entry of"
        " the log in it, that none is missing; or none: the entries alone, for pipes.",
    ),
)
MEDIA_TYPES: Final = ", ".join(
    ["application/zip", *sorted({form.media_type for form in FORMATS.values()})]
)


# No HEAD: an export is in the log, and its size is known only when it is written.
@routes.get("/api/v1/ledger/export", allow_head=False)
@operation(to=REVIEWERS, media_type=MEDIA_TYPES, asks=ASKS + EXPORT_ASKS)
async def export_entries(request: web.Request) -> web.StreamResponse:
    """Export every entry that fits, without a cap, complete as of a checkpoint."""
    question = question_of(request)
    proof = request.query.get("proof", Proof.INCLUDED.value)
    if proof != NONE and proof not in set(Proof):
        raise InvalidRequestError([{"field": "proof", "problem": "no such proof"}])
    export = await request.app[TAKEOUT].open(
        caller_of(request),
        question,
        request.query.get("format", "jsonl"),
        None if proof == NONE else Proof(proof),
    )
    response = web.StreamResponse(
        headers={
            "Content-Type": export.media_type,
            "Content-Disposition": f'attachment; filename="{export.filename}"',
            "Drawbridge-Log-Size": str(export.size),
        }
    )
    await response.prepare(request)
    async for piece in export.pieces:
        if piece:
            await response.write(piece)
    await response.write_eof()
    return response

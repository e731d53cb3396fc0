"""/d: what the holder of a link meets. Looking is free, opening is a POST, files stream.

Room: gateway/api. Awaits gateway.transfer.links, egress and receipts. The link's token is in the
page's fragment and in the content of POSTs; never in a path or query. A session's token comes as a
bearer token, or as a cookie that only /d sees. docs/reference/downloads.md tells all of it.
"""

import socket
import struct
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.body import Given, Taken, given, given_json, taken
from gateway.api.consents import TermsDocument, terms_document
from gateway.api.keys import CLOCK, EGRESS, LINKS, OBSERVES, PROXIES, RECEIPTS, SITE, TERMS
from gateway.api.operations import ANYONE, operation
from gateway.api.transfers import moment
from gateway.privacy.terms import DOWNLOAD
from gateway.transfer.contents import Item
from gateway.transfer.disposition import attachment
from gateway.transfer.errors import FileMissingError
from gateway.transfer.held import Held, Visitor
from gateway.transfer.ranges import Span, etag, wanted

routes: Final = web.RouteTableDef()

PATH: Final = "/d"
MAX_CLIENT_CHARS: Final = 200
# Closing then throws away what the kernel still holds, and tells the client so (RST).
_LINGER_NOT: Final = struct.pack("ii", 1, 0)

LinkToken = Annotated[str, Field(min_length=1, max_length=256)]


class Looking(Taken):
    """A link's token: what stands behind the # of the link."""

    token: LinkToken


class Opening(Taken):
    """A link's token, its access code if it asks for one, and that its terms are accepted."""

    token: LinkToken
    code: Annotated[str, Field(max_length=64)] | None = None
    accept_terms: bool = False


class LookFile(Given):
    """A file the link holds; ``cleaned`` is false when its owner waived that."""

    filename: str
    plain_bytes: int
    cleaned: bool


class LookDocument(Given):
    """What a link holds; ``files`` is empty while an access code is asked for."""

    files: list[LookFile]
    file_count: int
    expires_at: datetime
    opens_left: int
    needs_code: bool
    terms: TermsDocument


class SessionFile(Given):
    """A file to fetch; ``url`` is a path on this host."""

    id: str
    filename: str
    plain_bytes: int
    sha256: str
    cleaned: bool
    url: str


class DownloadSession(Given):
    """A download session. Send ``session`` as a bearer token, or rely on the cookie."""

    session: str
    files: list[SessionFile]
    lease_expires_at: datetime
    receipt_url: str


class LedgerProof(Given):
    """Where the log holds an entry, and the proof (C2SP tlog-proof) that it does."""

    kind: str
    index: int
    leaf_hash: str
    proof: str


class ReceiptFile(Given):
    """A file, and which bytes of it were handed over: [start, stop) each."""

    id: str
    filename: str
    plain_bytes: int
    sha256: str
    cleaned: bool
    delivered: list[tuple[int, int]]
    complete: bool


class ReceiptDocument(Given):
    """A receipt; ``sha256`` is over all but itself and ``ledger``, and is in the log."""

    form: Literal["drawbridge-receipt/1"]
    session: str
    transfer: str
    origin: str = Field(alias="from")
    destination: str = Field(alias="to")
    basis: str
    policy: str
    opened_at: int
    files: list[ReceiptFile]
    cleaned: bool
    label: str
    complete: bool
    sha256: str
    ledger: list[LedgerProof]


@routes.post("/d/look")
@operation(to=ANYONE, takes=Looking, gives=LookDocument)
async def look(request: web.Request) -> web.Response:
    """Say what a link holds; nothing is counted, nothing changes."""
    asked = await taken(request, Looking)
    seen = await request.app[LINKS].look(asked.token, visitor_of(request))
    document = LookDocument(
        files=[
            LookFile(filename=one.filename, plain_bytes=one.plain_bytes, cleaned=one.cleaned)
            for one in seen.items
        ],
        file_count=seen.files,
        expires_at=moment(seen.expires_at),
        opens_left=seen.opens_left,
        needs_code=seen.needs_code,
        terms=terms_document(request.app[TERMS][DOWNLOAD]),
    )
    return given(document)


@routes.post("/d/open")
@operation(to=ANYONE, takes=Opening, gives=DownloadSession)
async def open_link(request: web.Request) -> web.Response:
    """Accept the terms and begin a download session: this uses one opening of the link."""
    asked = await taken(request, Opening)
    opened = await request.app[LINKS].open(
        asked.token, asked.code, visitor_of(request), accepts=asked.accept_terms
    )
    session = opened.held.session
    document = DownloadSession(
        session=opened.token,
        files=[_file(item) for item in opened.held.items],
        lease_expires_at=moment(session.lease_expires_at),
        receipt_url=f"{PATH}/receipt",
    )
    response = given(document)
    response.set_cookie(
        cookie_name(request),
        opened.token,
        path=PATH,
        httponly=True,
        secure=request.app[SITE].secure,
        samesite="Strict",
        max_age=int(session.lease_expires_at - request.app[CLOCK]().timestamp()),
    )
    return response


@routes.get("/d/files/{id}")
@operation(to=ANYONE, media_type="application/octet-stream")
async def fetch(request: web.Request) -> web.StreamResponse:
    """Send a file, or a range of it; HEAD tells its size and tag. The log knows first."""
    held = await held_by(request)
    item = _item(held, request.match_info["id"])
    span = wanted(request.method, request.headers, item.plain_bytes, item.sha256)
    headers = {"Accept-Ranges": "bytes", "ETag": etag(item.sha256), "Cache-Control": "no-store"}
    if span is None:
        return web.Response(status=304, headers=headers)
    response = web.StreamResponse(
        status=206 if span.partial else 200,
        headers=headers | {"Content-Disposition": attachment(item.filename)} | _range(span),
    )
    response.headers["Content-Type"] = item.media_type
    response.content_length = span.length
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    wire = _Wire(request, response)
    try:
        await request.app[EGRESS].send(held, item, span, wire, visitor_of(request))
        await response.write_eof()
    except ConnectionError:
        # The client hung up; it comes back for the rest, or does not. Nobody to tell.
        wire.abort()
    return response


@routes.post("/d/receipt")
@operation(to=ANYONE, gives=ReceiptDocument)
async def receipt(request: web.Request) -> web.Response:
    """Say what this session was handed, with the log's proofs."""
    told: dict[str, Any] = await request.app[RECEIPTS].issue(
        await held_by(request), visitor_of(request)
    )
    return given_json(told)


class _Wire:
    """One response, as the gate sees it."""

    def __init__(self, request: web.Request, response: web.StreamResponse) -> None:
        self._request = request
        self._response = response

    async def begin(self) -> None:
        await self._response.prepare(self._request)

    async def write(self, piece: bytes) -> None:
        await self._response.write(piece)

    def abort(self) -> None:
        transport = self._request.transport
        if transport is None:
            return
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.abort()


async def held_by(request: web.Request) -> Held:
    """Return the download session of a request.

    Raises:
        SessionOverError: it has none that lives.
    """
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    token = credentials.strip() if scheme.lower() == "bearer" else ""
    token = token or request.cookies.get(cookie_name(request), "")
    return await request.app[LINKS].held(token, visitor_of(request))


def cookie_name(request: web.Request) -> str:
    """Return the download session's cookie; with https no insecure page can have set it."""
    return "__Secure-drawbridge-download" if request.app[SITE].secure else "drawbridge-download"


def visitor_of(request: web.Request) -> Visitor:
    """Return where a request comes from, bounded, and where that seems to be; the log seals it."""
    client = request.headers.get("User-Agent", "")
    shown = "".join(character if character.isprintable() else "?" for character in client)
    forwarded = request.headers.getall("X-Forwarded-For", [])
    address = request.app[PROXIES].client(request.remote or "", forwarded)
    return Visitor(address, shown[:MAX_CLIENT_CHARS], request.app[OBSERVES](address))


def _item(held: Held, file_id: str) -> Item:
    for item in held.items:
        if item.id == file_id:
            return item
    raise FileMissingError


def _range(span: Span) -> dict[str, str]:
    return {"Content-Range": span.content_range} if span.partial else {}


def _file(item: Item) -> SessionFile:
    return SessionFile(
        id=item.id,
        filename=item.filename,
        plain_bytes=item.plain_bytes,
        sha256=item.sha256,
        cleaned=item.cleaned,
        url=f"{PATH}/files/{item.id}",
    )

"""Files that somebody might send to break, fool or flood the workshop; all made here."""

import io
import struct
import zipfile
import zlib

import pikepdf

PERSON = "Wilhelmina Oberhuber"
PNG = b"\x89PNG\r\n\x1a\n"
GIF_SCRIPT = b"GIF89a/*" + b"\x00" * 8 + b"*/=1;alert('" + PERSON.encode() + b"')//\x00;"
KIB, MIB = 1024, 1024 * 1024


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, packed: bytes | None = None, extra: bytes = b"") -> bytes:
    rows = zlib.compress(bytes((width * 3 + 1) * height)) if packed is None else packed
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG + header + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def archive(name: str = "part.step", content: bytes = b"ISO-10303-21;") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr(name, content)
    return packed.getvalue()


def pdf(stream: bytes, keys: bytes = b"", more: bytes = b"", trailer: bytes = b"") -> bytes:
    """Return a PDF of one page whose instructions are ``stream``, and a fifth object."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(stream), keys, stream),
        more or b"null",
    )
    body, table = b"%PDF-1.7\n", b"xref\n0 6\n0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    end = b"trailer\n<</Root 1 0 R/Size 6%b>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(body))
    return body + table + end


def encrypted_pdf() -> bytes:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(b"q Q"))) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return locked.getvalue()


def pdf_bomb() -> bytes:
    once = zlib.compress(bytes(256 * MIB), 9)
    return pdf(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]")


def deep_step() -> bytes:
    return (
        b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\n"
        b"FILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('X'));\nENDSEC;\nDATA;\n#1=A("
        + b"(" * 200_000
        + b")" * 200_000
        + b");\nENDSEC;\nEND-ISO-10303-21;\n"
    )


def stl(facets: int, trailer: bytes = b"") -> bytes:
    corner = struct.pack("<12fH", *(0.0,) * 12, 0)
    return PERSON.encode().ljust(80) + struct.pack("<I", facets) + corner * 2 + trailer


FILES: dict[str, bytes] = {
    "empty": b"",
    "only blanks": b" \r\n\t" * 100,
    "one byte": b"%",
    "zeros": bytes(MIB),
    "noise": bytes((i * 7919 ^ i >> 3) & 0xFF for i in range(64 * KIB)),
    "truncated pdf": pdf(b"q Q")[:150],
    "truncated png": png()[:-20],
    "truncated jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "truncated binary stl": stl(3),
    "truncated ascii stl": b"solid x\n facet normal 0 0 1\n  outer loop\n",
    "stl of four thousand million facets": stl(0xFFFFFFFF),
    "truncated step": b"ISO-10303-21;\nHEADER;\nFILE_NAME('" + PERSON.encode(),
    "truncated zip": archive()[:-10],
    "pdf that is a zip": pdf(b"q Q") + archive(),
    "zip that is a pdf": archive(content=pdf(b"q Q") * 9),
    "png that is a zip": png() + archive(),
    "stl that is a zip": stl(2) + archive(),
    "gif that is a script": GIF_SCRIPT,
    "page before a pdf": b"<html><script>alert(1)</script>" + pdf(b"q Q"),
    "program before a pdf": b"#!/bin/sh\necho\n" + pdf(b"q Q"),
    "tar over text": (b"x" * 257 + b"ustar" + b"y" * 300),
    "encrypted pdf": encrypted_pdf(),
    "pdf bomb": pdf_bomb(),
    "pdf that is its own parent": pdf(b"q Q").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "deep pdf": pdf(b"q Q", more=b"[" * 100_000 + b"]" * 100_000),
    "deep page": pdf(b"q " * 300_000),
    "png bomb": png(30_000, 30_000, zlib.compress(bytes(64 * MIB), 9)),
    "png of no size": png(0, 0),
    "png text bomb": png(
        extra=chunk(b"zTXt", b"Author\x00\x00" + zlib.compress(bytes(256 * MIB), 9))
    ),
    "zip bomb": archive(content=bytes(300 * MIB)),
    "zip with a way out": archive("../../../../etc/passwd"),
    "deep step": deep_step(),
    "unended step string": b"ISO-10303-21;\nHEADER;\nFILE_NAME('" + b"''" * 500_000,
    "unended step comment": b"ISO-10303-21;/*" + b"*" * 500_000,
    "dxf of one pair": b"  0\nSECTION\n" + b"  2\n",
    "deep json": b'{"asset":' + b"[" * 200_000,
    "deep xml": b"<svg>" + b"<g>" * 200_000,
    "laughing svg": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%b">' % (c, b"&%c;" % (c - 1) * 10) for c in b"bcdefghi")
    + b"]><svg>&i;</svg>",
    "svg that reads files": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM '
    b'"file:///etc/passwd">]><svg>&a;</svg>',
    "text of one line": b"jane@" * 40_000,
    "text of at signs": b"@" * 200_000,
    "text of digits": b"+1" * 100_000,
    "text of slashes": b"C:\\" * 60_000,
    "utf-16 cut in half": b"\xff\xfea\x00b",
    "shell words": b"$(touch /tmp/drawbridge-hostile) `id` ; rm -rf / # " + PERSON.encode(),
}

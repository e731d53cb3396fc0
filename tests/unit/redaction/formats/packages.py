"""Documents and models of nobody, made for the tests: each names Quillfeather in every carrier."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image

CANARY = "Quillfeather"
LOGIN = "qbrandywine"
HOME = f"C:\\Users\\{LOGIN}\\Documents\\"
_OFFICE = "http" + "://schemas.openxmlformats.org"
_TYPE = "application/vnd.openxmlformats-officedocument"
_PACKAGE = "application/vnd.openxmlformats-package"
_CORE = f"{_OFFICE}/package/2006/metadata/core-properties"


def zipped(
    members: Mapping[str, bytes | str], *, comment: bytes = b"", stored: bool = False
) -> bytes:
    """Return an archive as a program on somebody's machine writes it."""
    out = BytesIO()
    with zipfile.ZipFile(
        out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    ) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
        archive.comment = comment
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def photograph() -> bytes:
    tags = Image.Exif()
    tags[0x013B] = CANARY
    out = BytesIO()
    Image.linear_gradient("L").resize((16, 16)).save(out, "JPEG", exif=tags)
    return out.getvalue()


def _types(overrides: Mapping[str, str]) -> str:
    rows = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{_PACKAGE}.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="jpeg" ContentType="image/jpeg"/>'
        '<Default Extension="bin" ContentType="application/octet-stream"/>'
        f"{rows}</Types>"
    )


def relations(*rows: tuple[str, str, bool]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" '
        f'Target="{target}"' + (' TargetMode="External"/>' if external else "/>")
        for number, (kind, target, external) in enumerate(rows, 1)
    )
    return f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{inside}</Relationships>'


CORE = (
    f'<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="urn:dc">'
    f"<dc:creator>{CANARY}</dc:creator><cp:lastModifiedBy>{LOGIN}</cp:lastModifiedBy>"
    "<dc:title>Bracket</dc:title></cp:coreProperties>"
)
APP = f"<Properties><Company>Brandy Works</Company><Template>{HOME}x.dotm</Template></Properties>"
BODY = (
    f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main" xmlns:wp="urn:wp">'
    '<w:body><w:p w:rsidR="00AB12CD">'
    "<w:r><w:t>Bracket, 4 holes, ask jane.roe@example.com</w:t></w:r>"
    f'<w:ins w:id="1" w:author="{CANARY}" w:date="2024-05-06T07:08:09Z">'
    "<w:r><w:t>M6</w:t></w:r></w:ins>"
    f'<wp:docPr id="1" name="Picture 1" descr="{HOME}hole.jpeg"/>'
    f'<w:instrText> INCLUDEPICTURE "{HOME}hole.jpeg" </w:instrText>'
    "</w:p></w:body></w:document>"
)


def docx(extra: Mapping[str, bytes | str] | None = None, **parts: str) -> bytes:
    """Return a text document; ``parts`` replace ``body``, ``core`` or ``rels``."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": _types(
            {
                "word/document.xml": f"{_TYPE}.wordprocessingml.document.main+xml",
                "word/people.xml": f"{_TYPE}.wordprocessingml.people+xml",
                "word/settings.xml": f"{_TYPE}.wordprocessingml.settings+xml",
                "word/vbaProject.bin": "application/vnd.ms-office.vbaProject",
                "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
                "docProps/app.xml": f"{_TYPE}.extended-properties+xml",
            }
        ),
        "_rels/.rels": relations(
            ("officeDocument", "word/document.xml", False),
            ("metadata/core-properties", "docProps/core.xml", False),
            ("metadata/thumbnail", "docProps/thumbnail.jpeg", False),
        ),
        "word/document.xml": parts.get("body", BODY),
        "word/_rels/document.xml.rels": parts.get(
            "rels",
            relations(
                ("image", "media/image1.jpeg", False),
                ("vbaProject", "vbaProject.bin", False),
                ("attachedTemplate", f"file:///{HOME}Normal.dotm", True),
                ("hyperlink", "https://example.com/part", True),
                ("customXml", "../customXml/item1.xml", False),
            ),
        ),
        "word/people.xml": (
            f'<p:people xmlns:p="urn:p"><p:person p:author="{CANARY}"/></p:people>'
        ),
        "word/settings.xml": (
            '<w:settings xmlns:w="urn:w"><w:rsids><w:rsid w:val="00AB12CD"/></w:rsids>'
            f'<w:docVars><w:docVar w:name="x" w:val="{CANARY}"/></w:docVars><w:zoom/></w:settings>'
        ),
        "word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + CANARY.encode(),
        "word/media/image1.jpeg": photograph(),
        "customXml/item1.xml": f"<Sources><Author>{CANARY}</Author></Sources>",
        "docProps/core.xml": parts.get("core", CORE),
        "docProps/app.xml": APP,
        "docProps/thumbnail.jpeg": photograph(),
    }
    return zipped(members | dict(extra or {}))


def xlsx(extra: Mapping[str, bytes | str] | None = None) -> bytes:
    """Return a workbook whose author commented on a cell."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": _types(
            {
                "xl/workbook.xml": f"{_TYPE}.spreadsheetml.sheet.main+xml",
                "xl/worksheets/sheet1.xml": f"{_TYPE}.spreadsheetml.worksheet+xml",
                "xl/comments1.xml": f"{_TYPE}.spreadsheetml.comments+xml",
                "xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
                "xl/printerSettings/p1.bin": f"{_TYPE}.spreadsheetml.printerSettings",
            }
        ),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": (
            f'<workbook xmlns="urn:x"><absPath url="{HOME}"/><fileSharing userName="{LOGIN}"/>'
            '<sheets><sheet name="Parts"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": (
            '<worksheet xmlns:r="urn:r">'
            '<sheetData><row><c t="str"><v>4711</v></c></row></sheetData>'
            '<pageSetup orientation="portrait" r:id="rId1"/></worksheet>'
        ),
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("printerSettings", "../printerSettings/p1.bin", False),
            ("comments", "../comments1.xml", False),
        ),
        "xl/comments1.xml": (
            f"<comments><authors><author>{CANARY}</author></authors><commentList><comment>"
            f"<text><t>{CANARY}: too small</t></text></comment></commentList></comments>"
        ),
        "xl/persons/person.xml": (
            f'<personList><person displayName="{CANARY}" userId="{LOGIN}"/></personList>'
        ),
        "xl/printerSettings/p1.bin": f"\\\\printers\\{LOGIN}".encode("utf-16-le"),
    }
    return zipped(members | dict(extra or {}))


def odt(extra: Mapping[str, bytes | str] | None = None) -> bytes:
    """Return an OpenDocument text with a comment, a printer and a thumbnail."""
    out = BytesIO()
    members: dict[str, bytes | str] = {
        "content.xml": (
            '<office:document-content xmlns:office="urn:o" xmlns:text="urn:t" xmlns:dc="urn:dc">'
            f"<text:p>Bracket<office:annotation><dc:creator>{CANARY}</dc:creator>"
            "<dc:date>2024-05-06T07:08:09</dc:date><text:p>too small</text:p></office:annotation>"
            "</text:p></office:document-content>"
        ),
        "settings.xml": (
            '<office:settings xmlns:office="urn:o" xmlns:config="urn:c">'
            f'<config:config-item config:name="PrinterName">{LOGIN}-desk</config:config-item>'
            '<config:config-item config:name="Zoom">100</config:config-item></office:settings>'
        ),
        "meta.xml": (
            '<office:document-meta xmlns:office="urn:o" xmlns:meta="urn:m">'
            f"<meta:initial-creator>{CANARY}</meta:initial-creator></office:document-meta>"
        ),
        "Thumbnails/thumbnail.png": b"never read",
        "Pictures/hole.jpg": photograph(),
        "META-INF/manifest.xml": (
            '<m:manifest xmlns:m="urn:m"><m:file-entry m:full-path="content.xml"/>'
            '<m:file-entry m:full-path="Thumbnails/thumbnail.png"/></m:manifest>'
        ),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        first = zipfile.ZipInfo("mimetype")
        archive.writestr(first, "application/vnd.oasis.opendocument.text")
        for name, content in (members | dict(extra or {})).items():
            archive.writestr(name, content)
    return out.getvalue()


def fcstd(extra: Mapping[str, bytes | str] | None = None) -> bytes:
    """Return a FreeCAD document of one shape."""
    document = (
        "<?xml version='1.0' encoding='utf-8'?>\n<Document SchemaVersion=\"4\"><Properties>"
        f'<Property name="CreatedBy" type="S"><String value="{CANARY}"/></Property>'
        '<Property name="CreationDate" type="S"><String value="2024-05-06T07:08:09Z"/></Property>'
        '<Property name="Label" type="S"><String value="Bracket"/></Property></Properties>'
        '<ObjectData><Object name="Job"><Property name="File">'
        f'<String value="/home/{LOGIN}/b.ngc"/>'
        '</Property><Property name="Proxy"><Python module="proxies" class="Box" value="e30="/>'
        "</Property></Object></ObjectData></Document>"
    )
    members: dict[str, bytes | str] = {
        "Document.xml": document,
        "GuiDocument.xml": "<Document><Camera settings='x'/></Document>",
        "PartShape.brp": "CASCADE Topology V1\n1 0 0\n",
        "DiffuseColor": bytes(8),
        "thumbnails/Thumbnail.png": b"never read",
    }
    return zipped(members | dict(extra or {}), comment=b"FreeCAD Document")


# -- compound files ---------------------------------------------------------------------------
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
TIME = (133_000_000_000_000_000).to_bytes(8, "little")


def compound(streams: Mapping[str, bytes], *, slack: bytes = b"") -> bytes:
    """Return a compound file of version 3; ``a/b`` lies in the storage ``a``, ``slack`` nowhere."""
    entries: list[list[object]] = [["Root Entry", 5, FREE, FREE, FREE, END, 0]]
    places: dict[tuple[str, ...], int] = {(): 0}
    sectors: list[bytes] = []
    fat: list[int] = []
    mini: list[int] = []
    minis = b""

    def chained(content: bytes) -> int:
        if not content:
            return END
        first = len(sectors)
        count = -(-len(content) // 512)
        for number in range(count):
            sectors.append(content[512 * number : 512 * number + 512].ljust(512, b"\0"))
            fat.append(first + number + 1 if number + 1 < count else END)
        return first

    def placed(path: tuple[str, ...], kind: int, start: int, size: int) -> None:
        above = places[path[:-1]]
        entries.append([path[-1], kind, FREE, entries[above][4], FREE, start, size])
        entries[above][4] = places[path] = len(entries) - 1

    for name, content in streams.items():
        path = tuple(name.split("/"))
        for depth in range(1, len(path)):
            if path[:depth] not in places:
                placed(path[:depth], 1, 0, 0)
        if 0 < len(content) < 4096:
            first = len(mini)
            count = -(-len(content) // 64)
            mini += [*range(first + 1, first + count), END]
            minis += content.ljust(64 * count, b"\0")
            placed(path, 2, first, len(content))
        else:
            placed(path, 2, chained(content), len(content))
    entries[0][5:] = [chained(minis), len(minis)]
    mini_start = chained(
        struct.pack(f"<{len(mini)}I", *mini).ljust(-(-len(mini) // 128) * 512, b"\xff")
    )
    directory = b"".join(map(_entry, entries))
    directory_start = chained(directory.ljust(-(-len(directory) // 512) * 512, b"\0"))
    if slack:
        sectors.append(slack.ljust(512, b"\0"))
        fat.append(FREE)
    return _assembled(sectors, fat, (directory_start, mini_start, int(bool(mini))))


def _assembled(sectors: list[bytes], fat: list[int], starts: tuple[int, int, int]) -> bytes:
    """Return header, sectors and their table, which comes last."""
    tables = 1
    while len(fat) + tables > 128 * tables:
        tables += 1
    listed = [*fat, *[FAT] * tables]
    table = struct.pack(f"<{len(listed)}I", *listed).ljust(512 * tables, b"\xff")
    numbers = [*range(len(fat), len(fat) + tables)]
    directory, mini, mini_tables = starts
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        *(0x3E, 3, 0xFFFE, 9, 6),
        bytes(6),
        *(0, tables, directory, 0, 4096, mini, mini_tables, END, 0),
        numbers[0],
    )
    header += struct.pack("<108I", *(numbers[1:] + [FREE] * (109 - len(numbers))))
    return header + b"".join(sectors) + table


def _entry(fields: list[object]) -> bytes:
    name, kind, left, right, child, start, size = fields
    encoded = str(name).encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ",
        *(encoded, len(encoded) + 2, kind, 1, left, right, child),
        *(bytes(16), 0, TIME, TIME, start, size),
    )


def property_set(which: bytes, values: Mapping[int, bytes]) -> bytes:
    """Return a property set ([MS-OLEPS]) of the format ``which`` with encoded ``values``."""
    offset = 8 + 8 * len(values)
    places, packed = b"", b""
    for number, value in values.items():
        places += struct.pack("<II", number, offset + len(packed))
        packed += value + bytes(-len(value) % 4)
    section = struct.pack("<II", offset + len(packed), len(values)) + places + packed
    head = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, bytes(16), 1, which, 48)
    return head + section


def lpstr(text: str) -> bytes:
    held = text.encode("cp1252") + b"\0"
    return struct.pack("<II", 0x1E, len(held)) + held


def lpwstr(text: str) -> bytes:
    held = (text + "\0").encode("utf-16-le")
    return struct.pack("<II", 0x1F, len(held) // 2) + held


def filetime() -> bytes:
    return struct.pack("<I", 0x40) + TIME


def mfc(text: str) -> bytes:
    """Return a string as Microsoft's class library writes it."""
    return b"\xff\xfe\xff" + bytes([len(text)]) + text.encode("utf-16-le")


def chunked(streams: Mapping[str, bytes]) -> bytes:
    """Return a file of SOLIDWORKS' own container, with its directory."""
    out = b"\x11\x22\x33\x44\0\0\0\x04" + bytes(10)
    directory = b""
    for name, content in streams.items():
        engine = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = engine.compress(content) + engine.flush()
        raw = bytes((byte << 4 | byte >> 4) & 255 for byte in name.encode())
        fields = struct.pack("<IIII", zlib.crc32(content), len(packed), len(content), len(raw))
        mark = b"\x14\0\x06\0\x08\0" + b"time"
        directory += b"\xaa\xbb\0\0" + mark + fields + bytes(10) + struct.pack("<I", len(out)) + raw
        out += b"\x88\x0b\xf7\x29" + mark + fields + raw + packed
    return out + directory


# -- Rhino ------------------------------------------------------------------------------------
def model(path: str = f"{HOME}b.3dm", author: str = CANARY, *, version: int = 60) -> bytes:
    """Return a Rhino model of one record with a chunk inside, properties and a preview."""
    wide = version >= 50

    def chunk(kind: int, body: bytes, counted: bytes | None = None) -> bytes:
        if kind & 0x8000 and not kind & 0x80000000:
            body += zlib.crc32(body if counted is None else counted).to_bytes(4, "little")
        return struct.pack("<IQ" if wide else "<II", kind, len(body)) + body

    def string(text: str) -> bytes:
        return struct.pack("<I", len(text) + 1) + (text + "\0").encode("utf-16-le")

    time = struct.pack("<8i", 1, 2, 3, 4, 5, 124, 6, 7)
    revisions = b"\x10" + string(author) + time + string(author) + time + struct.pack("<i", 3)
    ends = struct.pack("<IQ" if wide else "<II", 0xFFFFFFFF, 0)
    properties = (
        chunk(0x20008021, revisions)
        + chunk(0x20008025, b"picture " * 20)
        + chunk(0x20008027, string(path))
        + ends
    )
    inner = chunk(0x40008000, b"\x01geometry" + string(f"{HOME}texture.png"))
    objects = chunk(0x20008070, b"direct" + inner, b"direct") + ends
    out = f"3D Geometry File Format {version:>8}".encode()
    out += chunk(0x00000001, b"openNURBS\x1a")
    out += chunk(0x10000014, properties) + chunk(0x10000013, objects)
    number = "<Q" if wide else "<I"
    size = len(out) + 4 + 2 * struct.calcsize(number)
    return out + chunk(0x00007FFF, struct.pack(number, size))

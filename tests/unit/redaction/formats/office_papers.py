"""Documents of the nineties made for tests, by their specifications: DOC, XLS, PPT, EMF, WMF."""

import struct
from collections.abc import Mapping, Sequence
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, HOME, LOGIN

SUMMARY = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
DOCUMENT = bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae")
PERSON = f"Jane {CANARY}"


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def screenshot() -> bytes:
    """Return a PNG that names its maker."""
    told = PngInfo()
    told.add_text("Author", CANARY)
    out = BytesIO()
    Image.linear_gradient("L").resize((8, 8)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


# -- metafiles --------------------------------------------------------------------------------
def emf_record(kind: int, body: bytes = b"") -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def emf_comment(payload: bytes) -> bytes:
    return emf_record(70, struct.pack("<I", len(payload)) + payload)


def emf_text(text: str, *, x: int = 0, y: int = 0, options: int = 0) -> bytes:
    chosen = struct.pack("<iiIIIiiiiI", x, y, len(text), 76, options, 0, 0, 0, 0, 0)
    return emf_record(84, bytes(16) + struct.pack("<Iff", 1, 1, 1) + chosen + wide(text))


def emf_plus(kind: int, data: bytes, flags: int = 0) -> bytes:
    data += bytes(-len(data) % 4)
    return struct.pack("<HHII", kind, flags, 12 + len(data), len(data)) + data


def emf(*records: bytes, description: str = "", behind: bytes = b"") -> bytes:
    """Return an enhanced metafile of ``records``; ``description`` is program, zero, title."""
    told = wide(description)
    told += bytes(-len(told) % 4)
    end = emf_record(14, struct.pack("<III", 0, 0, 20))
    size = 108 + len(told) + sum(map(len, records)) + len(end)
    head = struct.pack("<8i4sIIIHHIII", *range(8), b" EMF", 0x10000, size, len(records) + 2, 1, 0,
                       len(description), 108 if description else 0, 0)  # fmt: skip
    head += struct.pack("<4i", 100, 100, 30, 30) + bytes(20)
    return emf_record(1, head + told) + b"".join(records) + end + behind


LINE = emf_record(54, struct.pack("<ii", 30, 40))


def personal_emf(behind: bytes = CANARY.encode()) -> bytes:
    """Return a metafile with a picture, a private note, a group and text."""
    image = struct.pack("<II", 0xDBC01002, 1) + struct.pack("<5I", 8, 8, 0, 0, 1) + screenshot()
    group = b"GDIC" + struct.pack("<I4iI", 2, 0, 0, 9, 9, len(CANARY)) + wide(CANARY)
    return emf(
        LINE,
        emf_comment(wide(HOME)),
        emf_comment(group),
        emf_comment(b"EMF+" + emf_plus(0x4008, image, 0x0500) + emf_plus(0x4003, CANARY.encode())),
        emf_text("Bracket"),
        description=f"Drafter\0{CANARY}\0\0",
        behind=behind,
    )


def wmf_record(kind: int, body: bytes = b"") -> bytes:
    body += bytes(len(body) % 2)
    return struct.pack("<IH", 3 + len(body) // 2, kind) + body


def wmf_escape(function: int, payload: bytes) -> bytes:
    return wmf_record(0x0626, struct.pack("<HH", function, len(payload)) + payload)


def wmf(*records: bytes, placeable: bool = True, behind: bytes = b"") -> bytes:
    body = b"".join((*records, wmf_record(0)))
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 9 + len(body) // 2, 0, 99, 0)
    first = struct.pack("<IHhhhhHIH", 0x9AC6CDD7, 0, 0, 0, 10, 10, 96, 0, 0) if placeable else b""
    return first + head + body + behind


def wmf_with(inner: bytes) -> bytes:
    """Return a WMF with the EMF ``inner`` in two pieces, and their sum."""
    total = 0
    for (word,) in struct.iter_unpack("<H", inner):
        total ^= word
    middle = len(inner) // 8 * 4
    pieces = [inner[:middle], inner[middle:]]
    left = len(inner)
    out = []
    for piece in pieces:
        left -= len(piece)
        head = b"WMFC" + struct.pack("<IIHIIIII", 1, 0x10000, total, 0, 2, len(piece), left,
                                     len(inner))  # fmt: skip
        out.append(wmf_escape(15, head + piece))
    return wmf(*out, wmf_record(0x0213, bytes(4)))


# -- Word -------------------------------------------------------------------------------------
def sttb(*strings: str) -> bytes:
    body = b"".join(struct.pack("<H", len(text)) + wide(text) for text in strings)
    return struct.pack("<HHH", 0xFFFF, len(strings), 0) + body


def atrd(initials: str) -> bytes:
    return struct.pack("<H", len(initials)) + wide(initials).ljust(18, b"\0") + bytes(10)


def doc_tables(text_place: int, text: str, *, wide_text: bool = False) -> dict[int, bytes]:
    """Return the structures of a document whose text lies at ``text_place``, by their numbers."""
    start = text_place if wide_text else text_place * 2 | 0x40000000
    piece = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, start, 0)
    associated = ["", f"{HOME}x.dot", "Title", "", "", "", PERSON, PERSON]
    return {
        33: b"\x02" + struct.pack("<I", len(piece)) + piece,
        31: bytes(20) + b"\x11\x22\x33\x44" * 4 + b"\x55\x66" + bytes(40),
        32: sttb(*associated, *[""] * 10),
        36: struct.pack("<H", len(PERSON)) + wide(PERSON),
        4: struct.pack("<II", 0, 1) + atrd("JQ"),
        51: sttb("Unknown", PERSON),
        60: sttb("order") + sttb(CANARY),
        71: sttb(PERSON, f"{HOME}bracket.doc"),
        27: CANARY.encode() + b"\0",
        112: b"\x77" * 4 + bytes(14),
        12: struct.pack("<III", 512, 600, 4),
        144: sttb(LOGIN),
    }


def doc(
    text: str = "Bracket, 4 holes\r",
    *,
    deleted: bytes = b"",
    tables: Mapping[int, bytes] | None = None,
    flags: int = 0x0200,
    pairs: int = 150,
    streams: Mapping[str, bytes] | None = None,
    ident: int = 0xA5EC,
    outside: int | None = None,
    page: bytes = b"",
    section: bool = False,
) -> bytes:
    """Return a Word document; ``deleted`` lies between two pieces of its text.

    The structure with the number ``outside`` is said to lie where nothing is; ``page`` is a second
    page of formatting; a ``section`` has its properties where ``deleted`` begins.
    """
    text_place = 154 + 8 * pairs + 64
    structures = dict(doc_tables(text_place, text))
    if deleted:
        middle = len(text) // 2
        second = text_place + middle + len(deleted)
        places = struct.pack("<III", 0, middle, len(text))
        descriptors = b"".join(
            struct.pack("<HIH", 0, at * 2 | 0x40000000, 0) for at in (text_place, second)
        )
        size = len(places + descriptors)
        structures[33] = b"\x02" + struct.pack("<I", size) + places + descriptors
        body = text[:middle].encode("cp1252") + deleted + text[middle:].encode("cp1252")
    else:
        body = text.encode("cp1252")
    if section:
        place = text_place + len(text) // 2
        structures[6] = struct.pack("<II", 0, len(text)) + struct.pack("<HIHI", 0, place, 0, 0)
    structures |= dict(tables or {})
    table, listed = b"", [(0, 0)] * pairs
    for number, content in structures.items():
        listed[number] = (len(table), len(content))
        table += content
    if outside is not None:
        listed[outside] = (5000, 2_000_000_000)
    head = struct.pack("<HHHHHH", ident, 0x0112, 0, 0x0409, 0, flags).ljust(32, b"\0")
    head += struct.pack("<H", 14) + bytes(28) + struct.pack("<H", 22) + bytes(88)
    head += struct.pack("<H", pairs) + b"".join(struct.pack("<II", *pair) for pair in listed)
    document = (head.ljust(text_place, b"\0") + body).ljust(2048, b"\0") + doc_page() + page
    return packages.compound(
        {
            "WordDocument": document.ljust(4608, b"\0"),
            "1Table": table.ljust(4200, b"\0"),
            "\x05SummaryInformation": properties(),
            "\x01CompObj": b"Microsoft Office Word Document",
            **dict(streams or {}),
        },
        slack=CANARY.encode(),
    )


def doc_page() -> bytes:
    """Return a page of formatting with one run that was inserted, and when."""
    orders = struct.pack("<HI", 0x6805, 0x12345678) + struct.pack("<HB", 0x0835, 1)
    orders += struct.pack("<HBBHI", 0xCA57, 7, 1, 1, 0x12345678)
    page = bytearray(512)
    page[0:8] = struct.pack("<II", 512, 600)
    page[8] = 20
    page[40 : 41 + len(orders)] = bytes([len(orders)]) + orders
    page[511] = 1
    return bytes(page)


def properties() -> bytes:
    return packages.property_set(
        SUMMARY,
        {2: packages.lpstr("Secret title"), 4: packages.lpstr(PERSON), 12: packages.filetime()},
    )


# -- Excel ------------------------------------------------------------------------------------
def xls_record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls_string(text: str, *, in_wide: bool = False, count: str = "<H") -> bytes:
    body = wide(text) if in_wide else text.encode("latin-1")
    return struct.pack(count, len(text)) + bytes([in_wide]) + body


def workbook(*extra: bytes, sheet: bytes = b"", version: int = 0x0600) -> bytes:
    """Return the stream of a workbook of one sheet with a cell and a comment."""
    begin = xls_record(0x0809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0))
    user = xls_record(0x005C, xls_string(PERSON).ljust(112))
    name = b"Parts"
    bound = xls_record(0x0085, struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name)
    strings = xls_record(0x00FC, struct.pack("<II", 1, 1) + xls_string("Bracket"))
    cells = xls_record(0x00FD, struct.pack("<HHHI", 0, 0, 15, 0))
    note = xls_record(0x001C, struct.pack("<4H", 0, 0, 0, 1) + xls_string(PERSON))
    box = xls_record(0x01B6, bytes(18)) + xls_record(0x003C, b"\0" + f"{PERSON}:\nsmall".encode())
    end = xls_record(0x000A)
    return (
        begin
        + user
        + bound
        + strings
        + b"".join(extra)
        + end
        + begin
        + cells
        + box
        + note
        + (sheet + end)
    )


def xls(*extra: bytes, sheet: bytes = b"", streams: Mapping[str, bytes] | None = None) -> bytes:
    content = workbook(*extra, sheet=sheet)
    return packages.compound(
        {"Workbook": content, "\x05SummaryInformation": properties(), **dict(streams or {})},
        slack=CANARY.encode(),
    )


def printer() -> bytes:
    """Return the settings of a printer: its name, public settings, what its driver noted."""
    mode = wide(CANARY).ljust(64, b"\0") + struct.pack("<HHHH", 0x401, 1, 220, 40)
    mode += bytes([7] * (220 - len(mode))) + wide(LOGIN).ljust(40, b"\0")
    return xls_record(0x004D, b"\0\0" + mode) + xls_record(0x003C, wide(HOME))


# -- PowerPoint -------------------------------------------------------------------------------
def ppt_record(kind: int, body: bytes, *, instance: int = 0, holds: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (15 if holds else 0), kind, len(body)) + body


def presentation(
    *, older: str = f"{CANARY} was here", extra: bytes = b"", objects: Sequence[bytes] = ()
) -> tuple[bytes, int]:
    """Return the stream of a presentation saved twice, and where the last saving stands."""
    comment = ppt_record(
        0x2EE0,
        ppt_record(0x0FBA, wide(PERSON))
        + ppt_record(0x0FBA, wide("too small"), instance=1)
        + ppt_record(0x0FBA, wide("JQ"), instance=2)
        + ppt_record(0x2EE1, bytes(4) + b"\x11" * 16 + bytes(8)),
        holds=True,
    )
    link = ppt_record(0x0FD7, ppt_record(0x0FBA, wide(f"{HOME}b.ppt"), instance=1), holds=True)
    out = b""
    places: list[int] = []

    def add(record: bytes) -> int:
        nonlocal out
        at = len(out)
        out += record
        return at

    def saved(numbers: dict[int, int], before: int) -> int:
        table = b"".join(
            struct.pack("<II", number | 1 << 20, place) for number, place in numbers.items()
        )
        directory = add(ppt_record(0x1772, table))
        return add(ppt_record(0x0FF5, struct.pack("<IIIIIHH", 0, 3, before, directory, 1, 9, 0)))

    document = add(ppt_record(0x03E8, link + extra, holds=True))
    old = add(ppt_record(0x03EE, ppt_record(0x0FA0, wide(older)), holds=True))
    places += [add(one) for one in objects]
    listed = {1: document, 2: old, **{10 + n: place for n, place in enumerate(places)}}
    first = saved(listed, 0)
    text = ppt_record(0x0FA0, wide("Bracket")) + ppt_record(0x0FA8, b"4 holes")
    new = add(ppt_record(0x03EE, text + comment, holds=True))
    last = saved({2: new}, first)
    return out, last


def ppt(
    *,
    older: str = f"{CANARY} was here",
    extra: bytes = b"",
    objects: Sequence[bytes] = (),
    token: int = 0xE391C05F,
    last: int | None = None,
    user: bytes | None = None,
) -> bytes:
    """Return a presentation; ``last`` is where its last saving is said to stand."""
    content, place = presentation(older=older, extra=extra, objects=objects)
    last = place if last is None else last
    name = PERSON.encode("latin-1")
    atom = struct.pack("<IIIHHBBH", 20, token, last, len(name), 0x03F4, 3, 0, 0)
    user = user or ppt_record(0x0FF6, atom + name + struct.pack("<I", 8) + wide(PERSON))
    return packages.compound(
        {
            "PowerPoint Document": content,
            "Current User": user,
            "\x05SummaryInformation": properties(),
        },
        slack=CANARY.encode(),
    )


# -- objects ----------------------------------------------------------------------------------
def package(content: bytes | None = None, path: str = f"{HOME}photo.jpg") -> bytes:
    """Return an object that holds a file as it was dragged into a document."""
    content = packages.photograph() if content is None else content
    said = path.encode("latin-1") + b"\0"
    body = b"\x02\0" + b"photo.jpg\0" + said + struct.pack("<HHI", 0, 3, len(said)) + said
    body += struct.pack("<I", len(content)) + content
    body += struct.pack("<I", len(path)) + wide(path)
    stream = struct.pack("<I", len(body)) + body
    return packages.compound({"\x01Ole": bytes(20), "\x01Ole10Native": stream})


def presented(kind: str) -> bytes:
    """Return an object with a picture of itself, made for somebody's printer."""
    picture = personal_emf()
    if kind == "wmf":
        picture = wmf(wmf_escape(15, CANARY.encode()), placeable=False)
    device = struct.pack("<4H", 8, 20, 30, 0) + CANARY.encode().ljust(40, b"\0")
    head = struct.pack("<III", 0xFFFFFFFF, 3 if kind == "wmf" else 14, 4 + len(device)) + device
    head += struct.pack("<7I", 1, 0xFFFFFFFF, 2, 0, 10, 10, len(picture))
    stream = head + picture + bytes(18) + b"NANI" + CANARY.encode()
    return packages.compound({"\x01Ole": bytes(20), "\x02OlePres000": stream})

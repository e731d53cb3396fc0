"""How fast is a text DXF cleaned and proved, and in how much memory?

The limit named here is SHA-256 over the same bytes in the same process. The peer is ezdxf:
it loads and saves a smaller file of the same making, which proves nothing and removes nobody. The
drawing is made here: lines, arcs and polylines on layers, the words of parts, dimensions and
title blocks, and the properties of whoever saved it. ``BENCH_DXF`` names a file of your
own to be measured as well.
"""

import importlib
import os
import random
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measuring import apart, compared, median_s, scrubbed, told

FILE_BYTES = 30_000_000
PEER_FILE_BYTES = 3_000_000
NAME = "Zauberfluss"
HEAD = f"""\
  0
SECTION
  2
HEADER
  9
$ACADVER
  1
AC1027
  9
$LASTSAVEDBY
  1
{NAME.lower()}
  9
$TDCREATE
 40
2459000.5
  9
$FINGERPRINTGUID
  2
{{6F1D2C9A-1111-4B3B-9E1F-0A1B2C3D4E5F}}
  0
ENDSEC
  0
SECTION
  2
ENTITIES
"""
TAIL = f"""\
  0
ENDSEC
  0
SECTION
  2
OBJECTS
  0
DICTIONARY
  5
C
100
AcDbDictionary
  3
ACAD_IMAGE_DICT
350
1A
  0
IMAGEDEF
  5
1A
100
AcDbRasterImageDef
  1
C:\\Users\\{NAME.lower()}\\Pictures\\logo.png
  0
ENDSEC
  0
EOF
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.dxf"
        path.write_bytes(drawing(FILE_BYTES))
        took = apart(scrubbed, path, NAME.lower())
        print(f"scrub DXF: {told(took, path.stat().st_size)}")
        own = Path(os.environ["BENCH_DXF"]) if "BENCH_DXF" in os.environ else None
        if own is not None:
            print(f"scrub DXF of a real drawing: {told(apart(scrubbed, own), own.stat().st_size)}")
        if find_spec("ezdxf") is None:
            print("scrub DXF beside ezdxf: not measured, it is missing")
            return
        path.write_bytes(drawing(PEER_FILE_BYTES))
        ours_s = apart(scrubbed, path, NAME.lower()).scrub_s
        peer_s = apart(_load_and_save_s, path)
        print(f"scrub DXF beside ezdxf: {compared(ours_s, peer_s, path.stat().st_size)}")


def _load_and_save_s(path: Path) -> float:
    ezdxf = importlib.import_module("ezdxf")
    return median_s(lambda: ezdxf.readfile(path).saveas(path.with_suffix(".out.dxf")))


def drawing(size_bytes: int) -> bytes:
    """Return a DXF file of about ``size_bytes``, the same at every call."""
    chance = random.Random(1)
    pieces, made_bytes, handle = [HEAD], len(HEAD), 0x100
    while made_bytes < size_bytes:
        for tags in _entities(chance, handle):
            handle += 1
            pieces.append("".join(f"{code:3}\n{value}\n" for code, value in tags))
            made_bytes += len(pieces[-1])
    return "".join((*pieces, TAIL)).encode()


def _entities(chance: random.Random, handle: int) -> Iterator[list[tuple[int, object]]]:
    """Yield what one part of a sheet is drawn with, and now and then what is written there."""

    def real() -> str:
        return format(chance.uniform(0, 1000), chance.choice((".1f", ".6f", ".14f", ".16f")))

    def entity(kind: str, mark: str) -> list[tuple[int, object]]:
        layer = chance.choice(("0", "CONTOUR", "CENTER", "DIM"))
        return [(0, kind), (5, f"{handle:X}"), (100, "AcDbEntity"), (8, layer), (100, mark)]

    for _ in range(30):
        kind = chance.random()
        if kind < 0.6:
            yield [
                *entity("LINE", "AcDbLine"),
                *((code, real()) for code in (10, 20, 30, 11, 21, 31)),
            ]
        elif kind < 0.75:
            arc = [*((code, real()) for code in (10, 20, 30, 40)), (100, "AcDbArc")]
            yield [*entity("ARC", "AcDbCircle"), *arc, (50, real()), (51, real())]
        else:
            count = chance.randint(4, 60)
            points = [(code, real()) for _ in range(count) for code in (10, 20)]
            yield [*entity("LWPOLYLINE", "AcDbPolyline"), (90, count), (70, 0), *points]
        handle += 1
    said = chance.choice(("%%c12 H7", "M6 x 20", f"Bracket {handle}", "2 x 45%%d", "DRAWN BY"))
    place = [(10, real()), (20, real()), (30, "0.0"), (40, "2.5")]
    yield [*entity("TEXT", "AcDbText"), *place, (1, said), (100, "AcDbText")]

"""How fast is a STEP file cleaned and proved, and in how much memory?

The limit named here is hashlib's SHA-256 over the same bytes in the same process: one pass in C.
The peer is OpenCascade where its Python package (cadquery-ocp) is installed: it loads and saves
a smaller file of the same making, which proves nothing and removes nobody. The STEP is made
here: 110 MB of points, curves, faces, styles and properties, and some people among them. What is
counted is the time of the processor, so that what else the machine does counts as little as can be.
"""

import hashlib
import importlib
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from redaction import engine
from redaction.model import Profile

T = TypeVar("T")
FILE_BYTES = 110_000_000
PEER_FILE_BYTES = 4_000_000
ROUNDS = 3
NAME = "Zauberfluss"
HEAD = f"""\
ISO-10303-21;
HEADER;
/* made for a benchmark */
FILE_DESCRIPTION(('a bracket'),'2;1');
FILE_NAME('C:\\\\Users\\\\{NAME.lower()}\\\\part.step','2024-05-01T10:00:00',('Wilhelmina {NAME}'),
  ('{NAME} Guss KG'),'Example Modeller 1','Example CAD','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN {{ 1 0 10303 214 1 1 1 1 }}'));
ENDSEC;
DATA;
"""
TAIL = "ENDSEC;\nEND-ISO-10303-21;\n"


class Measured(NamedTuple):
    """What one process took: seconds of the processor, and bytes of memory at most."""

    scrub_s: float
    hash_s: float
    peak_bytes: int


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.step"
        path.write_bytes(model(FILE_BYTES))
        mb = path.stat().st_size / 1e6
        took = _apart(_scrub, path)
        print(
            f"scrub STEP: {mb / took.scrub_s:.1f} MB/s of a {mb:.0f} MB file"
            f" in {took.peak_bytes / 1e6 / mb:.2f} x its size of memory,"
            f" {took.hash_s / took.scrub_s:.3f} x one SHA-256 pass ({mb / took.hash_s:.0f} MB/s)"
        )
        path.write_bytes(model(PEER_FILE_BYTES))
        mb = path.stat().st_size / 1e6
        if find_spec("OCP") is None:
            print("scrub STEP beside OpenCascade: not measured, its Python package is missing")
            return
        ours_s, peer_s = _apart(_scrub, path).scrub_s, _apart(_load_and_save, path)
        print(
            f"scrub STEP beside OpenCascade: {peer_s / ours_s:.1f} x its loading and saving"
            f" of {mb:.0f} MB ({mb / ours_s:.1f} against {mb / peer_s:.1f} MB/s)"
        )


def _apart(action: Callable[[Path], T], path: Path) -> T:
    """Return what ``action`` returns in a process of its own, which nothing has grown before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(action, path).result()


def _scrub(path: Path) -> Measured:
    data = path.read_bytes()
    cleaned, report = engine.scrub(data, Profile())
    if cleaned is None or not report.identical or NAME.encode() in cleaned:
        raise SystemExit("the STEP file was not cleaned, so its speed means nothing")
    del cleaned
    scrub_s = _median_s(lambda: engine.scrub(data, Profile()))
    hash_s = _median_s(lambda: hashlib.sha256(data).digest())
    return Measured(scrub_s, hash_s, _peak_bytes())


def _peak_bytes() -> int:
    # getrusage would tell the peak of whoever started this process, if that was higher.
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit("this kernel does not tell how much memory a process took")
    return int(found[1]) * 1024


def _load_and_save(path: Path) -> float:
    control = importlib.import_module("OCP.STEPControl")

    def load_and_save() -> None:
        reader = control.STEPControl_Reader()
        reader.ReadFile(str(path))
        control.STEPControl_Writer(reader.WS(), False).Write(str(path.with_suffix(".out.step")))

    return _median_s(load_and_save)


def _median_s(action: Callable[[], object]) -> float:
    def timed_s() -> float:
        began = time.process_time()
        action()
        return time.process_time() - began

    return statistics.median(timed_s() for _ in range(ROUNDS))


def model(size_bytes: int) -> bytes:
    """Return a STEP file of about ``size_bytes``, the same at every call."""
    chance = random.Random(1)
    lines, made_bytes, number = [HEAD], len(HEAD), 0
    while made_bytes < size_bytes:
        for said in _part(chance, number + 1):
            number += 1
            lines.append(f"#{number}={said};\n")
            made_bytes += len(lines[-1])
    return "".join((*lines, TAIL)).encode()


def _part(chance: random.Random, first: int) -> Iterator[str]:
    """Yield the instances of one part, numbered from ``first``: its papers, then its faces."""
    yield f"PERSON('{first:05d}','{NAME}{first % 7}','Wilhelmina',$,$,$)"
    yield f"ORGANIZATION('O{first}','Guss Halle {first % 5}','')"
    yield f"PERSON_AND_ORGANIZATION(#{first},#{first + 1})"
    yield f"CALENDAR_DATE(2024,{1 + first % 28},{1 + first % 12})"
    yield f"PRODUCT('Bracket {first}','Bracket {first}','',(#{first}))"
    yield f"PROPERTY_DEFINITION('Material','',#{first + 4})"
    yield "DESCRIPTIVE_REPRESENTATION_ITEM('Material','Steel 1.4301')"
    yield f"REPRESENTATION('',(#{first + 6}),#{first})"
    yield "(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))"
    number = first + 9
    for _ in range(chance.randint(200, 2000)):
        face = list(_face(chance, number))
        yield from face
        number += len(face)


def _face(chance: random.Random, first: int) -> Iterator[str]:
    def real() -> str:
        return format(chance.uniform(-100, 100), chance.choice((".1f", ".6f", ".13f", ".12E")))

    for name in ("CARTESIAN_POINT", "DIRECTION", "DIRECTION"):
        yield f"{name}('',({real()},{real()},{real()}))"
    yield f"AXIS2_PLACEMENT_3D('',#{first},#{first + 1},#{first + 2})"
    if chance.random() < 0.1:
        points = ",".join(f"#{first}" for _ in range(12))
        knots = ",\n  ".join(real() for _ in range(8))
        yield (
            f"B_SPLINE_CURVE_WITH_KNOTS('',3,({points}),.UNSPECIFIED.,.F.,.F.,(4,1,1,1,1,1,1,4),"
            f"({knots}),.UNSPECIFIED.)"
        )
    else:
        yield f"CYLINDRICAL_SURFACE('',#{first + 3},{real()})"
    yield f"VERTEX_POINT('',#{first})"
    yield f"EDGE_CURVE('',#{first + 5},#{first + 5},#{first + 4},.T.)"
    yield f"ORIENTED_EDGE('',*,*,#{first + 6},.F.)"
    yield f"EDGE_LOOP('',(#{first + 7},#{first + 7}))"
    yield f"FACE_BOUND('',#{first + 8},.T.)"
    yield f"ADVANCED_FACE('',(#{first + 9}),#{first + 4},.F.)"
    if chance.random() < 0.3:
        yield f"STYLED_ITEM('color',(#{first + 10}),#{first + 10})"

"""How fast is a STEP file cleaned and proved, and in how much memory?

The limit named here is hashlib's SHA-256 over the same bytes in the same process: one pass in C.
The peer is OpenCascade by its Python package (cadquery-ocp-novtk), in an environment of its own:
it loads and saves a smaller file of the same making, which proves nothing and removes nobody. The
STEP is made here: 110 MB of points, curves, faces, styles and properties, and some people among
them. ``BENCH_STEP`` names a file of your own to be measured as well.
"""

import os
import random
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import ROUNDS, apart, compared, environment, scrubbed, told

FILE_BYTES = 110_000_000
PEER_FILE_BYTES = 4_000_000
PEER_FOLDER = Path("build/bench-ocp")
# Loads and saves the file it is given, and says how many seconds of the processor that took.
PEER = """
import sys, time
from OCP.STEPControl import STEPControl_Reader, STEPControl_Writer
began = time.process_time()
reader = STEPControl_Reader()
reader.ReadFile(sys.argv[1])
STEPControl_Writer(reader.WS(), False).Write(sys.argv[1] + ".out")
print("took", time.process_time() - began)
"""
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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.step"
        path.write_bytes(model(FILE_BYTES))
        print(f"scrub STEP: {told(apart(scrubbed, path, NAME), path.stat().st_size)}")
        path.write_bytes(model(PEER_FILE_BYTES))
        own = Path(os.environ["BENCH_STEP"]) if "BENCH_STEP" in os.environ else None
        if own is not None:
            print(f"scrub STEP of real parts: {told(apart(scrubbed, own), own.stat().st_size)}")
        python = environment(PEER_FOLDER, "cadquery-ocp-novtk")
        if python is None:
            print("scrub STEP beside OpenCascade: not measured, its Python package is missing")
            return
        ours_s = apart(scrubbed, path, NAME).scrub_s
        peer_s = statistics.median(_load_and_save_s(python, path) for _ in range(ROUNDS))
        beside = compared(ours_s, peer_s, path.stat().st_size)
        print(f"scrub STEP beside OpenCascade: {beside}")


def _load_and_save_s(python: Path, path: Path) -> float:
    ran = subprocess.run(
        [str(python), "-c", PEER, str(path)], capture_output=True, text=True, check=True
    )
    return float(ran.stdout.rpartition("took ")[2])


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

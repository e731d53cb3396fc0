"""What the fuzzer begins with: the files our own tests make, and real ones from a folder."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from redaction.errors import RedactionError
from redaction.sniff import identify

MAX_SEED_BYTES: Final = 400 * 1024
MAX_REAL_SEEDS: Final = 60
# Larger ones are slow; with so many smaller ones they add little.
QUICK_BYTES: Final = 100 * 1024
ENOUGH: Final = 6
_HERE: Final = "tests.unit.redaction.formats."


def _made(module: str, make: Callable[..., Iterator[bytes]]) -> Callable[[], list[bytes]]:
    # Imported late: the branches of the workshop must be numbered first.
    return lambda: list(make(import_module(_HERE + module)))


def _container(name: str) -> Callable[[], list[bytes]]:
    return _made("test_containers", lambda m: iter((m.DIRTY[name](),)))


def _dxf(made: object) -> Iterator[bytes]:
    test = import_module(_HERE + "test_dxf")
    yield from (test.BASE, test.TWIN)
    drawings = import_module(_HERE + "dxf_drawings")
    for name, place, tags, *_ in test.CARRIERS[::4]:
        yield drawings.text(drawings.drawing(**{place: tags})) if place else name.encode()


def _tar(made: object, packing: str = "") -> Iterator[bytes]:
    test = import_module(_HERE + "test_tar")
    plain = test.tarred({"a.txt": test.DRAWING, "b/": b"", "b/c.txt": "by jane.roe@example.com"})
    yield test.PACKERS[packing](plain) if packing else plain


def _pdf(made: object) -> Iterator[bytes]:
    test, papers = import_module(_HERE + "test_pdf"), import_module(_HERE + "pdf_papers")
    yield from (test.dirty(name) for name in papers.CARRIERS)


MADE: Final[Mapping[str, Callable[[], list[bytes]]]] = {
    "step": _made("step_papers", lambda m: iter((m.paper(), m.clean_paper()))),
    "stpz": _made("test_step_packed", lambda m: iter((m.wrapped(m.paper()),))),
    "iges": _made(
        "iges_papers",
        lambda m: iter((m.paper(m.PEOPLE), m.paper(m.CLEAN))),
    ),
    "parasolid": _made("test_kernel_parasolid", lambda m: iter((m.paper(),))),
    "sat": _made("test_kernel_sat", lambda m: iter((m.paper(),))),
    "dxf": _made("test_dxf", _dxf),
    "dwg": _made(
        "test_dwg",
        lambda m: map(m.made, (b"AC1032", b"AC1018", b"AC1021", b"AC1015", b"AC1014")),
    ),
    "pdf": _made("test_pdf", _pdf),
    "jpeg": _made("test_jpeg", lambda m: iter((m.photograph(6), m.photograph(1, b"icc")))),
    "png": _made("test_png", lambda m: (m.picture(mode) for mode in ("RGB", "P", "L", "RGBA"))),
    "tiff": _made("test_tiff", lambda m: iter((m.named(), m.named(pages=3), m.bitmap()))),
    "webp": _made(
        "test_webp",
        lambda m: (m.picture(n, exif=m.tags(6), xmp=m.XMP) for n in (1, 3)),
    ),
    "heif": _made(
        "test_heif",
        lambda m: iter((m.picture(m.CODED, (b"Exif", m.exif())), m.avif())),
    ),
    "svg": _made(
        "test_svg",
        lambda m: (m.drawing(str(inside)) for inside in ("<!-- a -->", m.LINE, m.METADATA[0])),
    ),
    "svgz": _made("test_svg", lambda m: iter((m.packed(m.drawing(m.LINE)),))),
    "stl": _made("test_stl", lambda m: iter((m.binary(m.PEOPLE.encode()), m.written("a", "b")))),
    "obj": _made("test_obj", lambda m: iter((f"# by Jane Roe\no a\n{m.SHAPE}".encode(),))),
    "ply": _made(
        "test_ply",
        lambda m: iter((m.written(m.COMMENT), m.binary("little", m.COMMENT), m.binary("big"))),
    ),
    "3mf": _made("test_threemf", lambda m: iter((m.package(m.model("<metadata/>")),))),
    "amf": _made(
        "test_amf",
        lambda m: iter((m.model('<metadata type="name">Jane Roe</metadata>'), m.model())),
    ),
    "gltf": _made(
        "test_gltf",
        lambda m: iter((m.packed(m.model(**m.PERSONAL[0])), m.text(m.model(**m.PERSONAL[0])))),
    ),
    "gerber": _made("test_gerber", lambda m: iter((m.artwork(), m.artwork("G04 by Jane Roe*")))),
    "excellon": _made("test_excellon", lambda m: iter((m.drilled(), m.drilled("; by Jane Roe")))),
    "gbrjob": _made("test_board_job", lambda m: iter((m.job(m.CANARY, "2024-05-06"), m.job()))),
    "7z": _made("test_sevenzip", lambda m: iter(m.vector(name) for name in m.VECTORS)),
    "tar": _made("test_tar", _tar),
    "tgz": _made("test_tar", lambda m: _tar(m, "tgz")),
    "tbz": _made("test_tar", lambda m: _tar(m, "tbz")),
    "txz": _made("test_tar", lambda m: _tar(m, "txz")),
    **{name: _container(name) for name in ("doc", "xls", "ppt", "ole", "emf", "wmf", "f3d")},
    "zip": _made("test_containers", lambda m: iter((m.DIRTY["zip"](),))),
    "docx": _made("packages", lambda m: iter((m.docx(),))),
    "xlsx": _made("packages", lambda m: iter((m.xlsx(),))),
    "pptx": _made("packages", lambda m: iter((m.docx(), m.xlsx()))),
    "odf": _made("packages", lambda m: iter((m.odt(),))),
    "doc": _made("office_papers", lambda m: iter((m.doc(), m.doc(deleted=b"left behind")))),
    "xls": _made("office_papers", lambda m: iter((m.xls(m.printer()), m.xls()))),
    "ppt": _made("office_papers", lambda m: iter((m.ppt(),))),
    "ole": _made("office_papers", lambda m: iter((m.package(b"words"), m.presented("emf")))),
    "emf": _made("office_papers", lambda m: iter((m.personal_emf(), m.emf(m.emf_text("a"))))),
    "wmf": _made("office_papers", lambda m: iter((m.wmf_with(m.personal_emf()), m.wmf(m.LINE)))),
    "fcstd": _made("packages", lambda m: iter((m.fcstd(),))),
    "f3d": _made("test_fusion", lambda m: iter((m.archive(),))),
    "inventor": _made("test_containers", lambda m: iter((m.inventor(),))),
    "solidworks": _made(
        "test_native",
        lambda m: iter((m.solidworks_2014(),)),
    ),
    "solidedge": _made("test_solid_edge", lambda m: iter((m.assembly(), m.draft()))),
    "sldprt": _made("test_containers", lambda m: iter((m.sldprt(),))),
    "3dm": _made("packages", lambda m: (m.model(version=version) for version in (4, 50, 60))),
    "gcode": _made("test_gcode", lambda m: iter((m.program("; by Jane Roe"),))),
    "rtf": _made("test_rtf", lambda m: iter((m.DIRTY, m.document()))),
    "gif": _made("test_gif_bmp", lambda m: iter((m.DIRTY_GIF, m.moving()))),
    "bmp": _made("test_gif_bmp", lambda m: iter((m.DIRTY_BMP, m.saved("BMP")))),
    "html": _made("test_html", lambda m: iter((m.DIRTY, m.page()))),
    "xml": _made("test_markup", lambda m: iter((m.LIST,))),
    "text": _made("test_text", lambda m: iter((m.WORDS.encode(), m.WORDS.encode("utf-16")))),
}


def real(folder: Path, name: str) -> list[bytes]:
    """Return the smaller files under ``folder`` that are of the format called ``name``."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size <= MAX_SEED_BYTES:
            data = path.read_bytes()
            if _named(data) == name:
                found.append(data)
    found.sort(key=len)
    quick = [data for data in found if len(data) <= QUICK_BYTES]
    return (quick if len(quick) >= ENOUGH else found)[:MAX_REAL_SEEDS]


def _named(data: bytes) -> str:
    try:
        return identify(data).name
    except RedactionError:
        return ""

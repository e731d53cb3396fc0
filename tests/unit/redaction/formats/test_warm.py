"""A worker can open no file, so everything a handler needs is loaded when it is warmed up."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from io import BytesIO
from redaction import engine, registry, sniff
from redaction.model import Profile
from tests.unit.redaction.formats.{maker}
data = {data}
sniff.warm()
for one in {name!r}.split("+"):
    registry.load(one).warm()

def forbidden(event, arguments):
    if event in ("open", "import", "os.listdir", "subprocess.Popen", "socket.connect"):
        raise SystemExit(f"{{event}} {{arguments[0]}}")

sys.addaudithook(forbidden)
cleaned, report = engine.scrub(data, Profile())
sys.stdout.write(report.status.value)
"""


@pytest.mark.parametrize(
    ("name", "maker", "data"),
    [
        ("pdf", "test_pdf import dirty", "dirty('packed_exif')"),
        ("dwg", "dwg_drawings import container", "container()"),
        ("dxf", "test_dxf import BASE", "BASE"),
        ("jpeg", "test_jpeg import photograph", "photograph(6)"),
        ("png", "test_png import picture", "picture('RGB', 3)"),
        ("zip+text", "packages import zipped", "zipped({'a.txt': 'words', '~$b': 'x'})"),
        ("7z+text", "test_sevenzip import packed", "packed(**{'a.txt': b'words'})"),
        ("txz+text", "test_tar import PACKERS, tarred", "PACKERS['txz'](tarred({'a.txt': 'b'}))"),
        ("docx+jpeg", "packages import docx", "docx()"),
        ("xlsx", "packages import xlsx", "xlsx()"),
        ("odf+jpeg", "packages import odt", "odt()"),
        ("doc", "office_papers import doc", "doc()"),
        ("xls", "office_papers import xls", "xls()"),
        ("ppt", "office_papers import ppt", "ppt()"),
        ("emf+png", "office_papers import personal_emf", "personal_emf()"),
        ("wmf+emf+png", "office_papers import personal_emf, wmf_with", "wmf_with(personal_emf())"),
        ("rtf+png", "test_rtf import DIRTY", "DIRTY"),
        ("gif", "test_gif_bmp import DIRTY_GIF", "DIRTY_GIF"),
        ("bmp", "test_gif_bmp import DIRTY_BMP", "DIRTY_BMP"),
        ("html+jpeg", "test_html import DIRTY", "DIRTY"),
        ("svgz+svg", "test_svg import drawing, packed", "packed(drawing('<!-- a -->'))"),
        ("fcstd", "packages import fcstd", "fcstd()"),
        ("f3d+jpeg", "test_fusion import archive", "archive()"),
        ("inventor", "test_containers import inventor", "inventor()"),
        ("sldprt", "test_containers import sldprt", "sldprt()"),
        ("solidedge", "test_solid_edge import assembly", "assembly()"),
        ("3dm", "packages import model", "model()"),
        ("3mf", "test_threemf import model, package", "package(model('<metadata/>'))"),
        ("svg", "test_svg import drawing", "drawing('<!-- a -->')"),
        ("tiff", "test_tiff import named", "named(pages=3)"),
        ("webp", "test_webp import XMP, picture, tags", "picture(3, exif=tags(6), xmp=XMP)"),
        ("heif", "test_heif import CODED, exif, picture", "picture(CODED, (b'Exif', exif()))"),
        ("gltf", "test_gltf import PERSONAL, model, packed", "packed(model(**PERSONAL[0]))"),
        ("amf", "test_amf import model", "model('<metadata type=\"name\">Jane Roe</metadata>')"),
        ("gcode", "test_gcode import program", "program('; by Jane Roe')"),
        ("gbrjob", "test_board_job import job", "job('Jane Roe')"),
        ("gerber", "test_gerber import artwork", "artwork('G04 by Jane Roe*')"),
        ("excellon", "test_excellon import drilled", "drilled('; by Jane Roe\\\\n')"),
        ("text", "test_text import WORDS", "('zażółć ' + WORDS).encode()"),
    ],
)
def test_a_warm_handler_opens_no_file(name: str, maker: str, data: str) -> None:
    program = PROGRAM.format(name=name, maker=maker, data=data)
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("clean", "")

"""How fast are PDF drawings and pictures cleaned and proved, beside the tools people use for it?

The peers are mat2 and exiftool, where they are installed, on the same files: a PDF of sheets with
a photograph, and a picture of each kind, made here. Each is measured twice: as a command, starting
a process for each file as people do, and with the start left out: ours and mat2 in a process that
has cleaned before, exiftool as what each further file of the same command adds. Neither peer
proves what it did; mat2 draws a PDF anew, exiftool leaves the old metadata in it. What is counted
is the time of the processor, children included.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image

from redaction import engine
from redaction.model import Profile

ROUNDS = 3
SHEETS = 3
LINES = 1_500
SIDE = 1_200
PICTURE_SIDE = 2_400
FURTHER = 4
NAME = "Wilhelmina Zauberfluss"
# mat2's library belongs to the system's Python, not to ours: it is timed where it is installed.
MAT2 = """
import sys, time
from libmat2 import parser_factory
def clean():
    parser, _ = parser_factory.get_parser(sys.argv[1])
    parser.remove_all()
clean()
took = []
for _ in range(int(sys.argv[2])):
    began = time.process_time()
    clean()
    took.append(time.process_time() - began)
print(sorted(took)[len(took) // 2])
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for kind, content in files().items():
            path = Path(folder) / f"drawing.{kind}"
            path.write_bytes(content)
            _compare(kind, path)


def _compare(kind: str, path: Path) -> None:
    mb = path.stat().st_size / 1e6
    command, inside = _ours_command_s(path), _ours_s(path)
    said = [f"{mb / inside:.1f} MB/s of {mb:.1f} MB ({mb / command:.2f} with the start)"]
    for name, started_s, further_s in (
        ("mat2", _mat2_command_s(path), _mat2_s(path)),
        ("exiftool", _exiftool_s(path, 1), _exiftool_further_s(path)),
    ):
        if started_s is None or further_s is None:
            said.append(f"{name} not measured")
        else:
            said.append(
                f"{further_s / inside:.2f} x {name} ({started_s / command:.2f} x with the start)"
            )
    print(f"scrub {kind.upper()}: {', '.join(said)}")


def _ours_s(path: Path) -> float:
    data = path.read_bytes()
    cleaned, report = engine.scrub(data, Profile())
    if cleaned is None or not report.identical or NAME.encode() in cleaned:
        raise SystemExit(f"the {path.suffix} file was not cleaned, so its speed means nothing")

    def scrub() -> float:
        began = time.process_time()
        engine.scrub(data, Profile())
        return time.process_time() - began

    return statistics.median(scrub() for _ in range(ROUNDS))


def _ours_command_s(path: Path) -> float:
    out = path.with_name("cleaned")
    command = Path(sys.executable).with_name("drawbridge")
    return _median_s(lambda: _run([str(command), "scrub", str(path), "-o", str(out)]), out)


def _mat2_command_s(path: Path) -> float | None:
    """Return the time of a command, and None where there is no mat2 or it cannot clean this."""
    if _mat2_s(path) is None:
        return None
    out = path.with_name(f"{path.stem}.cleaned{path.suffix}")
    return _median_s(lambda: _run(["mat2", str(path)]), out)


def _mat2_s(path: Path) -> float | None:
    """Return the time of a run after the first, in the Python that mat2 belongs to."""
    found = shutil.which("mat2")
    if found is None:
        return None
    python = (
        Path(found).read_text(encoding="utf-8").partition("\n")[0].removeprefix("#!").split()[0]
    )
    said = subprocess.run(
        [python, "-c", MAT2, str(path), str(ROUNDS)],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    path.with_name(f"{path.stem}.cleaned{path.suffix}").unlink(missing_ok=True)
    return float(said.stdout) if said.returncode == 0 else None


def _exiftool_s(path: Path, count: int) -> float | None:
    """Return the time of one command for ``count`` copies of the file."""
    if shutil.which("exiftool") is None:
        return None
    copies = [path.with_name(f"copy{number}{path.suffix}") for number in range(count)]
    outs = path.with_name("exiftool")

    def run() -> None:
        shutil.rmtree(outs, ignore_errors=True)
        outs.mkdir()
        _run(["exiftool", "-q", "-all=", "-o", f"{outs}{os.sep}", *map(str, copies)])

    for copy in copies:
        shutil.copyfile(path, copy)
    return _median_s(run, None)


def _exiftool_further_s(path: Path) -> float | None:
    one, several = _exiftool_s(path, 1), _exiftool_s(path, 1 + FURTHER)
    return None if one is None or several is None else max(several - one, 1e-4) / FURTHER


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def _median_s(action: Callable[[], None], out: Path | None) -> float:
    """Return the median time of the processor in the children that ``action`` starts."""

    def timed_s() -> float:
        if out is not None:
            out.unlink(missing_ok=True)
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        action()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime

    timed_s()
    return statistics.median(timed_s() for _ in range(ROUNDS))


def files() -> dict[str, bytes]:
    """Return a file of each kind, the same at every call, each naming somebody."""
    made = {kind: _picture(kind, PICTURE_SIDE) for kind in ("jpg", "png", "webp", "tiff")}
    return {"pdf": _pdf(_picture("jpg", SIDE)), **made}


def _picture(kind: str, side: int) -> bytes:
    exif = Image.Exif()
    exif[0x013B] = NAME
    # A gradient with a grain: it packs neither to nothing nor not at all.
    slope = Image.linear_gradient("L").resize((side, side))
    grain = Image.effect_mandelbrot((side, side), (-0.75, 0.05, -0.70, 0.10), 200)
    picture = Image.merge("RGB", (slope, grain, slope.rotate(90)))
    out = BytesIO()
    picture.save(out, "JPEG" if kind == "jpg" else kind.upper(), exif=exif)
    return out.getvalue()


def _pdf(photograph: bytes) -> bytes:
    pdf = pikepdf.Pdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    for number in range(SHEETS):
        page = pdf.add_blank_page(page_size=(1191, 842)).obj
        lines = " ".join(
            f"{20 + at % 50 * 23} {20 + row * 26} m {30 + at % 47 * 24} {25 + row * 26} l S"
            for at in range(LINES)
            for row in (at // 50,)
        )
        words = " ".join(
            f"1 0 0 1 {40 + at % 8 * 140} {60 + at // 8 * 30} Tm (BORE {at}.5 H7) Tj"
            for at in range(160)
        )
        page.Contents = pikepdf.Stream(
            pdf, f"{lines} BT /F1 8 Tf {words} ET q 90 0 0 90 900 40 cm /Im Do Q".encode()
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        picture = pikepdf.Stream(pdf, photograph)
        picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        picture.Width = picture.Height = SIDE
        picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        picture.Filter = pikepdf.Name.DCTDecode
        page.Resources.XObject = pikepdf.Dictionary(Im=picture)
        page.PieceInfo = pikepdf.Dictionary(ACME=pikepdf.Dictionary(Private=f"{NAME} {number}"))
    pdf.docinfo["/Author"] = NAME
    out = BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()

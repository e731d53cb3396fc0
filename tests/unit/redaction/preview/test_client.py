"""Pictures through the real walls: every format is drawn by a process that can open nothing."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from redaction.errors import WorkerFailedError
from redaction.preview import client
from redaction.preview.client import Picture, Previews
from redaction.preview.comparison import compared
from redaction.preview.limits import MAX_PIXELS
from redaction.preview.plain_png import checked
from redaction.report_reading import ReportLiedError
from redaction.sandbox.memory import MemoryFile
from tests.unit.redaction.preview import drawn as files

GIB = 1024**3
ROOT = Path(__file__).parents[4]


async def shown(previews: Previews, data: bytes) -> Picture:
    with MemoryFile.create() as source:
        source.write(data)
        return await previews.picture(source)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def previews() -> AsyncIterator[Previews]:
    async with Previews(memory_bytes=3 * GIB, deadline_s=120) as opened:
        yield opened


def everything() -> bytes:
    """Return a drawing of what ezdxf loads a module for when it is first drawn, in old letters."""
    document = files.plate()
    document.encoding = "gbk"
    model = document.modelspace()
    model.add_point((5, 5))
    model.add_leader([(0, 0), (20, 20), (40, 20)])
    model.add_mline([(0, 0), (50, 30), (90, 10)])
    model.add_text("Ø 支架", height=5)
    return files.dxf(document)


FORMATS: dict[str, Callable[[], bytes]] = {
    "pdf": files.pdf,
    "jpeg": files.photograph,
    "png": lambda: files.photograph("PNG"),
    "tiff": lambda: files.pages_of_tiff(2),
    "webp": lambda: files.photograph("WEBP"),
    "svg": lambda: files.svg('<text x="10" y="60" font-size="40">Ø 中</text>'),
    "dxf": everything,
    "dxf ": lambda: files.dxf(files.plate()),
    "stl": files.stl,
    "obj": files.obj,
    "ply": files.ply,
    "3mf": files.threemf,
    "amf": files.amf,
    "step": files.step,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_format_is_drawn_behind_the_walls(previews: Previews, name: str) -> None:
    picture = await shown(previews, FORMATS[name]())
    assert picture.reason is None
    assert picture.format == name.strip()
    assert picture.png is not None
    assert checked(picture.png) == (picture.width, picture.height)
    assert picture.width <= MAX_PIXELS
    assert picture.measures
    assert 1 <= picture.pages_shown <= picture.pages_in_all


@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_every_wall_that_stands(previews: Previews) -> None:
    await shown(previews, files.pdf())
    assert previews.level().complete


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_drawing_makes_the_same_picture_in_another_process(
    previews: Previews,
) -> None:
    first, second = [await shown(previews, FORMATS["dxf"]()) for _ in range(2)]
    assert first == second
    assert all(row.same for row in compared(first.measures, second.measures))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Ask Jane Roe.", "no-picture"),
        (b"", "empty"),
        (b"#!/bin/sh\n", "unsupported-program"),
        (b"%PDF-1.7\nnothing", "unreadable"),
        (files.svg("", 'viewBox="0 0 0 5"'), "unreadable"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_without_a_picture_there_is_a_reason(
    previews: Previews, data: bytes, code: str
) -> None:
    picture = await shown(previews, data)
    assert picture.png is None
    assert picture.reason is not None
    assert picture.reason.code == code
    assert (picture.width, picture.measures) == (0, ())


async def test_a_picture_that_takes_too_long_or_too_much_is_given_up_and_the_next_one_drawn() -> (
    None
):
    endless = files.svg(
        '<filter id="f"><feTurbulence baseFrequency="0.9" numOctaves="99"/>'
        '<feMorphology radius="90"/></filter>'
        + '<rect width="200" height="100" filter="url(#f)"/>'
        * 500
    )
    endless_memory = files.svg("<g>" + '<rect width="9" height="9"/>' * 600_000 + "</g>")
    async with Previews(memory_bytes=GIB + GIB // 8, deadline_s=8) as small:
        for data in (endless, endless_memory):
            picture = await shown(small, data)
            assert picture.reason is not None
            assert picture.reason.code == "too-complex"
        assert (await shown(small, files.pdf())).reason is None


LIAR = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from redaction import sniff
from redaction.preview import registry, worker
from redaction.sandbox import zygote

def paint(job, data):
    png, report = worker.paint(job, data)
    return png[:37] + b"tEXt" + png[41:], report

def ready():
    sniff.warm()
    registry.load("png").warm()
    registry.load("pdf").warm()

zygote.main(int(sys.argv[1]), paint, ready)
"""


async def test_a_renderer_that_lies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = LIAR.replace('png[:37] + b"tEXt" + png[41:]', "png")
    for program, lies in ((honest, False), (LIAR, True)):
        monkeypatch.setattr(client, "MODULE", ("-c", program))
        async with Previews(memory_bytes=3 * GIB, deadline_s=60) as drawing:
            if not lies:
                assert (await shown(drawing, files.pdf())).png is not None
                continue
            with pytest.raises(ReportLiedError):
                await shown(drawing, files.pdf())


async def test_where_no_zygote_can_be_had_there_is_no_picture_and_no_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "MODULE", ("-c", "raise SystemExit(1)"))
    async with Previews(memory_bytes=3 * GIB, deadline_s=5) as broken:
        with pytest.raises(WorkerFailedError):
            await shown(broken, files.pdf())


async def test_nothing_is_started_before_the_first_picture() -> None:
    before = children()
    async with Previews(memory_bytes=3 * GIB, deadline_s=5):
        await asyncio.sleep(0)
        assert children() == before


def children() -> str:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()


def test_getting_ready_leaves_nothing_in_anybody_s_home(tmp_path: Path) -> None:
    program = (
        "import os; from redaction.preview import registry, worker; "
        "os.environ.update(worker.ENVIRONMENT); registry.load('dxf').warm()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_measures_are_set_side_by_side_by_name() -> None:
    rows = compared((("faces", "7"), ("box", "1 × 1 × 1")), (("faces", "8"), ("area", "6")))
    assert [(row.name, row.before, row.after, row.same) for row in rows] == [
        ("faces", "7", "8", False),
        ("box", "1 × 1 × 1", None, False),
        ("area", None, "6", False),
    ]

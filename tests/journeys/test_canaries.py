"""Promises 1 and 12 over a whole working day: what is secret never touches the disk, and what
is ours never touches a customer's file.

Canaries are planted where people are (metadata, description, e-mail, names, link token); then
every byte the gateway wrote is searched for them, in every encoding they could hide in.
"""

import base64
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

PERSON = "Canarius Quetzalwing"
MAIL = "canary.tuffet@nest.example"
PARTNER = "Partnerbird Workshop"
PARTNER_MAIL = "supplier.wren@nest.example"
DESCRIPTION = "Gearbox plumage housing"
FILE = "plumage-gearbox"


def _forms(canary: str) -> Iterator[bytes]:
    for text in {canary, canary.lower(), canary.upper(), canary[::-1]}:
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield text.encode().hex().encode()
        yield text.encode().hex().upper().encode()
        for shift in range(3):  # base64 of a substring at each of its three alignments
            whole = base64.b64encode(b"\0" * shift + text.encode())
            yield whole[4 : len(whole) - 4]
        yield base64.b32encode(text.encode())[: len(text) // 5 * 8]


def _inflated(data: bytes) -> Iterator[bytes]:
    yield data
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        try:
            yield zlib.decompressobj(47).decompress(data[match.start() :], 1 << 22)
        except zlib.error:
            continue


def _leaks(folder: Path, canaries: list[str], forgive: set[str]) -> list[tuple[str, str]]:
    forms = [(canary, form) for canary in canaries for form in _forms(canary)]
    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.name in forgive:
            continue
        for region in _inflated(path.read_bytes()):
            found += [(path.name, canary) for canary, form in forms if form in region]
    return found


def test_nothing_a_customer_told_us_is_ever_written_in_clear(house: House, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    desk = tmp_path / "desk"
    files = [
        drawings.write(desk, f"{FILE}.step", drawings.step(PERSON)),
        drawings.write(desk, f"{FILE}.pdf", drawings.pdf(PERSON)),
        drawings.write(desk, f"{FILE}.jpg", drawings.jpeg(PERSON)),
    ]
    partner = house.json("partners", "add", PARTNER, "--email", PARTNER_MAIL, "--country", "DE")
    sent = house.json(
        "send", *files, "--part", DESCRIPTION, "--description", f"{DESCRIPTION}; ask {MAIL}",
        "--to", partner["id"], "--consent", "--approve", environ={"TMPDIR": str(temporary)},
    )  # fmt: skip
    house.json("fetch", sent["link"], "-o", tmp_path / "inbox")
    token = sent["link"].rpartition("#")[2]
    canaries = [PERSON, PERSON.split()[0], MAIL, PARTNER, PARTNER_MAIL, DESCRIPTION, FILE, token]

    running = _leaks(house.data, canaries, forgive=set())
    house.stop()
    assert not running
    assert not _leaks(house.data, canaries, forgive=set())
    assert not _leaks(temporary, canaries, forgive=set())
    assert not _leaks(tmp_path, canaries, forgive={p.name for p in files} | _inbox(tmp_path))
    log = house.log.read_bytes()
    assert not [c for c in canaries for form in _forms(c) if form in log]


def _inbox(folder: Path) -> set[str]:
    return {p.name for p in (folder / "inbox").rglob("*")}


def test_the_search_itself_finds_a_planted_canary(tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"junk" + zlib.compress(b"ask " + MAIL.encode("utf-16-le")))
    assert _leaks(tmp_path, [MAIL], forgive=set()) == [("page", MAIL)]


HOST = "hostcanary-magpie"
USER = "usercanarymagpie"


@pytest.mark.parametrize("name", ["part.step", "part.dxf", "part.pdf", "part.jpg", "part.stl"])
def test_no_output_names_the_machine_or_the_account_that_made_it(name: str, tmp_path: Path) -> None:
    make = {
        "part.step": drawings.step,
        "part.dxf": drawings.dxf,
        "part.pdf": drawings.pdf,
        "part.jpg": drawings.jpeg,
        "part.stl": drawings.stl,
    }
    home = tmp_path / USER
    source = drawings.write(home / "work", name, make[name](PERSON))
    clean, report = home / f"clean-{name}", home / "report.json"
    environ = {
        "HOME": str(home), "USER": USER, "LOGNAME": USER, "USERNAME": USER, "HOSTNAME": HOST,
        "TMPDIR": str(home),
    }  # fmt: skip
    done = drawbridge("scrub", source, "-o", clean, "--report", report, environ=environ)
    assert done.returncode == 0, done.stderr.decode()

    names = [USER, HOST, os.uname().nodename, str(tmp_path)]
    for written in (clean, report):
        for region in _inflated(written.read_bytes()):
            assert not [n for n in names if len(n) > 3 for form in _forms(n) if form in region]

"""Promises 1 and 12 over a whole working day: what is secret never touches the disk, and what
is ours never touches a customer's file.

Canaries are planted where people are (metadata, description, e-mail, names, link token); then
every byte the gateway wrote is searched for them, in every encoding they could hide in.
"""

import base64
import gzip
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.journeys import drawings
from tests.journeys.house import House

PERSON = "Canarius Quetzalwing"
MAIL = "canary.tuffet@nest.example"
PARTNER = "Partnerbird Workshop"
PARTNER_MAIL = "supplier.wren@nest.example"
DESCRIPTION = "Gearbox plumage housing"
FILE = "plumage-gearbox"
USER_PATH = "Users\\plumagebird\\nest"
STEP_PATH = f"C:\\{USER_PATH}\\part.step".replace("\\", "\\\\")


def _forms(canary: str) -> Iterator[bytes]:
    """Yield what a canary could look like on a disk."""
    slashed = {canary.replace("\\", "/"), canary.replace("/", "\\"), canary.replace("\\", "\\\\")}
    for text in {canary, canary.lower(), canary.upper(), canary[::-1], *slashed}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            yield text.encode(encoding)
        yield text.encode().hex().encode()
        yield text.encode().hex().upper().encode()
        yield quote(text).encode()
        for shift in range(3):  # base64 of a substring at each of its three alignments
            whole = base64.b64encode(b"\0" * shift + text.encode())
            yield whole[4 : len(whole) - 4]
            yield base64.urlsafe_b64encode(b"\0" * shift + text.encode())[4 : len(whole) - 4]
        yield base64.b32encode(text.encode())[: len(text) // 5 * 8]


def _inflated(data: bytes) -> Iterator[bytes]:
    yield data
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        try:
            yield zlib.decompressobj(47).decompress(data[match.start() :], 1 << 22)
        except zlib.error:
            continue


def _leaks(folder: Path, canaries: list[str], forgive: set[str]) -> list[tuple[str, str]]:
    """Return the files under ``folder`` that tell a canary, by name or by content."""
    forms = [(canary, form) for canary in canaries for form in set(_forms(canary))]
    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.name in forgive:
            continue
        named = path.relative_to(folder).as_posix().encode()
        for region in (named, *_inflated(path.read_bytes())):
            found += [(path.name, canary) for canary, form in forms if form in region]
    return found


def _worked(house: House, folder: Path) -> list[str]:
    """Live through a working day and return every canary that was planted in it."""
    desk = folder / "desk"
    files = [
        drawings.write(desk, f"{FILE}.step", drawings.step(PERSON, path=STEP_PATH)),
        drawings.write(desk, f"{FILE}.pdf", drawings.pdf(PERSON)),
        drawings.write(desk, f"{FILE}.jpg", drawings.jpeg(PERSON)),
    ]
    partner = house.json("partners", "add", PARTNER, "--email", PARTNER_MAIL, "--country", "DE")
    sent = house.json(
        "send", *files, "--part", DESCRIPTION, "--description", f"{DESCRIPTION}; ask {MAIL}",
        "--to", partner["id"], "--consent", "--approve",
    )  # fmt: skip
    house.json("fetch", sent["link"], "-o", folder / "inbox")
    # What stays unfinished is sealed too: an upload nobody makes a part of, a file refused.
    archive = b"PK\x03\x04" + PERSON.encode() + bytes(200)
    refused = drawings.write(desk, f"{FILE}-refused.step", archive)
    assert house.run("send", refused, "--part", DESCRIPTION).returncode == 3
    token = sent["link"].rpartition("#")[2]
    people = [PERSON, PERSON.split()[0], MAIL, PARTNER, PARTNER_MAIL, DESCRIPTION, FILE]
    return [*people, USER_PATH, token, house.key]


def test_nothing_a_customer_told_us_is_ever_written_in_clear(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    house = House(
        data=tmp_path / "data",
        log=tmp_path / "serve.log",
        environ={"TMPDIR": str(temporary), "DRAWBRIDGE_ADMIN_PORT": "0"},
        pictures=True,
    ).start()
    try:
        canaries = _worked(house, tmp_path)
        # The first administrator's key stands in the file that is made to hand it over, only there.
        running = _leaks(house.data, canaries, forgive={"first-admin.json"})
        running += _leaks(temporary, canaries, forgive=set())
    finally:
        house.stop()
    assert not running
    assert not _leaks(house.data, canaries, forgive={"first-admin.json"})
    assert not _leaks(temporary, canaries, forgive=set())
    log = house.log.read_bytes()
    assert b"/api/v1/parts" in log
    assert not [canary for canary in canaries for form in _forms(canary) if form in log]


PLANTINGS = {
    "as it is": lambda text: text.encode(),
    "shouted": lambda text: text.upper().encode(),
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "UTF-32": lambda text: text.encode("utf-32-be"),
    "hex": lambda text: text.encode().hex().encode(),
    "base64": lambda text: base64.b64encode(b"x" + text.encode() + b"yz"),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()),
    "percent": lambda text: quote(text).encode(),
    "backwards": lambda text: text[::-1].encode(),
    "the other slash": lambda text: text.replace("\\", "/").encode(),
    "escaped": lambda text: json.dumps(text).encode(),
    "zlib": lambda text: zlib.compress(b"ask " + text.encode("utf-16-le")),
    "gzip": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("planting", PLANTINGS)
@pytest.mark.parametrize("canary", [MAIL, USER_PATH])
def test_the_search_itself_finds_a_planted_canary(
    planting: str, canary: str, tmp_path: Path
) -> None:
    (tmp_path / "page").write_bytes(b"junk \x00" + PLANTINGS[planting](canary) + b" junk")
    assert ("page", canary) in _leaks(tmp_path, [canary], forgive=set())
    assert not _leaks(tmp_path, ["nobody.was.here"], forgive=set())


def test_the_search_reads_names_of_files_too(tmp_path: Path) -> None:
    (tmp_path / f"{FILE}.tmp").touch()
    assert _leaks(tmp_path, [FILE], forgive=set())


HOST = "hostcanary-magpie"
USER = "usercanarymagpie"


def _renamed() -> list[str]:
    """Return what runs a command on a machine called HOST, where the kernel lets us."""
    command = [
        "unshare",
        "--user",
        "--map-root-user",
        "--uts",
        "sh",
        "-c",
        f'hostname {HOST} && exec "$@"',
        "sh",
    ]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else []


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
    done = subprocess.run(
        [*_renamed(), sys.executable, "-m", "gateway.cli.main", "scrub", source, "-o", clean,
         "--report", report],
        env=os.environ | environ, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()

    names = [USER, HOST, os.uname().nodename, str(tmp_path)]
    for written in (clean, report):
        for region in _inflated(written.read_bytes()):
            assert not [n for n in names if len(n) > 3 for form in _forms(n) if form in region]

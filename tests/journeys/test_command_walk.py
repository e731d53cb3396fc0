"""Every command there is: which can hand out a part's bytes, and that none does without the log.

The commands come from the command line itself. One that is not in the table fails here, until
somebody has said what it can hand out.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from gateway.cli.main import application
from tests.journeys import drawings
from tests.journeys.house import House

pytestmark = pytest.mark.timeout(240)

SERVES: Final = {"fetch": "download.started", "parts export": "part.exported"}
# What everybody else hands out instead.
NOTHING_OF_A_PART: Final = {
    "a file that was given to it": {"scrub", "inspect", "inspect-text", "preview"},
    "copies of what is sealed, for the operator": {"backup", "restore"},
    "documents of the API": {
        *("send", "partners add", "partners list", "partners block", "partners unblock"),
        *("parts choose", "parts waive", "parts unwaive", "parts list", "parts show"),
        *("parts approve", "parts revoke", "parts withdraw", "parts transfers"),
        *("subjects list", "subjects erase", "subjects erased"),
    },
    "rules, keys' names, checks": {
        *("policy explain", "policy packs", "doctor"),
        *("keys status", "keys rotate", "keys rewrap", "keys retire", "keys export"),
        "keys enclose",
    },
    "the log": {
        *("ledger verify", "ledger audit", "ledger publish", "ledger prove", "ledger export"),
        *(
            "ledger audit-export",
            "ledger begin-anew",
        ),
    },
    "answers over HTTP, each walked in test_route_walk": {"serve", "witness serve"},
    "a witness's own key": {"witness keys"},
}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    inner = getattr(group, "commands", None)
    if inner is None:
        yield " ".join(path)
        return
    for name, command in inner.items():
        yield from commands(command, (*path, name))


@pytest.mark.parametrize("command", sorted(commands(get_command(application()))))
def test_of_every_command_somebody_has_said_what_it_hands_out(command: str) -> None:
    known = SERVES.keys() | set().union(*NOTHING_OF_A_PART.values())
    assert command in known, f"can {command!r} hand out a part? Then only behind an entry"


@contextmanager
def unwritable(house: House) -> Iterator[None]:
    """Hold the ledger's write lock, so that nobody can write an entry."""
    with closing(sqlite3.connect(house.data / "ledger.sqlite", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def count(house: House, kind: str) -> int:
    return len(house.ask("GET", f"/api/v1/ledger/entries?kind={kind}&limit=500")[1]["entries"])


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_commands_that_hand_out_a_part_do_so_behind_an_entry_or_not_at_all(
    house: House, tmp_path: Path
) -> None:
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    source = drawings.write(tmp_path / "desk", "bracket.step", drawings.step("Kunigunde"))
    sent = house.json(
        "send", source, "--part", "Bracket", "--to", partner["id"], "--consent", "--approve"
    )
    asked = {
        "fetch": ("fetch", str(sent["link"])),
        "parts export": ("parts", "export", str(sent["part"])),
    }
    assert asked.keys() == SERVES.keys()
    with unwritable(house):
        for name, arguments in asked.items():
            out = tmp_path / f"broken-{name}"
            done = house.run(*arguments, "-o", out)
            assert done.returncode != 0, done.stdout
            assert files_in(out) == [], name
    for name, arguments in asked.items():
        assert count(house, SERVES[name]) == 0, name
        out = tmp_path / name
        done = house.run(*arguments, "-o", out)
        assert done.returncode == 0, done.stderr.decode()
        assert files_in(out)
        assert count(house, SERVES[name]) == 1, name

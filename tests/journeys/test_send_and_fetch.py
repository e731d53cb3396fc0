"""A customer sends a part, a partner fetches it, the log proves it: over real HTTP, by the real
command line, from an empty data directory."""

import hashlib
import json
import sqlite3
from pathlib import Path

from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

AUTHOR = "Wilhelmina Zauberfluss"
EMAIL = "w.zauberfluss@customer.example"


def _three(folder: Path) -> list[Path]:
    return [
        drawings.write(folder, "bracket.step", drawings.step(AUTHOR)),
        drawings.write(folder, "bracket.pdf", drawings.pdf(AUTHOR)),
        drawings.write(folder, "plate.dxf", drawings.dxf(AUTHOR)),
    ]


def _partner(house: House, name: str = "Example Millers", country: str = "DE") -> str:
    added = house.json(
        "partners", "add", name, "--email", "m@millers.example", "--country", country
    )
    return str(added["id"])


def _sent(house: House, files: list[Path], *more: str) -> dict[str, object]:
    description = f"Ten brackets, anodised. Questions: {EMAIL}"
    answer: dict[str, object] = house.json(
        "send", *files, "--part", "Bracket", "--description", description, *more
    )
    return answer


def test_three_drawings_reach_the_partner_clean_and_whole(house: House, tmp_path: Path) -> None:
    files = _three(tmp_path / "desk")
    partner = _partner(house)

    sent = _sent(house, files, "--to", partner, "--consent", "--approve")
    assert sent["state"] == "released"
    assert any(finding["category"] == "person" for finding in sent["findings"])  # type: ignore[attr-defined]
    assert "#" in str(sent["link"])

    fetched = house.json("fetch", str(sent["link"]), "-o", tmp_path / "inbox")
    receipt = json.loads((tmp_path / "inbox" / "receipt.json").read_text())
    claimed = {f["filename"]: f for f in receipt["files"]}
    assert {Path(f["path"]).name for f in fetched["files"]} >= {p.name for p in files}
    for file in fetched["files"]:
        data = Path(file["path"]).read_bytes()
        promised = claimed[Path(file["path"]).name]
        assert len(data) == promised["plain_bytes"] == file["bytes"]
        assert hashlib.sha256(data).hexdigest() == promised["sha256"]
        assert b"Wilhelmina" not in data
        assert EMAIL.encode() not in data
    assert receipt["complete"] is True
    done = drawbridge("ledger", "verify", "--data", house.data)
    assert done.returncode == 0, done.stderr.decode()
    assert b"valid" in done.stdout + done.stderr


def test_without_approval_it_stops_at_review(house: House, tmp_path: Path) -> None:
    sent = _sent(house, _three(tmp_path / "desk")[:1])
    assert sent["link"] is None
    assert house.json("parts", "show", str(sent["part"]))["state"] == "review"


def test_one_missing_file_is_said_before_anything_is_sent(house: House, tmp_path: Path) -> None:
    files = [str(p) for p in _three(tmp_path / "desk")[:1]]
    done = house.run("send", *files, tmp_path / "absent.step", "--part", "Bracket")
    assert done.returncode == 1
    assert b"absent.step is not there" in done.stderr
    assert house.ask("GET", "/api/v1/parts")[1]["parts"] == []


def test_without_consent_nothing_goes(house: House, tmp_path: Path) -> None:
    partner = _partner(house)
    files = [str(p) for p in _three(tmp_path / "desk")[:1]]
    done = house.run("send", *files, "--part", "Bracket", "--to", partner, "--approve", "--json")
    assert done.returncode == 3
    assert b"consent" in done.stderr.lower()


def test_a_file_that_is_no_drawing_is_refused_with_what_to_send_instead(
    house: House, tmp_path: Path
) -> None:
    path = drawings.write(tmp_path / "desk", "archive.step", b"PK\x03\x04" + bytes(200))
    done = house.run("send", path, "--part", "Bracket")
    assert done.returncode == 3
    assert b"STEP" in done.stderr or b"Export" in done.stderr


def test_a_link_opens_once_and_resumes_as_often_as_needed(house: House, tmp_path: Path) -> None:
    files = _three(tmp_path / "desk")[:1]
    sent = _sent(house, files, "--to", _partner(house), "--consent", "--approve")
    link = str(sent["link"])
    house.json("fetch", link, "-o", tmp_path / "first")
    again = house.run("fetch", link, "-o", tmp_path / "second")
    assert again.returncode == 1
    assert not list((tmp_path / "second").glob("*.step"))


def test_one_changed_byte_in_a_row_of_the_log_is_found_and_located(
    house: House, tmp_path: Path
) -> None:
    _sent(house, _three(tmp_path / "desk")[:1], "--to", _partner(house), "--consent", "--approve")
    house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0
    with sqlite3.connect(house.data / "ledger.sqlite") as database:
        tables = [
            r[0] for r in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        flipped = 0
        for table in tables:
            columns = [
                r[1] for r in database.execute(f"PRAGMA table_info({table})") if r[2] == "BLOB"
            ]
            for column in columns:
                row = database.execute(
                    f"SELECT rowid, {column} FROM {table} WHERE length({column}) > 20 LIMIT 1"
                ).fetchone()
                if row is None:
                    continue
                damaged = bytearray(row[1])
                damaged[len(damaged) // 2] ^= 1
                database.execute(
                    f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bytes(damaged), row[0])
                )
                database.commit()
                done = drawbridge("ledger", "verify", "--data", house.data)
                assert done.returncode != 0, (table, column)
                assert b"invalid" in (done.stdout + done.stderr).lower(), (table, column)
                database.execute(
                    f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (row[1], row[0])
                )
                database.commit()
                flipped += 1
    assert flipped >= 2
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0

"""``drawbridge ledger``: words, data and exit codes, on files nobody serves."""

import asyncio
import csv
import io
import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway.cli import main
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.proof import Proof
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER, filled

SIZE = 3


@dataclass
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with a log of three entries."""
    home = tmp_path / "data"
    home.mkdir()
    asyncio.run(filled(home, ["a", "b", "c"]))
    (home / "ledger.key").touch(0o600)
    (home / "ledger.key").write_bytes(bytes(range(32)))
    return home


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as the shell does."""
    monkeypatch.delenv("DRAWBRIDGE_DATA_DIR", raising=False)
    monkeypatch.delenv("DRAWBRIDGE_TOKEN", raising=False)

    def run(*arguments: str | Path) -> Said:
        monkeypatch.setattr("sys.argv", ["drawbridge", "ledger", *map(str, arguments)])
        code = 0
        try:
            main.run()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


def test_a_valid_log_is_called_valid(ledger: Run, data: Path) -> None:
    for where in (["--data", data], ["--database", data / "ledger.sqlite"]):
        said = ledger("verify", *where)
        assert said.code == 0
        assert said.out.startswith(f"valid: {SIZE} entries, root ")
        assert SIGNER.public.vkey in said.err
    told = json.loads(ledger("verify", "--data", data, "--json").out)
    assert (told["valid"], told["size"], told["vkey"]) == (True, SIZE, SIGNER.public.vkey)


def test_a_changed_log_is_called_invalid_and_says_where(ledger: Run, data: Path) -> None:
    with sqlite3.connect(data / "ledger.sqlite") as database:
        database.execute("UPDATE opening SET sealed = zeroblob(64) WHERE number = 1")
    database.close()
    said = ledger("verify", "--data", data)
    assert said.code == 3
    assert "invalid: opening 1/" in said.err
    told = json.loads(ledger("verify", "--data", data, "--json").out)
    assert told["valid"] is False
    assert told["where"].startswith("opening 1/")


def test_the_key_beside_the_log_must_be_the_one_that_signed_it(ledger: Run, data: Path) -> None:
    (data / "ledger.key").write_bytes(bytes(range(1, 33)))
    assert "invalid: log" in ledger("verify", "--data", data).err
    assert ledger("verify", "--data", data, "--vkey", SIGNER.public.vkey).code == 0
    said = ledger("verify", "--data", data, "--vkey", OTHER_SIGNER.public.vkey)
    assert said.code == 3
    (data / "ledger.key").chmod(0o644)
    assert ledger("verify", "--data", data).code == 1


def test_a_kept_checkpoint_tells_of_a_cut_log(ledger: Run, data: Path, tmp_path: Path) -> None:
    longer = tmp_path / "checkpoint"
    longer.write_bytes(SIGNER.sign(SIZE + 1, bytes(32)))
    said = ledger("verify", "--data", data, "--checkpoint", longer)
    assert said.code == 3
    assert "the log was cut" in said.err
    ledger("publish", "-o", tmp_path / "out", "--data", data)
    kept = tmp_path / "out" / "checkpoint"
    assert ledger("verify", "--data", data, "--checkpoint", kept).code == 0
    assert ledger("verify", "--data", data, "--checkpoint", tmp_path / "no").code == 1


def test_what_is_published_is_verified_from_its_folder(
    ledger: Run, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = ledger("publish", "-o", out, "--data", data, "--json")
    assert json.loads(said.out)["size"] == SIZE
    for command in ("verify", "audit"):
        assert ledger(command, out).out.startswith("valid: 3 entries")
        assert ledger(command, out, "--vkey", out / "log.vkey").code == 0
        assert ledger(command, out, "--vkey", OTHER_SIGNER.public.vkey).code == 3
    tile = out / "tile/0/000.p/3"
    tile.write_bytes(bytes(96))
    said = ledger("audit", out)
    assert (said.code, "tile/0/000.p/3" in said.err) == (3, True)
    (out / "log.vkey").write_text("nonsense")
    assert "invalid: log.vkey" in ledger("audit", out).err
    assert ledger("audit", out, "--vkey", "a+b").code == 1


def test_a_changed_log_is_not_published(ledger: Run, data: Path, tmp_path: Path) -> None:
    with sqlite3.connect(data / "ledger.sqlite") as database:
        database.execute("UPDATE tile SET hashes = zeroblob(96)")
    database.close()
    said = ledger("publish", "-o", tmp_path / "out", "--data", data)
    assert said.code == 3
    assert not (tmp_path / "out").exists()


def test_a_log_is_audited_over_http(ledger: Run, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ledger("publish", "-o", out, "--data", data)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(out))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            said = ledger("audit", address)
            assert said.out.startswith("valid: 3 entries")
            assert "Only hashes" in said.err
            with_entries = ledger("audit", address, "--token", "k")
            assert (with_entries.code, "Only hashes" in with_entries.err) == (0, False)
            (out / "checkpoint").unlink()
            assert "invalid: checkpoint" in ledger("audit", address).err
        finally:
            server.shutdown()
            thread.join()
    assert ledger("audit", address).code == 1


def test_a_proof_is_printed_and_holds(ledger: Run, data: Path) -> None:
    exported = ledger("export", "--data", data).out.splitlines()
    entry = json.loads(exported[1])
    said = ledger("prove", "1", "--data", data)
    key = VerifyingKey.parse(SIGNER.public.vkey)
    assert Proof.parse(said.out).check(entry["entry"].encode(), key).size == SIZE
    assert sha256(b"\x00" + entry["entry"].encode()).hexdigest() == entry["leaf_hash"]
    missing = ledger("prove", "3", "--data", data)
    assert (missing.code, missing.err.strip()) == (1, "The log has no such entry.")


def test_every_entry_is_exported(ledger: Run, data: Path) -> None:
    lines = ledger("export", "--data", data).out.splitlines()
    assert [json.loads(line)["index"] for line in lines] == [0, 1, 2]
    rows = list(
        csv.DictReader(io.StringIO(ledger("export", "--data", data, "--format", "csv").out))
    )
    assert [row["index"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["dst"] == "DE"


def test_where_there_is_no_log_it_says_so(ledger: Run, tmp_path: Path) -> None:
    for arguments in (
        ("verify", "--data", tmp_path),
        ("verify", tmp_path / "no"),
        ("audit", tmp_path / "no"),
        ("prove", "0", "--data", tmp_path),
        ("export", "--database", tmp_path / "ledger.sqlite"),
    ):
        assert ledger(*arguments).code == 1, arguments
    assert ledger("verify").code == 2
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database" * 100)
    assert ledger("verify", "--data", tmp_path).code == 3
    assert ledger("export", "--data", tmp_path).code == 1

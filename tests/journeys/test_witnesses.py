"""A second company watches over the log: it signs as the log grows, and knows when it goes back."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House, drawbridge
from tests.journeys.witnessing import WitnessHouse, gateway, ledger_signers, served, until, witness
from tests.vectors.ledger.witnesses import cosigcheck, go_witness

pytestmark = [pytest.mark.timeout(300)]

WITNESS = "witness.example/w1"
UNKNOWN = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A home with a log that has begun, and the policy that names its keys."""
    house = gateway(tmp_path).start()
    try:
        until(lambda: served(house, "checkpoint") != b"")
        (tmp_path / "logs.policy").write_bytes(served(house, "policy"))
    finally:
        house.stop()
    return tmp_path


@pytest.fixture
def second(begun: Path) -> Iterator[WitnessHouse]:
    with witness(begun, begun / "logs.policy") as running:
        yield running


def policy_of(home: Path, *lines: str, group: str) -> Path:
    path = home / "witnesses.policy"
    path.write_text("".join(lines) + f"group g {group}\nquorum g\n")
    return path


def ours(home: Path, second: WitnessHouse) -> Path:
    names = [line.split()[1] for line in second.lines().splitlines()]
    return policy_of(home, second.lines(), group="all " + " ".join(names))


def grow(house: House, name: str) -> None:
    """Write an entry into the log."""
    house.json("partners", "add", name, "--email", f"{name}@shop.example", "--country", "DE")


def witnessed(house: House, count: int) -> bytes:
    """Wait until the newest checkpoint has so many signatures of witnesses, and return it."""
    until(
        lambda: sum(WITNESS in name or "/go" in name for name in _signers(house)) >= count,
    )
    return served(house, "checkpoint")


def _signers(house: House) -> list[str]:
    note = served(house, "checkpoint")
    return list(ledger_signers(note)) if note else []


def facts(house: House) -> dict[str, str | bool]:
    found: dict[str, str | bool] = house.ask("GET", "/readyz")[1]["facts"]
    return found


def test_a_partner_in_watching_signs_and_anybody_can_check_all_of_it(
    begun: Path, second: WitnessHouse, tmp_path: Path
) -> None:
    logs = (begun / "logs.policy").read_text().splitlines()
    keys = [line.split()[1] for line in logs if line.startswith("log ")]
    with go_witness(keys[0]) as go:
        lines = second.lines() + go.lines()
        names = [line.split()[1] for line in lines.splitlines()]
        policy = policy_of(begun, lines, group="all " + " ".join(names))
        house = gateway(begun, policy).start()
        try:
            grow(house, "Anna")
            note = witnessed(house, 4)
            (tmp_path / "note").write_bytes(note)
            vkeys = [*keys, *(line.split()[2] for line in lines.splitlines())]
            done = cosigcheck("note", tmp_path / "note", *vkeys)
            assert done.returncode == 0, done.stderr
            assert done.stdout.endswith("by 6 keys\n")
            assert facts(house)["ledger_quorum"] is True
            status = house.ask("GET", "/api/v1/ledger/status")[1]
            assert [one["silent"] for one in status["witnesses"]] == [False] * 4
            assert status["second_vkey"] == keys[1]
            audited_with_a_policy(house, policy, tmp_path)
        finally:
            house.stop()


def audited_with_a_policy(house: House, policy: Path, home: Path) -> None:
    """See that the auditor's own policy decides, not the log's word."""
    address = f"{house.url}/ledger"
    done = house.run("ledger", "audit", address, "--policy", policy, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, len(told["cosigned"])) == (0, 4), done.stderr
    strict = home / "strict.policy"
    text = policy.read_text().replace("group g", f"witness other {UNKNOWN}\ngroup g")
    strict.write_text(text.replace("quorum g", "group all-of-them all g other\nquorum all-of-them"))
    done = house.run("ledger", "audit", address, "--policy", strict)
    assert done.returncode == 3
    assert b"too few witnesses" in done.stderr


def test_nobody_waits_for_a_witness_that_is_away(begun: Path, second: WitnessHouse) -> None:
    policy = ours(begun, second)
    house = gateway(begun, policy).start()
    try:
        witnessed(house, 2)
        second.stop()
        before = size_of(house)
        grow(house, "Boris")
        until(lambda: size_of(house) > before)
        assert WITNESS not in _signers(house)
        assert house.ask("GET", "/readyz")[0] == 200
        second.start()
        witnessed(house, 2)
    finally:
        house.stop()


def test_a_whole_directory_put_back_is_known_by_its_witness(
    begun: Path, second: WitnessHouse
) -> None:
    """Log, keys, rows and the record of what was signed, all of yesterday: the witness knows."""
    policy = ours(begun, second)
    house, back = gateway(begun, policy).start(), gateway(begun, policy)
    try:
        witnessed(house, 2)
        house.stop()
        shutil.copytree(begun / "data", begun / "yesterday")
        house.start()
        witnessed(house, 2)
        before = size_of(house)
        grow(house, "Clara")
        until(lambda: size_of(house) > before)
        newest = witnessed(house, 2)
        house.stop()
        shutil.rmtree(begun / "data")
        (begun / "yesterday").rename(begun / "data")
        back.start()
        until(lambda: back.ask("GET", "/readyz")[0] == 503)
        assert b"witness.contradicts" in back.log.read_bytes()
        status, told = back.ask("POST", "/api/v1/partners", partner("Dora"))
        assert (status, told["type"].rsplit("/", 1)[-1]) == (503, "ledger-unavailable")
        assert size_of(back) < int(newest.split(b"\n")[1])
    finally:
        house.stop()
        back.stop()
    begun_anew(begun, newest)


def partner(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name}@shop.example", "country": "DE"}


def size_of(house: House) -> int:
    return int(served(house, "checkpoint").split(b"\n")[1])


def begun_anew(home: Path, newest: bytes) -> None:
    """See that the way out holds the true end of the old log in the first entry of the new one."""
    shown = home / "newest"
    shown.write_bytes(newest)
    data = ("--data", home / "data")
    done = drawbridge("ledger", "begin-anew", *data, "--origin", "log/2", "--checkpoint", shown)
    assert done.returncode == 0, done.stderr
    house = gateway(home).start()
    try:
        until(lambda: served(house, "checkpoint").startswith(b"log/2\n"))
        grow(house, "Dora")
        kinds = house.ask("GET", "/api/v1/ledger/entries?kind=ledger.continued")[1]["entries"]
        assert [entry["index"] for entry in kinds] == [0]
    finally:
        house.stop()
    assert drawbridge("ledger", "verify", *data, "--follows", shown).returncode == 0
    other = home / "data" / "ledger.signed"
    assert drawbridge("ledger", "verify", *data, "--follows", other).returncode == 3
    # The old private keys are gone: nobody can sign for the old log any more.
    [archive] = (home / "data" / "ledgers").iterdir()
    assert not list(archive.glob("*.key"))

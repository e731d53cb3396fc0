"""``drawbridge policy``: the law, asked offline."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.packs import LAW
from gateway.cli.main import application

CLI = CliRunner()


def policy(*arguments: str) -> Result:
    return CLI.invoke(application(), ["policy", *arguments])


def test_an_open_way_is_explained_with_its_rule_and_source() -> None:
    done = policy("explain", "--from", "cn", "--to", "de", "--consent", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["allowed"], told["from"], told["to"]) == (True, "CN", "DE")
    assert "https://" in told["sources"][0]


def test_a_closed_way_exits_3_and_says_what_would_open_it() -> None:
    done = policy("explain", "--from", "CN", "--to", "DE", "--json")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert {reason["code"] for reason in told["reasons"]} == {"consent-missing"}
    assert told["what_would_change"] == ["Record the customer's consent to this partner."]


def test_people_read_the_same_in_words() -> None:
    shut = policy("explain", "--from", "DE", "--to", "CN", "--consent")
    assert shut.exit_code == 3
    assert "Germany to China (Mainland): may not go" in shut.stderr
    assert "EU_TIA" in shut.stderr
    opened = policy(
        *("explain", "--from", "DE", "--to", "CN", "--consent"),
        *("--document", "EU_SCC", "--document", "EU_TIA"),
    )
    assert opened.exit_code == 0
    assert "by EU_SCC" in opened.stderr


def test_the_day_and_the_number_of_persons_can_be_asked_for() -> None:
    way = ("explain", "--from", "CN", "--to", "DE", "--consent", "--json")
    assert policy(*way, "--persons", "99999").exit_code == 0
    assert policy(*way, "--persons", "100000").exit_code == 3
    early = policy(*way, "--on", "2024-03-21")
    assert "not-in-force" in early.stdout
    assert "stale" in policy(*way, "--on", "2031-01-01").stdout


def test_an_unknown_paper_is_a_wrong_question() -> None:
    done = policy("explain", "--from", "CN", "--to", "DE", "--document", "NONE")
    assert done.exception is not None
    assert "Known: CA_PIPEDA" in str(done.exception)


def test_packs_are_listed_with_their_hashes_from_any_directory(tmp_path: Path) -> None:
    told = json.loads(policy("packs", "--json").stdout)
    assert {pack["id"] for pack in told["packs"]} >= {"cn", "eu", "house"}
    for path in LAW.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert json.loads(policy("packs", "--json", "--law", str(tmp_path)).stdout) == told
    (tmp_path / "house.toml").write_text("[pack]\n")
    broken = policy("packs", "--law", str(tmp_path))
    assert broken.exit_code != 0
    assert "249 countries" in policy("packs").stderr


@pytest.mark.parametrize("missing", ["--from", "--to"])
def test_both_ends_of_a_way_are_needed(missing: str) -> None:
    given = ["--from", "CN"] if missing == "--to" else ["--to", "DE"]
    assert policy("explain", *given).exit_code == 2

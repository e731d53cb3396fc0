"""An operator keeps the root key under a passphrase, and changes it while the house is open."""

import json
from pathlib import Path

import pytest

from tests.journeys.house import House, drawbridge

PASSPHRASE = {"DRAWBRIDGE_KEYS__CUSTODY": "passphrase", "DRAWBRIDGE_KEYS__PASSPHRASE": "so long"}


def _keys(house: House, *words: str) -> str:
    done = drawbridge("keys", *words, "--data", house.data, environ=house.environ)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_a_house_under_a_passphrase_opens_for_nobody_without_it(tmp_path: Path) -> None:
    house = House(data=tmp_path / "data", log=tmp_path / "serve.log", environ=PASSPHRASE).start()
    house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    house.stop()
    assert b"argon2id" in (house.data / "root.key").read_bytes()
    for environ, sentence in (
        ({}, "does not have the right form"),
        ({**PASSPHRASE, "DRAWBRIDGE_KEYS__PASSPHRASE": "so what"}, "passphrase does not open"),
    ):
        refused = drawbridge("serve", "--data", house.data, "--port", "0", environ=environ)
        assert refused.returncode == 1
        assert sentence in refused.stderr.decode()
    house.start()
    assert len(house.ask("GET", "/api/v1/partners")[1]["partners"]) == 1
    house.stop()


@pytest.mark.timeout(240)
def test_custody_and_root_change_without_a_word_lost(house: House, tmp_path: Path) -> None:
    house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    (old,) = json.loads(_keys(house, "status", "--json"))["roots"]
    new = json.loads(_keys(house, "rotate", "--json"))
    assert new["rewrapped"] == old["keys"]
    _keys(house, "export", "-o", str(tmp_path / "root.pub"))
    assert (tmp_path / "root.pub").read_bytes() == (house.data / "root.pub").read_bytes()
    _keys(house, "retire", old["id"], "--yes")
    assert json.loads(_keys(house, "status", "--json"))["unused"] == []
    house.json("partners", "add", "Lathe", "--email", "l@lathe.example", "--country", "DE")
    house.stop()

    settings = tmp_path / "then.toml"
    settings.write_text('[keys]\ncustody = "passphrase"\npassphrase = "so long"\n')
    _keys(house, "enclose", "--to", str(settings))
    house.environ = PASSPHRASE
    house.start()
    assert len(house.ask("GET", "/api/v1/partners")[1]["partners"]) == 2

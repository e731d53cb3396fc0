"""An operator keeps the root key under a passphrase, and changes it while the house is open."""

import json
from pathlib import Path

import pytest

from tests.journeys import drawings
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


def test_a_format_that_has_had_its_last_day_takes_nothing_in(tmp_path: Path) -> None:
    house = House(data=tmp_path / "data", log=tmp_path / "serve.log").start()
    source = drawings.write(tmp_path, "block.step", drawings.step("Kunigunde"))
    part = house.json("send", source, "--part", "Block")["part"]
    house.stop()
    table = tmp_path / "suites.toml"
    table.write_text(
        '[[suite]]\nid = "tink-aes256-gcm-hkdf-1mb"\nno_writes_after = 2020-01-01\nsource = "us"\n'
    )
    house.environ = {"DRAWBRIDGE_KEYS__SUITES_FILE": str(table)}
    house.start()
    refused = house.run("send", source, "--part", "Again")
    assert refused.returncode == 1
    assert b"may seal nothing new" in refused.stderr.replace(b"\n", b" ")
    assert house.ask("GET", f"/api/v1/parts/{part}")[0] == 200, "what is sealed still opens"
    house.stop()
    table.write_text('[[suite]]\nid = "another"\nsource = "us"\n')
    refused = drawbridge("serve", "--data", house.data, "--port", "0", environ=house.environ)
    assert refused.returncode == 1
    assert b"keys.suites_file" in refused.stderr

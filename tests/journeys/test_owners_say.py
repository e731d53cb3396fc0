"""Owners decide over real HTTP: what of a drawing's words goes, and what goes uncleaned.

The log, the partner and the receipt know; nothing is lost when the power is cut.
"""

import json
import time
from pathlib import Path
from typing import Any

from storage.ledger.events import EventKind
from tests.journeys import drawings
from tests.journeys.house import House

PERSON = "Wilhelmina Zauberfluss"
OTHER = "Peregrin Tuckborough"
DEADLINE_S = 60.0


def _shown(house: House, part: str) -> Any:
    status, shown = house.ask("GET", f"/api/v1/parts/{part}?values=true")
    assert status == 200
    return shown


def _settled(house: House, part: str) -> Any:
    deadline = time.monotonic() + DEADLINE_S
    while (shown := _shown(house, part))["state"] == "inspecting":
        assert time.monotonic() < deadline, shown["drawings"]
        time.sleep(0.1)
    return shown


def _kinds(house: House) -> list[str]:
    status, found = house.ask("GET", "/api/v1/ledger/entries?limit=100")
    assert status == 200
    return [entry["kind"] for entry in found["entries"]]


def _ids(shown: Any) -> dict[str, str]:
    findings = shown["drawings"][0]["report"]["findings"]
    return {found["value"]: found["id"] for found in findings}


def _choice(house: House, shown: Any, findings: list[str]) -> tuple[int, Any]:
    drawing = shown["drawings"][0]["id"]
    path = f"/api/v1/parts/{shown['id']}/drawings/{drawing}/choice"
    return house.ask("POST", path, {"findings": findings})


def _partner(house: House, country: str) -> str:
    name = f"Mill in {country}"
    address = f"{country.lower()}@mill.example"
    house.json("partners", "add", name, "--email", address, "--country", country)
    return name


def test_a_chosen_name_is_gone_from_what_the_partner_gets(house: House, tmp_path: Path) -> None:
    sheet = drawings.write(tmp_path, "sheet.svg", drawings.svg(PERSON, OTHER))
    part = house.json("send", sheet, "--part", "Bracket")["part"]
    shown = _shown(house, part)
    finding = next(f for f in shown["drawings"][0]["report"]["findings"] if f["value"] == PERSON)
    assert finding["rule"] == "name.labelled"
    assert finding["why"]
    status, _ = _choice(house, shown, ["0" * 16])
    assert status == 422
    status, sent_back = _choice(house, shown, [_ids(shown)[PERSON]])
    assert status == 200
    assert sent_back["drawings"][0]["choice"] == [_ids(shown)[PERSON]]
    again = _settled(house, part)
    assert again["state"] == "review"
    assert _ids(again) == _ids(shown)
    house.json("parts", "approve", part)
    status, handed = house.ask(
        "POST",
        f"/api/v1/parts/{part}/transfers",
        {"partner": _partner(house, "DE"), "consent": True},
    )
    assert status == 201, handed
    house.json("fetch", handed["link"], "-o", tmp_path / "mill")
    received = (tmp_path / "mill" / "sheet.svg").read_text()
    assert received == sheet.read_text().replace(PERSON, "[name]")
    kinds = _kinds(house)
    assert kinds.count(EventKind.CHOICE_MADE) == 1
    assert kinds.count(EventKind.DRAWING_INSPECTED) == 2


def test_the_command_line_chooses_and_takes_back(house: House, tmp_path: Path) -> None:
    sheet = drawings.write(tmp_path, "sheet.svg", drawings.svg(PERSON, OTHER))
    part = house.json("send", sheet, "--part", "Bracket", "--profile", "archive")["part"]
    shown = _shown(house, part)
    assert shown["profile"] == "archive"
    actions = {f["value"]: f["action"] for f in shown["drawings"][0]["report"]["findings"]}
    assert actions["w.zauberfluss@works.example"] == "replaced"
    assert actions[PERSON] == "review"
    house.json("parts", "choose", part, "sheet.svg", "--redact", _ids(shown)[OTHER])
    assert _settled(house, part)["drawings"][0]["choice"] == [_ids(shown)[OTHER]]
    house.json("parts", "choose", part, "sheet.svg")
    assert _settled(house, part)["drawings"][0]["choice"] == []
    assert house.run("parts", "choose", part, "other.svg").returncode == 2


def test_a_choice_survives_a_power_cut(house: House, tmp_path: Path) -> None:
    sheet = drawings.write(tmp_path, "sheet.svg", drawings.svg(PERSON, OTHER))
    part = house.json("send", sheet, "--part", "Bracket")["part"]
    shown = _shown(house, part)
    for chosen in ([_ids(shown)[PERSON]], sorted(_ids(shown).values()), [_ids(shown)[OTHER]]):
        status, _ = _choice(house, shown, chosen)
        assert status == 200
        house.kill()
        house.start()
        back = _settled(house, part)
        assert back["state"] == "review"
        assert back["drawings"][0]["choice"] == sorted(chosen)
        gone = {
            found["id"]
            for found in back["drawings"][0]["report"]["findings"]
            if found["action"] == "replaced"
        }
        assert gone == set(chosen)
    assert _kinds(house).count(EventKind.CHOICE_MADE) == 3


def test_a_waived_drawing_goes_within_the_country_and_everybody_is_told(
    house: House, tmp_path: Path
) -> None:
    model = drawings.write(tmp_path, "bracket.prt", drawings.creo(PERSON))
    sent = house.run("send", model, "--part", "Bracket", "--json")
    assert sent.returncode == 3
    part = json.loads(sent.stdout)["part"]
    shown = _shown(house, part)
    reason = shown["drawings"][0]["report"]["reason"]
    assert reason["code"] == "unsupported-creo"
    assert reason["instead"].startswith("In Creo: File > Save As > Save a Copy")
    assert shown["drawings"][0]["waivable"] is True
    assert house.run("parts", "waive", part, "bracket.prt").returncode == 2
    path = f"/api/v1/parts/{part}/drawings/{shown['drawings'][0]['id']}/waiver"
    assert house.ask("POST", path, {"terms": "0" * 64})[0] == 422
    house.json("parts", "waive", part, "bracket.prt", "--accept")
    house.json("parts", "unwaive", part, "bracket.prt")
    assert _shown(house, part)["state"] == "refused"
    waived = house.json("parts", "waive", part, "bracket.prt", "--accept")
    assert waived["state"] == "review"
    assert waived["cleaned"] is False
    house.kill()
    house.start()
    assert _shown(house, part)["drawings"][0]["waiver"]["terms"]
    house.json("parts", "approve", part)
    assert house.ask("DELETE", path)[0] == 409
    order = f"/api/v1/parts/{part}/transfers"
    status, denied = house.ask("POST", order, {"partner": _partner(house, "DE"), "consent": True})
    assert status == 403
    assert [one["code"] for one in denied["reasons"]] == ["not-cleaned"]
    status, handed = house.ask("POST", order, {"partner": _partner(house, "CN"), "consent": True})
    assert status == 201, handed
    token = handed["link"].partition("#")[2]
    status, look = house.ask("POST", "/d/look", {"token": token})
    assert [file["cleaned"] for file in look["files"]] == [False]
    fetched = house.json("fetch", handed["link"], "-o", tmp_path / "mill")
    assert [file["cleaned"] for file in fetched["files"]] == [False]
    assert (tmp_path / "mill" / "bracket.prt").read_bytes() == model.read_bytes()
    receipt = json.loads(Path(fetched["receipt"]).read_text())
    assert receipt["cleaned"] is False
    assert receipt["label"] == "not cleaned: waived by its owner"
    assert [file["cleaned"] for file in receipt["files"]] == [False]
    kinds = _kinds(house)
    assert kinds.count(EventKind.DRAWING_WAIVED) == 2
    assert kinds.count(EventKind.WAIVER_WITHDRAWN) == 1

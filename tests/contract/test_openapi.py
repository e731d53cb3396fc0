"""The live gateway against its own description: what it answers is what /openapi.json says.

Two ways: schemathesis sends what nobody would (bounded examples, a fixed seed), and a working
day's calls, with parts and transfers that exist, are compared answer by answer.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis

from tests.journeys import drawings
from tests.journeys.house import House

pytestmark = pytest.mark.timeout(240)

EXAMPLES = 3
CHECKS = (
    "not_a_server_error",
    "content_type_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "ignored_auth",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("house")
    running = House(data=root / "data", log=root / "serve.log").start()
    try:
        yield running
    finally:
        running.stop()


def test_nothing_that_can_be_sent_brings_an_answer_the_description_does_not_know(
    house: House, tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{house.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {house.key}"),
            *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing"),
            *("--max-examples", str(EXAMPLES), "--seed", "20261124", "--generation-deterministic"),
            *("--no-color", "--warnings", "off"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert "0 generated" not in done.stdout
    assert "request.broke" not in house.log.read_text()


def test_a_working_days_answers_are_as_described(house: House, tmp_path: Path) -> None:
    description = requests.get(f"{house.url}/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(description)
    called: set[tuple[str, str]] = set()

    def call(method: str, path: str, status: int = 200, body: Any = None, **places: str) -> Any:
        answer = requests.request(
            method, house.url + path.format(**places), json=body, timeout=60,
            headers={"Authorization": f"Bearer {house.key}"},
        )  # fmt: skip
        assert answer.status_code == status, answer.text
        schema[path][method].validate_response(answer)
        called.add((method, path))
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else None

    partner = {"name": "Mill", "email": "m@mill.example", "country": "DE"}
    made = call("POST", "/api/v1/partners", 201, partner)
    source = drawings.write(tmp_path, "a.step", drawings.step("Wilhelmina Zauberfluss"))
    sent = house.json("send", source, "--part", "Block", "--description", "ask w@mill.example")
    part = sent["part"]
    order = {"partner": made["id"], "consent": True, "expires_s": 3600}
    call("POST", "/api/v1/parts/{id}/transfers", 409, order, id=part)
    call("POST", "/api/v1/parts/{id}/approve", id=part)
    denied = order | {"consent": False}
    call("POST", "/api/v1/parts/{id}/transfers", 403, denied, id=part)
    handed = call("POST", "/api/v1/parts/{id}/transfers", 201, order, id=part)
    for path in ("/api/v1/parts", "/api/v1/partners", "/api/v1/consents", "/api/v1/session"):
        call("GET", path)
    for path in ("/api/v1/ledger/status", "/api/v1/ledger/entries", "/healthz", "/readyz"):
        call("GET", path)
    call("GET", "/api/v1/ledger/entries/{index}", index="1")
    call("GET", "/api/v1/parts/{id}", id=part)
    call("GET", "/api/v1/parts/{id}/transfers", id=part)
    token = handed["link"].rpartition("#")[2]
    call("POST", "/d/look", body={"token": token})
    call("POST", "/d/open", body={"token": token, "accept_terms": True})
    call("POST", "/d/look", 410, {"token": token})
    call("POST", "/api/v1/transfers/{id}/revoke", id=handed["transfer"])
    call("POST", "/api/v1/parts/{id}/withdraw", 204, id=part)
    call("GET", "/api/v1/parts/{id}", 404, id="x" * 32)
    assert len(called) >= 16

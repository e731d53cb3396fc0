"""An operator keeps the root key with a key server: it must answer at the start, and only then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House, drawbridge
from tests.services.custodians import CREDENTIALS, REGION, KmsServer, VaultServer

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]


@pytest.fixture(params=["vault", "kms"])
def server(request: pytest.FixtureRequest) -> Iterator[VaultServer | KmsServer]:
    started = {"vault": VaultServer, "kms": KmsServer}[request.param]().start()
    try:
        yield started
    finally:
        started.stop()


def settings(server: VaultServer | KmsServer, folder: Path) -> dict[str, str]:
    """Return what the operator sets, having made a key on the server."""
    if isinstance(server, VaultServer):
        token = folder / "token"
        token.touch(mode=0o600)
        token.write_text(server.key("drawbridge"))
        said = {"custody": "vault", "vault_url": server.url, "vault_token_file": str(token)}
    else:
        key = server.key()
        said = {"custody": "kms", "kms_key": key, "kms_region": REGION, "kms_endpoint": server.url}
    named = {f"DRAWBRIDGE_KEYS__{name.upper()}": value for name, value in said.items()}
    return named | CREDENTIALS | {"AWS_EC2_METADATA_DISABLED": "true"}


def test_the_root_is_sealed_by_the_server_which_is_asked_at_the_start_alone(
    server: VaultServer | KmsServer, tmp_path: Path
) -> None:
    house = House(tmp_path / "data", tmp_path / "serve.log", environ=settings(server, tmp_path))
    house.start()
    assert b'"custody"' in (house.data / "root.key").read_bytes()
    house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    turned = drawbridge("keys", "rotate", "--data", house.data, environ=house.environ)
    assert turned.returncode == 0, turned.stderr.decode()
    house.stop()
    house.start()
    assert house.ask("GET", "/api/v1/partners")[1]["partners"][0]["name"] == "Mill"
    server.stop()
    house.json("partners", "add", "Lathe", "--email", "l@lathe.example", "--country", "DE")
    assert len(house.ask("GET", "/api/v1/partners")[1]["partners"]) == 2, "it needs no server now"
    house.stop()
    refused = drawbridge("serve", "--data", house.data, "--port", "0", environ=house.environ)
    assert refused.returncode == 1
    assert b"does not answer" in refused.stderr.replace(b"\n", b" ")
    for environ in ({}, {"DRAWBRIDGE_KEYS__CUSTODY": "kms"}):
        assert drawbridge("keys", "status", "--data", house.data, environ=environ).returncode == 1

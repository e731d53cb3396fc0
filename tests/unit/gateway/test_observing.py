"""Observed countries, from real database files made here; whose address counts behind proxies."""

import os
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from gateway.observing import NOWHERE, GeoDataError, Observatory, Seen
from gateway.observing_proxies import Proxies


def database(
    path: Path, networks: dict[str, dict[str, Any]], kind: str = "Example-Country"
) -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind)
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def countries(path: Path, code: str = "DE") -> Path:
    return database(
        path,
        {
            "192.0.2.0/24": {"country": {"iso_code": code}},
            "2001:db8::/32": {"country": {"iso_code": "FR"}},
            "198.51.100.0/24": {"country": {"iso_code": "Germany"}},
            "203.0.113.0/24": {"continent": {"code": "EU"}},
        },
    )


@pytest.fixture
def observatory(tmp_path: Path) -> Observatory:
    systems = database(
        tmp_path / "asn.mmdb",
        {"192.0.2.0/24": {"autonomous_system_number": 64500}},
        "Example-ASN",
    )
    return Observatory(countries(tmp_path / "country.mmdb"), systems)


def test_an_address_is_seen_in_its_country_and_system(observatory: Observatory) -> None:
    seen = observatory("192.0.2.77")
    assert (seen.country, seen.asn, seen.network) == ("DE", 64500, "192.0.2.0/24")
    assert seen.data.startswith("Example-Country/20")
    assert " Example-ASN/20" in seen.data
    assert "192.0.2" not in repr(seen)


@pytest.mark.parametrize(
    ("address", "country", "network"),
    [
        ("::ffff:192.0.2.77", "DE", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "FR", "2001:db8:1::/48"),
        ("fe80::1%eth0", None, "fe80::/48"),
        ("127.0.0.1", None, "127.0.0.0/24"),
        ("198.51.100.1", None, "198.51.100.0/24"),
        ("203.0.113.1", None, "203.0.113.0/24"),
    ],
)
def test_what_no_database_knows_is_unknown(
    observatory: Observatory, address: str, country: str | None, network: str
) -> None:
    seen = observatory(address)
    assert (seen.country, seen.network) == (country, network)


@pytest.mark.parametrize("address", ["", "nobody", "192.0.2.300", "192.0.2.1:80"])
def test_what_is_no_address_is_nowhere(observatory: Observatory, address: str) -> None:
    assert observatory(address) == NOWHERE


def test_without_databases_only_the_network_is_known() -> None:
    assert Observatory(None, None)("192.0.2.77") == Seen("192.0.2.0/24")


def test_only_a_seen_country_contradicts() -> None:
    assert Seen(country="FR").contradicts("DE")
    assert not Seen(country="DE").contradicts("DE")
    assert not Seen(country="CN").contradicts("CN-HK")
    assert not Seen().contradicts("DE")


async def test_a_newer_file_is_taken_and_a_broken_one_is_not(
    observatory: Observatory, tmp_path: Path
) -> None:
    path = tmp_path / "country.mmdb"
    newer = countries(tmp_path / "newer.mmdb", "AT")
    os.replace(newer, path)
    await observatory.renew()
    assert observatory("192.0.2.77").country == "AT"
    path.write_bytes(b"half a file")
    await observatory.renew()
    assert observatory("192.0.2.77").country == "AT"


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_start_without_the_database_that_was_named_is_refused(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "gone.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GeoDataError):
        Observatory(path, None)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.9", ["192.0.2.1"], "198.51.100.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.5, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.5", "192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["192.0.2.1, nobody"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1, nobody, 10.0.0.2"], "10.0.0.2"),
        ("::ffff:10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"),
        ("", ["192.0.2.1"], ""),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert Proxies.of(["10.0.0.0/8", "fd00::/8"]).client(peer, forwarded) == client

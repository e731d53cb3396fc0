"""Where a caller seems to be: the observed country of a destination, and whose network it is.

Room: gateway. Reads MaxMind DB files (https://maxmind.github.io/MaxMind-DB/) that the operator
keeps: GeoLite2, GeoIP2 or DB-IP, countries and autonomous systems. Nobody is asked over the
network. Without a database, or for an address it does not hold, the fact is unknown, and stays so:
None is never filled up from another fact.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any, Final

import maxminddb

from gateway.observability.logging import log_of
from gateway.start import StartError

log = log_of("gateway.observing")

RENEW_S: Final = 300.0
# What of an address stays the same while somebody moves about in one office.
NETWORK_BITS: Final = {4: 24, 6: 48}


class GeoDataError(StartError):
    """A database of countries or networks cannot be read: it is not there, or no MaxMind DB."""

    code = "geo-data"


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a caller was seen. ``country`` (alpha-2) and ``asn`` None are unknown.

    ``data`` names the databases that said so, with their dates; "" without one. ``network`` is a
    part of the address, so it is sealed or hashed wherever it is kept.
    """

    network: str = field(default="", repr=False)
    country: str | None = None
    asn: int | None = None
    data: str = ""

    def contradicts(self, declared: str) -> bool:
        """Return whether a country was seen, and it is another than ``declared``."""
        return self.country is not None and self.country != declared[:2]


NOWHERE: Final = Seen()


class Observatory:
    """Looks addresses up in the operator's databases; ``renew`` takes newer files."""

    def __init__(self, countries: Path | None, systems: Path | None) -> None:
        """Open the databases.

        Raises:
            GeoDataError: one of them cannot be read.
        """
        try:
            self._countries = _Database(countries) if countries else None
            self._systems = _Database(systems) if systems else None
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise GeoDataError from error

    def __call__(self, untrusted_address: str) -> Seen:
        """Return where an address is; NOWHERE for what is none."""
        address = parsed(untrusted_address)
        if address is None:
            return NOWHERE
        country = self._countries.of(address) if self._countries else {}
        system = self._systems.of(address) if self._systems else {}
        return Seen(
            network=network_of(address),
            country=_country(country),
            asn=_number(system.get("autonomous_system_number")),
            data=self.data,
        )

    @property
    def data(self) -> str:
        """Which databases are asked, with the day each was made."""
        opened = (self._countries, self._systems)
        return " ".join(one.name for one in opened if one is not None)

    async def renew(self) -> None:
        """Open the files anew that were replaced; one that cannot be read leaves the old."""
        for database in (self._countries, self._systems):
            if database is not None:
                database.renew()

    def close(self) -> None:
        """Close the files."""
        for database in (self._countries, self._systems):
            if database is not None:
                database.close()


class _Database:
    """One file, held open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._of = _version(path)
        self._reader = _opened(path)
        self.name = _name(self._reader)

    def of(self, address: IPv4Address | IPv6Address) -> dict[str, Any]:
        """Return what the file says of an address, {} if nothing."""
        try:
            found = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):  # an IPv6 address, a damaged file
            return {}
        return found if isinstance(found, dict) else {}

    def renew(self) -> None:
        try:
            version = _version(self._path)
            if version == self._of:
                return
            reader = _opened(self._path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            log.warning("observing.stale", error=type(error).__name__)
            return
        self._reader.close()
        self._reader, self._of, self.name = reader, version, _name(reader)

    def close(self) -> None:
        self._reader.close()


def parsed(untrusted_address: str) -> IPv4Address | IPv6Address | None:
    """Return an address, None if it is none; one of IPv4 in IPv6 is that of IPv4."""
    try:
        address = ip_address(untrusted_address.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def network_of(address: IPv4Address | IPv6Address) -> str:
    """Return the network an address is counted under."""
    return str(ip_network((address, NETWORK_BITS[address.version]), strict=False))


def _opened(path: Path) -> maxminddb.Reader:
    # In memory as a whole: a mapped file that somebody overwrites would end the process.
    return maxminddb.open_database(path, maxminddb.MODE_MEMORY)


def _version(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def _name(reader: maxminddb.Reader) -> str:
    about = reader.metadata()
    made = datetime.fromtimestamp(about.build_epoch, UTC).date().isoformat()
    kind = "".join(c if c.isalnum() or c in "-._" else "-" for c in about.database_type)
    return f"{kind}/{made}"


def _country(record: dict[str, Any]) -> str | None:
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else None
    is_code = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isupper()
    return code if is_code else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value < 2**32 else None

"""CEF and syslog: what collectors that know no JSON read.

Room: gateway/review. Pure. Sources: ArcSight Common Event Format 0, RFC 5424 (the message), RFC
6587 and RFC 5425 (octet counting: each message has its length before it, so a file of them is what
goes over the wire).

    CEF:0|Drawbridge|Transfer log|1|download.completed|download.completed|3|cn1=7 cn1Label=index …
    118 <110>1 2026-11-24T09:42:17Z gateway.example drawbridge - download.completed [xfer@32473 …]
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from gateway.review.exports.row import Row

# Set aside for examples by RFC 5612; forwarding.enterprise may name one's own.
ENTERPRISE: Final = 32473
# RFC 5424 section 6.2.1: facility 13 is the audit log; 6 informational, 4 warning.
_FACILITY: Final = 13
_INFORMATIONAL, _WARNING = 6, 4
_HOST_CHARS: Final = 255
_UNFIT_FOR_HOST: Final = re.compile(r"[^!-~]")

_CEF_HEADER: Final = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": " ", "\r": " "})
_CEF_VALUE: Final = str.maketrans({"\\": "\\\\", "=": "\\=", "\n": "\\n", "\r": "\\r"})
_SD_VALUE: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "]": "\\]"})


class Cef:
    """One message a line. Custom fields carry what CEF has no word for, each with its label."""

    def begin(self) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        return "".join([f"{message(row)}\n" for row in rows]).encode()

    def end(self) -> bytes:
        """Return nothing."""
        return b""


def message(row: Row) -> str:
    """Return one entry as a CEF message."""
    facts = row.facts.told()
    kind = (facts["t"] or "").translate(_CEF_HEADER)
    severity = 7 if _alarming(facts) else 3
    told: dict[str, str | None] = {
        "rt": str(int(datetime.fromisoformat(facts["ts"] or "").timestamp()) * 1000),
        "act": facts["t"],
        "outcome": facts["dec"],
        "externalId": row.leaf_hash,
        **_custom(1, "legalBasis", facts["basis"]),
        **_custom(2, "srcCountry", facts["src"]),
        **_custom(3, "dstCountry", facts["dst"]),
        **_custom(4, "observedCountry", facts["obs"]),
        **_custom(5, "region", facts["reg"]),
        **_custom(6, "transfer", facts["x"]),
        "cn1Label": "index",
        "cn1": str(row.number),
    }
    extension = " ".join(
        f"{name}={value.translate(_CEF_VALUE)}" for name, value in told.items() if value is not None
    )
    return f"CEF:0|Drawbridge|Transfer log|1|{kind}|{kind}|{severity}|{extension}"


def _custom(number: int, label: str, value: str | None) -> dict[str, str | None]:
    return {f"cs{number}Label": label, f"cs{number}": value} if value is not None else {}


def _alarming(facts: Mapping[str, str | None]) -> bool:
    return facts["dec"] == "deny" or (facts["t"] or "").endswith(
        (".denied", ".refused", ".contradicted", ".failed", ".raised")
    )


class Syslog:
    """RFC 5424 messages with their lengths before them; the facts are structured data."""

    def __init__(self, origin: str, enterprise: int = ENTERPRISE) -> None:
        """Remember whose log it is, and under which enterprise number its data stand."""
        self._host = _UNFIT_FOR_HOST.sub("-", origin)[:_HOST_CHARS] or "-"
        self._enterprise = enterprise

    def begin(self) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a frame for each row."""
        return b"".join([self.frame(row) for row in rows])

    def end(self) -> bytes:
        """Return nothing."""
        return b""

    def frame(self, row: Row) -> bytes:
        """Return one entry as a frame: its length in bytes, a space, the message."""
        facts = row.facts.told()
        severity = _WARNING if _alarming(facts) else _INFORMATIONAL
        data = {
            "idx": str(row.number),
            "leaf": row.leaf_hash,
            "transfer": facts["x"],
            "src": facts["src"],
            "dst": facts["dst"],
            "obs": facts["obs"],
            "reg": facts["reg"],
            "decision": facts["dec"],
            "basis": facts["basis"],
            "policy": facts["pol"],
        }
        told = " ".join(
            f'{name}="{value.translate(_SD_VALUE)}"'
            for name, value in data.items()
            if value is not None
        )
        header = f"<{_FACILITY * 8 + severity}>1 {facts['ts']} {self._host} drawbridge -"
        text = f"{header} {facts['t']} [xfer@{self._enterprise} {told}]".encode()
        return b"%d %b" % (len(text), text)

"""OCSF 1.8.0: what SIEMs read. One JSON object a line.

Room: gateway/review. Pure. Source: OCSF schema 1.8.0, classes 6006 File Hosting Activity, 6003 API
Activity, 2004 Detection Finding, 2006 Data Security Finding. OCSF has no word for a legal basis, so
that stands under ``unmapped``, as does where the entry is proved. Nobody is named: the actor is the
gateway, and a file is the random id of its transfer.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from gateway.review.exports.row import Row
from storage.ledger.events import EventKind as Kind

VERSION: Final = "1.8.0"
PRODUCT: Final = "Drawbridge"

FILE_HOSTING: Final = 6006
API_ACTIVITY: Final = 6003
DETECTION: Final = 2004
DATA_SECURITY: Final = 2006

_SUCCESS, _FAILURE = 1, 2
_OTHER: Final = 99
_INFORMATIONAL, _MEDIUM, _HIGH = 1, 3, 4


class Place(NamedTuple):
    """Where a kind of entry stands in OCSF."""

    class_uid: int
    activity_id: int
    status_id: int = _SUCCESS
    severity_id: int = _INFORMATIONAL


def _files(activity_id: int, *kinds: Kind, failed: bool = False) -> dict[Kind, Place]:
    place = Place(
        FILE_HOSTING,
        activity_id,
        _FAILURE if failed else _SUCCESS,
        _MEDIUM if failed else _INFORMATIONAL,
    )
    return dict.fromkeys(kinds, place)


# What stands in no row is API activity of another kind.
PLACES: Final[Mapping[Kind, Place]] = {
    **_files(1, Kind.UPLOAD_RECEIVED),
    **_files(2, Kind.DOWNLOAD_STARTED, Kind.DOWNLOAD_RESUMED, Kind.DOWNLOAD_COMPLETED),
    **_files(2, Kind.PART_EXPORTED),
    **_files(2, Kind.DOWNLOAD_CUT, Kind.DOWNLOAD_REFUSED, failed=True),
    **_files(4, Kind.ORIGINAL_DESTROYED, Kind.PART_WITHDRAWN),
    **_files(9, Kind.LINK_PROBED),
    **_files(12, Kind.LINK_CREATED, Kind.LINK_EXTENDED),
    **_files(13, Kind.TRANSFER_REVOKED, Kind.LINK_EXPIRED),
    **_files(14, Kind.LINK_OPENED),
    **_files(14, Kind.LINK_REFUSED, failed=True),
    **_files(17, Kind.TRANSFER_DECIDED),
    **_files(17, Kind.TRANSFER_DENIED, failed=True),
    Kind.DRAWING_INSPECTED: Place(DATA_SECURITY, 1),
    Kind.DRAWING_REFUSED: Place(DATA_SECURITY, 1, _FAILURE, _MEDIUM),
    Kind.DRAWING_WAIVED: Place(DATA_SECURITY, 4, _SUCCESS, _MEDIUM),
    Kind.WAIVER_WITHDRAWN: Place(DATA_SECURITY, 2),
    Kind.DESTINATION_CONTRADICTED: Place(DETECTION, 1, _SUCCESS, _HIGH),
    Kind.ALERT_RAISED: Place(DETECTION, 1, _SUCCESS, _MEDIUM),
    Kind.ALERT_ACKNOWLEDGED: Place(DETECTION, 2),
    Kind.ALERT_SETTLED: Place(DETECTION, 3),
    Kind.INTEGRITY_FAILED: Place(DETECTION, 1, _FAILURE, _HIGH),
    Kind.LEDGER_REVIEWED: Place(API_ACTIVITY, 2),
    Kind.LEDGER_EXPORTED: Place(API_ACTIVITY, 2),
    Kind.LEDGER_CONTINUED: Place(API_ACTIVITY, 1),
    Kind.UNSEAL_USED: Place(API_ACTIVITY, 2),
    Kind.PARTNER_ADDED: Place(API_ACTIVITY, 1),
    Kind.ACCOUNT_INVITED: Place(API_ACTIVITY, 1),
    Kind.API_KEY_CREATED: Place(API_ACTIVITY, 1),
    Kind.SUBJECT_ERASED: Place(API_ACTIVITY, 4),
    Kind.API_KEY_REVOKED: Place(API_ACTIVITY, 4),
}


class Ocsf:
    """Writes events of the log named ``origin``."""

    def __init__(self, origin: str) -> None:
        """Remember whose log it is."""
        self._origin = origin

    def begin(self) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        lines = [json.dumps(self.event(row), separators=(",", ":")) + "\n" for row in rows]
        return "".join(lines).encode()

    def end(self) -> bytes:
        """Return nothing."""
        return b""

    def event(self, row: Row) -> dict[str, Any]:
        """Return one entry as an event."""
        facts = row.facts.told()
        kind = Kind(facts["t"] or "")
        place = PLACES.get(kind, Place(API_ACTIVITY, _OTHER))
        event: dict[str, Any] = {
            "category_uid": place.class_uid // 1000,
            "class_uid": place.class_uid,
            "activity_id": place.activity_id,
            "type_uid": place.class_uid * 100 + place.activity_id,
            "severity_id": place.severity_id,
            "status_id": place.status_id,
            "status_detail": kind.value,
            "time": int(datetime.fromisoformat(facts["ts"] or "").timestamp()) * 1000,
            "metadata": self._metadata(row, facts),
            "unmapped": self._unmapped(row, facts),
            **self._body(place.class_uid, row, facts),
        }
        if place.activity_id == _OTHER:
            event["activity_name"] = kind.value
        return event

    def _metadata(self, row: Row, facts: Mapping[str, str | None]) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "version": VERSION,
            "product": {"name": PRODUCT, "vendor_name": PRODUCT},
            "uid": row.leaf_hash,
            "sequence": row.number,
            "log_name": self._origin,
        }
        if facts["x"] is not None:
            metadata["correlation_uid"] = facts["x"]
        return metadata

    def _unmapped(self, row: Row, facts: Mapping[str, str | None]) -> dict[str, Any]:
        return {
            "tlog": {"origin": self._origin, "index": row.number, "leaf_hash": row.leaf_hash},
            "transfer": {
                "legal_basis": facts["basis"],
                "policy": facts["pol"],
                "decision": facts["dec"],
                "observed_country": facts["obs"],
                "region": facts["reg"],
            },
        }

    def _body(self, class_uid: int, row: Row, facts: Mapping[str, str | None]) -> dict[str, Any]:
        if class_uid in (DETECTION, DATA_SECURITY):
            return {"finding_info": {"uid": row.leaf_hash, "title": facts["t"]}}
        body: dict[str, Any] = {
            "actor": {"app_name": PRODUCT},
            "src_endpoint": _endpoint(self._origin, facts["src"]),
        }
        if class_uid == API_ACTIVITY:
            return body | {"api": {"operation": facts["t"]}}
        if facts["dst"] is not None:
            body["dst_endpoint"] = _endpoint(facts["x"] or row.leaf_hash, facts["dst"])
        return body | {"file": {"name": facts["x"] or row.leaf_hash, "type_id": 1}}


def _endpoint(uid: str, country: str | None) -> dict[str, Any]:
    place = {"location": {"country": country[:2]}} if country is not None else {}
    return {"uid": uid, **place}

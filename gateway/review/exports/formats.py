"""The table of formats: what each is called, and who writes it.

Room: gateway/review. Pure. A new format is a module and a line here; docs/reference/exports.md
prints the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.review.exports.envelopes import CloudEvents, Ecs
from gateway.review.exports.lines import Csv, Jsonl
from gateway.review.exports.ocsf import Ocsf
from gateway.review.exports.parquet import Parquet
from gateway.review.exports.row import Encoder
from gateway.review.exports.siem import Cef, Syslog


@dataclass(frozen=True, slots=True)
class Format:
    """One format. ``encoder`` is handed the log's name; ``version`` is that of what it writes."""

    name: str
    version: str
    media_type: str
    extension: str
    encoder: Callable[[str], Encoder]


_ALL: Final = (
    Format("jsonl", "1", "application/x-ndjson", "jsonl", lambda _: Jsonl()),
    Format("csv", "1", "text/csv", "csv", lambda _: Csv()),
    Format("parquet", "1", "application/vnd.apache.parquet", "parquet", lambda _: Parquet()),
    Format("ocsf", "1.8.0", "application/x-ndjson", "ocsf.jsonl", Ocsf),
    Format("cef", "0", "text/plain", "cef", lambda _: Cef()),
    Format("syslog", "5424", "application/octet-stream", "syslog", Syslog),
    Format("cloudevents", "1.0", "application/x-ndjson", "cloudevents.jsonl", CloudEvents),
    Format("ecs", "8.17.0", "application/x-ndjson", "ecs.jsonl", Ecs),
)
FORMATS: Final[Mapping[str, Format]] = {one.name: one for one in _ALL}

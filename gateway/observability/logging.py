"""Logs that cannot name a person: an event's name, and fields from a list.

Room: gateway/observability. Writes to standard error. What libraries say is reduced to who said it
and the type of the error: their messages quote addresses, paths and content.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Protocol, TextIO, cast

import structlog

FIELDS: Final = frozenset(
    {
        "bytes",
        "code",
        "count",
        "drawing",
        "error",
        "event",
        "format",
        "level",
        "logger",
        "method",
        "part",
        "port",
        "request",
        "route",
        "seconds",
        "status",
        "timestamp",
        "transfer",
        "walls",
    }
)


class Log(Protocol):
    """What the gateway writes its log with."""

    def info(self, event: str, **fields: str | int | float | None) -> None:
        """Note what happened."""

    def warning(self, event: str, **fields: str | int | float | None) -> None:
        """Note what an operator should look at."""

    def error(self, event: str, **fields: str | int | float | None) -> None:
        """Note what is broken."""


def log_of(room: str) -> Log:
    """Return the log of one room."""
    return cast(Log, structlog.stdlib.get_logger(room))


def only_listed(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not in FIELDS, and count what was dropped."""
    unlisted = [name for name in entry if name not in FIELDS and not name.startswith("_")]
    for name in unlisted:
        del entry[name]
    if unlisted:
        entry["count"] = len(unlisted)
        entry["error"] = "unlisted-fields"
    return entry


def reduced(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace what a library says by the type of its error."""
    record: logging.LogRecord = entry["_record"]
    entry["event"] = "library"
    if record.exc_info and record.exc_info[0]:
        entry["error"] = record.exc_info[0].__name__
    entry.pop("exc_info", None)
    entry.pop("stack_info", None)
    entry.pop("positional_args", None)
    return entry


def configure(stream: TextIO | None = None) -> None:
    """Send every log of this process, ours and the libraries', through the list to ``stream``."""
    named = (structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name)
    moment = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            *named,
            moment,
            only_listed,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*named, moment, reduced],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                only_listed,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # It logs each request with path, query, address and referer; gateway.api.middleware does not.
    logging.getLogger("aiohttp.access").disabled = True
    for chatty in ("alembic", "sqlalchemy", "taskiq", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

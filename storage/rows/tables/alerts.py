"""Sightings of callers, alerts, webhooks, notices on their way, and marks of where one is.

Room: storage/rows. Pure data. A sighting holds a country, an autonomous system and a keyed hash of
a network, never an address. What an alert or a notice tells of people stands in sealed columns.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from storage.rows.schema import metadata

# Where a download session was seen; once for each network.
sighting = Table(
    "sighting",
    metadata,
    Column(
        "session",
        String(36),
        ForeignKey("download_session.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("network_index", String(64), primary_key=True),
    Column("transfer", String(36), ForeignKey("transfer.id"), nullable=False, index=True),
    Column("partner", String(32), ForeignKey("partner.id"), nullable=False, index=True),
    Column("country", String(2)),
    Column("asn", BigInteger),
    Column("seen_at", Float, nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("id", String(32), primary_key=True),
    # What makes it this alert and no other: raising it twice is raising it once.
    Column("cause", String(200), nullable=False, unique=True),
    Column("rule", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("transfer", String(36), ForeignKey("transfer.id"), index=True),
    Column("declared", String(6)),
    Column("observed", String(2)),
    # The entry of the log that woke the rule, where one did.
    Column("entry", BigInteger),
    Column("subject", String(32), nullable=False),
    Column("told_sealed", LargeBinary, nullable=False),
    Column("raised_at", Float, nullable=False, index=True),
    Column("acknowledged_at", Float),
    Column("acknowledged_by", String(32)),
    Column("settled_at", Float),
    Column("settled_by", String(32)),
    Column("why_sealed", LargeBinary),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", String(32), nullable=False),
    Column("url_sealed", LargeBinary, nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("region", String(6), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("removed_at", Float),
)

# The outbox: in the transaction of what it tells, so that neither is without the other.
notice = Table(
    "notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("alert", String(32), ForeignKey("alert.id"), nullable=False, index=True),
    Column("topic", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("recipient", String(32), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Float, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("failure", String(64)),
)

mark = Table(
    "mark",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(64), nullable=False),
)

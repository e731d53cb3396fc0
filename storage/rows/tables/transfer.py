"""Partners, consents, transfers, links, download sessions, deliveries.

Room: storage/rows. Pure data. A link's and a session's token stand here only as hashes.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.rows.schema import metadata

partner = Table(
    "partner",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", String(32), nullable=False),
    Column("name_index", String(64), nullable=False, unique=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("email_sealed", LargeBinary, nullable=False),
    Column("country", String(2), nullable=False),
    Column("created_at", Float, nullable=False),
    # JSON: ids of papers on file (config/law), each with the last day it is good for.
    Column("documents", Text, nullable=False, server_default="{}"),
    Column("blocked_at", Float),
)

consent = Table(
    "consent",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", String(32), nullable=False, index=True),
    Column("partner", String(32), ForeignKey("partner.id"), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("notice", String(64), nullable=False),  # SHA-256 of the notice that was shown
    Column("given_at", Float, nullable=False),
    Column("withdrawn_at", Float),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("part", String(32), ForeignKey("part.id"), nullable=False, index=True),
    Column("partner", String(32), ForeignKey("partner.id"), nullable=False, index=True),
    Column("consent", String(32), ForeignKey("consent.id"), index=True),
    Column("state", String(16), nullable=False),
    Column("origin", String(2), nullable=False),
    Column("destination", String(2), nullable=False),
    Column("basis", String(128), nullable=False),
    Column("policy", String(128), nullable=False),
    Column("mechanism", String(64)),
    # JSON: why not, as codes; a denied transfer has them and no link.
    Column("reasons", Text, nullable=False, server_default="[]"),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
)

link = Table(
    "link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("transfer", String(36), ForeignKey("transfer.id"), nullable=False, index=True),
    Column("expires_at", Float, nullable=False),
    Column("opens_left", Integer, nullable=False),
    Column("code_hash", String(64)),
    Column("code_attempts_left", Integer, nullable=False),
)

download_session = Table(
    "download_session",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("transfer", String(36), ForeignKey("transfer.id"), nullable=False, index=True),
    Column("opened_at", Float, nullable=False),
    Column("lease_expires_at", Float, nullable=False),
    Column("ended", Boolean, nullable=False, default=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column(
        "session",
        String(36),
        ForeignKey("download_session.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("drawing", String(32), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("stop", BigInteger, nullable=False),
)

"""What reviewers keep: saved views, grants to unseal, and how far the log was forwarded.

Room: storage/rows. Pure data. Names, questions and reasons are sealed to whoever wrote them.
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
)

from storage.rows.schema import metadata

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False, index=True),
    Column("subject", String(32), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("question_sealed", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
)

# Two pairs of eyes: ``account`` asked, ``decided_by`` is never the same.
unseal_grant = Table(
    "unseal_grant",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False, index=True),
    Column("subject", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("question_sealed", LargeBinary, nullable=False),
    Column("duration_s", Integer, nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("decided_by", String(32), ForeignKey("account.id")),
    Column("decided_at", Float),
    Column("expires_at", Float),  # set when it is agreed to
)

# One row a receiver: the first entry that it is not known to have. ``holder`` is the node that
# sends at the moment, until ``held_until`` unless it says so again.
forwarding = Table(
    "forwarding",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("next_entry", BigInteger, nullable=False),
    Column("holder", String(32)),
    Column("held_until", Float),
)

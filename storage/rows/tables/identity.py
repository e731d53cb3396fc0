"""Accounts and the ways to prove to be one.

Room: storage/rows. Pure data. Secrets stand here only as hashes.
"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, LargeBinary, String, Table

from storage.rows.schema import metadata

account = Table(
    "account",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", String(32), nullable=False),
    Column("role", String(16), nullable=False),
    Column("email_index", String(64), unique=True),
    Column("email_sealed", LargeBinary),
    Column("password_hash", String(256)),
    Column("created_at", Float, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
)

# One-time links: the first login, invitations.
invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_at", Float),
)

browser_session = Table(
    "browser_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
)

# Failed logins per account index, so that guessing gets slow.
login_failure = Table(
    "login_failure",
    metadata,
    Column("email_index", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Float, nullable=False),
)

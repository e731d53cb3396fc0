"""Uploads, their sealed chunks, parts and drawings.

Room: storage/rows. Pure data. ``state`` columns are the truth of the pipeline
(gateway.intake.states); a broker only wakes those who read them.
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

upload = Table(
    "upload",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False, index=True),
    Column("subject", String(32), nullable=False),
    Column("length", BigInteger),  # unknown while deferred
    Column("offset", BigInteger, nullable=False),
    Column("metadata_sealed", LargeBinary),  # Upload-Metadata as its client wrote it
    Column("filename_sealed", LargeBinary),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    Column("drawing", String(32)),  # set once it was made part of a part
)

upload_chunk = Table(
    "upload_chunk",
    metadata,
    Column("upload", String(32), ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("plain_bytes", BigInteger, nullable=False),
    Column("object", String(32), nullable=False, unique=True),
)

part = Table(
    "part",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), ForeignKey("account.id"), nullable=False, index=True),
    Column("subject", String(32), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("description_sealed", LargeBinary, nullable=False),
    Column("clean_description_sealed", LargeBinary),
    Column("description_report_sealed", LargeBinary),
    Column("created_at", Float, nullable=False),
    Column("released_at", Float),
    Column("profile", String(32), nullable=False, server_default="supplier"),
)

drawing = Table(
    "drawing",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("part", String(32), ForeignKey("part.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("upload", String(32), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("filename_sealed", LargeBinary, nullable=False),
    Column("format", String(16)),
    Column("plain_bytes", BigInteger),
    Column("clean_object", String(32)),
    Column("report_sealed", LargeBinary),
    Column("original_destroyed", Boolean, nullable=False, default=False),
    Column("changed_at", Float, nullable=False),
    # JSON: ids of findings that its owner wants out; they name nobody.
    Column("choice", Text, nullable=False, server_default="[]"),
    Column("round", Integer, nullable=False, server_default="0"),  # how often something was chosen
    # Set while its owner waives the cleaning: clean_object then holds the original.
    Column("waived_at", Float),
    Column("waived_by", String(32)),
    Column("waiver_terms", String(64)),  # SHA-256 of the terms that were shown
)

# What the owner is shown of a drawing: one row a side, "before" or "after" it was cleaned.
picture = Table(
    "picture",
    metadata,
    Column("drawing", String(32), ForeignKey("drawing.id", ondelete="CASCADE"), primary_key=True),
    Column("side", String(8), primary_key=True),
    Column("source", String(32), nullable=False),  # of which object, or upload, it is a picture
    Column("object", String(32), unique=True),  # none when no picture could be drawn
    Column("report_sealed", LargeBinary, nullable=False),
)

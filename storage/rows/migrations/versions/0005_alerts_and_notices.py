"""sightings, alerts, webhooks, notices, marks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("network_index", sa.String(length=64), nullable=False),
        sa.Column("transfer", sa.String(length=36), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("asn", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"],
            ["download_session.id"],
            name=op.f("fk_sighting_session_download_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transfer"], ["transfer.id"], name=op.f("fk_sighting_transfer_transfer")
        ),
        sa.ForeignKeyConstraint(
            ["partner"], ["partner.id"], name=op.f("fk_sighting_partner_partner")
        ),
        sa.PrimaryKeyConstraint("session", "network_index", name=op.f("pk_sighting")),
    )
    op.create_index(op.f("ix_sighting_transfer"), "sighting", ["transfer"])
    op.create_index(op.f("ix_sighting_partner"), "sighting", ["partner"])
    _alerts()
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("removed_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    _notices()
    op.create_table(
        "mark",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mark")),
    )


def _alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("transfer", sa.String(length=36), nullable=True),
        sa.Column("declared", sa.String(length=6), nullable=True),
        sa.Column("observed", sa.String(length=2), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.Float(), nullable=False),
        sa.Column("acknowledged_at", sa.Float(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.Float(), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transfer"], ["transfer.id"], name=op.f("fk_alert_transfer_transfer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("cause", name=op.f("uq_alert_cause")),
    )
    for name in ("state", "transfer", "raised_at"):
        op.create_index(op.f(f"ix_alert_{name}"), "alert", [name])


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_notice_alert_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    for name in ("alert", "state"):
        op.create_index(op.f(f"ix_notice_{name}"), "notice", [name])


def downgrade() -> None:
    for name in ("mark", "notice", "webhook", "alert", "sighting"):
        op.drop_table(name)

"""saved views, grants to unseal, how far the log was forwarded."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_saved_view_account_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_account"), "saved_view", ["account"])
    op.create_table(
        "unseal_grant",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_unseal_grant_account_account")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_unseal_grant_decided_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unseal_grant")),
    )
    op.create_index(op.f("ix_unseal_grant_account"), "unseal_grant", ["account"])
    op.create_table(
        "forwarding",
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("next_entry", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("held_until", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_forwarding")),
    )


def downgrade() -> None:
    op.drop_table("forwarding")
    op.drop_index(op.f("ix_unseal_grant_account"), table_name="unseal_grant")
    op.drop_table("unseal_grant")
    op.drop_index(op.f("ix_saved_view_account"), table_name="saved_view")
    op.drop_table("saved_view")

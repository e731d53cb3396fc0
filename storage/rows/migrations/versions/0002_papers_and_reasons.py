"""papers on file for partners, blocked partners, why a transfer was denied."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("documents", sa.Text(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("blocked_at", sa.Float(), nullable=True))
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.alter_column(
            "basis",
            existing_type=sa.String(length=64),
            type_=sa.String(length=128),
            existing_nullable=False,
        )
        batch_op.add_column(sa.Column("mechanism", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("reasons", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.drop_column("reasons")
        batch_op.drop_column("mechanism")
        batch_op.alter_column(
            "basis",
            existing_type=sa.String(length=128),
            type_=sa.String(length=64),
            existing_nullable=False,
        )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_column("blocked_at")
        batch_op.drop_column("documents")

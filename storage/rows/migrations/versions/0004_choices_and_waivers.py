"""profiles of parts, what owners chose to take out of drawings, waivers of cleaning."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("profile", sa.String(length=32), nullable=False, server_default="supplier")
        )
    with op.batch_alter_table("drawing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choice", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("waived_at", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("waived_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("waiver_terms", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("drawing", schema=None) as batch_op:
        for name in ("waiver_terms", "waived_by", "waived_at", "round", "choice"):
            batch_op.drop_column(name)
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.drop_column("profile")

"""pictures of drawings, before and after they were cleaned."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("drawing", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=True),
        sa.Column("report_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing"],
            ["drawing.id"],
            name=op.f("fk_picture_drawing_drawing"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("drawing", "side", name=op.f("pk_picture")),
        sa.UniqueConstraint("object", name=op.f("uq_picture_object")),
    )


def downgrade() -> None:
    op.drop_table("picture")

"""Keep what was changed of areas and household groups, and by whom; two people see each other."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2401"
down_revision = "20261130_2400"
branch_labels = None
depends_on = None

PARTS = ("area", "household_group")
OWN = "community_id = current_setting('loyalty.community')::uuid"


def upgrade() -> None:
    for table in PARTS:
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "part_change",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("household_group_id", sa.Uuid(), nullable=True),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(area_id, household_group_id) = 1",
            name=op.f("ck_part_change_of_one_part"),
        ),
        *(_reference(column, table) for column, table in _REFERENCES),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_part_change")),
    )
    for table in PARTS:
        op.create_index(
            op.f(f"ix_part_change_community_id_{table}_id"),
            "part_change",
            ["community_id", f"{table}_id"],
        )
    op.execute("ALTER TABLE part_change ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON part_change TO loyalty_member"
        f" USING ({OWN}) WITH CHECK ({OWN})"
    )
    op.execute("GRANT SELECT, INSERT ON part_change TO loyalty_member")
    op.execute("GRANT UPDATE (reason) ON part_change TO loyalty_member")
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON part_change FOR EACH ROW"
        " EXECUTE FUNCTION refuse_all_but_forgetting('reason')"
    )


_REFERENCES = (
    ("area_id", "area"),
    ("household_group_id", "household_group"),
    ("account_id", "staff_account"),
)


def _reference(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"{table}.community_id", f"{table}.id"],
        name=op.f(f"fk_part_change_community_id_{column}"),
        ondelete="CASCADE" if table in PARTS else None,
    )


def downgrade() -> None:
    op.drop_table("part_change")
    for table in PARTS:
        op.drop_column(table, "version")

"""Add notices in versions, objections, matters and the community's own working days."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1030"
down_revision = "20261122_1015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "community",
        sa.Column(
            "supplementary_notice_working_days", sa.Integer(), server_default="3", nullable=False
        ),
    )
    op.create_check_constraint(
        op.f("ck_community_supplementary_notice_lasts"),
        "community",
        "supplementary_notice_working_days > 0",
    )
    op.create_table(
        "working_day_override",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_working_day_override_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_day_override")),
        sa.UniqueConstraint(
            "community_id", "day", name=op.f("uq_working_day_override_community_id_day")
        ),
    )
    _add_notice_versions()
    _add_objections()
    _add_matters()


def downgrade() -> None:
    op.drop_table("matter")
    op.drop_index(op.f("ix_objection_round_id"), table_name="objection")
    op.drop_table("objection")
    op.drop_table("notice_version")
    op.drop_table("working_day_override")
    op.drop_constraint(op.f("ck_community_supplementary_notice_lasts"), "community", type_="check")
    op.drop_column("community", "supplementary_notice_working_days")


def _add_notice_versions() -> None:
    op.create_table(
        "notice_version",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('first', 'supplementary', 'correction', 'taken_down')",
            name=op.f("ck_notice_version_kind_known"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_notice_version_days_in_order")),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["selection_round.id"],
            name=op.f("fk_notice_version_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_version")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_notice_version_round_id_number")),
    )
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON notice_version"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _add_objections() -> None:
    op.create_table(
        "objection",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "num_nulls(upheld, reason, decided_at, decided_by) IN (0, 4)",
            name=op.f("ck_objection_decided_in_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_objection_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_account.id"], name=op.f("fk_objection_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["selection_round.id"],
            name=op.f("fk_objection_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("receipt", name=op.f("uq_objection_receipt")),
    )
    op.create_index(op.f("ix_objection_round_id"), "objection", ["round_id"], unique=False)


def _add_matters() -> None:
    op.create_table(
        "matter",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('need', 'problem', 'service')", name=op.f("ck_matter_kind_known")
        ),
        sa.CheckConstraint(
            "raised_by IN ('council', 'resident', 'staff')", name=op.f("ck_matter_raiser_known")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'closed')", name=op.f("ck_matter_state_known")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_matter_answered_at_a_time")
        ),
        sa.CheckConstraint(
            "state = 'open' OR answer IS NOT NULL", name=op.f("ck_matter_answered_before_it_rests")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_matter_closed_at_a_time")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_matter_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["staff_account.id"], name=op.f("fk_matter_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_matter_community_id_number")),
    )

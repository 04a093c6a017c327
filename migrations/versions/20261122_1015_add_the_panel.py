"""Add the panel: who sits on it, conflicts, ballots; and nominations by name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1015"
down_revision = "20261122_0930"
branch_labels = None
depends_on = None

OUTCOMES = (
    "nominated",
    "screened_out",
    "eligible",
    "selected",
    "reserve",
    "not_selected",
    "removed",
)


def upgrade() -> None:
    op.add_column("staff_account", sa.Column("resident_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_staff_account_resident_id"),
        "staff_account",
        "resident",
        ["resident_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column("selection_round", sa.Column("freeze_reason", sa.String(), nullable=True))
    op.add_column(
        "candidate",
        sa.Column(
            "grounds",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
    )
    _allow_outcomes("declined", *OUTCOMES)
    _let_nominations_wait()
    _add_the_panel()
    _keep_ballots_as_they_are()


def downgrade() -> None:
    op.drop_table("ballot")
    op.execute("DROP FUNCTION refuse_late_ballot")
    op.drop_table("conflict_of_interest")
    op.drop_index(
        "uq_panellist_one_seat", table_name="panellist", postgresql_where="left_at IS NULL"
    )
    op.drop_table("panellist")
    op.execute("DELETE FROM nomination WHERE candidate_id IS NULL")
    op.drop_index(op.f("ix_nomination_list_id"), table_name="nomination")
    for column in (
        "list_id",
        "household_group_id",
        "state",
        "receipt",
        "name",
        "unit",
        "decided_by",
        "reason",
    ):
        op.drop_column("nomination", column)
    op.alter_column("nomination", "candidate_id", nullable=False)
    op.execute("UPDATE candidate SET outcome = 'screened_out' WHERE outcome = 'declined'")
    _allow_outcomes(*OUTCOMES)
    op.drop_column("candidate", "grounds")
    op.drop_column("selection_round", "freeze_reason")
    op.drop_constraint(op.f("fk_staff_account_resident_id"), "staff_account", type_="foreignkey")
    op.drop_column("staff_account", "resident_id")


def _allow_outcomes(*outcomes: str) -> None:
    op.drop_constraint(op.f("ck_candidate_outcome_known"), "candidate", type_="check")
    allowed = ", ".join(f"'{outcome}'" for outcome in outcomes)
    op.create_check_constraint(
        op.f("ck_candidate_outcome_known"), "candidate", f"outcome IN ({allowed})"
    )


def _let_nominations_wait() -> None:
    op.add_column("nomination", sa.Column("list_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE nomination SET list_id = candidate.list_id FROM candidate"
        " WHERE candidate.id = candidate_id"
    )
    op.alter_column("nomination", "list_id", nullable=False)
    op.alter_column("nomination", "candidate_id", nullable=True)
    op.add_column(
        "nomination", sa.Column("state", sa.String(), server_default="accepted", nullable=False)
    )
    for column in ("receipt", "name", "unit", "reason"):
        op.add_column("nomination", sa.Column(column, sa.String(), nullable=True))
    for column in ("household_group_id", "decided_by"):
        op.add_column("nomination", sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_nomination_list_id"),
        "nomination",
        "round_list",
        ["list_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        op.f("fk_nomination_household_group_id"),
        "nomination",
        "household_group",
        ["household_group_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_nomination_decided_by"), "nomination", "staff_account", ["decided_by"], ["id"]
    )
    op.create_index(op.f("ix_nomination_list_id"), "nomination", ["list_id"], unique=False)
    op.create_unique_constraint(op.f("uq_nomination_receipt"), "nomination", ["receipt"])
    for name, condition in (
        ("state_known", "state IN ('pending', 'accepted', 'rejected')"),
        ("accepted_for_a_candidate", "(state = 'accepted') = (candidate_id IS NOT NULL)"),
        (
            "named_while_pending",
            "(state = 'pending') = (name IS NOT NULL AND unit IS NOT NULL)",
        ),
        ("group_speaks_for_itself", "household_group_id IS NULL OR source = 'group'"),
    ):
        op.create_check_constraint(op.f(f"ck_nomination_{name}"), "nomination", condition)


def _add_the_panel() -> None:
    op.create_table(
        "panellist",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_panellist_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["named_by"], ["staff_account.id"], name=op.f("fk_panellist_named_by")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["selection_round.id"],
            name=op.f("fk_panellist_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panellist")),
    )
    op.create_index(
        "uq_panellist_one_seat",
        "panellist",
        ["round_id", "account_id"],
        unique=True,
        postgresql_where="left_at IS NULL",
    )
    op.create_table(
        "conflict_of_interest",
        sa.Column("panellist_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detected", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('relative', 'household', 'nominee', 'other')",
            name=op.f("ck_conflict_of_interest_kind_known"),
        ),
        sa.CheckConstraint(
            "(entered_by IS NULL) = detected",
            name=op.f("ck_conflict_of_interest_declared_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_account.id"], name=op.f("fk_conflict_of_interest_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["panellist_id"],
            ["panellist.id"],
            name=op.f("fk_conflict_of_interest_panellist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_conflict_of_interest_resident_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
        sa.UniqueConstraint(
            "panellist_id",
            "resident_id",
            name=op.f("uq_conflict_of_interest_panellist_id_resident_id"),
        ),
    )
    op.create_table(
        "ballot",
        sa.Column("panellist_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_ballot_score_in_range")),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_ballot_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_account.id"], name=op.f("fk_ballot_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["panellist_id"],
            ["panellist.id"],
            name=op.f("fk_ballot_panellist_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint(
            "panellist_id", "candidate_id", name=op.f("uq_ballot_panellist_id_candidate_id")
        ),
    )
    op.create_index(op.f("ix_ballot_candidate_id"), "ballot", ["candidate_id"], unique=False)


def _keep_ballots_as_they_are() -> None:
    """Shut the ballots of a frozen list; they go only together with the round itself."""
    op.execute(
        "CREATE FUNCTION refuse_late_ballot() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN IF EXISTS (SELECT FROM candidate"
        " JOIN round_list ON round_list.id = candidate.list_id"
        " JOIN selection_round ON selection_round.id = round_list.round_id"
        " WHERE candidate.id IN (OLD.candidate_id, NEW.candidate_id)"
        " AND selection_round.frozen_at IS NOT NULL)"
        " THEN RAISE EXCEPTION 'no ballot changes once its list is frozen'; END IF;"
        " RETURN COALESCE(NEW, OLD); END $$"
    )
    op.execute(
        "CREATE TRIGGER before_the_freeze BEFORE INSERT OR UPDATE OR DELETE ON ballot"
        " FOR EACH ROW EXECUTE FUNCTION refuse_late_ballot()"
    )

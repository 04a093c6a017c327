"""Keep who froze a list and who entered its seed, which are two, and find refused seeds at once."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2340"
down_revision = "20261130_2360"
branch_labels = None
depends_on = None

KEEP_FROZEN_ROUND = """
CREATE OR REPLACE FUNCTION keep_frozen_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.frozen_hash IS NOT NULL
        AND ({frozen}) IS DISTINCT FROM ({frozen_then}))
       OR (OLD.drawn_at IS NOT NULL
           AND ({drawn}) IS DISTINCT FROM ({drawn_then})) THEN
        RAISE EXCEPTION 'a list that was frozen, and a draw, do not change'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
FROZEN = ("frozen_list", "frozen_hash", "frozen_at")
DRAWN = ("seed", "witnesses", "drawn_at")


def upgrade() -> None:
    for name in ("frozen_by", "drawn_by"):
        op.add_column("selection_round", sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_selection_round_community_id_{name}"),
            "selection_round",
            "staff_account",
            ["community_id", name],
            ["community_id", "id"],
        )
    op.create_check_constraint(
        op.f("ck_selection_round_seed_by_another"),
        "selection_round",
        "drawn_by IS NULL OR drawn_by <> frozen_by",
    )
    _keep_frozen((*FROZEN, "frozen_by"), (*DRAWN, "drawn_by"))
    op.create_index(
        "ix_audit_event_refused_seeds",
        "audit_event",
        ["community_id", "subject_id"],
        postgresql_where=sa.text("action = 'round.seed_refused'"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_event_refused_seeds", "audit_event")
    _keep_frozen(FROZEN, DRAWN)
    op.drop_constraint("ck_selection_round_seed_by_another", "selection_round")
    for name in ("drawn_by", "frozen_by"):
        op.drop_constraint(op.f(f"fk_selection_round_community_id_{name}"), "selection_round")
        op.drop_column("selection_round", name)


def _keep_frozen(frozen: tuple[str, ...], drawn: tuple[str, ...]) -> None:
    op.execute(
        KEEP_FROZEN_ROUND.format(
            frozen=", ".join(f"OLD.{name}" for name in frozen),
            frozen_then=", ".join(f"NEW.{name}" for name in frozen),
            drawn=", ".join(f"OLD.{name}" for name in drawn),
            drawn_then=", ".join(f"NEW.{name}" for name in drawn),
        )
    )

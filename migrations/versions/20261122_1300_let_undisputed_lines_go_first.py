"""Let the cards of undisputed lines go first, where the community wants it."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1300"
down_revision = "20261122_1250"
branch_labels = None
depends_on = None

BY_LINE = """
CREATE OR REPLACE FUNCTION refuse_early_card() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM card AS earlier
    WHERE earlier.id = NEW.reissue_of_id
      AND earlier.round_id = NEW.round_id AND earlier.resident_id = NEW.resident_id
  ) AND NOT EXISTS (
    SELECT FROM selection_round JOIN community ON community.id = selection_round.community_id
    WHERE selection_round.id = NEW.round_id AND community.id = NEW.community_id
      AND selection_round.state IN ('confirmed', 'issued', 'closed')
      AND coalesce(
        (SELECT max(candidate.notice_last)
         FROM candidate JOIN round_list ON round_list.id = candidate.list_id
         WHERE round_list.round_id = NEW.round_id AND candidate.resident_id = NEW.resident_id),
        selection_round.notice_last
      ) < (NEW.issued_at AT TIME ZONE community.timezone)::date
      AND NOT EXISTS (
        SELECT FROM objection JOIN candidate ON candidate.id = objection.candidate_id
        WHERE objection.round_id = NEW.round_id AND candidate.resident_id = NEW.resident_id
          AND objection.decided_at IS NULL
      )
  ) THEN RAISE EXCEPTION
    'no card before its round is confirmed, its notice over and every objection answered';
  END IF;
  RETURN NEW;
END $$
"""
BY_ROUND = """
CREATE OR REPLACE FUNCTION refuse_early_card() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM selection_round JOIN community ON community.id = selection_round.community_id
    WHERE selection_round.id = NEW.round_id AND community.id = NEW.community_id
      AND selection_round.state IN ('confirmed', 'issued', 'closed')
      AND notice_last < (NEW.issued_at AT TIME ZONE community.timezone)::date
  ) THEN RAISE EXCEPTION 'no card before its round is confirmed and its notice over';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "community",
        sa.Column(
            "undisputed_cards_wait", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
    )
    op.add_column("candidate", sa.Column("notice_last", sa.Date(), nullable=True))
    op.execute(
        "UPDATE candidate SET notice_last = selection_round.notice_last"
        " FROM round_list JOIN selection_round ON selection_round.id = round_list.round_id"
        " WHERE round_list.id = candidate.list_id AND candidate.outcome = 'selected'"
    )
    op.execute(BY_LINE)


def downgrade() -> None:
    op.execute(BY_ROUND)
    op.drop_column("candidate", "notice_last")
    op.drop_column("community", "undisputed_cards_wait")

"""Ask about an early card by index alone, and about the card before it only where there is one."""

from alembic import op

revision = "20261130_2600"
down_revision = "20261130_2520"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_early_card() RETURNS trigger LANGUAGE plpgsql {settings} AS $$ BEGIN
  IF {no_earlier} NOT EXISTS (
    SELECT FROM card AS earlier
    WHERE earlier.community_id = NEW.community_id AND earlier.id = NEW.reissue_of_id
      AND earlier.round_id = NEW.round_id AND earlier.resident_id = NEW.resident_id
  )) AND NOT EXISTS (
    SELECT FROM selection_round JOIN community ON community.id = selection_round.community_id
    WHERE selection_round.community_id = NEW.community_id AND selection_round.id = NEW.round_id
      AND selection_round.state IN ('confirmed', 'issued', 'closed')
      AND coalesce(
        (SELECT max(candidate.notice_last)
         FROM candidate JOIN round_list ON round_list.community_id = candidate.community_id
          AND round_list.id = candidate.list_id
         WHERE candidate.community_id = NEW.community_id
           AND round_list.round_id = NEW.round_id AND candidate.resident_id = NEW.resident_id),
        selection_round.notice_last
      ) < (NEW.issued_at AT TIME ZONE community.timezone)::date
      AND NOT EXISTS (
        SELECT FROM objection JOIN candidate ON candidate.community_id = objection.community_id
          AND candidate.id = objection.candidate_id
        WHERE objection.community_id = NEW.community_id AND objection.round_id = NEW.round_id
          AND candidate.resident_id = NEW.resident_id AND objection.decided_at IS NULL
      )
  ) THEN RAISE EXCEPTION
    'no card before its round is confirmed, its notice over and every objection answered';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    # A plan is made once a session, perhaps of a table that one statement then fills by thousands.
    op.execute(
        FUNCTION.format(
            settings="SET enable_seqscan = off", no_earlier="(NEW.reissue_of_id IS NULL OR"
        )
    )


def downgrade() -> None:
    op.execute(FUNCTION.format(settings="", no_earlier="("))

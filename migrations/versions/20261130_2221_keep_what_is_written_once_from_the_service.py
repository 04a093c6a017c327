"""Keep what is written once from the service: it may add, and empty what the law names."""

from alembic import op

revision = "20261130_2221"
down_revision = "20261130_2220"
branch_labels = None
depends_on = None

WRITTEN_ONCE = {
    "audit_event": (),
    "card_event": ("reason",),
    "certification_event": ("reason",),
    "closed_month": (),
    "erasure": (),
    "notice_version": (),
    "numbered_sale": (),
    "redemption": ("card_id", "request_hash", "reason"),
    "revocation_list": (),
    "shop_change": ("before", "after", "reason"),
}
"""By table: the columns that are emptied when a person is forgotten."""

NEVER_REMOVED = ("candidate", "card", "round_list", "selection_round")
"""With a round would go its notices and lists, which refer to it."""

KEEP_FROZEN_ROUND = """
CREATE FUNCTION keep_frozen_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.frozen_hash IS NOT NULL
        AND (OLD.frozen_list, OLD.frozen_hash, OLD.frozen_at)
            IS DISTINCT FROM (NEW.frozen_list, NEW.frozen_hash, NEW.frozen_at))
       OR (OLD.drawn_at IS NOT NULL
           AND (OLD.seed, OLD.witnesses, OLD.drawn_at)
               IS DISTINCT FROM (NEW.seed, NEW.witnesses, NEW.drawn_at)) THEN
        RAISE EXCEPTION 'a list that was frozen, and a draw, do not change'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    for table, columns in WRITTEN_ONCE.items():
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM loyalty_member")
        if columns:
            op.execute(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO loyalty_member")
    for table in NEVER_REMOVED:
        op.execute(f"REVOKE DELETE ON {table} FROM loyalty_member")
    op.execute(KEEP_FROZEN_ROUND)
    op.execute(
        "CREATE TRIGGER keep_frozen_round BEFORE UPDATE ON selection_round"
        " FOR EACH ROW EXECUTE FUNCTION keep_frozen_round()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_frozen_round ON selection_round")
    op.execute("DROP FUNCTION keep_frozen_round")
    for table in NEVER_REMOVED:
        op.execute(f"GRANT DELETE ON {table} TO loyalty_member")
    for table, columns in WRITTEN_ONCE.items():
        if columns:
            op.execute(f"REVOKE UPDATE ({', '.join(columns)}) ON {table} FROM loyalty_member")
        op.execute(f"GRANT UPDATE, DELETE ON {table} TO loyalty_member")

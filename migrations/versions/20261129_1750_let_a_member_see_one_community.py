"""Let a member see one community: a transaction limited to it meets no row of another."""

from alembic import op

revision = "20261129_1750"
down_revision = "20261129_1740"
branch_labels = None
depends_on = None

OF_A_COMMUNITY = (
    "access_token",
    "area",
    "audit_event",
    "ballot",
    "candidate",
    "card",
    "card_event",
    "card_month",
    "certification_event",
    "conflict_of_interest",
    "deed",
    "deed_kind",
    "directory_version",
    "given_receipt",
    "honour",
    "household_group",
    "import_job",
    "kept_answer",
    "matter",
    "nomination",
    "notice_version",
    "numbered_sale",
    "objection",
    "panellist",
    "quarantined_sale",
    "redemption",
    "resident",
    "revocation_list",
    "round_list",
    "sale_case",
    "selection_round",
    "shop",
    "shop_term",
    "signing_key",
    "staff_account",
    "till",
    "working_day_override",
)

MAKE_THE_MEMBER = """
DO $$
DECLARE
    before text := current_setting('role');
BEGIN
    -- Roles are those of the whole server, and another database may migrate at this moment.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'loyalty_member') THEN
        BEGIN
            CREATE ROLE loyalty_member NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    BEGIN
        PERFORM set_config('role', 'loyalty_member', true);
        PERFORM set_config('role', before, true);
    EXCEPTION WHEN insufficient_privilege THEN
        GRANT loyalty_member TO CURRENT_USER;
    END;
END $$
"""

TAKEN_SERIALS = """
CREATE FUNCTION taken_serials(drawn text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT serial::text FROM card WHERE serial = ANY (drawn);
END
"""
"""Which of some card numbers somebody has, whosever they are; no more is told of them."""


def upgrade() -> None:
    op.execute(MAKE_THE_MEMBER)
    for table in OF_A_COMMUNITY:
        _limit(table, "community_id")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")
    # None is founded or removed by a member.
    _limit("community", "id")
    op.execute("GRANT SELECT, UPDATE ON community TO loyalty_member")
    op.execute(TAKEN_SERIALS)
    op.execute("REVOKE ALL ON FUNCTION taken_serials FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION taken_serials TO loyalty_member")


def _limit(table: str, owner: str) -> None:
    own = f"{owner} = current_setting('loyalty.community')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )


def downgrade() -> None:
    """Leave the role itself: other databases of the server may have it."""
    op.execute("DROP FUNCTION taken_serials")
    for table in ("community", *OF_A_COMMUNITY):
        op.execute(f"REVOKE ALL ON {table} FROM loyalty_member")
        op.execute(f"DROP POLICY of_one_community ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

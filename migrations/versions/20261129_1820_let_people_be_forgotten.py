"""Let people be forgotten: consents with their history, erasures, and sales without a card."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1820"
down_revision = "20261129_1810"
branch_labels = None
depends_on = None

MAY_BE_TAKEN_AWAY = {
    "redemption": ("card_id", "request_hash", "reason"),
    "card_event": ("reason",),
    "certification_event": ("reason",),
}
"""What is written once and may yet be emptied, by table: it tells, or may tell, who it was."""

REFUSE_ALL_BUT_FORGETTING = """
CREATE FUNCTION refuse_all_but_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    column_name text;
BEGIN
    FOREACH column_name IN ARRAY TG_ARGV LOOP
        IF after -> column_name = 'null'::jsonb THEN
            before := before - column_name;
            after := after - column_name;
        END IF;
    END LOOP;
    IF before IS DISTINCT FROM after THEN
        RAISE EXCEPTION '% is written once and never changed', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$
"""

FORGOTTEN = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM redemption WHERE card_id IS NULL) THEN
        RAISE EXCEPTION 'sales have been parted from their cards, which the release before this one'
            ' cannot count; go back with a backup instead';
    END IF;
END $$
"""

AGREED_EARLIER = """
INSERT INTO consent_event (id, community_id, resident_id, consent, agreed, source, at)
SELECT time_ordered_id(), community_id, id, '{0}', true, 'earlier', updated_at
  FROM resident WHERE consent_{0}
"""


def upgrade() -> None:
    _create_consents()
    _create_erasures()
    _create_month_people()
    for table in ("consent_event", "erasure", "month_people"):
        _limit(table)
    op.drop_constraint(op.f("ck_resident_state_known"), "resident")
    op.create_check_constraint(
        op.f("ck_resident_state_known"), "resident", "state IN ('active', 'inactive', 'erased')"
    )
    op.add_column(
        "import_job", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.alter_column("redemption", "card_id", nullable=True)
    op.execute(REFUSE_ALL_BUT_FORGETTING)
    for table, columns in MAY_BE_TAKEN_AWAY.items():
        named = ", ".join(f"'{column}'" for column in columns)
        _guard(table, f"refuse_all_but_forgetting({named})")


def _create_consents() -> None:
    op.create_table(
        "consent_event",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "consent IN ('membership', 'publicity', 'contact')",
            name=op.f("ck_consent_event_consent_known"),
        ),
        sa.CheckConstraint(
            "source IN ('staff', 'resident', 'import', 'nomination', 'earlier')",
            name=op.f("ck_consent_event_source_known"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "resident_id"],
            ["resident.community_id", "resident.id"],
            name=op.f("fk_consent_event_community_id_resident_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_consent_event_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_consent_event")),
    )
    op.create_index(
        op.f("ix_consent_event_community_id_resident_id"),
        "consent_event",
        ["community_id", "resident_id"],
    )
    for consent in ("membership", "publicity", "contact"):
        op.execute(AGREED_EARLIER.format(consent))
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON consent_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _create_erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_erasure_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "resident_id", name=op.f("pk_erasure")),
    )


def _create_month_people() -> None:
    op.create_table(
        "month_people",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "part IN ('all', 'shop', 'honour', 'trade')", name=op.f("ck_month_people_part_known")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_month_people_community_id")
        ),
        sa.PrimaryKeyConstraint(
            "community_id", "month", "part", "key", name=op.f("pk_month_people")
        ),
    )


def _limit(table: str) -> None:
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def _guard(table: str, function: str) -> None:
    op.execute(f"DROP TRIGGER written_once ON {table}")
    op.execute(
        f"CREATE TRIGGER written_once BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}"
    )


def downgrade() -> None:
    """Go back as long as no sale has been parted from its card; whoever was erased has moved away."""
    op.execute(FORGOTTEN)
    for table in MAY_BE_TAKEN_AWAY:
        _guard(table, "refuse_change()")
    op.execute("DROP FUNCTION refuse_all_but_forgetting")
    op.alter_column("redemption", "card_id", nullable=False)
    op.drop_column("import_job", "forgotten_at")
    op.execute("UPDATE resident SET state = 'inactive' WHERE state = 'erased'")
    op.drop_constraint(op.f("ck_resident_state_known"), "resident")
    op.create_check_constraint(
        op.f("ck_resident_state_known"), "resident", "state IN ('active', 'inactive')"
    )
    for table in ("month_people", "erasure", "consent_event"):
        op.drop_table(table)

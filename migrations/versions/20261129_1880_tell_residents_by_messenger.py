"""Keep to where messages go, to whom, and what each of them tells."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1880"
down_revision = "20261129_1870"
branch_labels = None
depends_on = None

TABLES = ("message_hook", "message_recipient", "message")
CONSENTS = "'membership', 'publicity', 'contact'"


def upgrade() -> None:
    op.add_column(
        "resident",
        sa.Column("consent_messages", sa.Boolean(), server_default="false", nullable=False),
    )
    _know_consents(f"{CONSENTS}, 'messages'")
    _create_hooks()
    _create_recipients()
    _create_messages()
    for table in TABLES:
        _limit(table)


def _know_consents(codes: str) -> None:
    op.drop_constraint(op.f("ck_consent_event_consent_known"), "consent_event", type_="check")
    op.create_check_constraint(
        op.f("ck_consent_event_consent_known"), "consent_event", f"consent IN ({codes})"
    )


def _create_hooks() -> None:
    op.create_table(
        "message_hook",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        *_moments("created_at", "told_until", "next_at"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_message_hook_failures_counted")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_message_hook_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_message_hook")),
        sa.UniqueConstraint("community_id", name=op.f("uq_message_hook_community_id")),
    )
    op.create_index("ix_message_hook_next_at", "message_hook", ["next_at"])


def _create_recipients() -> None:
    op.create_table(
        "message_recipient",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("hook_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        *_moments("created_at"),
        _refer("message_recipient", "resident_id", "resident"),
        _refer("message_recipient", "hook_id", "message_hook", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("community_id", "resident_id", name=op.f("pk_message_recipient")),
    )
    _index("message_recipient", "hook_id")


def _create_messages() -> None:
    op.create_table(
        "message",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("hook_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        *_moments("made_at", "next_at"),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_checks(),
        _refer("message", "hook_id", "message_hook", ondelete="CASCADE"),
        _refer("message", "resident_id", "resident"),
        _refer("message", "sale_id", "redemption"),
        _refer("message", "card_id", "card"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "community_id", "sale_id", name=op.f("uq_message_community_id_sale_id")
        ),
        sa.UniqueConstraint(
            "community_id", "card_id", name=op.f("uq_message_community_id_card_id")
        ),
    )
    _index("message", "hook_id")
    _index("message", "resident_id")
    for name, column, where in (
        ("ix_message_open", "next_at", "state = 'waiting'"),
        ("ix_message_undelivered", "id", "state = 'undelivered'"),
        ("ix_message_test", "id", "kind = 'test'"),
    ):
        op.create_index(name, "message", ["community_id", column], postgresql_where=sa.text(where))


def _checks() -> list[sa.CheckConstraint]:
    checks = {
        "kind_known": "kind IN ('card_used', 'card_waiting', 'test')",
        "state_known": "state IN ('waiting', 'sent', 'undelivered', 'seen')",
        "is_about_something": "(kind = 'card_used') = (sale_id IS NOT NULL)"
        " AND (kind = 'card_waiting') = (card_id IS NOT NULL)"
        " AND (kind = 'test') = (resident_id IS NULL)",
    }
    return [
        sa.CheckConstraint(law, name=op.f(f"ck_message_{name}")) for name, law in checks.items()
    ]


def _moments(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in names]


def _refer(
    table: str, column: str, other: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"{other}.community_id", f"{other}.id"],
        name=op.f(f"fk_{table}_community_id_{column}"),
        ondelete=ondelete,
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_community_id_{column}"), table, ["community_id", column])


def _limit(table: str) -> None:
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM consent_event WHERE consent = 'messages'")
    _know_consents(CONSENTS)
    op.drop_column("resident", "consent_messages")

"""Keep what parties give: the parties, the kinds of contributions, and each entry."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1860"
down_revision = "20261129_1843"
branch_labels = None
depends_on = None

TABLES = ("ledger_party", "contribution_kind", "contribution")
FOUR = "('community', 'enterprises', 'shops', 'residents')"

KINDS = (
    ("directed_purchase", "对口消费", "對口消費", "Directed purchases", "enterprises", "shops", "{enterprises}"),
    ("subsidised_loan", "贴息贷款", "貼息貸款", "Subsidised loans", "community", "shops", "{shops,loans}"),
    ("rent_relief", "房租暖气减免", "房租暖氣減免", "Rent and heating relief", "community", "shops", "{shops}"),
    ("promotion", "促销活动", "促銷活動", "Promotions", "community", "shops", "{visits}"),
    ("night_market", "夜市", "夜市", "Night market", "community", "shops", "{visits,evenings}"),
    ("donation", "捐助", "捐助", "Donations", "enterprises", "residents", "{items,households}"),
    ("station_fund", "站点经费", "站點經費", "Station funds", "enterprises", "community", "{}"),
    ("volunteer_service", "志愿服务", "志願服務", "Volunteer service", "residents", "residents", "{hours,teams,people}"),
    ("free_meal", "爱心餐", "愛心餐", "Free meals", "shops", "residents", "{meals,people,shops}"),
    ("service_day", "便民服务日", "便民服務日", "Service days", "shops", "residents", "{visits,days}"),
    ("new_jobs", "新增就业", "新增就業", "New jobs", "shops", "residents", "{jobs}"),
    ("facility", "设施建设", "設施建設", "Facilities", "community", "shops", "{items}"),
)  # fmt: skip

ADD_KIND = sa.text("""
INSERT INTO contribution_kind
    (id, community_id, code, name, name_zh_hant, name_en, giver, receiver, units)
SELECT time_ordered_id(), id, :code, :name, :hant, :en, :giver, :receiver, CAST(:units AS text[])
  FROM community
""")


def upgrade() -> None:
    _create_parties()
    _create_kinds()
    _create_contributions()
    for table in TABLES:
        _limit(table)
    names = ("code", "name", "hant", "en", "giver", "receiver", "units")
    for kind in KINDS:
        op.execute(ADD_KIND.bindparams(**dict(zip(names, kind, strict=True))))


def _create_parties() -> None:
    op.create_table(
        "ledger_party",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        *_versioned(),
        sa.CheckConstraint(
            "kind IN ('enterprise', 'department', 'shop', 'group', 'community')",
            name=op.f("ck_ledger_party_kind_known"),
        ),
        _of_community("ledger_party"),
        _refer("ledger_party", "merged_into_id", "ledger_party"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_party")),
        sa.UniqueConstraint(
            "community_id", "name_key", name=op.f("uq_ledger_party_community_id_name_key")
        ),
    )


def _create_kinds() -> None:
    op.create_table(
        "contribution_kind",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh_hant", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("giver", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("units", postgresql.ARRAY(sa.Text()), nullable=False),
        *_versioned(),
        *_between("contribution_kind"),
        _of_community("contribution_kind"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_contribution_kind")),
        sa.UniqueConstraint(
            "community_id", "code", name=op.f("uq_contribution_kind_community_id_code")
        ),
    )


def _create_contributions() -> None:
    op.create_table(
        "contribution",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("giver", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("quantity_hundredths", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("evidence_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        *_versioned(),
        *_between("contribution"),
        *_checks(),
        _refer("contribution", "kind_id", "contribution_kind"),
        _refer("contribution", "giver_id", "ledger_party"),
        _refer("contribution", "receiver_id", "ledger_party"),
        _refer("contribution", "recorded_by", "staff_account"),
        _refer("contribution", "approved_by", "staff_account"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_contribution")),
    )
    for column in ("happened_on", "evidence_key", "giver_id", "receiver_id"):
        op.create_index(
            op.f(f"ix_contribution_community_id_{column}"), "contribution", ["community_id", column]
        )


def _checks() -> list[sa.CheckConstraint]:
    checks = {
        "nothing_is_negative": "amount_fen >= 0 AND quantity_hundredths >= 0",
        "something_is_given": "amount_fen + quantity_hundredths > 0",
        "quantity_has_its_unit": "(unit IS NULL) = (quantity_hundredths = 0)",
        "label_known": "label IN ('attested', 'estimated')",
        "attested_by_evidence": "label = 'estimated' OR evidence IS NOT NULL",
        "state_known": "state IN ('waiting', 'counted', 'withdrawn')",
        "approved_by_another": "approved_by <> recorded_by",
    }
    return [
        sa.CheckConstraint(law, name=op.f(f"ck_contribution_{name}"))
        for name, law in checks.items()
    ]


def _versioned() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _between(table: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(f"{side} IN {FOUR}", name=op.f(f"ck_{table}_{side}_known"))
        for side in ("giver", "receiver")
    ]


def _of_community(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id"], ["community.id"], name=op.f(f"fk_{table}_community_id")
    )


def _refer(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"{other}.community_id", f"{other}.id"],
        name=op.f(f"fk_{table}_community_id_{column}"),
    )


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

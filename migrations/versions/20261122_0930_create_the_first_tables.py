"""Create the first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0930"
down_revision = None
branch_labels = None
depends_on = None

IN_THE_DIRECTORY = ("community", "honour", "shop", "shop_term", "till", "signing_key")
"""What every worker keeps in memory: a change of any of these moves the version on."""

WRITTEN_ONCE = ("redemption", "audit_event", "certification_event", "card_event")
"""What is never changed once it is written."""


def upgrade() -> None:
    op.create_table(
        "community",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("band_min_permille", sa.Integer(), nullable=False),
        sa.Column("band_max_permille", sa.Integer(), nullable=False),
        sa.Column("rounding", sa.String(), nullable=False),
        sa.Column("discountable_per_sale_fen", sa.Integer(), nullable=True),
        sa.Column("uses_per_shop_day", sa.Integer(), nullable=True),
        sa.Column("uses_per_day", sa.Integer(), nullable=True),
        sa.Column("saved_per_month_fen", sa.Integer(), nullable=True),
        sa.Column("excluded_categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("notice_working_days", sa.Integer(), nullable=False),
        sa.Column("card_months", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rounding IN ('fen', 'jiao')", name=op.f("ck_community_rounding_known")),
        sa.CheckConstraint(
            "0 < band_min_permille AND band_min_permille <= band_max_permille AND band_max_permille <= 1000",
            name=op.f("ck_community_band_in_order"),
        ),
        sa.CheckConstraint(
            "card_months IN (1, 3, 6, 12)", name=op.f("ck_community_card_months_known")
        ),
        sa.CheckConstraint("notice_working_days > 0", name=op.f("ck_community_notice_lasts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("slug", name=op.f("uq_community_slug")),
    )
    op.create_table(
        "directory_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_directory_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_version")),
    )
    op.create_table(
        "area",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_area_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_area_community_id_name")),
    )
    op.create_table(
        "audit_event",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_audit_event_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        op.f("ix_audit_event_community_id_id"), "audit_event", ["community_id", "id"], unique=False
    )
    op.create_table(
        "deed_kind",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("points_hundredths", sa.Integer(), nullable=False),
        sa.Column("monthly_cap_hundredths", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("points_hundredths > 0", name=op.f("ck_deed_kind_points_thank")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_deed_kind_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed_kind")),
        sa.UniqueConstraint("community_id", "code", name=op.f("uq_deed_kind_community_id_code")),
    )
    op.create_table(
        "honour",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 63", name=op.f("ck_honour_number_fits_the_token")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_honour_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour")),
        sa.UniqueConstraint("community_id", "code", name=op.f("uq_honour_community_id_code")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_honour_community_id_number")),
    )
    op.create_table(
        "revocation_list",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_revocation_list_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_list")),
        sa.UniqueConstraint(
            "community_id", "number", name=op.f("uq_revocation_list_community_id_number")
        ),
    )
    op.create_table(
        "signing_key",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("key_id", sa.CHAR(length=6), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_private_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_signing_key_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint(
            "community_id", "month", name=op.f("uq_signing_key_community_id_month")
        ),
        sa.UniqueConstraint("key_id", name=op.f("uq_signing_key_key_id")),
    )
    op.create_table(
        "staff_account",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_staff_account_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_account")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_account_username")),
    )
    op.create_index(
        op.f("ix_staff_account_community_id"), "staff_account", ["community_id"], unique=False
    )
    op.create_table(
        "access_token",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["staff_account.id"],
            name=op.f("fk_access_token_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    op.create_table(
        "household_group",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_household_group_area_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_household_group_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_group")),
        sa.UniqueConstraint(
            "community_id", "name", name=op.f("uq_household_group_community_id_name")
        ),
    )
    op.create_table(
        "import_job",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("valid_rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('residents', 'shops', 'deeds')", name=op.f("ck_import_job_kind_known")
        ),
        sa.CheckConstraint(
            "undone_at IS NULL OR applied_at IS NOT NULL",
            name=op.f("ck_import_job_undone_after_applied"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_import_job_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["staff_account.id"], name=op.f("fk_import_job_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(
        op.f("ix_import_job_community_id"), "import_job", ["community_id"], unique=False
    )
    op.create_table(
        "selection_round",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("notice_working_days", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_list", sa.String(), nullable=True),
        sa.Column("frozen_hash", sa.String(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.String(), nullable=True),
        sa.Column("witnesses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_last", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'screening', 'review', 'notice', 'confirmed', 'issued', 'closed', 'cancelled')",
            name=op.f("ck_selection_round_state_known"),
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> created_by",
            name=op.f("ck_selection_round_two_people"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'issued', 'closed') OR (confirmed_by IS NOT NULL AND notice_last IS NOT NULL)",
            name=op.f("ck_selection_round_confirmed_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_selection_round_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff_account.id"], name=op.f("fk_selection_round_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff_account.id"], name=op.f("fk_selection_round_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_round")),
    )
    op.create_index(
        "uq_selection_round_one_a_month",
        "selection_round",
        ["community_id", "month"],
        unique=True,
        postgresql_where="state <> 'cancelled'",
    )
    op.create_table(
        "resident",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_pinyin", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("adult", sa.Boolean(), nullable=False),
        sa.Column("household_ref", sa.String(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("household_group_id", sa.Uuid(), nullable=True),
        sa.Column("consent_membership", sa.Boolean(), nullable=False),
        sa.Column("consent_publicity", sa.Boolean(), nullable=False),
        sa.Column("consent_contact", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'inactive')", name=op.f("ck_resident_state_known")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_resident_area_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_resident_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_group_id"],
            ["household_group.id"],
            name=op.f("fk_resident_household_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_resident_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
    )
    op.create_index(
        op.f("ix_resident_community_id_name_pinyin_id"),
        "resident",
        ["community_id", "name_pinyin", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_resident_import_id"), "resident", ["import_id"], unique=False)
    op.create_table(
        "round_list",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("honour_id", sa.Uuid(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("pay_permille", sa.Integer(), nullable=False),
        sa.Column("months_valid", sa.Integer(), nullable=False),
        sa.Column("cooling_off_months", sa.Integer(), nullable=False),
        sa.Column("min_score_hundredths", sa.Integer(), nullable=False),
        sa.Column("area_minimums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "months_valid IN (1, 3, 6, 12)", name=op.f("ck_round_list_months_valid_known")
        ),
        sa.CheckConstraint("quota > 0", name=op.f("ck_round_list_quota_positive")),
        sa.ForeignKeyConstraint(["honour_id"], ["honour.id"], name=op.f("fk_round_list_honour_id")),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["selection_round.id"],
            name=op.f("fk_round_list_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_list")),
        sa.UniqueConstraint("round_id", "honour_id", name=op.f("uq_round_list_round_id_honour_id")),
    )
    op.create_table(
        "shop",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_pinyin", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("stall", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("opted_in_categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("discountable_per_sale_fen", sa.Integer(), nullable=True),
        sa.Column("uses_per_shop_day", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("notice_last", sa.Date(), nullable=True),
        sa.Column("plaque_number", sa.String(), nullable=True),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_shop_community_id")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_job.id"], name=op.f("fk_shop_import_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_account.id"], name=op.f("fk_shop_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint(
            "community_id", "plaque_number", name=op.f("uq_shop_community_id_plaque_number")
        ),
    )
    op.create_index(
        op.f("ix_shop_community_id_name_pinyin_id"),
        "shop",
        ["community_id", "name_pinyin", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_shop_import_id"), "shop", ["import_id"], unique=False)
    op.create_index(op.f("ix_shop_owner_id"), "shop", ["owner_id"], unique=False)
    op.create_table(
        "candidate",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("score_hundredths", sa.Integer(), nullable=False),
        sa.Column("awards", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('nominated', 'screened_out', 'eligible', 'selected', 'reserve', 'not_selected', 'removed')",
            name=op.f("ck_candidate_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["round_list.id"], name=op.f("fk_candidate_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_candidate_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("list_id", "reference", name=op.f("uq_candidate_list_id_reference")),
        sa.UniqueConstraint(
            "list_id", "resident_id", name=op.f("uq_candidate_list_id_resident_id")
        ),
    )
    op.create_index(op.f("ix_candidate_resident_id"), "candidate", ["resident_id"], unique=False)
    op.create_table(
        "card",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("honour_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.CHAR(length=12), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("pay_permille", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reissue_of_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'active', 'suspended', 'revoked')",
            name=op.f("ck_card_state_known"),
        ),
        sa.CheckConstraint("pay_permille BETWEEN 1 AND 1000", name=op.f("ck_card_pay_is_a_share")),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_card_valid_in_order")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_card_community_id")
        ),
        sa.ForeignKeyConstraint(["honour_id"], ["honour.id"], name=op.f("fk_card_honour_id")),
        sa.ForeignKeyConstraint(["reissue_of_id"], ["card.id"], name=op.f("fk_card_reissue_of_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_card_resident_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["selection_round.id"], name=op.f("fk_card_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("serial", name=op.f("uq_card_serial")),
    )
    op.create_index(op.f("ix_card_community_id_id"), "card", ["community_id", "id"], unique=False)
    op.create_index(op.f("ix_card_resident_id"), "card", ["resident_id"], unique=False)
    op.create_index(op.f("ix_card_round_id"), "card", ["round_id"], unique=False)
    op.create_index(
        "uq_card_one_living_card_a_month",
        "card",
        ["resident_id", "valid_from"],
        unique=True,
        postgresql_where="state <> 'revoked'",
    )
    op.create_table(
        "certification_event",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_certification_event_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"],
            ["shop.id"],
            name=op.f("fk_certification_event_shop_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_event")),
    )
    op.create_index(
        op.f("ix_certification_event_shop_id"), "certification_event", ["shop_id"], unique=False
    )
    op.create_table(
        "deed",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("points_hundredths", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("points_hundredths > 0", name=op.f("ck_deed_points_thank")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_deed_community_id")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_job.id"], name=op.f("fk_deed_import_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["deed_kind.id"], name=op.f("fk_deed_kind_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff_account.id"], name=op.f("fk_deed_recorded_by")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_deed_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
    )
    op.create_index(
        op.f("ix_deed_community_id_done_on"), "deed", ["community_id", "done_on"], unique=False
    )
    op.create_index(op.f("ix_deed_import_id"), "deed", ["import_id"], unique=False)
    op.create_index(
        op.f("ix_deed_resident_id_done_on"), "deed", ["resident_id", "done_on"], unique=False
    )
    op.create_table(
        "shop_term",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("honour_id", sa.Uuid(), nullable=False),
        sa.Column("pay_permille", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "pay_permille BETWEEN 1 AND 1000", name=op.f("ck_shop_term_pay_is_a_share")
        ),
        sa.ForeignKeyConstraint(["honour_id"], ["honour.id"], name=op.f("fk_shop_term_honour_id")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_term_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "honour_id", name=op.f("pk_shop_term")),
    )
    op.create_table(
        "till",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pairing_hash", sa.LargeBinary(), nullable=True),
        sa.Column("pairing_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("device_public_key", sa.String(), nullable=True),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_till_community_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_till_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till")),
        sa.UniqueConstraint("pairing_hash", name=op.f("uq_till_pairing_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_till_token_hash")),
    )
    op.create_index(op.f("ix_till_shop_id"), "till", ["shop_id"], unique=False)
    op.create_table(
        "nomination",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "source IN ('self', 'neighbour', 'group', 'staff')",
            name=op.f("ck_nomination_source_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_nomination_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_nomination_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
    )
    op.create_index(
        op.f("ix_nomination_candidate_id"), "nomination", ["candidate_id"], unique=False
    )
    op.create_table(
        "card_event",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_card_event_account_id")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_card_event_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_event")),
    )
    op.create_index(op.f("ix_card_event_card_id"), "card_event", ["card_id"], unique=False)
    op.create_table(
        "card_month",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("saved_fen", sa.Integer(), nullable=False),
        sa.Column("uses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_card_month_card_id")),
        sa.PrimaryKeyConstraint("card_id", "month", name=op.f("pk_card_month")),
    )
    op.create_table(
        "redemption",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("of_id", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("total_fen", sa.Integer(), nullable=False),
        sa.Column("discountable_fen", sa.Integer(), nullable=False),
        sa.Column("payable_fen", sa.Integer(), nullable=False),
        sa.Column("saved_fen", sa.Integer(), nullable=False),
        sa.Column("pay_permille", sa.Integer(), nullable=False),
        sa.Column("with_amount", sa.Boolean(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("trade", sa.String(), nullable=False),
        sa.Column("honour_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.Column("request_hash", sa.LargeBinary(), nullable=True),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("flag", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'sale') = (of_id IS NULL)", name=op.f("ck_redemption_reversal_names_its_sale")
        ),
        sa.CheckConstraint(
            "kind <> 'sale' OR (0 <= payable_fen AND 0 <= saved_fen AND saved_fen <= discountable_fen AND discountable_fen <= total_fen)",
            name=op.f("ck_redemption_sale_within_total"),
        ),
        sa.CheckConstraint(
            "kind <> 'sale' OR idempotency_key IS NOT NULL",
            name=op.f("ck_redemption_sale_has_its_key"),
        ),
        sa.CheckConstraint(
            "kind = 'sale' OR (payable_fen <= 0 AND saved_fen <= 0 AND discountable_fen <= 0)",
            name=op.f("ck_redemption_reversal_takes_back"),
        ),
        sa.CheckConstraint(
            "kind IN ('sale', 'void', 'return')", name=op.f("ck_redemption_kind_known")
        ),
        sa.CheckConstraint(
            "payable_fen + saved_fen = total_fen", name=op.f("ck_redemption_amounts_add_up")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_redemption_account_id")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_redemption_card_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_redemption_community_id")
        ),
        sa.ForeignKeyConstraint(["honour_id"], ["honour.id"], name=op.f("fk_redemption_honour_id")),
        sa.ForeignKeyConstraint(["of_id"], ["redemption.id"], name=op.f("fk_redemption_of_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_redemption_shop_id")),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_redemption_till_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
        sa.UniqueConstraint(
            "till_id", "idempotency_key", name=op.f("uq_redemption_till_id_idempotency_key")
        ),
    )
    op.create_index(
        op.f("ix_redemption_card_id_happened_on"),
        "redemption",
        ["card_id", "happened_on"],
        unique=False,
    )
    op.create_index(
        "ix_redemption_month_shop",
        "redemption",
        ["community_id", "month", "shop_id"],
        unique=False,
        postgresql_include=["total_fen", "payable_fen", "saved_fen"],
    )
    op.create_index(
        op.f("ix_redemption_till_id_happened_on"),
        "redemption",
        ["till_id", "happened_on"],
        unique=False,
    )
    op.create_index(
        "ix_redemption_of",
        "redemption",
        ["of_id"],
        unique=False,
        postgresql_where="of_id IS NOT NULL",
    )
    op.create_index(
        "uq_redemption_one_void_a_sale",
        "redemption",
        ["of_id"],
        unique=True,
        postgresql_where="kind = 'void'",
    )

    op.execute("INSERT INTO directory_version (id, version) VALUES (1, 1)")
    op.execute(
        "CREATE FUNCTION move_directory_version() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN UPDATE directory_version SET version = version + 1; RETURN NULL; END $$"
    )
    for table in IN_THE_DIRECTORY:
        op.execute(
            f"CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION move_directory_version()"
        )
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '% is written once and never changed', TG_TABLE_NAME; END $$"
    )
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE FUNCTION refuse_early_card() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN IF NOT EXISTS (SELECT FROM selection_round JOIN community"
        " ON community.id = selection_round.community_id"
        " WHERE selection_round.id = NEW.round_id AND community.id = NEW.community_id"
        " AND selection_round.state IN ('confirmed', 'issued', 'closed')"
        " AND notice_last < (NEW.issued_at AT TIME ZONE community.timezone)::date)"
        " THEN RAISE EXCEPTION 'no card before its round is confirmed and its notice over'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER after_the_notice BEFORE INSERT ON card"
        " FOR EACH ROW EXECUTE FUNCTION refuse_early_card()"
    )


def downgrade() -> None:
    op.drop_index("ix_redemption_of", table_name="redemption", postgresql_where="of_id IS NOT NULL")
    op.drop_index(
        "uq_redemption_one_void_a_sale", table_name="redemption", postgresql_where="kind = 'void'"
    )
    op.drop_index(op.f("ix_redemption_till_id_happened_on"), table_name="redemption")
    op.drop_index(
        "ix_redemption_month_shop",
        table_name="redemption",
        postgresql_include=["total_fen", "payable_fen", "saved_fen"],
    )
    op.drop_index(op.f("ix_redemption_card_id_happened_on"), table_name="redemption")
    op.drop_table("redemption")
    op.drop_table("card_month")
    op.drop_index(op.f("ix_card_event_card_id"), table_name="card_event")
    op.drop_table("card_event")
    op.drop_index(op.f("ix_nomination_candidate_id"), table_name="nomination")
    op.drop_table("nomination")
    op.drop_index(op.f("ix_till_shop_id"), table_name="till")
    op.drop_table("till")
    op.drop_table("shop_term")
    op.drop_index(op.f("ix_deed_resident_id_done_on"), table_name="deed")
    op.drop_index(op.f("ix_deed_import_id"), table_name="deed")
    op.drop_index(op.f("ix_deed_community_id_done_on"), table_name="deed")
    op.drop_table("deed")
    op.drop_index(op.f("ix_certification_event_shop_id"), table_name="certification_event")
    op.drop_table("certification_event")
    op.drop_index(
        "uq_card_one_living_card_a_month", table_name="card", postgresql_where="state <> 'revoked'"
    )
    op.drop_index(op.f("ix_card_round_id"), table_name="card")
    op.drop_index(op.f("ix_card_resident_id"), table_name="card")
    op.drop_index(op.f("ix_card_community_id_id"), table_name="card")
    op.drop_table("card")
    op.drop_index(op.f("ix_candidate_resident_id"), table_name="candidate")
    op.drop_table("candidate")
    op.drop_index(op.f("ix_shop_owner_id"), table_name="shop")
    op.drop_index(op.f("ix_shop_import_id"), table_name="shop")
    op.drop_index(op.f("ix_shop_community_id_name_pinyin_id"), table_name="shop")
    op.drop_table("shop")
    op.drop_table("round_list")
    op.drop_index(op.f("ix_resident_import_id"), table_name="resident")
    op.drop_index(op.f("ix_resident_community_id_name_pinyin_id"), table_name="resident")
    op.drop_table("resident")
    op.drop_index(
        "uq_selection_round_one_a_month",
        table_name="selection_round",
        postgresql_where="state <> 'cancelled'",
    )
    op.drop_table("selection_round")
    op.drop_index(op.f("ix_import_job_community_id"), table_name="import_job")
    op.drop_table("import_job")
    op.drop_table("household_group")
    op.drop_table("access_token")
    op.drop_index(op.f("ix_staff_account_community_id"), table_name="staff_account")
    op.drop_table("staff_account")
    op.drop_table("signing_key")
    op.drop_table("revocation_list")
    op.drop_table("honour")
    op.drop_table("deed_kind")
    op.drop_index(op.f("ix_audit_event_community_id_id"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("area")
    op.drop_table("directory_version")
    op.drop_table("community")
    op.execute("DROP FUNCTION refuse_early_card")
    op.execute("DROP FUNCTION refuse_change")
    op.execute("DROP FUNCTION move_directory_version")

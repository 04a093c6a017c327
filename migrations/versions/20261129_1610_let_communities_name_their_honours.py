"""Let communities name their honours: names by language, proposals, a colour, and retirement."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1610"
down_revision = "20261129_1605"
branch_labels = None
depends_on = None

KNOWN = (
    ("civilized_resident", "文明居民", "Civilized resident", "blue"),
    ("household_head", "聯戶長", "Household head", "orange"),
    ("red_cell_member", "紅細胞黨員", "Red Cell member", "purple"),
)
"""Code, name in zh-Hant and in English, and colour: as pages have called and shall mark them."""

CHECKS = {
    "rate_is_a_part": "pay_permille BETWEEN 1 AND 1000",
    "quota_above_zero": "quota > 0",
    "colour_known": "colour IN ('blue', 'orange', 'green', 'purple', 'grey')",
}


def upgrade() -> None:
    for name in ("name_zh_hant", "name_en"):
        op.add_column("honour", sa.Column(name, sa.String(), nullable=True))
    for name in ("pay_permille", "quota"):
        op.add_column("honour", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("honour", sa.Column("colour", sa.String(), server_default="blue", nullable=False))
    op.add_column(
        "honour", sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column(
        "honour", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_honour_{name}"), "honour", condition)
    fill_in = sa.text(
        "UPDATE honour SET name_zh_hant = :zh_hant, name_en = :en, colour = :colour"
        " WHERE code = :code"
    )
    for code, zh_hant, en, colour in KNOWN:
        op.execute(fill_in.bindparams(code=code, zh_hant=zh_hant, en=en, colour=colour))


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_honour_{name}"), "honour", type_="check")
    for name in (
        "version",
        "active",
        "colour",
        "quota",
        "pay_permille",
        "name_en",
        "name_zh_hant",
    ):
        op.drop_column("honour", name)

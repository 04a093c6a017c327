"""Let messages go by web push, too: one way beside the other, each with whom it reaches."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2420"
down_revision = "20261130_2340"
branch_labels = None
depends_on = None

ONCE = ("sale_id", "card_id")


def upgrade() -> None:
    op.add_column(
        "message_hook",
        sa.Column("channel", sa.String(), server_default="signed", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_message_hook_channel_known"), "message_hook", "channel IN ('signed', 'web_push')"
    )
    _be_unique("message_hook", ("community_id",), ("community_id", "channel"))
    _name_recipients()
    for column in ONCE:
        own = ("community_id", column)
        _be_unique("message", own, (*own, "hook_id"))


def _name_recipients() -> None:
    """Give each its id, so that a resident may be told by two ways, and what is sealed a place."""
    op.add_column("message_recipient", sa.Column("id", sa.Uuid(), nullable=True))
    op.execute("UPDATE message_recipient SET id = gen_random_uuid()")
    op.drop_constraint(op.f("pk_message_recipient"), "message_recipient", type_="primary")
    op.create_primary_key(op.f("pk_message_recipient"), "message_recipient", ["community_id", "id"])
    op.create_unique_constraint(
        op.f("uq_message_recipient_community_id_resident_id_hook_id"),
        "message_recipient",
        ["community_id", "resident_id", "hook_id"],
    )
    op.alter_column("message_recipient", "reference", nullable=True)
    op.add_column("message_recipient", sa.Column("device", sa.LargeBinary(), nullable=True))
    op.add_column("message_recipient", sa.Column("service", sa.String(), nullable=True))
    for name, law in (
        ("told_somewhere", "(reference IS NULL) <> (device IS NULL)"),
        ("device_has_a_service", "(device IS NULL) = (service IS NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_message_recipient_{name}"), "message_recipient", law)


def _be_unique(table: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f"uq_{table}_{'_'.join(before)}"), table, type_="unique")
    op.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(after)}"), table, list(after))


def downgrade() -> None:
    # Whom it reached, and what it told them, go with it. Who is told by this way alone agrees to
    # nothing that is left.
    op.execute(
        "UPDATE resident SET consent_messages = false WHERE EXISTS (SELECT FROM message_recipient r"
        " WHERE r.community_id = resident.community_id AND r.resident_id = resident.id)"
        " AND NOT EXISTS (SELECT FROM message_recipient r"
        " WHERE r.community_id = resident.community_id AND r.resident_id = resident.id"
        " AND r.reference IS NOT NULL)"
    )
    op.execute("DELETE FROM message_hook WHERE channel = 'web_push'")
    for column in ONCE:
        own = ("community_id", column)
        _be_unique("message", (*own, "hook_id"), own)
    _unname_recipients()
    _be_unique("message_hook", ("community_id", "channel"), ("community_id",))
    op.drop_constraint(op.f("ck_message_hook_channel_known"), "message_hook", type_="check")
    op.drop_column("message_hook", "channel")


def _unname_recipients() -> None:
    for name in ("told_somewhere", "device_has_a_service"):
        op.drop_constraint(op.f(f"ck_message_recipient_{name}"), "message_recipient", type_="check")
    for column in ("service", "device"):
        op.drop_column("message_recipient", column)
    op.alter_column("message_recipient", "reference", nullable=False)
    op.drop_constraint(
        op.f("uq_message_recipient_community_id_resident_id_hook_id"),
        "message_recipient",
        type_="unique",
    )
    op.drop_constraint(op.f("pk_message_recipient"), "message_recipient", type_="primary")
    op.create_primary_key(
        op.f("pk_message_recipient"), "message_recipient", ["community_id", "resident_id"]
    )
    op.drop_column("message_recipient", "id")

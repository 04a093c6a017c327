"""Let events go to several receivers of a community, beside what residents are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "20261130_2320"
down_revision = "20261130_2420"
branch_labels = None
depends_on = None

EVENTS = "'card.issued', 'card.used', 'card.lost', 'round.published', 'month.closed'"
OF_RESIDENTS = "'card_used', 'card_waiting'"
ABOUT_A_RECORD = "(kind = 'card_used') = (sale_id IS NOT NULL) AND (kind = 'card_waiting') = (card_id IS NOT NULL)"


def upgrade() -> None:
    op.add_column(
        "message_hook",
        sa.Column("events", ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "message_hook", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_message_hook_events_known"), "message_hook", f"events <@ ARRAY[{EVENTS}]"
    )
    op.create_check_constraint(
        op.f("ck_message_hook_events_by_their_channel"),
        "message_hook",
        "(channel = 'events') = (events <> '{}')",
    )
    _know_channels("'signed', 'web_push', 'events'")
    op.drop_constraint(op.f("uq_message_hook_community_id_channel"), "message_hook", type_="unique")
    op.create_index(
        "uq_message_hook_of_residents",
        "message_hook",
        ["community_id", "channel"],
        unique=True,
        postgresql_where=sa.text("channel <> 'events'"),
    )
    op.add_column("message", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("message", sa.Column("event", JSONB(), nullable=True))
    _check(
        f"{OF_RESIDENTS}, 'test', {EVENTS}",
        f"{ABOUT_A_RECORD} AND (kind IN ({OF_RESIDENTS})) = (resident_id IS NOT NULL)"
        f" AND (kind IN ({OF_RESIDENTS}, 'test')) = (subject IS NULL)"
        " AND (subject IS NULL) = (event IS NULL)",
    )
    op.create_unique_constraint(
        op.f("uq_message_community_id_hook_id_kind_subject"),
        "message",
        ["community_id", "hook_id", "kind", "subject"],
    )
    op.drop_index(op.f("ix_message_community_id_hook_id"), "message")
    op.create_index("ix_message_of_hook", "message", ["community_id", "hook_id", "id"])


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE subject IS NOT NULL")
    op.execute("DELETE FROM message_hook WHERE channel = 'events'")
    op.drop_index("ix_message_of_hook", "message")
    op.create_index(op.f("ix_message_community_id_hook_id"), "message", ["community_id", "hook_id"])
    op.drop_constraint(
        op.f("uq_message_community_id_hook_id_kind_subject"), "message", type_="unique"
    )
    _check(
        f"{OF_RESIDENTS}, 'test'", f"{ABOUT_A_RECORD} AND (kind = 'test') = (resident_id IS NULL)"
    )
    op.drop_column("message", "event")
    op.drop_column("message", "subject")
    op.drop_index("uq_message_hook_of_residents", "message_hook")
    op.create_unique_constraint(
        op.f("uq_message_hook_community_id_channel"), "message_hook", ["community_id", "channel"]
    )
    _know_channels("'signed', 'web_push'")
    op.drop_constraint(
        op.f("ck_message_hook_events_by_their_channel"), "message_hook", type_="check"
    )
    op.drop_constraint(op.f("ck_message_hook_events_known"), "message_hook", type_="check")
    op.drop_column("message_hook", "stopped_at")
    op.drop_column("message_hook", "events")


def _know_channels(codes: str) -> None:
    op.drop_constraint(op.f("ck_message_hook_channel_known"), "message_hook", type_="check")
    op.create_check_constraint(
        op.f("ck_message_hook_channel_known"), "message_hook", f"channel IN ({codes})"
    )


def _check(kinds: str, about: str) -> None:
    for name, law in (("kind_known", f"kind IN ({kinds})"), ("is_about_something", about)):
        op.drop_constraint(op.f(f"ck_message_{name}"), "message", type_="check")
        op.create_check_constraint(op.f(f"ck_message_{name}"), "message", law)

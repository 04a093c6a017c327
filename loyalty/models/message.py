"""What residents and programs are told: by which way, to whom, and what was sent."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by
from loyalty.models.resident import Resident
from loyalty.models.sealed import Sealed, Sealing


class MessageHook(Owned, Versioned):
    """One way by which messages of a community go, such as the address of who sends them on.

    Residents are told by one of each channel at most; programs receive events, each by its own.
    What changes with each try is written past the version, which is that of the decision.
    """

    __tablename__ = "message_hook"
    __table_args__ = (
        Index(
            "uq_message_hook_of_residents",
            "community_id",
            "channel",
            unique=True,
            postgresql_where="channel <> 'events'",
        ),
        CheckConstraint("channel IN ('signed', 'web_push', 'events')", name="channel_known"),
        CheckConstraint("(channel = 'events') = (events <> '{}')", name="events_by_their_channel"),
        CheckConstraint("failures >= 0", name="failures_counted"),
        CheckConstraint(
            "events <@ ARRAY['card.issued', 'card.used', 'card.lost', 'round.published',"
            " 'month.closed']",
            name="events_known",
        ),
        Index("ix_message_hook_next_at", "next_at"),
    )

    channel: Mapped[str] = mapped_column(default="signed", server_default="signed")
    address: Mapped[str]
    """Where a signed message goes; by web push, where a push service finds who sends."""
    events: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Codes of the events that go there; empty where residents' messages do."""
    sealed_secret: Mapped[bytes]
    """What signs the messages, sealed with the operator's secret."""
    created_at: Mapped[Moment]
    told_until: Mapped[Moment]
    """What was recorded some minutes before has its messages."""
    next_at: Mapped[Moment]
    """From when on the worker may look at it; while one is at it, when another would take over."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often in a row the receiver could not be reached."""
    failure: Mapped[str | None]
    """Why it was not reached the last time."""
    answered_at: Mapped[Moment | None]
    """When it last took a message."""
    stopped_at: Mapped[Moment | None]
    """When a receiver of events said that it wants no more, by 410; a manager begins it anew."""


class MessageRecipient(Sealing, Owned, Identified):
    """Where a resident is told by one way. There is one only while the resident agrees."""

    __tablename__ = "message_recipient"
    __table_args__ = (
        UniqueConstraint("community_id", "resident_id", "hook_id"),
        CheckConstraint("(reference IS NULL) <> (device IS NULL)", name="told_somewhere"),
        CheckConstraint("(device IS NULL) = (service IS NULL)", name="device_has_a_service"),
    )

    resident_id: Mapped[UUID] = refer_to("resident")
    resident: Mapped[Resident] = relate_by(resident_id)
    hook_id: Mapped[UUID] = refer_to("message_hook", ondelete="CASCADE", index=True)
    reference: Mapped[str | None]
    """Given by the resident at their own page; it tells the receiver alone who it is."""
    device_sealed: Mapped[bytes | None] = mapped_column("device")
    device = Sealed[dict[str, str] | None]()
    """What their browser has handed over, by the names of `rules.web_push.Device`."""
    service: Mapped[str | None]
    """Host of the push service that reaches the browser."""
    created_at: Mapped[Moment]


class Message(Owned, Identified):
    """One thing that one resident, or one program, is told by one way, once."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('card_used', 'card_waiting', 'test', 'card.issued', 'card.used',"
            " 'card.lost', 'round.published', 'month.closed')",
            name="kind_known",
        ),
        CheckConstraint("state IN ('waiting', 'sent', 'undelivered', 'seen')", name="state_known"),
        CheckConstraint(
            "(kind = 'card_used') = (sale_id IS NOT NULL)"
            " AND (kind = 'card_waiting') = (card_id IS NOT NULL)"
            " AND (kind IN ('card_used', 'card_waiting')) = (resident_id IS NOT NULL)"
            " AND (kind IN ('card_used', 'card_waiting', 'test')) = (subject IS NULL)"
            " AND (subject IS NULL) = (event IS NULL)",
            name="is_about_something",
        ),
        UniqueConstraint("community_id", "sale_id", "hook_id"),
        UniqueConstraint("community_id", "card_id", "hook_id"),
        UniqueConstraint("community_id", "hook_id", "kind", "subject"),
        Index("ix_message_open", "community_id", "next_at", postgresql_where="state = 'waiting'"),
        Index(
            "ix_message_undelivered",
            "community_id",
            "id",
            postgresql_where="state = 'undelivered'",
        ),
        Index("ix_message_of_hook", "community_id", "hook_id", "id"),
        Index("ix_message_test", "community_id", "id", postgresql_where="kind = 'test'"),
    )

    hook_id: Mapped[UUID] = refer_to("message_hook", ondelete="CASCADE")
    kind: Mapped[str]
    resident_id: Mapped[UUID | None] = refer_to("resident", index=True)
    resident: Mapped[Resident | None] = relate_by(resident_id)
    sale_id: Mapped[UUID | None] = refer_to("redemption")
    card_id: Mapped[UUID | None] = refer_to("card")
    subject: Mapped[str | None]
    """What an event is about: the id of what was recorded, or a month."""
    event: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What is sent of an event: ``timestamp``, and ``data`` that names no person."""
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    made_at: Mapped[Moment]
    next_at: Mapped[Moment]
    """From when on it may be tried."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    failure: Mapped[str | None]
    """Why the last try failed."""
    ended_at: Mapped[Moment | None]
    """When it was sent, or given up."""

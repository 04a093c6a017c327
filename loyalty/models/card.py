"""Discount cards and the keys that sign them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by
from loyalty.models.community import Honour
from loyalty.models.resident import Resident


class SigningKey(Owned, Identified):
    """The key of one community and one month."""

    __tablename__ = "signing_key"
    __table_args__ = (UniqueConstraint("community_id", "month"),)

    month: Mapped[date]
    """First day of the month from which its cards are valid."""
    key_id: Mapped[str] = mapped_column(CHAR(6), unique=True)
    public_key: Mapped[bytes]
    sealed_private_key: Mapped[bytes | None]
    """Destroyed, so None, when the month is over."""
    created_at: Mapped[Moment]


class ReplacedKey(Owned):
    """The public half of a key that was replaced: no card may rely on it any more.

    What the community signed with it, such as the head of its audit chain, still stands.
    """

    __tablename__ = "replaced_key"

    key_id: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    month: Mapped[date]
    public_key: Mapped[bytes]
    replaced_at: Mapped[Moment]


class Card(Owned, Versioned):
    """A discount card. But for its state it never changes."""

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="valid_in_order"),
        CheckConstraint(
            "state IN ('issued', 'active', 'suspended', 'revoked')", name="state_known"
        ),
        CheckConstraint("pay_permille BETWEEN 1 AND 1000", name="pay_is_a_share"),
        Index(
            "uq_card_one_living_card_a_month",
            "community_id",
            "resident_id",
            "valid_from",
            unique=True,
            postgresql_where="state <> 'revoked'",
        ),
        UniqueConstraint("serial", "community_id"),
        # Cards to be handed over, those a till takes along, and those it must not accept.
        Index("ix_card_state", "community_id", "state", "valid_until"),
    )

    resident_id: Mapped[UUID] = refer_to("resident", index=True)
    resident: Mapped[Resident] = relate_by(resident_id)
    round_id: Mapped[UUID] = refer_to("selection_round", index=True)
    """A trigger refuses a card whose round is not confirmed, whose line's public notice still runs,
    or whose holder is objected to without an answer, unless it takes the place of another card.
    """
    honour_id: Mapped[UUID] = refer_to("honour")
    honour: Mapped[Honour] = relate_by(honour_id)
    serial: Mapped[str] = mapped_column(CHAR(12))
    """The first twelve digits of the number: the identity behind all three codes."""
    token: Mapped[str]
    """The signed text of the QR, kept because its key is destroyed after the month."""
    pay_permille: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    """Last day the card works, included."""
    state: Mapped[str] = mapped_column(default="issued")
    """As last decided; ``expired`` follows from `valid_until`."""
    reissue_of_id: Mapped[UUID | None] = refer_to("card")
    issued_at: Mapped[Moment]
    handed_over_at: Mapped[Moment | None]


class CardEvent(Owned, Identified):
    """One thing that was done with one card. Written once, never changed."""

    __tablename__ = "card_event"

    card_id: Mapped[UUID] = refer_to("card", index=True)
    action: Mapped[str]
    state: Mapped[str]
    """The state the action led to."""
    reason_code: Mapped[str | None]
    """Of `CardReason`; None where the action asks for none."""
    reason: Mapped[str | None]
    """The words of a reason that is on no list."""
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who did it; None where the card's holder did, at their own page."""
    at: Mapped[Moment]


class CardMonth(Owned):
    """What one card has used up in one month. Written by the sale itself, in the same statement."""

    __tablename__ = "card_month"

    card_id: Mapped[UUID] = refer_to("card", primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    """First day of the local month."""
    saved_fen: Mapped[int]
    uses: Mapped[dict[str, int]] = mapped_column(JSONB)
    """Uses by local day, under ``2026-12-09``, and by day and shop, under ``2026-12-09/<shop>``."""


class RevocationList(Owned, Identified):
    """One numbered, signed list of the cards of a community that must not be accepted."""

    __tablename__ = "revocation_list"
    __table_args__ = (UniqueConstraint("community_id", "number"),)

    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The list with its signature, as it is published."""
    issued_at: Mapped[Moment]

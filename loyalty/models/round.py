"""The monthly selection: the round, its lists, who was nominated and how it came out."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by
from loyalty.models.community import Honour
from loyalty.models.resident import Resident
from loyalty.models.sealed import Sealed, Sealing


class RoundList(Owned, Identified):
    """The list of one honour in one round."""

    __tablename__ = "round_list"
    __table_args__ = (
        UniqueConstraint("community_id", "round_id", "honour_id"),
        CheckConstraint("quota > 0", name="quota_positive"),
        CheckConstraint("months_valid IN (1, 3, 6, 12)", name="months_valid_known"),
    )

    round_id: Mapped[UUID] = refer_to("selection_round", ondelete="CASCADE")
    selection_round: Mapped["Round"] = relate_by(round_id, back_populates="lists")
    honour_id: Mapped[UUID] = refer_to("honour")
    honour: Mapped[Honour] = relate_by(honour_id)
    quota: Mapped[int]
    pay_permille: Mapped[int]
    months_valid: Mapped[int]
    cooling_off_months: Mapped[int]
    min_score_hundredths: Mapped[int] = mapped_column(default=0)
    area_minimums: Mapped[dict[str, int]] = mapped_column(JSONB)
    """Area id → the fewest people it is to have on the list."""


class Round(Owned, Versioned):
    """The selection of one community and one month."""

    __tablename__ = "selection_round"
    __table_args__ = (
        Index(
            "uq_selection_round_one_a_month",
            "community_id",
            "month",
            unique=True,
            postgresql_where="state <> 'cancelled'",
        ),
        CheckConstraint(
            "state IN ('draft', 'open', 'screening', 'review', 'notice', 'confirmed', 'issued',"
            " 'closed', 'cancelled')",
            name="state_known",
        ),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> created_by", name="two_people"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'issued', 'closed')"
            " OR (confirmed_by IS NOT NULL AND notice_last IS NOT NULL)",
            name="confirmed_by_somebody",
        ),
        CheckConstraint("drawn_by IS NULL OR drawn_by <> frozen_by", name="seed_by_another"),
    )

    month: Mapped[date]
    """First day of the month; the cards are valid from the month after."""
    state: Mapped[str] = mapped_column(default="draft")
    notice_working_days: Mapped[int]
    lists: Mapped[list[RoundList]] = relationship(
        lazy="raise", order_by=RoundList.id, back_populates="selection_round"
    )
    created_by: Mapped[UUID] = refer_to("staff_account")
    created_at: Mapped[Moment]
    frozen_list: Mapped[str | None]
    """The canonical list as it was hashed, so that anyone can hash it again."""
    frozen_hash: Mapped[str | None]
    """SHA-256 of `frozen_list`, in hexadecimal; published before the seed exists."""
    frozen_at: Mapped[Moment | None]
    frozen_by: Mapped[UUID | None] = refer_to("staff_account")
    """None of lists that were frozen before this was kept."""
    freeze_reason: Mapped[str | None]
    """Why the list was frozen although ballots were missing."""
    seed: Mapped[str | None]
    witnesses: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    drawn_at: Mapped[Moment | None]
    drawn_by: Mapped[UUID | None] = refer_to("staff_account")
    """Who entered the seed: never who froze the list."""
    published_at: Mapped[Moment | None]
    notice_last: Mapped[date | None]
    """Last day of the public notice, included; a supplementary notice moves it."""
    confirmed_by: Mapped[UUID | None] = refer_to("staff_account")
    confirmed_at: Mapped[Moment | None]
    issued_at: Mapped[Moment | None]
    """When its cards were signed; the latest of them, where some lines had to wait."""
    closed_at: Mapped[Moment | None]
    cancel_reason: Mapped[str | None]


class Candidate(Owned, Identified):
    """One person on one list, from nomination to outcome."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("community_id", "list_id", "resident_id"),
        UniqueConstraint("community_id", "list_id", "reference"),
        CheckConstraint(
            "outcome IN ('nominated', 'declined', 'screened_out', 'eligible', 'selected',"
            " 'reserve', 'not_selected', 'removed')",
            name="outcome_known",
        ),
    )

    list_id: Mapped[UUID] = refer_to("round_list", ondelete="CASCADE")
    round_list: Mapped[RoundList] = relate_by(list_id)
    resident_id: Mapped[UUID] = refer_to("resident", index=True)
    resident: Mapped[Resident] = relate_by(resident_id)
    reference: Mapped[str]
    """What the person is called in public records: says nothing about who it is."""
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Coded reasons of the screening, in the order of the rule; empty if it was passed."""
    grounds: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    """The reasons again, each with the fact behind it, as it was when the person was judged."""
    score_hundredths: Mapped[int] = mapped_column(default=0)
    awards: Mapped[int] = mapped_column(default=0)
    """Cards won in the twelve months before the round."""
    lot: Mapped[str | None]
    """SHA-256 that decides between equals, in hexadecimal."""
    place: Mapped[int | None]
    """Order on the list, from 1: first the selected, then the reserves."""
    outcome: Mapped[str] = mapped_column(default="nominated")
    notice_last: Mapped[date | None]
    """Last day, included, of the notice that this person first stood on; None for who never did."""


class Nomination(Sealing, Owned, Identified):
    """One voice for one person; a second one merges into the same candidate.

    A voice of the public names somebody by name and home. It waits until staff have found out who
    that is, and the name is kept no longer than that.
    """

    __tablename__ = "nomination"
    __table_args__ = (
        UniqueConstraint("community_id", "receipt"),
        CheckConstraint("source IN ('self', 'neighbour', 'group', 'staff')", name="source_known"),
        CheckConstraint("state IN ('pending', 'accepted', 'rejected')", name="state_known"),
        CheckConstraint(
            "(state = 'accepted') = (candidate_id IS NOT NULL)", name="accepted_for_a_candidate"
        ),
        CheckConstraint(
            "(state = 'pending') = (name IS NOT NULL AND unit IS NOT NULL)",
            name="named_while_pending",
        ),
        CheckConstraint(
            "household_group_id IS NULL OR source = 'group'", name="group_speaks_for_itself"
        ),
    )

    list_id: Mapped[UUID] = refer_to("round_list", ondelete="CASCADE", index=True)
    round_list: Mapped[RoundList] = relate_by(list_id)
    candidate_id: Mapped[UUID | None] = refer_to("candidate", ondelete="CASCADE", index=True)
    candidate: Mapped[Candidate | None] = relate_by(candidate_id)
    source: Mapped[str]
    household_group_id: Mapped[UUID | None] = refer_to("household_group")
    """Which household group speaks, where one does."""
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who entered it; nobody where it came in through the public form."""
    at: Mapped[Moment]
    statement: Mapped[str | None]
    """Why, in the words of whoever spoke; for staff and the panel alone."""
    state: Mapped[str] = mapped_column(default="accepted", server_default="accepted")
    receipt: Mapped[str | None]
    """What the public form gives for asking back; it says nothing of the person."""
    name: Mapped[str | None]
    unit_sealed: Mapped[bytes | None] = mapped_column("unit")
    unit = Sealed[str | None]()
    decided_by: Mapped[UUID | None] = refer_to("staff_account")
    consented_at: Mapped[Moment | None]
    """When the person meant, asked by `decided_by`, agreed to take part; None where nobody was
    asked, and the consent that was given earlier counts, if there is one.
    """
    reason: Mapped[str | None]
    """Why it was rejected."""

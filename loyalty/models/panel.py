"""The panel of a round: who sits on it, whom they may not score, and their ballots."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.staff import StaffAccount


class Panellist(Owned, Identified):
    """One account on the panel of one round. Whoever is replaced stays written down."""

    __tablename__ = "panellist"
    __table_args__ = (
        Index(
            "uq_panellist_one_seat",
            "community_id",
            "round_id",
            "account_id",
            unique=True,
            postgresql_where="left_at IS NULL",
        ),
    )

    round_id: Mapped[UUID] = refer_to("selection_round", ondelete="CASCADE")
    account_id: Mapped[UUID] = refer_to("staff_account")
    account: Mapped[StaffAccount] = relate_by(account_id)
    named_by: Mapped[UUID] = refer_to("staff_account")
    named_at: Mapped[Moment]
    left_at: Mapped[Moment | None]
    left_reason: Mapped[str | None]
    """Why the panellist was replaced; always given once the review has begun."""


class ConflictOfInterest(Owned, Identified):
    """A person whom a panellist does not score in a round, on any list."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        UniqueConstraint("community_id", "panellist_id", "resident_id"),
        CheckConstraint("kind IN ('relative', 'household', 'nominee', 'other')", name="kind_known"),
        CheckConstraint("(entered_by IS NULL) = detected", name="declared_by_somebody"),
    )

    panellist_id: Mapped[UUID] = refer_to("panellist", ondelete="CASCADE")
    resident_id: Mapped[UUID] = refer_to("resident", ondelete="CASCADE")
    kind: Mapped[str]
    detected: Mapped[bool]
    """Found in the records when the list was frozen, and not declared before."""
    entered_by: Mapped[UUID | None] = refer_to("staff_account")
    at: Mapped[Moment]


class Ballot(Owned, Identified):
    """What one panellist gives one candidate; a trigger holds it fast once the list is frozen."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("community_id", "panellist_id", "candidate_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_in_range"),
    )

    panellist_id: Mapped[UUID] = refer_to("panellist", ondelete="CASCADE")
    candidate_id: Mapped[UUID] = refer_to("candidate", ondelete="CASCADE", index=True)
    score: Mapped[int]
    """In whole points."""
    entered_by: Mapped[UUID] = refer_to("staff_account")
    """The panellist, or who typed in their signed score sheet."""
    entered_at: Mapped[Moment]

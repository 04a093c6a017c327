"""The panel of a round: who sits on it, whom they may not score, and their ballots."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loyalty.database import Identified, Moment
from loyalty.models.staff import StaffAccount


class Panellist(Identified):
    """One account on the panel of one round. Whoever is replaced stays written down."""

    __tablename__ = "panellist"
    __table_args__ = (
        Index(
            "uq_panellist_one_seat",
            "round_id",
            "account_id",
            unique=True,
            postgresql_where="left_at IS NULL",
        ),
    )

    round_id: Mapped[UUID] = mapped_column(ForeignKey("selection_round.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    account: Mapped[StaffAccount] = relationship(lazy="raise", foreign_keys=account_id)
    named_by: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    named_at: Mapped[Moment]
    left_at: Mapped[Moment | None]
    left_reason: Mapped[str | None]
    """Why the panellist was replaced; always given once the review has begun."""


class ConflictOfInterest(Identified):
    """A person whom a panellist does not score in a round, on any list."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        UniqueConstraint("panellist_id", "resident_id"),
        CheckConstraint("kind IN ('relative', 'household', 'nominee', 'other')", name="kind_known"),
        CheckConstraint("(entered_by IS NULL) = detected", name="declared_by_somebody"),
    )

    panellist_id: Mapped[UUID] = mapped_column(ForeignKey("panellist.id", ondelete="CASCADE"))
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    kind: Mapped[str]
    detected: Mapped[bool]
    """Found in the records when the list was frozen, and not declared before."""
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_account.id"))
    at: Mapped[Moment]


class Ballot(Identified):
    """What one panellist gives one candidate; a trigger holds it fast once the list is frozen."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("panellist_id", "candidate_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_in_range"),
    )

    panellist_id: Mapped[UUID] = mapped_column(ForeignKey("panellist.id", ondelete="CASCADE"))
    candidate_id: Mapped[UUID] = mapped_column(
        ForeignKey("candidate.id", ondelete="CASCADE"), index=True
    )
    score: Mapped[int]
    """In whole points."""
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    """The panellist, or who typed in their signed score sheet."""
    entered_at: Mapped[Moment]

"""The people of the community who may be chosen."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Moment, Versioned


class Resident(Versioned):
    """A person of the community: what is needed to choose, to hand over and to call, no more."""

    __tablename__ = "resident"
    __table_args__ = (
        Index(None, "community_id", "name_pinyin", "id"),
        CheckConstraint("state IN ('active', 'inactive')", name="state_known"),
    )

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str]
    name_pinyin: Mapped[str]
    """The sort key; staff correct it where a surname is read otherwise."""
    unit: Mapped[str]
    """Building and flat, as staff write it."""
    phone: Mapped[str | None]
    """In E.164 form."""
    adult: Mapped[bool]
    household_ref: Mapped[str]
    """Which residents live together; one household wins at most once a round."""
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    household_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("household_group.id"))
    consent_membership: Mapped[bool] = mapped_column(default=False)
    """Agrees to take part: without it nobody is chosen."""
    consent_publicity: Mapped[bool] = mapped_column(default=False)
    """Agrees that the name is published unmasked."""
    consent_contact: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="active")
    """``inactive`` once moved away; never deleted while a card or a sale refers to the person."""
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("import_job.id"), index=True)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]

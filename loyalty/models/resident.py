"""The people of the community who may be chosen."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from loyalty.database import Moment, Owned, Versioned, refer_to
from loyalty.models.sealed import Sealed, Sealing
from loyalty.rules.typed_text import make_name_key, make_reference_key


def _name_key(context: Any) -> str:
    return make_name_key(context.get_current_parameters()["name"])


class Resident(Sealing, Owned, Versioned):
    """A person of the community: what is needed to choose, to hand over and to call, no more."""

    __tablename__ = "resident"
    __table_args__ = (
        Index(None, "community_id", "name_pinyin", "id"),
        Index(None, "community_id", "household_key"),
        Index(None, "community_id", "phone_key"),
        CheckConstraint("state IN ('active', 'inactive', 'erased')", name="state_known"),
    )

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(default=_name_key)
    """By which the person is found, however the name is typed."""
    name_pinyin: Mapped[str]
    """The sort key; staff correct it where a surname is read otherwise."""
    unit_sealed: Mapped[bytes] = mapped_column("unit")
    unit = Sealed[str](key="unit_key", canonical=make_reference_key)
    """Building and flat, as staff write it."""
    unit_key: Mapped[str]
    """By which a home is found, however it is typed; a keyed hash, as that of the household."""
    phone_sealed: Mapped[bytes | None] = mapped_column("phone")
    phone = Sealed[str | None](key="phone_key")
    """In E.164 form."""
    phone_key: Mapped[str | None]
    adult: Mapped[bool]
    household_ref_sealed: Mapped[bytes] = mapped_column("household_ref")
    household_ref = Sealed[str](key="household_key", canonical=make_reference_key)
    """Which residents live together, as staff write it."""
    household_key: Mapped[str]
    """One household, however it is written, wins at most once a round."""
    area_id: Mapped[UUID | None] = refer_to("area")
    household_group_id: Mapped[UUID | None] = refer_to("household_group")
    consent_membership: Mapped[bool] = mapped_column(default=False)
    """Agrees to take part: without it nobody is chosen."""
    consent_publicity: Mapped[bool] = mapped_column(default=False)
    """Agrees that the name is published unmasked."""
    consent_contact: Mapped[bool] = mapped_column(default=False)
    consent_messages: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Agrees to be told by messenger; there is a `MessageRecipient` then."""
    state: Mapped[str] = mapped_column(default="active")
    """``inactive`` once moved away; ``erased`` once all that told who it was has been taken away,
    and the row stays for what refers to it alone."""
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]

    @validates("name")
    def _keep_name_key(self, _: str, written: str) -> str:
        self.name_key = make_name_key(written)
        return written

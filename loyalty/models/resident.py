"""The people of the community who may be chosen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from loyalty.database import Moment, Owned, Versioned, refer_to
from loyalty.rules.typed_text import make_name_key, make_reference_key

KEYS: dict[str, tuple[str, Callable[[str], str]]] = {
    "name": ("name_key", make_name_key),
    "unit": ("unit_key", make_reference_key),
    "household_ref": ("household_key", make_reference_key),
}
"""By what is written: the column of its key, and how that is made."""


def _key_of(column: str) -> Callable[[Any], str]:
    return lambda context: KEYS[column][1](context.get_current_parameters()[column])


class Resident(Owned, Versioned):
    """A person of the community: what is needed to choose, to hand over and to call, no more."""

    __tablename__ = "resident"
    __table_args__ = (
        Index(None, "community_id", "name_pinyin", "id"),
        Index(None, "community_id", "household_key"),
        CheckConstraint("state IN ('active', 'inactive', 'erased')", name="state_known"),
    )

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(default=_key_of("name"))
    """By which the person is found, however the name is typed; so are home and household."""
    name_pinyin: Mapped[str]
    """The sort key; staff correct it where a surname is read otherwise."""
    unit: Mapped[str]
    """Building and flat, as staff write it."""
    unit_key: Mapped[str] = mapped_column(default=_key_of("unit"))
    phone: Mapped[str | None]
    """In E.164 form."""
    adult: Mapped[bool]
    household_ref: Mapped[str]
    """Which residents live together, as staff write it."""
    household_key: Mapped[str] = mapped_column(default=_key_of("household_ref"))
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

    @validates(*KEYS)
    def _keep_key(self, column: str, written: str) -> str:
        key, make = KEYS[column]
        setattr(self, key, make(written))
        return written

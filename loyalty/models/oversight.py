"""Who above a community reads its closed figures."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Moment, Owned


class Oversight(Owned):
    """That an account, of whatever community, reads the closed figures of this one.

    No key can hold the account, for it may be another community's; whether it is open, and a
    street's, is asked when it signs in.
    """

    __tablename__ = "oversight"
    # The communities of one account.
    __table_args__ = (Index("ix_oversight_account", "account_id", "community_id"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    granted_at: Mapped[Moment]

"""Whether two accounts are one person, where the programme asks for another one."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import or_, select

from loyalty.models import StaffAccount
from loyalty.services.work import Work


def is_own_account(work: Work, account_id: UUID | None) -> bool:
    """Return whether an account is the actor's, or another one of the same resident.

    Args:
        account_id: one of the community; None is nobody's.
    """
    if account_id is None or account_id == work.actor.account_id:
        return account_id is not None
    mine, theirs = (
        work.find(StaffAccount, one).resident_id for one in (work.actor.account_id, account_id)
    )
    return mine is not None and mine == theirs


def list_accounts_of_same(work: Work, account_ids: AbstractSet[UUID]) -> frozenset[UUID]:
    """Return accounts of the community, with all others of the residents whose they are."""
    residents = select(StaffAccount.resident_id).where(
        StaffAccount.community_id == work.community_id,
        StaffAccount.id.in_(account_ids),
        StaffAccount.resident_id.is_not(None),
    )
    found = work.session.scalars(
        select(StaffAccount.id).where(
            StaffAccount.community_id == work.community_id,
            or_(StaffAccount.id.in_(account_ids), StaffAccount.resident_id.in_(residents)),
        )
    )
    return frozenset(found)

"""Whether two accounts are one person, where the programme asks for another one."""

from uuid import UUID

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

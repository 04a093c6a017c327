"""What tables call the accounts of a community."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from loyalty.models import StaffAccount
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.actors import Role
from loyalty.services.work import Work

_STAFF = {Role.STAFF.value, Role.MANAGER.value}


def label_accounts(work: Work, *, of_staff: bool = False) -> Mapping[UUID, str]:
    """Return what accounts are called in a table, each otherwise than any other.

    Args:
        of_staff: tell of staff and managers alone; they are called as they are among all.
    """
    accounts = work.session.scalars(work.select(StaffAccount)).all()
    bearers = Counter(make_reference_key(one.display_name) for one in accounts)
    return {
        one.id: one.display_name
        if bearers[make_reference_key(one.display_name)] == 1
        else f"{one.display_name}（{one.username}）"
        for one in accounts
        if not of_staff or _STAFF & set(one.roles)
    }

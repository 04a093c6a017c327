"""Who is left to manage a community when an account is changed."""

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from loyalty.services.errors import ValueRefusedError
from loyalty.services.staff.accounts import ChangeAccount, change_account
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.given import NOON, given_account, given_community


@pytest.mark.parametrize(
    ("kept", "lets_go"), [(None, False), ("!", True)], ids=["has not joined", "has joined"]
)
@pytest.mark.parametrize("gone", ["/active", "/roles"])
def test_a_manager_goes_when_another_one_has_joined(
    session: Session, community: Community, gone: str, kept: str | None, *, lets_go: bool
) -> None:
    manager = given_account(session, community, Role.MANAGER)
    given_account(session, community, Role.MANAGER, password_hash=kept)
    given_account(session, given_community(session), Role.MANAGER)
    work = Work(session, to_staff_member(manager, timezone=community.timezone), NOON)
    going = (
        ChangeAccount(manager.id, 1, active=False)
        if gone == "/active"
        else ChangeAccount(manager.id, 1, roles={Role.STAFF})
    )

    if lets_go:
        change_account(work, going)
    else:
        with pytest.raises(ValueRefusedError) as refused:
            change_account(work, going)
        assert refused.value.pointer == gone

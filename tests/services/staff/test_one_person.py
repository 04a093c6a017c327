"""One person with two accounts is one person, at home and where they join."""

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.rules.browser import Browser
from loyalty.services.actors import Role
from loyalty.services.errors import AlreadyJoinedError, ClosedAccountError, OwnAccountError
from loyalty.services.staff.accounts import ChangeAccount, change_account
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import LinkPurpose, make_link
from loyalty.services.staff.sessions import Device
from loyalty.services.staff.sign_in import SignIn, sign_in, to_staff_member
from loyalty.services.staff.workplaces import leave_community
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    code_of,
    given_account,
    given_community,
    given_resident,
    given_staff,
    quick_hash,
)
from tests.given_workplaces import OLD, own_work

pytestmark = pytest.mark.usefixtures("clock")


def test_who_is_closed_at_home_joins_nothing_more(
    session: Session, own: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    third = given_community(session)
    there = given_account(session, third, Role.PANEL, password_hash=None)
    its_manager = Work(session, given_staff(session, third, Role.MANAGER), NOON)
    made = make_link(its_manager, there.id, LinkPurpose.JOIN)
    home.active = False
    session.flush()

    with pytest.raises(ClosedAccountError):
        join_from_elsewhere(own, made.token)

    assert (there.home_account_id, joined.home_account_id) == (None, home.id)
    home.active = True
    session.flush()
    assert join_from_elsewhere(own, made.token) is there


def test_two_accounts_of_one_resident_join_a_community_once(
    session: Session, community: Community, manager: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    other = session.get_one(Community, joined.community_id)
    second = given_account(session, community, password_hash=quick_hash(OLD))
    there = given_account(session, other, Role.PANEL, password_hash=None)
    home.resident_id = second.resident_id = given_resident(session, community).id
    session.flush()
    made = make_link(manager, there.id, LinkPurpose.JOIN)
    with_second = own_work(session, community, second)

    with pytest.raises(AlreadyJoinedError):
        join_from_elsewhere(with_second, made.token)

    second.resident_id = given_resident(session, community).id
    session.flush()
    assert join_from_elsewhere(with_second, made.token) is there


def test_nobody_says_that_an_account_of_their_own_is_somebody_else(
    session: Session, community: Community
) -> None:
    me, another = given_resident(session, community), given_resident(session, community)
    mine, second = (
        given_account(session, community, Role.MANAGER, resident_id=me.id) for _ in range(2)
    )
    at_work = Work(session, to_staff_member(mine, timezone=community.timezone), NOON)

    for account in (mine, second):
        for resident_id in (None, another.id):
            with pytest.raises(OwnAccountError):
                change_account(
                    at_work, ChangeAccount(account.id, account.version, resident_id=resident_id)
                )
        change_account(at_work, ChangeAccount(account.id, account.version, resident_id=me.id))
    somebody = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    change_account(somebody, ChangeAccount(second.id, second.version, resident_id=None))
    assert (mine.resident_id, second.resident_id) == (me.id, None)


def test_who_is_nobody_yet_says_which_resident_they_are(
    session: Session, community: Community
) -> None:
    account = given_account(session, community, Role.MANAGER)
    at_work = Work(session, to_staff_member(account, timezone=community.timezone), NOON)
    me = given_resident(session, community)

    change_account(at_work, ChangeAccount(account.id, account.version, resident_id=me.id))

    assert account.resident_id == me.id


@pytest.mark.parametrize("has_left", [False, True])
def test_a_name_that_is_the_same_in_both_signs_in_to_the_account_of_its_own(
    session: Session, own: Work, home: StaffAccount, joined: StaffAccount, *, has_left: bool
) -> None:
    joined.username = home.username
    if has_left:
        leave_community(own, joined.community_id)
    session.commit()
    shown = SignIn(home.username, OLD, code_of(home), device=Device("here", Browser.COMPUTER))

    opened = sign_in(session, shown, sealing_key=SEALING_KEY, now=NOON)

    assert opened.roles == home.roles

"""What becomes of an account whose owner signed in with one that is there no more."""

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.privacy.erasing import carry_out_erasure
from loyalty.services.privacy.removing import remove_community
from loyalty.services.staff.gone_homes import (
    forget_gone_homes,
    forget_homes_elsewhere,
    forget_homes_of,
)
from loyalty.services.staff.links import LinkPurpose, list_purposes, make_link
from loyalty.services.staff.workplaces import leave_community
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_resident, given_staff
from tests.given_workplaces import use

pytestmark = pytest.mark.usefixtures("clock")


def test_who_was_erased_at_home_gets_a_link_there(
    session: Session, community: Community, manager: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    resident = given_resident(session, community)
    home.resident_id, home.active = resident.id, False
    session.flush()
    assert forget_gone_homes(session) == 0
    at_home = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    carry_out_erasure(at_home, resident, sealing_key=SEALING_KEY)

    assert forget_gone_homes(session) == 1

    session.refresh(joined)
    assert list_purposes(joined) == [LinkPurpose.JOIN]
    use(session, make_link(manager, joined.id, LinkPurpose.JOIN))
    assert joined.password_hash


@pytest.mark.parametrize("has_left", [False, True])
def test_who_is_at_home_still_is_left_alone(
    session: Session, own: Work, home: StaffAccount, joined: StaffAccount, *, has_left: bool
) -> None:
    if has_left:
        leave_community(own, joined.community_id)
    home.active = False
    session.flush()

    assert forget_gone_homes(session) == 0

    session.refresh(joined)
    assert joined.home_account_id == home.id


@pytest.mark.parametrize("has_left", [False, True])
def test_a_community_that_goes_takes_along_what_its_accounts_opened(
    session: Session, own: Work, community: Community, joined: StaffAccount, *, has_left: bool
) -> None:
    if has_left:
        leave_community(own, joined.community_id)

    remove_community(session, community)

    session.refresh(joined)
    assert (joined.home_community_id, joined.left_at) == (None, None)
    assert list_purposes(joined) == [LinkPurpose.JOIN]


def test_a_community_that_arrives_is_opened_by_none_that_is_here_and_opens_none(
    session: Session, community: Community, other: Community, joined: StaffAccount
) -> None:
    for forget, elsewhere in ((forget_homes_of, other), (forget_homes_elsewhere, community)):
        forget(session, elsewhere.id)
        session.refresh(joined)
        assert joined.home_community_id == community.id

    forget_homes_of(session, community.id)

    session.refresh(joined)
    assert joined.home_community_id is None


def test_nor_does_its_file_say_who_opens_it(
    session: Session, other: Community, joined: StaffAccount
) -> None:
    forget_homes_elsewhere(session, other.id)

    session.refresh(joined)
    assert (joined.home_community_id, joined.home_account_id) == (None, None)

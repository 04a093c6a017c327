"""Somebody who works for two communities."""

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import LinkPurpose, make_link
from loyalty.services.work import Work
from tests.given import NOON, given_account, given_community, given_staff, quick_hash
from tests.given_workplaces import OLD, own_work


@pytest.fixture
def other(session: Session) -> Community:
    """The community that is joined."""
    return given_community(session, name="东市")


@pytest.fixture
def home(session: Session, community: Community) -> StaffAccount:
    """The account that signs in."""
    return given_account(session, community, Role.STAFF, password_hash=quick_hash(OLD))


@pytest.fixture
def invited(session: Session, other: Community) -> StaffAccount:
    """Her account there, which a manager has opened."""
    return given_account(session, other, Role.MANAGER, password_hash=None, totp_secret=None)


@pytest.fixture
def manager(session: Session, other: Community) -> Work:
    """The manager of the community that is joined, at work."""
    return Work(session, given_staff(session, other, Role.MANAGER), NOON)


@pytest.fixture
def own(session: Session, community: Community, home: StaffAccount) -> Work:
    """She herself."""
    return own_work(session, community, home)


@pytest.fixture
def joined(own: Work, manager: Work, invited: StaffAccount) -> StaffAccount:
    """Her account there, after she has come by the link."""
    return join_from_elsewhere(own, make_link(manager, invited.id, LinkPurpose.JOIN).token)

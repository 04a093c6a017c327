import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role, StaffMember
from tests.given import given_staff
from tests.given_rounds import given_round_after


@pytest.fixture
def staff(session: Session, community: Community) -> StaffMember:
    return given_staff(session, community, Role.STAFF)


@pytest.fixture
def review(session: Session, community: Community) -> Round:
    """A round in review with two candidates."""
    return given_round_after(session, community, RoundAction.START_REVIEW)

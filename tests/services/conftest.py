import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from tests.given_rounds import given_round_after


@pytest.fixture
def review(session: Session, community: Community) -> Round:
    """A round in review with two candidates."""
    return given_round_after(session, community, RoundAction.START_REVIEW)

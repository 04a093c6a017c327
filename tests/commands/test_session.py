import pytest
from sqlalchemy import select

from loyalty.commands.session import opened
from loyalty.models import Community
from loyalty.rules.errors import LoyaltyError, RecordedRefusalError
from tests.commands.running import Operator
from tests.given import given_community


def found_in_vain(database: str, refusal: LoyaltyError) -> None:
    """Found a community in a command that is then refused."""
    with opened(database) as session:
        given_community(session)
        raise refusal


@pytest.mark.parametrize(("refusal", "kept"), [(RecordedRefusalError(), 1), (LoyaltyError(), 0)])
def test_a_command_keeps_what_a_refusal_has_written_down_and_nothing_else(
    operator: Operator, refusal: LoyaltyError, kept: int
) -> None:
    with pytest.raises(type(refusal)):
        found_in_vain(operator.database, refusal)

    with opened(operator.database) as session:
        assert len(session.scalars(select(Community)).all()) == kept

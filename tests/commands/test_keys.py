"""`loyalty keys replace`: one command when a key may have been stolen."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from loyalty.commands.session import opened
from loyalty.models import Card
from loyalty.services.actors import Role
from tests.commands.running import Operator
from tests.given import NOON, given_account, given_card, given_community


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def username(operator: Operator) -> str:
    """A manager of the community dongshi, in which one card works."""
    with opened(operator.database) as session:
        community = given_community(session, slug="dongshi")
        given_card(session, community, valid_until=date(2027, 2, 28))
        return given_account(session, community, Role.MANAGER).username


def states(operator: Operator) -> list[str]:
    with opened(operator.database) as session:
        return sorted(session.scalars(select(Card.state)))


def test_it_replaces_the_cards_and_says_how_many(operator: Operator, username: str) -> None:
    told = operator.types("keys", "replace", "dongshi", "--as", username, "--yes")

    assert told.exit_code == 0, told.output
    assert told.output == (
        "1 keys and 1 cards are replaced; revocation list 1 names the old cards."
        " Print the new ones and hand them over.\n"
    )
    assert states(operator) == ["issued", "revoked"]


def test_it_asks_first(operator: Operator, username: str) -> None:
    before = states(operator)

    told = operator.types("keys", "replace", "dongshi", "--as", username, answers="n\n")

    assert told.exit_code == 1
    assert states(operator) == before


def test_an_account_of_another_community_replaces_nothing(
    operator: Operator, username: str
) -> None:
    assert username
    with opened(operator.database) as session:
        stranger = given_account(session, given_community(session), Role.MANAGER).username
    before = states(operator)

    told = operator.types("keys", "replace", "dongshi", "--as", stranger, "--yes")

    assert told.exit_code == 1
    assert f"{stranger} is no account of dongshi" in told.output
    assert states(operator) == before

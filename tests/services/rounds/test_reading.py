"""What belongs to a round is read once and handed on; the statements that are sent are counted."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.errors import NoticeReopenedError
from tests.given import given_community, given_round
from tests.given_notices import given_notice, placed
from tests.given_rounds import WAY, act, given_candidate
from tests.pages.visits import enter
from tests.statements import reads_of, statements


def given_round_before(session: Session, action: RoundAction) -> Round:
    """A round of three candidates whose next step is this one, where no card waits for another."""
    community = given_community(session, undisputed_cards_wait=False)
    selection_round = given_round(session, community)
    for _ in range(3):
        given_candidate(session, selection_round)
    for step in WAY[: WAY.index(action)]:
        act(session, selection_round, step)
    session.commit()
    return selection_round


@pytest.mark.parametrize("action", WAY)
def test_no_step_reads_the_candidates_twice(session: Session, action: RoundAction) -> None:
    selection_round = given_round_before(session, action)

    with statements() as sent:
        act(session, selection_round, action)

    assert reads_of("candidate", sent) <= 1


def test_a_confirmation_that_lets_a_reserve_move_up_reads_lists_and_notice_once(
    session: Session,
) -> None:
    notice = given_notice(session, given_community(session, undisputed_cards_wait=False))
    placed(session, notice, 1).resident.consent_membership = False
    session.commit()

    with statements() as sent, pytest.raises(NoticeReopenedError):
        act(session, notice, RoundAction.CONFIRM)

    assert (reads_of("candidate", sent), reads_of("notice_version", sent)) == (1, 1)


@pytest.mark.parametrize("path", ["", "/confirm"])
def test_the_page_before_a_confirmation_reads_the_candidates_once(
    client: FlaskClient, session: Session, path: str
) -> None:
    selection_round = given_round_before(session, RoundAction.CONFIRM)
    community = session.get_one(Community, selection_round.community_id)
    enter(client, session, community, Role.MANAGER)

    with statements() as sent:
        client.get(f"/staff/rounds/{selection_round.id}{path}")

    assert reads_of("candidate", sent) == 1

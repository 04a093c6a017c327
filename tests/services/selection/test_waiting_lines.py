"""Cards of undisputed lines may go first where the community wants it; nothing else gives way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Card, Community, Objection, Round
from loyalty.rules.card_action import CardAction
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.actors import Role
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.errors import RoundStateError
from loyalty.services.notice.objections import OF_WHOM
from loyalty.services.rounds import issuing
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.waiting_lines import lines_without_card
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_community, given_staff
from tests.given_notices import decide, given_notice, given_objection, placed
from tests.given_rounds import AFTER_NOTICE, LAST_DAY, act

AFTER_SUPPLEMENT = AFTER_NOTICE + timedelta(days=6)
"""Wednesday; a reserve who moved up on Thursday was on notice for three working days."""


@pytest.fixture
def community(session: Session) -> Community:
    return given_community(session, undisputed_cards_wait=False)


def holders(session: Session) -> list[UUID]:
    return sorted(session.scalars(select(Card.resident_id)))


def residents(*candidates: Candidate) -> list[UUID]:
    return sorted(one.resident_id for one in candidates)


def waiting(session: Session, notice: Round) -> list[UUID]:
    return residents(*lines_without_card(RoundAtWork(session, notice, NOON)))


def given_first_part(session: Session, notice: Round) -> None:
    """The second line is objected to; the others have their cards."""
    given_objection(session, notice, place=2)
    act(session, notice, RoundAction.CONFIRM)
    act(session, notice, RoundAction.ISSUE)


def objections(session: Session) -> list[Objection]:
    return [*session.scalars(select(Objection).options(*OF_WHOM))]


def refused(session: Session, notice: Round, action: RoundAction, **values: Any) -> object:
    with pytest.raises(RoundStateError) as caught:
        act(session, notice, action, **values)
    return caught.value.missing


def test_by_default_every_card_waits_for_the_last_answer(session: Session) -> None:
    notice = given_notice(session, given_community(session))
    given_objection(session, notice, place=2)

    assert refused(session, notice, RoundAction.CONFIRM) == ("objections_open",)


def test_undisputed_lines_have_their_cards_while_a_disputed_one_waits(
    session: Session, notice: Round
) -> None:
    given_first_part(session, notice)

    assert holders(session) == residents(placed(session, notice, 1), placed(session, notice, 3))
    assert notice.state == RoundState.NOTICE
    assert (notice.confirmed_by, notice.confirmed_at) == (None, None)


def test_no_undisputed_line_goes_first_on_the_last_day_of_the_notice(
    session: Session, notice: Round
) -> None:
    given_objection(session, notice, place=2)

    missing = refused(session, notice, RoundAction.CONFIRM, now=LAST_DAY)

    assert missing == ("notice_running", "objections_open")


def test_a_round_of_disputed_lines_alone_waits(session: Session, notice: Round) -> None:
    for place in (1, 2, 3):
        given_objection(session, notice, place=place)

    assert refused(session, notice, RoundAction.CONFIRM) == ("objections_open",)


def test_the_rest_follows_after_the_answer_once(session: Session, notice: Round) -> None:
    given_objection(session, notice, place=2)
    act(session, notice, RoundAction.CONFIRM)
    act(session, notice, RoundAction.ISSUE)
    (objection,) = objections(session)
    decide(session, objection, upheld=False, now=AFTER_NOTICE)

    act(session, notice, RoundAction.CONFIRM)
    act(session, notice, RoundAction.ISSUE)

    assert holders(session) == residents(*(placed(session, notice, one) for one in (1, 2, 3)))
    assert notice.state == RoundState.ISSUED


def test_the_reserve_who_follows_waits_for_the_supplementary_notice(
    session: Session, notice: Round
) -> None:
    given_first_part(session, notice)
    (objection,) = objections(session)
    decide(session, objection, upheld=True, now=AFTER_NOTICE)

    assert refused(session, notice, RoundAction.CONFIRM) == ("notice_running",)
    act(session, notice, RoundAction.CONFIRM, now=AFTER_SUPPLEMENT)
    act(session, notice, RoundAction.ISSUE, now=AFTER_SUPPLEMENT)

    assert holders(session) == residents(*(placed(session, notice, one) for one in (1, 3, 4)))
    assert notice.state == RoundState.ISSUED


def test_a_supplementary_notice_delays_nobody_who_stood_on_the_first(
    session: Session, notice: Round
) -> None:
    decide(session, given_objection(session, notice, place=2), upheld=True, now=LAST_DAY)

    act(session, notice, RoundAction.CONFIRM)
    act(session, notice, RoundAction.ISSUE)

    assert holders(session) == residents(placed(session, notice, 1), placed(session, notice, 3))
    assert waiting(session, notice) == residents(placed(session, notice, 4))


def test_a_line_whose_notice_ends_after_the_confirmation_is_not_issued_by_it(
    session: Session, notice: Round
) -> None:
    decide(session, given_objection(session, notice, place=2), upheld=True, now=LAST_DAY)
    act(session, notice, RoundAction.CONFIRM)

    act(session, notice, RoundAction.ISSUE, now=AFTER_SUPPLEMENT)

    assert waiting(session, notice) == residents(placed(session, notice, 4))
    assert notice.state == RoundState.NOTICE


def test_the_creator_does_not_confirm_the_rest_either(session: Session, notice: Round) -> None:
    given_first_part(session, notice)
    (objection,) = objections(session)
    decide(session, objection, upheld=False, now=AFTER_NOTICE)
    community = session.get_one(Community, notice.community_id)
    creator = given_staff(session, community, Role.MANAGER)
    notice.created_by = creator.account_id

    assert refused(session, notice, RoundAction.CONFIRM, actor=creator) == ("same_person",)


def test_a_confirmed_line_is_not_objected_to_while_another_is_still_on_notice(
    session: Session, notice: Round
) -> None:
    decide(session, given_objection(session, notice, place=2), upheld=True, now=LAST_DAY)
    act(session, notice, RoundAction.CONFIRM)

    with pytest.raises(RoundStateError, match="confirmed"):
        given_objection(session, notice, place=1, now=AFTER_NOTICE)
    assert given_objection(session, notice, place=4, now=AFTER_NOTICE).upheld is None


def test_whoever_has_a_card_keeps_the_seat_when_the_rest_is_confirmed(
    session: Session, notice: Round
) -> None:
    given_first_part(session, notice)
    (objection,) = objections(session)
    decide(session, objection, upheld=False, now=AFTER_NOTICE)
    gone = placed(session, notice, 1)
    gone.resident.state = "inactive"

    act(session, notice, RoundAction.CONFIRM)

    assert gone.outcome == "selected"
    assert notice.state == RoundState.CONFIRMED


def test_a_round_with_cards_is_not_called_off(session: Session, notice: Round) -> None:
    given_first_part(session, notice)

    assert refused(session, notice, RoundAction.CANCEL) == ("cards_signed",)


def test_a_lost_card_is_replaced_while_another_line_waits(
    session: Session, community: Community, notice: Round
) -> None:
    given_first_part(session, notice)
    card = session.scalars(select(Card).limit(1)).one()

    act_on_card(
        Work(session, given_staff(session, community, Role.MANAGER), AFTER_NOTICE),
        ActOnCard(card.id, CardAction.REISSUE, reason="丢失"),
        sealing_key=SEALING_KEY,
    )

    assert len(holders(session)) == 3
    assert len(waiting(session, notice)) == 1


def test_the_database_too_refuses_the_card_of_a_disputed_line(
    session: Session, notice: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "ready_lines", lambda at_work, **_: lines_without_card(at_work))

    with pytest.raises(ProgrammingError, match="every objection answered"):
        given_first_part(session, notice)

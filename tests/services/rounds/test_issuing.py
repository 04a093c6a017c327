from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from loyalty.cards.token import verify_token
from loyalty.database import transaction
from loyalty.models import Card, RevocationList, Round, SigningKey
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.actors import Role, StaffMember
from loyalty.services.cards.signing import Award, sign_cards
from loyalty.services.errors import RoundStateError
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.rounds.issuing import issue_cards
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.work import Work
from tests.given import (
    SEALING_KEY,
    given_card,
    given_community,
    given_resident,
    given_round,
    given_signing_key,
    given_staff,
    honour_of,
)
from tests.given_rounds import (
    AFTER_NOTICE,
    LAST_DAY,
    act,
    brought_through,
    given_candidate,
    given_round_after,
    list_of,
)


def count_of_cards(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Card)).one()


def issue(session: Session, selection_round: Round, *, now: datetime) -> None:
    at_work = RoundAtWork(session, selection_round, now)
    issue_cards(at_work, sealing_key=SEALING_KEY)


def award_for(session: Session, selection_round: Round) -> Award:
    """What somebody who never stood on the lists would get."""
    community = given_community(session)
    return Award(
        resident_id=given_resident(session, community).id,
        honour=honour_of(session, community),
        pay_permille=850,
        valid_until=Month.of(selection_round.month).plus(1).last,
    )


def test_everyone_selected_gets_a_card_of_the_next_month(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.ISSUE, candidates=4)

    cards = session.scalars(select(Card)).all()

    assert len({card.resident_id for card in cards}) == len(cards) == 3
    assert {(card.valid_from, card.valid_until) for card in cards} == {
        (date(2027, 1, 1), date(2027, 1, 31))
    }
    assert {(card.state, card.round_id) for card in cards} == {("issued", selection_round.id)}


def test_a_card_says_what_its_list_says(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    round_list = list_of(session, selection_round)
    round_list.pay_permille, round_list.months_valid = 800, 3
    given_candidate(session, selection_round)

    brought_through(session, selection_round, RoundAction.ISSUE)

    card = session.scalars(select(Card)).one()
    key = given_signing_key(session, community, Month(2027, 1))
    claims = verify_token(card.token, key.public_key)
    assert (claims.serial, claims.pay_permille, claims.months) == (card.serial, 800, 3)
    assert claims.honour_number == honour_of(session, community).number
    assert card.valid_until == date(2027, 3, 31)


@pytest.mark.parametrize(
    "last", [RoundAction.PUBLISH, RoundAction.DRAW, RoundAction.FREEZE, RoundAction.OPEN]
)
def test_no_card_is_signed_before_the_confirmation_whoever_asks(
    session: Session, last: RoundAction
) -> None:
    selection_round = given_round_after(session, given_community(session), last)

    with pytest.raises(RoundStateError) as refused:
        issue(session, selection_round, now=AFTER_NOTICE)

    assert refused.value.missing == ("wrong_state",)
    assert count_of_cards(session) == 0


def test_no_card_is_signed_on_the_last_day_of_the_notice_whoever_asks(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.CONFIRM)
    award = award_for(session, selection_round)

    with pytest.raises(RoundStateError) as refused:
        sign_cards(session, selection_round, [award], sealing_key=SEALING_KEY, now=LAST_DAY)

    assert refused.value.missing == ("notice_running",)


@pytest.mark.parametrize(
    ("state", "issued_at"),
    [
        (RoundState.NOTICE, AFTER_NOTICE),
        (RoundState.CONFIRMED, LAST_DAY),
        (RoundState.ISSUED, LAST_DAY.replace(hour=23, minute=59)),
    ],
)
def test_the_database_too_refuses_a_card_before_the_end_of_the_notice(
    session: Session, state: RoundState, issued_at: object
) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.CONFIRM, candidates=0)
    selection_round.state = state
    session.flush()
    card = Card(
        community_id=community.id,
        resident_id=given_resident(session, community).id,
        round_id=selection_round.id,
        honour_id=honour_of(session, community).id,
        serial="000000000001",
        token="",
        pay_permille=850,
        valid_from=date(2027, 1, 1),
        valid_until=date(2027, 1, 31),
        issued_at=issued_at,
    )
    session.add(card)

    with pytest.raises(ProgrammingError, match="no card before"):
        session.flush()


def test_the_database_takes_a_card_in_the_first_minute_after_the_notice(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.CONFIRM)
    midnight = AFTER_NOTICE.replace(hour=0)

    issue(session, selection_round, now=midnight)

    assert count_of_cards(session) == 2


def test_a_round_is_issued_once(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.ISSUE)

    with pytest.raises(RoundStateError) as refused:
        act(session, selection_round, RoundAction.ISSUE)

    assert refused.value.missing == ("wrong_state",)
    assert count_of_cards(session) == 2


def test_of_two_who_issue_at_once_one_does_and_one_is_told(app: Flask, session: Session) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.CONFIRM)
    actors = [given_staff(session, community, Role.MANAGER) for _ in range(2)]
    request = ActOnRound(selection_round.id, RoundAction.ISSUE)
    session.commit()
    both_are_ready = Barrier(2)

    def issue(actor: StaffMember) -> str:
        with app.app_context(), transaction() as own_session:
            both_are_ready.wait()
            try:
                act_on_round(
                    Work(own_session, actor, AFTER_NOTICE), request, sealing_key=SEALING_KEY
                )
            except RoundStateError as refused:
                return refused.missing[0]
            return "issued"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(issue, actors))

    assert outcomes == ["issued", "wrong_state"]
    assert count_of_cards(session) == 2


def test_a_card_that_fails_leaves_none(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    candidates = [given_candidate(session, selection_round) for _ in range(3)]
    brought_through(session, selection_round, RoundAction.CONFIRM)
    # Somebody has a card of January already, which the database allows once a person.
    earlier = given_card(session, community, resident_id=candidates[1].resident_id)
    earlier.valid_from, earlier.valid_until = date(2027, 1, 1), date(2027, 1, 31)
    session.commit()

    with pytest.raises(IntegrityError):
        act(session, selection_round, RoundAction.ISSUE)
    session.rollback()

    assert count_of_cards(session) == 1
    assert selection_round.state == RoundState.CONFIRMED
    assert selection_round.issued_at is None


def test_cards_issued_late_begin_with_the_present_month(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    list_of(session, selection_round).months_valid = 3
    given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.CONFIRM)

    act(session, selection_round, RoundAction.ISSUE, now=AFTER_NOTICE + timedelta(days=60))

    card = session.scalars(select(Card)).one()
    assert (card.valid_from, card.valid_until) == (date(2027, 2, 1), date(2027, 3, 31))
    key = given_signing_key(session, community, Month(2027, 2))
    assert verify_token(card.token, key.public_key).months == 2


def test_cards_whose_last_day_has_passed_are_not_issued(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.CONFIRM)

    with pytest.raises(RoundStateError) as refused:
        act(session, selection_round, RoundAction.ISSUE, now=AFTER_NOTICE + timedelta(days=60))

    assert refused.value.missing == ("validity_over",)


def test_issuing_destroys_the_private_halves_of_months_that_are_over(session: Session) -> None:
    community, neighbour = given_community(session), given_community(session)
    over, other = (
        given_signing_key(session, one, Month(2026, 11)) for one in (community, neighbour)
    )
    given_round_after(session, community, RoundAction.ISSUE)

    sealed = dict(
        session.execute(
            select(SigningKey.month, SigningKey.sealed_private_key.is_not(None)).where(
                SigningKey.community_id == community.id
            )
        )
        .tuples()
        .all()
    )

    assert sealed == {
        date(2026, 11, 1): False,
        date(2026, 12, 1): True,
        date(2027, 1, 1): True,
    }
    session.refresh(over)
    session.refresh(other)
    assert over.public_key is not None
    assert other.sealed_private_key is not None


def test_the_first_cards_come_with_a_list_for_the_tills(session: Session) -> None:
    given_round_after(session, given_community(session), RoundAction.ISSUE)

    published = session.scalars(select(RevocationList)).one()

    assert published.number == 1
    assert published.document["list"]["entries"] == []

"""How much the database reads for each of many cards, however few it held when it planned that."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from loyalty.cards.token import verify_token
from loyalty.models import Card, Community, Round
from loyalty.rules.calendar import Month
from loyalty.services.cards import signing
from loyalty.services.cards.signing import Award, sign_cards
from tests.given import (
    NOON,
    SEALING_KEY,
    given_card,
    given_community,
    given_resident,
    given_signing_key,
    honour_of,
)
from tests.given_rounds import given_candidate

MANY = 100

SCANNED = text("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = :table")


@pytest.fixture
def selection_round(session: Session) -> Round:
    """One with a single card and a single candidate, of whom the statistics know."""
    community = given_community(session)
    card = given_card(session, community)
    selection_round = session.get_one(Round, (community.id, card.round_id))
    given_candidate(session, selection_round)
    session.execute(text("ANALYZE card, candidate"))
    return selection_round


def issue_many(session: Session, selection_round: Round) -> None:
    """Sign cards for people of whom some stood on a list and some did not."""
    community = session.get_one(Community, selection_round.community_id)
    honour, last = honour_of(session, community), Month(2026, 12).last
    people = [given_resident(session, community) for _ in range(MANY)]
    awards = [Award(person.id, honour, 850, last) for person in people]
    sign_cards(session, selection_round, awards, sealing_key=SEALING_KEY, now=NOON)


def count_scanned(session: Session, table: str) -> int:
    """How many rows the transaction has read without looking for one of them."""
    scanned: int = session.scalars(SCANNED, {"table": table}).one()
    return scanned


def test_a_first_card_is_stored_without_a_look_at_the_others(
    session: Session, selection_round: Round
) -> None:
    before = count_scanned(session, "card")

    issue_many(session, selection_round)

    assert count_scanned(session, "card") - before <= MANY


def test_a_card_is_stored_without_a_look_at_all_candidates(
    session: Session, selection_round: Round
) -> None:
    issue_many(session, selection_round)
    for _ in range(MANY):
        given_candidate(session, selection_round)
    before = count_scanned(session, "candidate")

    issue_many(session, selection_round)

    assert count_scanned(session, "candidate") - before <= MANY


def test_cards_signed_ahead_of_those_that_are_stored_keep_their_own_tokens(
    session: Session, selection_round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "MOST_AT_ONCE", MANY // 3)
    known = session.scalars(select(Card.id)).all()

    issue_many(session, selection_round)

    cards = session.scalars(select(Card).where(Card.id.not_in(known))).all()
    community = session.get_one(Community, selection_round.community_id)
    key = given_signing_key(session, community, Month(2026, 12))
    told = {card.serial: verify_token(card.token, key.public_key).serial for card in cards}
    assert len(told) == MANY
    assert list(told) == list(told.values())

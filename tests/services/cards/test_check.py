from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from loyalty.cards.token import make_card_url
from loyalty.models import Card, SigningKey
from loyalty.rules.card_number import number_of
from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import Verdict
from loyalty.services.cards.check import check_card
from tests.given import NOON, SHANGHAI, given_card, given_community


def codes_of(card: Card) -> list[str]:
    """Every way a card may be shown."""
    url = make_card_url("https://loyalty.test", card.token)
    return [card.token, url, number_of(card.serial)]


@pytest.mark.parametrize("shown", [0, 1, 2])
def test_each_code_of_a_card_gets_the_same_answer(session: Session, shown: int) -> None:
    card = given_card(session, given_community(session), pay_permille=800)

    checked = check_card(session, codes_of(card)[shown], now=NOON)

    assert checked.verdict is Verdict.OK
    assert (checked.valid_from, checked.valid_until) == (card.valid_from, card.valid_until)
    assert (checked.pay_permille, checked.honour) == (800, "civilized_resident")


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("issued", Verdict.OK),
        ("active", Verdict.OK),
        ("suspended", Verdict.SUSPENDED),
        ("revoked", Verdict.REVOKED),
    ],
)
def test_the_state_of_a_card_decides(session: Session, state: str, verdict: Verdict) -> None:
    card = given_card(session, given_community(session), state=state)

    assert check_card(session, card.token, now=NOON).verdict is verdict


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI), Verdict.NOT_YET_VALID),
        (datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI), Verdict.OK),
        (datetime(2026, 11, 30, 16, 0, tzinfo=ZoneInfo("UTC")), Verdict.OK),
        (datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI), Verdict.OK),
        (datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI), Verdict.EXPIRED),
    ],
)
def test_a_card_works_from_its_first_to_its_last_day_where_it_is_used(
    session: Session, now: datetime, verdict: Verdict
) -> None:
    card = given_card(session, given_community(session))

    assert check_card(session, card.token, now=now).verdict is verdict


def test_a_forged_token_is_told_from_an_unknown_one(session: Session) -> None:
    card = given_card(session, given_community(session))
    last = "A" if card.token[-1] != "A" else "B"
    forged = card.token[:-1] + last

    assert check_card(session, forged, now=NOON).verdict is Verdict.FORGED

    session.execute(delete(Card))
    assert check_card(session, card.token, now=NOON).verdict is Verdict.UNKNOWN
    session.execute(delete(SigningKey))
    assert check_card(session, card.token, now=NOON).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("12345678901244", Verdict.UNKNOWN),
        ("12345678901245", Verdict.BAD_CODE),
        ("134567890123456789", Verdict.PAYMENT_CODE),
        ("2856 7890 1234 5678", Verdict.PAYMENT_CODE),
        ("6901234567892", Verdict.BAD_CODE),
        ("A" * 120, Verdict.BAD_CODE),
        ("https://elsewhere.test/", Verdict.BAD_CODE),
        ("你好", Verdict.BAD_CODE),
        ("", Verdict.BAD_CODE),
    ],
)
def test_what_is_no_card_of_ours_is_named(session: Session, code: str, verdict: Verdict) -> None:
    checked = check_card(session, code, now=NOON)

    assert checked.verdict is verdict
    assert (checked.valid_from, checked.pay_permille, checked.honour) == (None, None, None)


def test_a_token_spelled_otherwise_is_a_bad_code(session: Session) -> None:
    token = given_card(session, given_community(session)).token

    for spelled in (token.lower(), token + "=", token + "A", token[:-1]):
        assert check_card(session, spelled, now=NOON).verdict is Verdict.BAD_CODE


def test_a_signed_code_means_the_card_of_its_own_community(session: Session) -> None:
    card, namesake = (given_card(session, given_community(session)) for _ in range(2))
    namesake.serial, namesake.state = card.serial, CardState.REVOKED
    session.flush()

    checked = check_card(session, card.token, now=NOON)

    assert (checked.verdict, checked.community_id) == (Verdict.OK, card.community_id)
    # A number alone does not tell which of both is meant.
    assert check_card(session, number_of(card.serial), now=NOON).verdict is Verdict.UNKNOWN

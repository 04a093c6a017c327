"""A shop learns what a month was for it, and of people how many they are, if they are not few."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, MonthPeople, Shop
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.ledger.month_people import keep_month_people
from loyalty.services.ledger.shop_statement import ShopStatement, state_month
from loyalty.services.work import Work
from tests.given import NOON, given_card, given_shop, given_staff
from tests.given_sales import given_redemption

DECEMBER = Month(2026, 12)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


@pytest.fixture
def owner(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.SHOP_OWNER), NOON)


def given_visits(session: Session, shop: Shop, *, new: int, known: int) -> list[Card]:
    """A sale to each of some people in December; the known ones had been there in November."""
    community = session.get_one(Community, shop.community_id)
    cards = [given_card(session, community) for _ in range(new + known)]
    for place, card in enumerate(cards):
        if place < known:
            given_redemption(session, card, shop, at=NOON - timedelta(days=30))
        given_redemption(session, card, shop)
    return cards


def counts(told: ShopStatement) -> tuple[int | None, int | None, int | None]:
    return told.people, told.new_people, told.known_people


@pytest.mark.parametrize(
    ("new", "known", "told"),
    [
        (5, 6, (11, 5, 6)),
        # Either of the two could be worked out of the other.
        (4, 6, (10, None, None)),
        (6, 4, (10, None, None)),
        (2, 2, (None, None, None)),
        (2, 3, (5, None, None)),
    ],
)
def test_of_fewer_than_five_people_nothing_is_told(
    session: Session,
    owner: Work,
    shop: Shop,
    *,
    new: int,
    known: int,
    told: tuple[int | None, int | None, int | None],
) -> None:
    given_visits(session, shop, new=new, known=known)

    assert counts(state_month(owner, shop, DECEMBER)) == told


@pytest.mark.parametrize(("days", "known"), [(45, 6), (46, None)])
def test_who_was_there_within_forty_five_days_before_the_month_is_not_new(
    session: Session, owner: Work, shop: Shop, days: int, known: int | None
) -> None:
    at = NOON.replace(day=1) - timedelta(days=days)
    for card in given_visits(session, shop, new=11, known=0)[:6]:
        given_redemption(session, card, shop, at=at)

    assert state_month(owner, shop, DECEMBER).known_people == known


def test_who_was_in_another_shop_alone_is_new_here(
    session: Session, community: Community, owner: Work, shop: Shop
) -> None:
    elsewhere = given_shop(session, community)
    for card in given_visits(session, shop, new=5, known=5)[5:]:
        given_redemption(session, card, elsewhere, at=NOON - timedelta(days=30))

    assert counts(state_month(owner, shop, DECEMBER)) == (10, 5, 5)
    assert state_month(owner, elsewhere, DECEMBER).sums.uses == 0


def test_a_month_that_is_over_is_told_as_it_was_counted_though_cards_are_forgotten(
    session: Session, community: Community, owner: Work, shop: Shop
) -> None:
    given_visits(session, shop, new=5, known=6)
    before = state_month(owner, shop, DECEMBER)
    keep_month_people(session, community, today=date(2027, 1, 9))
    session.expire_all()

    kept = session.get_one(MonthPeople, (community.id, DECEMBER.first, "shop_new", str(shop.id)))

    assert kept.people == 5
    assert counts(state_month(owner, shop, DECEMBER)) == counts(before)


def test_what_was_counted_before_anybody_asked_who_is_new_is_told_without_it(
    session: Session, community: Community, owner: Work, shop: Shop
) -> None:
    given_visits(session, shop, new=5, known=6)
    counted = {"month": DECEMBER.first, "households": 0, "community_id": community.id}
    parts = (("all", "", 11), ("shop", str(shop.id), 11))
    session.add_all(
        MonthPeople(**counted, part=part, key=key, people=people) for part, key, people in parts
    )
    session.flush()

    assert counts(state_month(owner, shop, DECEMBER)) == (11, None, None)


def test_what_was_taken_back_is_counted_and_brings_nobody(
    session: Session, owner: Work, shop: Shop
) -> None:
    cards = given_visits(session, shop, new=11, known=0)
    sale = given_redemption(session, cards[0], shop, receipt="BACK2222")
    back = {"total_fen": -1000, "discountable_fen": -1000, "payable_fen": -850, "saved_fen": -150}
    given_redemption(session, cards[0], shop, kind="void", of_id=sale.id, uses=-1, **back)

    told = state_month(owner, shop, DECEMBER)

    assert (told.sums.uses, told.sums.payable_fen, told.taken_back) == (11, 11 * 850, 1)
    assert told.people == 11
    assert [month for month, _ in told.before] == [Month(2026, month) for month in range(11, 6, -1)]

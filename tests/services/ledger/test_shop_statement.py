"""A shop learns what a month was for it, and of people how many they are, if they are not few."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.database import db
from loyalty.models import Card, Community, MonthPeople, Redemption, Shop
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.ledger.benefit import sum_benefit_in
from loyalty.services.ledger.folding import fold_sales
from loyalty.services.ledger.month_people import keep_month_people, keep_people_of
from loyalty.services.ledger.shop_statement import ShopStatement, state_month
from loyalty.services.work import Work
from tests.given import NOON, given_card, given_shop, given_staff
from tests.given_closed_months import NOTHING, given_closed_month
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
    found = sum_benefit_in(session, community.id, first=DECEMBER, last=DECEMBER)

    # As the closing of the month does: by then nobody knows who was new.
    keep_people_of(session, community.id, found)

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


def test_what_came_late_and_counts_in_the_month_was_not_before_it(
    session: Session, owner: Work, shop: Shop
) -> None:
    cards = given_visits(session, shop, new=11, known=0)
    for card in cards[:6]:
        late = NOON.replace(day=1) - timedelta(days=1)
        given_redemption(session, card, shop, at=late, month=DECEMBER.first)

    assert counts(state_month(owner, shop, DECEMBER)) == (11, None, None)


def test_who_took_back_all_of_it_was_not_there_before(
    session: Session, owner: Work, shop: Shop
) -> None:
    for card in given_visits(session, shop, new=11, known=0)[:6]:
        at = NOON - timedelta(days=30)
        sale = given_redemption(session, card, shop, at=at)
        given_void(session, card, shop, sale, at=at)

    assert counts(state_month(owner, shop, DECEMBER)) == (11, None, None)


def test_who_took_it_back_after_the_month_was_there_before(
    session: Session, owner: Work, shop: Shop
) -> None:
    for card in given_visits(session, shop, new=11, known=0)[:6]:
        sale = given_redemption(session, card, shop, at=NOON - timedelta(days=30))
        given_void(session, card, shop, sale, at=NOON + timedelta(days=30))

    assert counts(state_month(owner, shop, DECEMBER)) == (11, 5, 6)


def given_void(session: Session, card: Card, shop: Shop, sale: Redemption, *, at: datetime) -> None:
    amounts = ("total_fen", "discountable_fen", "payable_fen", "saved_fen")
    back = {name: -getattr(sale, name) for name in amounts}
    given_redemption(session, card, shop, kind="void", of_id=sale.id, uses=-1, at=at, **back)


def test_a_closed_month_is_told_as_it_was_closed(
    session: Session, community: Community, owner: Work, shop: Shop
) -> None:
    october = date(2026, 10, 1)
    sums = {**NOTHING, "uses": 7, "payable_fen": 4200}
    share = {"key": str(shop.id), "name": shop.name, "sums": sums}
    given_closed_month(session, community, closed_by=owner.actor.account_id, by_shop=[share])
    given_redemption(session, given_card(session, community), shop, month=october)
    told = dict(state_month(owner, shop, DECEMBER).before)
    elsewhere = given_shop(session, community)
    given_redemption(session, given_card(session, community), elsewhere, month=october)

    assert (told[Month.of(october)].uses, told[Month.of(october)].payable_fen) == (7, 4200)
    assert dict(state_month(owner, elsewhere, DECEMBER).before)[Month.of(october)].uses == 0


def test_each_month_is_what_the_figures_of_the_community_say_of_the_shop(
    session: Session, community: Community, owner: Work, shop: Shop
) -> None:
    for days in (0, 30, 30, 61, 122):
        at = NOON - timedelta(days=days)
        for one in (shop, given_shop(session, community)):
            given_redemption(session, given_card(session, community), one, at=at)
        if days == 61:
            fold_sales(session, community, uuid7())

    told = state_month(owner, shop, DECEMBER)

    assert [sums.uses for _, sums in told.before] == [2, 1, 0, 1, 0]
    for month, sums in ((DECEMBER, told.sums), *told.before):
        found = sum_benefit_in(session, community.id, first=month, last=month).by_shop
        expected = [int(one.sums.payable_fen) for one in found if one.key == str(shop.id)]
        assert [sums.payable_fen] == (expected or [0])


def test_a_statement_adds_up_nothing_of_other_shops(
    session: Session, owner: Work, shop: Shop
) -> None:
    given_visits(session, shop, new=5, known=6)
    session.flush()
    statements: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        state_month(owner, shop, DECEMBER)
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)

    reading = [one for one in statements if re.search(r"FROM (redemption|sales_sum)\b", one)]
    assert reading
    assert [one for one in reading if not re.search(r"shop_id = %", one)] == []
    assert len(statements) <= 12

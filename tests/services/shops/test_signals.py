"""Sales are looked through once a day; what stands out waits until staff have looked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop, ShopSignal, SignalWatermark, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.errors import SignalPutAwayError, UnknownRecordError
from loyalty.services.shops.signals import (
    FindSignals,
    PutAway,
    find_shop_signals,
    forget_signals,
    get_signal,
    look_through_sales,
    put_signal_away,
)
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_account,
    given_card,
    given_community,
    given_shop,
    given_staff,
    given_till,
)
from tests.given_sales import given_redemption

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community)


def given_burst(session: Session, card: Card, shop: Shop, *, at: datetime = NOON) -> None:
    for minutes in range(3):
        given_redemption(session, card, shop, at=at + timedelta(minutes=minutes))


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(ShopSignal.kind).order_by(ShopSignal.id)))


def test_a_day_is_looked_through_when_it_is_over_and_once(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    given_burst(session, card, shop)

    assert look_through_sales(session, community, now=NOON) == 0
    assert look_through_sales(session, community, now=TOMORROW) == 1
    assert look_through_sales(session, community, now=TOMORROW) == 0

    (found,) = session.scalars(select(ShopSignal))
    assert (found.kind, found.shop_id, found.day) == ("bursts", shop.id, NOON.date())
    assert len(found.facts["sale_ids"]) == 3


def test_what_stands_out_in_another_community_does_not_here(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    # One card in two shops within half a minute: no shop of ours is needed to notice that.
    for hours in range(3):
        for seconds, where in ((0, shop), (30, given_shop(session, community))):
            at = NOON + timedelta(hours=hours, seconds=seconds)
            given_redemption(session, card, where, at=at, till_id=given_till(session, where).id)

    assert look_through_sales(session, given_community(session), now=TOMORROW) == 0
    assert look_through_sales(session, community, now=TOMORROW) > 0


def test_what_was_found_is_not_found_again_though_it_was_put_away(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    given_burst(session, card, shop)
    look_through_sales(session, community, now=TOMORROW)
    work = Work(session, given_staff(session, community), TOMORROW)
    (found,) = find_shop_signals(work, FindSignals(limit=10)).items

    put_signal_away(work, PutAway(found.id, "一家三口分开买的"))

    assert look_through_sales(session, community, now=TOMORROW + timedelta(days=1)) == 0
    assert find_shop_signals(work, FindSignals(limit=10)).items == []
    (kept,) = find_shop_signals(work, FindSignals(limit=10, put_away=True)).items
    assert (kept.reason, kept.put_away_by) == ("一家三口分开买的", work.actor.account_id)
    with pytest.raises(SignalPutAwayError):
        put_signal_away(work, PutAway(found.id, "再看一次"))


def test_what_still_waits_tells_the_figures_of_now(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    shop.owner_id = _account_of(session, community, card).id
    for days in range(3):
        given_redemption(session, card, shop, at=NOON - timedelta(days=days))
    assert look_through_sales(session, community, now=TOMORROW) == 1

    for days in range(1, 30):
        given_redemption(session, card, shop, at=NOON + timedelta(days=days))
        assert look_through_sales(session, community, now=TOMORROW + timedelta(days=days)) == 0
        session.expire_all()

    (found,) = session.scalars(select(ShopSignal))
    assert found.facts["days"] == 28
    assert found.found_at == TOMORROW


def test_what_was_put_away_hides_only_the_sales_until_then(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    shop.owner_id = _account_of(session, community, card).id
    for days in range(3):
        given_redemption(session, card, shop, at=NOON - timedelta(days=days))
    look_through_sales(session, community, now=TOMORROW)
    work = Work(session, given_staff(session, community), TOMORROW)
    (found,) = find_shop_signals(work, FindSignals(limit=10)).items
    put_signal_away(work, PutAway(found.id, "店主自己买菜"))
    session.flush()

    counts = []
    for days in range(1, 4):
        given_redemption(session, card, shop, at=NOON + timedelta(days=days))
        counts.append(look_through_sales(session, community, now=TOMORROW + timedelta(days=days)))

    assert counts == [0, 0, 1]
    (again,) = find_shop_signals(work, FindSignals(limit=10)).items
    assert (again.kind, again.day, again.facts["sales"]) == ("own_card", TOMORROW.date(), 3)


def _account_of(session: Session, community: Community, card: Card) -> StaffAccount:
    return given_account(session, community, Role.SHOP_OWNER, resident_id=card.resident_id)


def test_a_sale_that_comes_late_is_looked_at_with_the_next_day(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    look_through_sales(session, community, now=TOMORROW)
    given_burst(session, card, shop, at=NOON - timedelta(days=3))

    assert look_through_sales(session, community, now=TOMORROW + timedelta(days=1)) == 1


def test_sales_that_were_taken_back_do_not_stand_out(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    given_burst(session, card, shop)
    sale = given_redemption(session, card, shop, at=NOON + timedelta(minutes=9))
    back = {"total_fen": -1000, "discountable_fen": -1000, "payable_fen": -850, "saved_fen": -150}
    given_redemption(session, card, shop, kind="void", of_id=sale.id, uses=-1, **back)

    look_through_sales(session, community, now=TOMORROW)

    (found,) = session.scalars(select(ShopSignal))
    assert str(sale.id) not in found.facts["sale_ids"]


@pytest.mark.parametrize("whose", ["owner", "clerk", "somebody else"])
def test_the_card_of_the_owner_and_of_who_writes_down_is_known_as_such(
    session: Session, community: Community, card: Card, shop: Shop, whose: str
) -> None:
    person = card.resident_id if whose != "somebody else" else None
    account = given_account(session, community, Role.SHOP_OWNER, resident_id=person)
    if whose == "owner":
        shop.owner_id = account.id
    clerk = {"account_id": account.id} if whose == "clerk" else {}
    for days in range(3):
        given_redemption(session, card, shop, at=NOON - timedelta(days=days), **clerk)

    look_through_sales(session, community, now=TOMORROW)

    assert kinds(session) == ([] if whose == "somebody else" else ["own_card"])


def test_a_shop_may_grant_more_uses_than_the_community(
    session: Session, community: Community, shop: Shop
) -> None:
    """Three uses a day are all that a card has, unless the shop allows five."""

    def look_again() -> list[str]:
        session.execute(delete(ShopSignal).where(ShopSignal.community_id == community.id))
        session.execute(delete(SignalWatermark).where(SignalWatermark.community_id == community.id))
        session.expire_all()
        look_through_sales(session, community, now=TOMORROW)
        return kinds(session)

    for _ in range(5):
        card = given_card(session, community)
        for hours in range(3):
            given_redemption(session, card, shop, at=NOON + timedelta(hours=hours))

    assert look_again() == ["used_up_limits"]
    shop.uses_per_shop_day = 5
    assert look_again() == []


def test_another_communitys_sales_are_none_of_ours(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    given_burst(session, card, shop)
    elsewhere = given_community(session)
    theirs = Work(session, given_staff(session, elsewhere), TOMORROW)

    assert look_through_sales(session, elsewhere, now=TOMORROW) == 0
    assert look_through_sales(session, community, now=TOMORROW) == 1

    (found,) = session.scalars(select(ShopSignal))
    assert find_shop_signals(theirs, FindSignals(limit=10)).items == []
    with pytest.raises(UnknownRecordError):
        get_signal(theirs, found.id)


@pytest.mark.parametrize(("days", "left"), [(89, 1), (90, 0)])
def test_what_was_put_away_is_forgotten_after_ninety_days(
    session: Session, community: Community, card: Card, shop: Shop, *, days: int, left: int
) -> None:
    given_burst(session, card, shop)
    look_through_sales(session, community, now=TOMORROW)
    work = Work(session, given_staff(session, community), TOMORROW)
    (found,) = find_shop_signals(work, FindSignals(limit=10)).items
    put_signal_away(work, PutAway(found.id, "看过了"))

    forget_signals(session, community.id, now=TOMORROW + timedelta(days=days))

    assert len(kinds(session)) == left
    assert session.scalars(select(StaffAccount.id)).all()


def test_what_stands_out_in_one_shop_is_asked_for_alone(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    other = given_shop(session, community)
    for one in (shop, other):
        given_burst(session, card, one)
    look_through_sales(session, community, now=TOMORROW)
    work = Work(session, given_staff(session, community), TOMORROW)

    found = find_shop_signals(work, FindSignals(10, shop_id=shop.id)).items

    assert {one.shop_id for one in found} == {shop.id}
    assert {one.shop_id for one in find_shop_signals(work, FindSignals(10)).items} == {
        shop.id,
        other.id,
    }

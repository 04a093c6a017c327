"""The kept sums of the book: with what came since they are the book, whenever they were folded."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.commands.folding import fold_every_book
from loyalty.database import db
from loyalty.models import (
    Card,
    Community,
    Redemption,
    SalesCard,
    SalesFold,
    SalesHour,
    SalesSum,
    Shop,
)
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.rules.retention import LINKS_OF_SALES
from loyalty.services.checkout.reversals import ReturnGoods, VoidSale, return_goods, void_sale
from loyalty.services.ledger import folding
from loyalty.services.ledger.benefit import Benefit, Sums, sum_benefit_in, sum_month
from loyalty.services.ledger.book import Hour, Months, list_hours
from loyalty.services.ledger.folding import find_fold_end, fold_sales, id_at, refold_month
from loyalty.services.ledger.month_people import keep_month_people, refold_open_months
from loyalty.services.ledger.shop_sums import count_people_of_shop
from loyalty.services.privacy.retention import part_sales_from_cards
from loyalty.services.work import Work
from tests.given import NOON, given_card, given_community, given_resident, given_shop, given_staff
from tests.given_sales import given_redemption

NOVEMBER, DECEMBER, JANUARY = Month(2026, 11), Month(2026, 12), Month(2027, 1)
TIMEZONE = "Asia/Shanghai"


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community), NOON)


def fold(session: Session, community: Community, until_id: UUID | None = None) -> bool:
    """Fold whatever is in the book by now, as if nobody could be writing any more."""
    session.flush()
    return fold_sales(session, community, until_id or uuid7())


def unfold(session: Session, community: Community) -> None:
    """Let the figures be read from the book alone."""
    session.execute(delete(SalesFold).where(SalesFold.community_id == community.id))
    for model in (SalesSum, SalesCard, SalesHour):
        session.execute(delete(model).where(model.community_id == community.id))
    session.expire_all()


def told(work: Work) -> tuple[Benefit, list[Sums], list[Hour]]:
    """All that is told of sales from November to January."""
    months = (NOVEMBER, DECEMBER, JANUARY)
    own = work.community_id
    return (
        sum_benefit_in(work.session, own, first=NOVEMBER, last=JANUARY),
        [sum_month(work, month) for month in months],
        list_hours(work.session, Months(own, NOVEMBER, JANUARY), TIMEZONE),
    )


def given_market(work: Work, community: Community) -> tuple[list[Card], list[Shop]]:
    session = work.session
    couple = [given_resident(session, community, household_ref="h1") for _ in range(2)]
    cards = [given_card(session, community, resident_id=one.id) for one in couple]
    cards += [given_card(session, community, honour="household_head")]
    trades = ("蔬菜", "蔬菜", "超市")
    return cards, [given_shop(session, community, category=trade) for trade in trades]


def happen(work: Work, random: Random, cards: list[Card], shops: list[Shop]) -> None:
    """Let something happen to the book: a sale, one without amount, a void, or a return."""
    session = work.session
    sales = session.scalars(work.select(Redemption).where(Redemption.kind == "sale")).all()
    backs = {one.of_id for one in session.scalars(work.select(Redemption))}
    standing = [sale for sale in sales if sale.id not in backs and sale.with_amount]
    deed = random.choice(["sale", "sale", "sale", "use", "void", "return"])
    at = NOON + timedelta(days=random.randrange(-35, 25), hours=random.randrange(24))
    if deed in {"sale", "use"} or not standing:
        paid = random.randrange(1, 900) if deed == "sale" else 0
        amounts = {"total_fen": paid + 100, "discountable_fen": paid + 100, "saved_fen": 100}
        nothing = {"total_fen": 0, "discountable_fen": 0, "saved_fen": 0, "with_amount": False}
        values = {**(amounts if paid else nothing), "payable_fen": paid, "at": at}
        given_redemption(session, random.choice(cards), random.choice(shops), **values)
        return
    sale = random.choice(standing)
    later = Work(session, work.actor, sale.happened_at + timedelta(days=random.randrange(25)))
    if deed == "void":
        void_sale(later, VoidSale(sale.id, "打错"))
    else:
        return_goods(later, ReturnGoods(sale.id, "坏了", amount=Fen(sale.total_fen)))


@pytest.mark.parametrize("seed", range(4))
def test_whenever_the_book_is_folded_the_figures_are_those_of_its_entries(
    session: Session, community: Community, work: Work, seed: int
) -> None:
    random = Random(seed)  # noqa: S311  # the same market each time
    cards, shops = given_market(work, community)
    for _ in range(40):
        happen(work, random, cards, shops)
        if random.random() < 0.2:
            fold(session, community)
    folded = told(work)
    kept = select(SalesSum).where(SalesSum.community_id == community.id)
    assert session.scalars(kept).all()

    unfold(session, community)

    assert told(work) == folded


@pytest.mark.parametrize("seed", range(2))
def test_rows_and_columns_add_up_to_the_entries_over_any_split(
    session: Session, community: Community, work: Work, seed: int
) -> None:
    random = Random(seed)  # noqa: S311  # the same market each time
    cards, shops = given_market(work, community)
    for _ in range(30):
        happen(work, random, cards, shops)
        if random.random() < 0.2:
            fold(session, community)
    entries: Counter[tuple[str, str]] = Counter()
    for entry in session.scalars(work.select(Redemption)):
        parts = (str(Month.of(entry.month)), str(entry.shop_id), entry.trade, "all")
        for part in parts:
            entries[part, "paid"] += entry.payable_fen
            entries[part, "uses"] += entry.uses

    found, months, hours = told(work)

    shares = [*found.by_month, *found.by_shop, *found.by_trade]
    for share in shares:
        sums = (share.sums.payable_fen, share.sums.uses)
        assert sums == (entries[share.key, "paid"], entries[share.key, "uses"])
    assert sum(one.payable_fen for one in months) == entries["all", "paid"]
    assert sum(one.payable_fen for one in hours) == entries["all", "paid"]
    assert sum(one.uses for one in hours) == entries["all", "uses"] == found.totals.uses


@pytest.mark.parametrize("folds", [(), ("sale",), ("void",), ("sale", "void")])
def test_a_void_leaves_no_trace_in_the_totals_and_stays_to_be_seen(
    session: Session, community: Community, work: Work, folds: tuple[str, ...]
) -> None:
    sale = given_redemption(session, given_card(session, community), given_shop(session, community))
    if "sale" in folds:
        fold(session, community)
    void_sale(work, VoidSale(sale.id, "打错"))
    if "void" in folds:
        fold(session, community)

    sums = sum_month(work, DECEMBER)

    assert (sums.uses, sums.people, sums.households, sums.payable_fen) == (0, 0, 0, 0)
    kinds = session.scalars(work.select(Redemption).with_only_columns(Redemption.kind)).all()
    assert sorted(kinds) == ["sale", "void"]


def test_who_took_back_a_month_later_has_bought_in_the_first(
    session: Session, community: Community, work: Work
) -> None:
    sale = given_redemption(session, given_card(session, community), given_shop(session, community))
    january = Work(session, work.actor, NOON + timedelta(days=30))
    void_sale(january, VoidSale(sale.id, "打错"))
    fold(session, community)

    months = [sum_month(work, month) for month in (DECEMBER, JANUARY)]

    assert [(one.uses, one.people) for one in months] == [(1, 1), (-1, 0)]


def test_a_void_counts_in_no_month_before_that_of_its_sale(
    session: Session, community: Community, work: Work
) -> None:
    card, shop = given_card(session, community), given_shop(session, community)
    sale = given_redemption(session, card, shop, month=JANUARY.first)

    void_sale(work, VoidSale(sale.id, "打错"))

    assert [sum_month(work, month).uses for month in (DECEMBER, JANUARY)] == [0, 0]
    assert {one.month for one in session.scalars(work.select(Redemption))} == {JANUARY.first}


def keep_house_meanwhile(community_id: UUID) -> Callable[..., None]:
    """Return what counts the people of December and forgets cards, before the next count."""
    kept: list[bool] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counting = "household_key" in statement and "count(DISTINCT" in statement
        if kept or not counting:
            return
        kept.append(True)
        with Session(db.engine) as own:
            community = own.get_one(Community, community_id)
            later = NOON + LINKS_OF_SALES
            keep_month_people(own, community, today=later.date())
            refold_open_months(own, community, today=later.date())
            part_sales_from_cards(own, community_id, now=later)
            own.commit()

    return keep


@pytest.mark.parametrize("count", [
    lambda work, _: sum_month(work, DECEMBER).people,
    lambda work, _: sum_benefit_in(
        work.session, work.community_id, first=DECEMBER, last=DECEMBER
    ).totals.people,
    lambda work, _: sum_benefit_in(
        work.session, work.community_id, first=DECEMBER, last=DECEMBER
    ).by_shop[0].sums.people,
    lambda work, _: sum_benefit_in(
        work.session, work.community_id, first=DECEMBER, last=JANUARY
    ).by_month[0].sums.people,
    lambda work, shop: count_people_of_shop(work, shop.id, DECEMBER),
])  # fmt: skip
def test_people_are_told_though_cards_are_forgotten_while_they_are_counted(
    session: Session, community: Community, work: Work, count: Callable[[Work, Shop], int | None]
) -> None:
    shop = given_shop(session, community)
    given_redemption(session, given_card(session, community), shop)
    fold(session, community)
    session.commit()
    meanwhile = keep_house_meanwhile(community.id)

    event.listen(db.engine, "before_cursor_execute", meanwhile)
    try:
        people = count(work, shop)
    finally:
        event.remove(db.engine, "before_cursor_execute", meanwhile)

    assert people == 1
    sale = session.scalars(work.select(Redemption).execution_options(populate_existing=True)).one()
    assert sale.card_id is None


def test_what_is_sold_elsewhere_is_in_no_sum_here(session: Session, work: Work) -> None:
    elsewhere = given_community(session)
    given_redemption(session, given_card(session, elsewhere), given_shop(session, elsewhere))
    fold(session, elsewhere)

    assert sum_month(work, DECEMBER).uses == 0
    assert list_hours(session, Months(work.community_id, DECEMBER, DECEMBER), TIMEZONE) == []


def test_a_long_book_is_folded_in_parts(
    session: Session, community: Community, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MOST_AT_ONCE", 2)
    card, shop = given_card(session, community), given_shop(session, community)
    for _ in range(5):
        given_redemption(session, card, shop)
    session.flush()
    end = uuid7()

    turns = [fold(session, community, end) for _ in range(4)]

    assert turns == [True, True, False, False]
    assert sum_month(work, DECEMBER).uses == 5


def late_and_early(
    community: Community, card: Card, shop: Shop, find_end: Callable[[Session], UUID | None]
) -> tuple[Work, Session]:
    """A sale that waits to be committed, while another is, and the book is folded."""
    session = db.session()
    work = Work(session, given_staff(session, community), NOON)
    session.commit()
    waiting = Session(db.engine)
    given_redemption(waiting, card, shop)
    given_redemption(session, card, shop)
    session.commit()
    end = find_end(session)
    assert end is not None
    fold_sales(session, community, end)
    session.commit()
    return work, waiting


def test_what_is_committed_behind_a_fold_is_in_the_figures(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "ID_WAITS", timedelta(0))
    card, shop = given_card(session, community), given_shop(session, community)
    work, waiting = late_and_early(community, card, shop, find_fold_end)

    assert sum_month(work, DECEMBER).uses == 1
    waiting.commit()
    waiting.close()

    assert sum_month(work, DECEMBER).uses == 2


def test_a_fold_that_does_not_look_who_is_writing_would_lose_it_until_it_is_added_up_anew(
    session: Session, community: Community
) -> None:
    """The control; and what mends it, should an entry wait longer than a minute."""
    card, shop = given_card(session, community), given_shop(session, community)
    work, waiting = late_and_early(community, card, shop, lambda _: uuid7())
    waiting.commit()
    waiting.close()
    assert sum_month(work, DECEMBER).uses == 1

    refold_month(session, community, DECEMBER)

    assert sum_month(work, DECEMBER).uses == 2


def test_a_fold_ends_a_minute_before_now(session: Session) -> None:
    end = find_fold_end(session)

    assert end is not None
    now = datetime.now().astimezone()
    assert id_at(now - timedelta(minutes=2)) < end <= id_at(now - timedelta(minutes=1))


def test_the_worker_folds_the_book_of_every_community(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "ID_WAITS", timedelta(seconds=-1))
    for one in (community, given_community(session)):
        given_redemption(session, given_card(session, one), given_shop(session, one))
    session.commit()

    fold_every_book()

    kept = session.scalars(select(SalesSum)).all()
    assert [one.uses for one in kept] == [1, 1]


def test_a_book_that_cannot_be_folded_keeps_no_other_from_it(
    session: Session,
    community: Community,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(folding, "ID_WAITS", timedelta(seconds=-1))
    broken, sound = community, given_community(session)
    for one in (broken, sound):
        given_redemption(session, given_card(session, one), given_shop(session, one))
    broken.timezone = "Nowhere/Nowhere"
    session.commit()

    fold_every_book()

    kept = session.scalars(select(SalesSum)).all()
    assert [one.community_id for one in kept] == [sound.id]
    assert broken.slug in caplog.text
    assert "Nowhere" not in caplog.text


def test_how_often_a_card_was_used_is_forgotten_once_people_are_counted(
    session: Session, community: Community, work: Work
) -> None:
    given_redemption(session, given_card(session, community), given_shop(session, community))
    fold(session, community)
    cards = select(SalesCard).where(SalesCard.community_id == community.id)
    before = sum_month(work, DECEMBER)
    counting = NOON.replace(year=2027, month=1, day=9).date()
    refold_open_months(session, community, today=NOON.date())
    assert len(session.scalars(cards).all()) == 1

    keep_month_people(session, community, today=counting)
    refold_open_months(session, community, today=counting)

    assert session.scalars(cards).all() == []
    assert sum_month(work, DECEMBER) == before

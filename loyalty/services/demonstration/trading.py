"""The sales of the demonstration, spread like a market's week."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from psycopg import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card
from loyalty.rules.calendar import Month
from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket, Line
from loyalty.rules.money import Fen
from loyalty.services.actors import Till
from loyalty.services.checkout.appraisal import ShownCard
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.reversals import ReturnGoods, VoidSale, return_goods, void_sale
from loyalty.services.checkout.sale import RedeemCard
from loyalty.services.demonstration.cast import Cast
from loyalty.services.demonstration.market import Stall
from loyalty.services.demonstration.story import Story
from loyalty.services.errors import CardRefusedError
from loyalty.services.work import AnyWork, Work

SALES_A_DAY = 65
"""On a Wednesday."""
WEEK = (8, 9, 10, 10, 11, 15, 13)
"""How busy Monday to Sunday are, in tenths of a Wednesday."""
HOURS = {7: 6, 8: 14, 9: 16, 10: 13, 11: 9, 12: 5, 13: 3, 14: 4, 15: 6, 16: 9, 17: 12, 18: 8, 19: 4}
"""How busy the hours are: the market is a morning's affair, with a second peak before supper."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A recorded sale that is to be taken back."""

    till: Till
    sale_id: UUID
    at: datetime
    amount_fen: int | None
    """Marked price of the goods that come back; None voids the sale."""


@dataclass(frozen=True, slots=True)
class Trading:
    """A month's trade."""

    connection: Connection[Any]
    """One on which each statement is a transaction of its own."""
    directory: Directory
    stalls: Sequence[Stall]
    cards: Sequence[str]
    """Tokens of the cards that people hold."""


def living_cards(session: Session, cast: Cast, month: Month) -> Sequence[str]:
    """Return the tokens of the cards that people hold in a month."""
    return session.scalars(
        select(Card.token)
        .where(
            Card.community_id == cast.community_id,
            Card.valid_from == month.first,
            Card.state == CardState.ACTIVE,
        )
        .order_by(Card.serial)
    ).all()


def trade(trading: Trading, cast: Cast, day: date) -> list[Mistake]:
    """Make the sales of one day; return what has to be taken back."""
    random = cast.story.random
    mistakes = []
    for stall, moment in _visits(cast.story, day, trading.stalls):
        basket = _basket(stall, random)
        key = UUID(int=random.getrandbits(128), version=4)
        request = RedeemCard(ShownCard(random.choice(trading.cards), basket), key)
        try:
            sale = redeem(
                trading.connection, trading.directory, stall.till_token, request, now=moment
            )
        except CardRefusedError:
            continue  # A card that was used often today: the customer pays the full price.
        luck = random.randrange(1000)
        if luck < 12 or (luck < 15 and basket is not None):
            till = Till(stall.till_id, stall.shop_id, cast.community_id, cast.clerk.timezone)
            amount = None if luck < 12 else max(sale.total_fen // 3, 1)
            mistakes.append(Mistake(till, sale.id, moment + timedelta(minutes=4), amount))
    return mistakes


def take_back(session: Session, cast: Cast, mistakes: Sequence[Mistake]) -> None:
    """Void what was rung up wrongly; staff take back goods that were brought back."""
    for one in mistakes:
        now = min(one.at, cast.story.now)
        if one.amount_fen is None:
            void_sale(AnyWork(session, one.till, now), VoidSale(one.sale_id, "金额输错"))
        else:
            goods = ReturnGoods(one.sale_id, "退货", Fen(one.amount_fen))
            return_goods(Work(session, cast.clerk, now), goods)


def _visits(story: Story, day: date, stalls: Sequence[Stall]) -> Iterator[tuple[Stall, datetime]]:
    """Yield who sells when, in the order of time, as far as the day has come."""
    random = story.random
    count = SALES_A_DAY * WEEK[day.weekday()] // 10 + random.randint(-12, 12)
    hours = random.choices(list(HOURS), list(HOURS.values()), k=count)
    for hour, minute in sorted((hour, random.randrange(60)) for hour in hours):
        moment = story.at(day, hour, minute)
        if moment < story.now:
            yield random.choice(stalls), moment + timedelta(seconds=random.randrange(60))


def _basket(stall: Stall, random: Random) -> Basket | None:
    """Return a purchase of the stall's trade; None where the stall only looks at the card."""
    small, large = stall.trade.basket_fen
    # Small purchases are the common ones.
    total = Fen(min(random.randint(small, large) for _ in range(2)))
    kind = random.randrange(100)
    if kind < 3:
        return None
    if stall.trade.category == "超市" and kind < 25:
        tobacco = Fen(random.choice((1_000, 1_300, 2_500)))
        lines = (Line("groceries", total), Line("tobacco", tobacco))
        return Basket(Fen(total + tobacco), lines)
    if kind < 8:
        return Basket(total, excluded=Fen(total // 4))
    return Basket(total)

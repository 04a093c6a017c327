"""Impossible times are found at a sale's neighbours, as if the card's whole day were looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Redemption, SaleCase, Shop
from loyalty.rules.offline import IMPOSSIBLE_WITHIN
from tests.given import NOON, given_card, given_shop

MIDNIGHT = NOON.replace(hour=0)
SPREAD = 400
"""Seconds over which a random day's sales lie: some are neighbours, and some are far apart."""
SALES = 40
ELSEWHERE_THAT_DAY = 300
"""Sales of a busy card which lie too far away to be impossible."""

READ = """
SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables
 WHERE relname = 'redemption'
"""


@dataclass(frozen=True)
class Market:
    """Three shops, and a card that is shown in all of them."""

    session: Session
    card: Card
    shops: Sequence[Shop]

    def sell(self, place: int, at: datetime, *, offline: bool, kind: str = "sale") -> UUID:
        """Write an entry of one fen into the book, and return its id."""
        entry = _entry(self.card, self.shops[place].id, at, offline=offline)
        if kind == "void":
            sale = self.sell(place, at, offline=offline)
            back = {"kind": "void", "of_id": sale, "total_fen": -1, "payable_fen": -1, "uses": -1}
            entry |= {**back, "discountable_fen": -1, "idempotency_key": None}
        self.session.execute(insert(Redemption).values(entry))
        return UUID(str(entry["id"]))


def _entry(card: Card, shop_id: UUID, at: datetime, *, offline: bool) -> dict[str, Any]:
    day = at.date()
    return {
        "id": uuid4(),
        "community_id": card.community_id,
        "card_id": card.id,
        "shop_id": shop_id,
        "receipt": "ABCDEFGH",
        "total_fen": 1,
        "discountable_fen": 1,
        "payable_fen": 1,
        "saved_fen": 0,
        "pay_permille": 850,
        "rule_version": 1,
        "trade": "超市",
        "honour_id": card.honour_id,
        "idempotency_key": uuid4(),
        "offline": offline,
        "happened_at": at,
        "happened_on": day,
        "month": day.replace(day=1),
        "recorded_at": NOON,
    }


@pytest.fixture
def market(session: Session, community: Community) -> Market:
    shops = [given_shop(session, community) for _ in range(3)]
    return Market(session, given_card(session, community), shops)


def impossible_with(
    sale: Redemption, before: Sequence[Redemption]
) -> tuple[timedelta | None, set[UUID]]:
    """Return how near the nearest impossible sale is, and which ones are as near, by the rule."""
    near = {
        other.id: abs(other.happened_at - sale.happened_at)
        for other in before
        if other.shop_id != sale.shop_id
        and other.kind == "sale"
        and (other.offline or sale.offline)
        and abs(other.happened_at - sale.happened_at) < IMPOSSIBLE_WITHIN
    }
    least = min(near.values(), default=None)
    return least, {other for other, apart in near.items() if apart == least}


def cases_of(session: Session) -> Mapping[UUID | None, UUID | None]:
    """Return which sale each case names beside its own."""
    found = session.execute(select(SaleCase.redemption_id, SaleCase.other_redemption_id))
    return dict(found.tuples().all())


@pytest.mark.parametrize("seed", range(8))
def test_the_neighbours_in_time_open_the_cases_of_the_whole_day(market: Market, seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # no secret
    written = [
        market.sell(
            chance.randrange(3),
            MIDNIGHT + timedelta(seconds=chance.randrange(-SPREAD, SPREAD)),
            offline=chance.random() < 0.5,
            kind="void" if chance.random() < 0.1 else "sale",
        )
        for _ in range(SALES)
    ]

    entries = {entry.id: entry for entry in market.session.scalars(select(Redemption))}
    # A void is written right after its sale.
    order = [
        entry
        for each in written
        for entry in (entries.get(entries[each].of_id or each), entries[each])
        if entry is not None
    ]
    order = list(dict.fromkeys(order))
    cases = cases_of(market.session)
    found = 0
    for place, sale in enumerate(order):
        least, nearest = impossible_with(sale, order[:place])
        if sale.kind != "sale" or least is None:
            assert sale.id not in cases
        else:
            assert cases[sale.id] in nearest
            found += 1
    assert 0 < found == len(cases) < len(order)


def test_what_else_a_card_bought_that_day_is_not_read(market: Market) -> None:
    hours_away = [NOON + timedelta(minutes=30, seconds=one) for one in range(ELSEWHERE_THAT_DAY)]
    entries = [_entry(market.card, market.shops[0].id, at, offline=True) for at in hours_away]
    market.session.execute(insert(Redemption), entries)
    beside = market.sell(1, NOON + timedelta(seconds=30), offline=True)
    market.session.execute(text("ANALYZE redemption"))
    before = market.session.scalar(text(READ))

    sale = market.sell(2, NOON, offline=True)

    assert cases_of(market.session)[sale] == beside
    assert 0 < market.session.scalar(text(READ)) - before < 10

"""Ten years of a market's stalls: from the first tenants until every stall is let."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.models import Area, Shop, Stall, StallLet
from loyalty.rules.calendar import Month
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.demonstration.cast import Cast
from loyalty.services.demonstration.fiction import LUCKY

STALLS = 274
MONTHS = 120
LET_AT_FIRST = 150
"""Part of the stalls, in permille, that was let at the end of the first month."""
SEED = 274
ONE_IN_CHANGES = 3
"""Which part of the stalls has changed hands since it was first let."""
WARES = ("泵业", "机电", "五金", "轴承", "水暖", "电缆", "阀门")


def let_the_stalls(session: Session, cast: Cast) -> None:
    """Write down who had which stall since when; those of the shops are theirs by now."""
    shops = session.execute(
        select(Shop.id, Shop.name, Shop.stall)
        .where(Shop.community_id == cast.community_id)
        .order_by(Shop.id)
    ).all()
    areas = session.scalars(
        select(Area.id).where(Area.community_id == cast.community_id).order_by(Area.id)
    ).all()
    first = cast.story.this_month.plus(1 - MONTHS)
    names = [str(stall) for _, _, stall in shops]
    names += [f"G区{number:03d}号" for number in range(1, STALLS - len(names) + 1)]
    own = {"community_id": cast.community_id}
    stalls = [
        {
            **own,
            "id": uuid7(),
            "name": name,
            "name_key": make_reference_key(name),
            "area_id": areas[place % len(areas)],
            "built_on": first.first,
        }
        for place, name in enumerate(names)
    ]
    session.execute(insert(Stall), stalls)
    by = {
        **own,
        "account_id": cast.clerk.account_id,
        "recorded_at": cast.story.at(cast.story.opened_on, 8),
    }
    turns = _turns(cast, stalls, shops, first)
    session.execute(insert(StallLet), [{**by, **turn} for turn in turns])


def _turns(
    cast: Cast, stalls: Sequence[dict[str, Any]], shops: Sequence[Any], first: Month
) -> Iterator[dict[str, Any]]:
    random = Random(SEED)
    order = list(range(STALLS))
    random.shuffle(order)
    for rank, place in enumerate(order):
        stall_id = stalls[place]["id"]
        begun = _let_on(first, rank)
        shop = shops[place] if place < len(shops) else None
        tenant = f"{random.choice(LUCKY)}{random.choice(WARES)}"
        changed = begun + timedelta(days=400 + random.randrange(300))
        leaves = random.randrange(ONE_IN_CHANGES) == 0 and changed < cast.story.opened_on
        stays = not leaves and shop is not None
        yield _turn(stall_id, begun, shop if stays else None, tenant)
        if leaves:
            # Given back and let again within a month, before its last day.
            back = Month.of(changed).first
            yield _turn(stall_id, back, None, None)
            yield _turn(stall_id, back + timedelta(days=20), shop, f"{tenant}二店")


def _turn(stall_id: Any, since: date, shop: Any, tenant: str | None) -> dict[str, Any]:
    """Return one turn of a stall; the shop of the register goes before a name."""
    return {
        "stall_id": stall_id,
        "since": since,
        "tenant": shop.name if shop is not None else tenant,
        "shop_id": shop.id if shop is not None else None,
    }


def _let_on(first: Month, rank: int) -> date:
    """Return on which day the stall of a rank is let for the first time: more each month."""
    at_first = STALLS * LET_AT_FIRST // 1000
    if rank < at_first:
        return first.first
    months = 1 + (rank - at_first) * (MONTHS - 2) // (STALLS - at_first)
    return first.plus(months).first

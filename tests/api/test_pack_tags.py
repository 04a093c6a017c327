"""What a pack is known by: it changes with whatever a pack holds, and no pack is made for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.database import db
from loyalty.models import Card, Community, Honour, Shop, ShopTerm
from loyalty.rules.calendar import Month
from loyalty.rules.card_action import CardAction
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.cards.revocations import publish_revocations
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_card,
    given_community,
    given_shop,
    given_signing_key,
    given_staff,
    honour_of,
    paired_till,
)

PACK = "/api/v1/till/offline-pack"


@dataclass
class Market:
    """A community with one certified shop and its till."""

    community: Community
    shop: Shop
    till: dict[str, str]


@pytest.fixture
def market(session: Session) -> Market:
    community = given_community(session)
    shop = given_shop(session, community)
    return Market(community, shop, paired_till(session, shop))


def test_an_unchanged_pack_is_not_sent_again(
    client: FlaskClient, session: Session, market: Market, clock: time_machine.Traveller
) -> None:
    first = client.get(PACK, headers=market.till)
    known = {**market.till, "If-None-Match": first.headers["ETag"]}

    clock.shift(timedelta(minutes=1))
    unchanged = client.get(PACK, headers=known)
    given_card(session, market.community)
    session.commit()
    changed = client.get(PACK, headers=known)

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["ETag"] == first.headers["ETag"]
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def issue(session: Session, market: Market) -> None:
    given_card(session, market.community)


def suspend(session: Session, market: Market) -> None:
    act(session, market, CardAction.SUSPEND, "issued")


def resume(session: Session, market: Market) -> None:
    act(session, market, CardAction.RESUME, "suspended")


def act(session: Session, market: Market, action: CardAction, state: str) -> None:
    card = session.scalars(select(Card).where(Card.state == state)).one()
    work = Work(session, given_staff(session, market.community), NOON)
    act_on_card(work, ActOnCard(card.id, action, reason="丢了"), sealing_key=SEALING_KEY)


def agree(session: Session, market: Market) -> None:
    honour = honour_of(session, market.community)
    whose = {"community_id": market.community.id, "shop_id": market.shop.id}
    session.add(ShopTerm(**whose, honour_id=honour.id, pay_permille=810))


def rename(_session: Session, market: Market) -> None:
    market.shop.name = "新的名字"


def limit(_session: Session, market: Market) -> None:
    market.community.uses_per_day = 2


def add_key(session: Session, market: Market) -> None:
    given_signing_key(session, market.community, Month.of(date(2027, 1, 1)))


def add_honour(session: Session, market: Market) -> None:
    session.add(Honour(community_id=market.community.id, code="other", name="其他", number=9))


@pytest.mark.parametrize(
    "change",
    [issue, suspend, resume, agree, rename, limit, add_key, add_honour],
    ids=lambda one: one.__name__,
)
def test_whatever_a_pack_holds_changes_what_it_is_known_by(
    client: FlaskClient, session: Session, market: Market, change: Callable[[Session, Market], None]
) -> None:
    given_card(session, market.community)
    given_card(session, market.community, state="suspended")
    publish_revocations(session, market.community, sealing_key=SEALING_KEY, now=NOON)
    session.commit()
    first = client.get(PACK, headers=market.till)

    change(session, market)
    session.commit()
    again = client.get(PACK, headers={**market.till, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    assert without_hour(again.json) != without_hour(first.json)


def test_a_new_day_changes_what_a_pack_is_known_by(
    client: FlaskClient, market: Market, clock: time_machine.Traveller
) -> None:
    first = client.get(PACK, headers=market.till)
    known = {**market.till, "If-None-Match": first.headers["ETag"]}

    clock.move_to(NOON.replace(hour=23, minute=59))
    assert client.get(PACK, headers=known).status_code == 304
    clock.shift(timedelta(minutes=1))
    assert client.get(PACK, headers=known).status_code == 200


def test_what_a_neighbour_changes_leaves_our_pack_as_it_is(
    client: FlaskClient, session: Session, market: Market
) -> None:
    theirs = Market(elsewhere := given_community(session), given_shop(session, elsewhere), {})
    given_card(session, elsewhere)
    given_card(session, elsewhere, state="suspended")
    session.commit()
    first = client.get(PACK, headers=market.till)

    for change in (issue, agree, rename, limit, add_key, add_honour):
        change(session, theirs)
    publish_revocations(session, elsewhere, sealing_key=SEALING_KEY, now=NOON)
    session.commit()

    known = {**market.till, "If-None-Match": first.headers["ETag"]}
    assert client.get(PACK, headers=known).status_code == 304


def test_a_pack_is_known_by_whose_shop_it_is_for(
    client: FlaskClient, session: Session, market: Market
) -> None:
    beside = paired_till(session, given_shop(session, market.community))

    tags = {client.get(PACK, headers=till).headers["ETag"] for till in (market.till, beside)}

    assert len(tags) == 2


def test_an_unchanged_pack_is_not_made(client: FlaskClient, market: Market) -> None:
    first = client.get(PACK, headers=market.till)
    known = {**market.till, "If-None-Match": first.headers["ETag"]}
    asked: list[str] = []

    def keep(*told: Any) -> None:
        asked.append(told[2])

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        client.get(PACK, headers=known)
        unchanged = list(asked)
        client.get(PACK, headers=market.till)
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)

    assert unchanged == []
    assert asked


def without_hour(pack: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in pack.items() if name != "issued_at"}

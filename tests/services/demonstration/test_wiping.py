from random import SystemRandom
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    NumberedSale,
    QuarantinedSale,
    Redemption,
    SaleCase,
    Till,
)
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.demonstration.cast import SLUG, Cast
from loyalty.services.demonstration.selection import people_of
from loyalty.services.demonstration.story import Story
from loyalty.services.demonstration.trading import living_cards
from loyalty.services.demonstration.welcome import invite_visitor, token_to_print
from loyalty.services.demonstration.wiping import wipe
from loyalty.services.staff.sign_in import to_staff_member
from tests.given import NOON, given_account, given_shop
from tests.given_late_sales import given_case, given_late_market, late_sale
from tests.two_communities import given_two


def test_late_sales_and_their_cases_are_wiped_with_the_demonstration(
    client: FlaskClient, session: Session
) -> None:
    market = given_late_market(client, session)
    market.community.slug, market.community.demonstration = SLUG, True
    session.commit()
    market.upload(late_sale(market.card.token), late_sale("nonsense"))
    till_id = session.scalars(select(Till.id)).one()
    own = {"community_id": market.community.id, "till_id": till_id}
    kept = QuarantinedSale(**own, idempotency_key=uuid4(), happened_at=NOON, arrived_at=NOON)
    number = NumberedSale(**own, number=1, digest=bytes(32), previous=bytes(32), arrived_at=NOON)
    session.add_all([kept, number])
    case = given_case(session, market.community, till_id=till_id, shop_id=market.shop.id)
    case.redemption_id = session.scalars(select(Redemption.id)).one()
    case.quarantined_sale_id = kept.id
    session.commit()

    wipe(session)
    session.commit()

    for record in (SaleCase, NumberedSale, QuarantinedSale, Redemption, Till):
        assert session.scalar(select(func.count()).select_from(record)) == 0


@pytest.mark.usefixtures("clock")
def test_the_neighbours_of_the_demonstration_keep_everything(app: Flask, session: Session) -> None:
    two = given_two(app, session)
    before = two.rows()
    two.theirs()
    theirs = two.rows() - before
    two.community.slug, two.community.demonstration = SLUG, True
    session.commit()

    wipe(session)
    session.commit()

    left = two.rows()
    assert theirs <= left
    assert not [row for row in left - theirs if str(two.community.id) in row]


@pytest.mark.usefixtures("clock")
def test_nobody_of_the_neighbours_plays_in_the_demonstration(app: Flask, session: Session) -> None:
    two = given_two(app, session)
    demonstration = two.elsewhere
    visitor = given_account(session, demonstration, Role.MANAGER, username="demo-manager")
    actor = to_staff_member(visitor, timezone=demonstration.timezone)
    shop = given_shop(session, demonstration, owner_id=visitor.id)
    story = Story(NOON, SystemRandom())
    cast = Cast(story, demonstration.id, actor, actor, actor, actor, actor, ())
    for card in session.scalars(select(Card)):
        card.state = "active"
    session.flush()

    assert people_of(session, cast) == []
    assert living_cards(session, cast, Month(2026, 12)) == []
    assert token_to_print(session, demonstration, now=NOON) is None
    assert invite_visitor(session, demonstration, now=NOON).till.shop_id == shop.id

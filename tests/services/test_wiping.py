from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import (
    NumberedSale,
    QuarantinedSale,
    Redemption,
    SaleCase,
    Till,
)
from loyalty.services.demonstration.cast import SLUG
from loyalty.services.demonstration.wiping import wipe
from tests.given import NOON
from tests.given_late_sales import given_case, given_late_market, late_sale


def test_late_sales_and_their_cases_are_wiped_with_the_demonstration(
    client: FlaskClient, session: Session
) -> None:
    market = given_late_market(client, session)
    market.community.slug, market.community.demonstration = SLUG, True
    session.commit()
    market.upload(late_sale(market.card.token), late_sale("nonsense"))
    till_id = session.scalars(select(Till.id)).one()
    kept = QuarantinedSale(
        till_id=till_id, idempotency_key=uuid4(), happened_at=NOON, arrived_at=NOON
    )
    number = NumberedSale(
        till_id=till_id, number=1, digest=bytes(32), previous=bytes(32), arrived_at=NOON
    )
    session.add_all([kept, number])
    case = given_case(session, market.community, till_id=till_id, shop_id=market.shop.id)
    case.redemption_id = session.scalars(select(Redemption.id)).one()
    case.quarantined_sale_id = kept.id
    session.commit()

    wipe(session)
    session.commit()

    for record in (SaleCase, NumberedSale, QuarantinedSale, Redemption, Till):
        assert session.scalar(select(func.count()).select_from(record)) == 0

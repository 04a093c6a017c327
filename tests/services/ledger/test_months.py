"""Which months leave as files, and what is told of one that was closed."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.calendar import Month
from loyalty.services.ledger.benefit import sum_month_in
from loyalty.services.ledger.month_cells import list_exported_months
from tests.given import NOON, given_account, given_card, given_community, given_shop
from tests.given_closed_months import given_closed_month
from tests.given_sales import given_redemption


def test_a_community_without_sales_has_no_month_to_export_whoever_else_sells(
    session: Session, community: Community
) -> None:
    elsewhere = given_community(session)
    given_redemption(session, given_card(session, elsewhere), given_shop(session, elsewhere))
    today = date(2027, 2, 15)

    assert list_exported_months(session, community, today=today) == []
    assert list_exported_months(session, elsewhere, today=today) == [
        Month(2026, 12),
        Month(2027, 1),
    ]


@pytest.mark.parametrize(("is_closed", "uses"), [(False, 1), (True, 0)])
def test_a_closed_month_is_told_as_it_was_closed_and_an_open_one_as_the_book_has_it(
    session: Session, community: Community, *, is_closed: bool, uses: int
) -> None:
    given_redemption(
        session,
        given_card(session, community),
        given_shop(session, community),
        at=NOON.replace(month=10),
        uses=1,
    )
    if is_closed:
        given_closed_month(session, community, closed_by=given_account(session, community).id)

    assert sum_month_in(session, community.id, Month(2026, 10)).uses == uses

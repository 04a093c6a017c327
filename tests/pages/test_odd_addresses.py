"""Lists of the console are asked with whatever stands in an address, and never break."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import given_card, given_round, given_shop, given_till
from tests.pages.visits import enter, press

LISTS = {
    "/staff/cards": ("state", "q", "resident_id", "after"),
    "/staff/cases": ("state", "after"),
    "/staff/figures/contributions": (
        "month", "kind", "giver", "receiver", "label", "state", "after"
    ),
    "/staff/deeds": ("q", "month"),
    "/staff/figures": ("month",),
    "/staff/matters": ("state", "after"),
    "/staff/policy/accounts": ("after", "q"),
    "/staff/residents": ("state", "q", "after"),
    "/staff/rounds/{round_id}/candidates": ("outcome",),
    "/staff/rounds/{round_id}/nominations": ("q", "honour", "source"),
    "/staff/sales": ("first", "last", "shop_id", "q", "after"),
    "/staff/own-shops/{shop_id}/sales": ("first", "last", "q", "after"),
    "/staff/own-shops/{shop_id}/statement": ("month",),
    "/staff/shops/signals": ("state", "after"),
    "/staff/shops": ("state", "q", "after"),
    "/staff/shops/visits": ("of",),
    "/staff/shops/{shop_id}/visits": ("after",),
}  # fmt: skip
"""What each list may be asked for, by its address."""

LAST_DAYS = "first=9999-01-01&last=9999-12-31"

ODD = ["%00", "a%00", "%F0%9F%98%80", "%27", "\u3000"]


@pytest.mark.parametrize("page", LISTS)
def test_what_no_list_knows_is_overlooked_or_refused(
    client: FlaskClient, session: Session, community: Community, page: str
) -> None:
    ids = {
        "round_id": given_round(session, community, state="open").id,
        "shop_id": given_shop(session, community).id,
    }
    enter(client, session, community, *Role)

    sound = client.get(page.format(**ids))
    answers = {
        f"{member}={odd}": client.get(f"{page.format(**ids)}?{member}={odd}").status_code
        for member in LISTS[page]
        for odd in ODD
    }

    assert sound.status_code == 200
    assert {asked: code for asked, code in answers.items() if code not in {200, 400, 404}} == {}


def test_what_nobody_can_do_is_no_page_and_changes_nothing(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop, neighbour = (given_shop(session, community) for _ in range(2))
    till, card = given_till(session, neighbour), given_card(session, community)
    review = given_round(session, community, state="review")
    enter(client, session, community, *Role)

    for page in (
        f"/staff/shops/{shop.id}/certification/burn",
        f"/staff/cards/{card.id}/burn",
        f"/staff/shops/{shop.id}/tills/{till.id}/revoke",
    ):
        assert client.get(page).status_code == 404
    conflicts = f"/staff/rounds/{review.id}/ballots/conflicts"
    for form in ({}, {"candidate": str(card.id), "kind": "envy"}, {"kind": "relative"}):
        assert press(client, "/staff/account", conflicts, **form).status_code == 400
    assert till.revoked_at is None


def test_the_sales_of_the_last_year_that_dates_have_are_none(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)

    assert client.get(f"/staff/sales?{LAST_DAYS}").status_code == 200

"""Programs read what stands out, the statement of a shop, and confirm an offer."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, OfferConfirmation, Shop, StaffAccount
from loyalty.services.actors import Role
from tests.given import given_card, given_community, given_shop, signed_in
from tests.given_offers import given_signal
from tests.given_sales import given_redemption

SIGNALS = "/api/v1/shop-signals"


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


@pytest.fixture
def staff(session: Session, community: Community) -> dict[str, str]:
    return signed_in(session, community, Role.STAFF)


def owner_of(session: Session, community: Community, shop: Shop | None) -> dict[str, str]:
    """Return the headers of an owner: of a shop, or of none of these."""
    headers = signed_in(session, community, Role.SHOP_OWNER)
    newest = select(StaffAccount).order_by(StaffAccount.id.desc()).limit(1)
    if shop is not None:
        shop.owner_id = session.scalars(newest).one().id
        session.commit()
    return headers


def test_a_signal_is_read_with_its_facts_and_put_away_once(
    client: FlaskClient, session: Session, shop: Shop, staff: dict[str, str]
) -> None:
    signal = given_signal(session, shop)
    session.commit()
    address = f"{SIGNALS}/{signal.id}/put-away"

    (told,) = client.get(SIGNALS, headers=staff).json["items"]
    without = client.post(address, headers=staff, json={})
    done = client.post(address, headers=staff, json={"reason": "设备坏了"})
    again = client.post(address, headers=staff, json={"reason": "设备坏了"})

    assert (told["kind"], told["facts"]["days"], told["put_away_at"]) == ("silence", 20, None)
    assert (without.status_code, done.status_code, again.status_code) == (422, 200, 409)
    assert again.json["type"] == "/problems/signal-put-away"
    assert client.get(SIGNALS, headers=staff).json["items"] == []
    (kept,) = client.get(f"{SIGNALS}?put_away=true", headers=staff).json["items"]
    assert kept["reason"] == "设备坏了"


def test_another_communitys_signals_are_unknown(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    signal = given_signal(session, shop)
    elsewhere = signed_in(session, given_community(session), Role.MANAGER)

    answer = client.post(
        f"{SIGNALS}/{signal.id}/put-away", headers=elsewhere, json={"reason": "看看"}
    )

    assert answer.status_code == 404
    assert client.get(SIGNALS, headers=elsewhere).json["items"] == []


def test_an_owner_reads_the_month_of_their_shop_and_of_no_other(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    given_redemption(session, given_card(session, community), shop)
    owner = owner_of(session, community, shop)
    other = owner_of(session, community, None)

    def read(headers: dict[str, str], query: str) -> Any:
        return client.get(f"/api/v1/shops/{shop.id}/statement{query}", headers=headers)

    told = read(owner, "?month=2026-12").json
    assert (told["sums"]["uses"], told["sums"]["payable_fen"]) == (1, 850)
    assert (told["people"], told["new_people"], told["month"]) == (None, None, "2026-12")
    assert read(other, "?month=2026-12").status_code == 403
    assert read(owner, "").status_code == read(owner, "?month=2026-13").status_code == 422


def test_an_owner_confirms_the_offer_of_their_shop_and_of_no_other(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    owner = owner_of(session, community, shop)
    other = owner_of(session, community, None)
    address = f"/api/v1/shops/{shop.id}/offer-confirmation"

    statuses = [client.post(address, headers=by).status_code for by in (owner, owner, other)]

    assert statuses == [204, 204, 403]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(OfferConfirmation)) == 1

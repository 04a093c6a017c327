from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from loyalty.models import CardMonth, Redemption
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
    signed_in,
)
from tests.given_sales import SALES, sell


def test_a_void_is_a_new_entry_and_gives_the_use_back(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1, saved_per_month_fen=150)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale: dict[str, Any] = {"code": card.token, "total_fen": 1000}
    first = sell(client, till, **sale)

    void = client.post(f"{SALES}/{first}/void", headers=till, json={"reason": "打错"})
    again = client.post(SALES, headers={**till, **sale_key()}, json=sale)

    assert void.status_code == 201
    assert void.json["of_id"] == first
    assert (void.json["payable_fen"], void.json["saved_fen"]) == (-850, -150)
    assert again.status_code == 201


def test_a_sale_is_voided_once(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = sell(client, till, card.token)
    path = f"{SALES}/{sale}/void"

    assert client.post(path, headers=till, json={"reason": "打错"}).status_code == 201
    assert client.post(path, headers=till, json={"reason": "打错"}).status_code == 409


@pytest.mark.parametrize(("after", "status"), [(600, 201), (601, 409)])
def test_the_till_voids_within_ten_minutes(
    client: FlaskClient, session: Session, after: int, status: int
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = sell(client, till, card.token)

    with time_machine.travel(NOON + timedelta(seconds=after), tick=False):
        void = client.post(f"{SALES}/{sale}/void", headers=till, json={"reason": "打错"})

    assert void.status_code == status


@pytest.mark.parametrize(
    ("later", "way", "back", "told"),
    [
        (timedelta(seconds=601), "void", {}, "The till's 10 minutes are over"),
        (timedelta(days=1), "returns", {"amount_fen": 1000}, "at the till on its own day"),
        (timedelta(days=8), "returns", {"amount_fen": 1}, "The till's 7 days are over"),
    ],
)
def test_a_till_that_comes_too_late_is_told_which_time_is_over(
    client: FlaskClient,
    session: Session,
    *,
    later: timedelta,
    way: str,
    back: dict[str, int],
    told: str,
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = sell(client, till, card.token, total_fen=1000)

    with time_machine.travel(NOON + later, tick=False):
        late = client.post(f"{SALES}/{sale}/{way}", headers=till, json={"reason": "?", **back})

    assert late.status_code == 409
    assert told in late.json["detail"]


def test_staff_and_the_shops_owner_void_later_and_outsiders_never(
    client: FlaskClient, session: Session
) -> None:
    community, elsewhere = given_community(session), given_community(session)
    card = given_card(session, community)
    shop = given_shop(session, community)
    till = paired_till(session, shop)
    owner = signed_in(session, community, Role.SHOP_OWNER)
    shop.owner_id = session.execute(
        text("SELECT id FROM staff_account WHERE roles = '{shop_owner}'")
    ).scalar_one()
    session.commit()
    outsiders = [
        signed_in(session, community, Role.SHOP_OWNER),
        signed_in(session, elsewhere, Role.MANAGER),
        paired_till(session, shop),
        paired_till(session, given_shop(session, elsewhere)),
    ]

    def new_sale() -> str:
        return f"{SALES}/{sell(client, till, card.token)}/void"

    first, second = new_sale(), new_sale()
    with time_machine.travel(NOON + timedelta(minutes=30), tick=False):
        for outsider in outsiders:
            assert client.post(first, headers=outsider, json={"reason": "?"}).status_code == 404
        assert client.post(first, json={"reason": "?"}).status_code == 401
        staff = signed_in(session, community, Role.STAFF)
        assert client.post(first, headers=staff, json={"reason": "退货"}).status_code == 201
        assert client.post(second, headers=owner, json={"reason": "退货"}).status_code == 201


def test_a_return_refunds_what_the_rest_does_not_cost(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = sell(client, till, card.token, total_fen=1290)
    path = f"{SALES}/{sale}/returns"

    first = client.post(path, headers=till, json={"reason": "坏了", "amount_fen": 290})
    rest = client.post(path, headers=till, json={"reason": "坏了", "amount_fen": 1000})
    more = client.post(path, headers=till, json={"reason": "坏了", "amount_fen": 1})

    assert (first.json["payable_fen"], first.json["saved_fen"]) == (-246, -44)
    assert (rest.json["payable_fen"], rest.json["saved_fen"]) == (-850, -150)
    assert more.status_code == 409
    sums = session.execute(
        select(func.sum(Redemption.total_fen), func.sum(Redemption.payable_fen))
    ).one()
    assert tuple(sums) == (0, 0)
    assert session.scalars(select(CardMonth.saved_fen)).one() == 0

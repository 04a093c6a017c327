from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_resident,
    given_shop,
    paired_till,
    signed_in,
)
from tests.given_sales import SALES, sell

BENEFIT = "/api/v1/benefit?from=2026-12&to=2026-12"


def test_uses_people_and_households_are_counted_apart(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    parents = [given_resident(session, community, household_ref="h1") for _ in range(2)]
    neighbour = given_resident(session, community)
    cards = [
        given_card(session, community, resident_id=person.id) for person in (*parents, neighbour)
    ]
    till = paired_till(session, given_shop(session, community))
    for card in (cards[0], cards[0], cards[1], cards[2]):
        sell(client, till, card.token)
    staff = signed_in(session, community, Role.STAFF)

    totals = client.get(BENEFIT, headers=staff).json["totals"]

    assert totals == {
        "uses": 4,
        "uses_without_amount": 0,
        "people": 3,
        "households": 2,
        "total_fen": 4000,
        "payable_fen": 3400,
        "saved_fen": 600,
    }


def test_a_voided_sale_counts_for_nobody(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = sell(client, till, card.token)
    client.post(f"{SALES}/{sale}/void", headers=till, json={"reason": "打错"})
    staff = signed_in(session, community, Role.STAFF)

    assert set(client.get(BENEFIT, headers=staff).json["totals"].values()) == {0}


def test_the_parts_add_up_to_the_whole(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    honours = ("civilized_resident", "household_head")
    cards = [given_card(session, community, honour=honour) for honour in honours]
    shops = [given_shop(session, community, category=trade) for trade in ("蔬菜", "超市", "超市")]
    tills = [paired_till(session, shop) for shop in shops]
    for place, till in enumerate(tills, start=1):
        for card in cards:
            sell(client, till, card.token, total_fen=1000 * place + 7)
    staff = signed_in(session, community, Role.STAFF)

    found = client.get(BENEFIT, headers=staff).json

    for parts in ("by_month", "by_shop", "by_honour", "by_trade"):
        for sum_ in ("uses", "total_fen", "payable_fen", "saved_fen"):
            assert sum(part[sum_] for part in found[parts]) == found["totals"][sum_]
    assert [len(found[parts]) for parts in ("by_month", "by_shop", "by_honour", "by_trade")] == [
        1,
        3,
        2,
        2,
    ]
    assert {part["name"] for part in found["by_shop"]} == {shop.name for shop in shops}


def test_a_month_ends_at_midnight_in_the_community(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    first_second = NOON.replace(day=1, hour=0)
    with time_machine.travel(first_second, tick=False):
        sell(client, till, card.token)
    staff = signed_in(session, community, Role.STAFF)

    months = client.get("/api/v1/benefit?from=2026-11&to=2026-12", headers=staff).json["by_month"]

    assert [month["key"] for month in months] == ["2026-12"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-12&to=2026-12", 200),
        ("from=2017-01&to=2026-12", 200),
        ("from=2026-12&to=2026-11", 422),
        ("from=2026-13&to=2026-12", 422),
        ("from=1900-01&to=2026-12", 422),
        ("from=2026-12", 422),
        ("from=2026-12&to=2026-12&rank=worst", 422),
    ],
)
def test_months_that_make_no_sense_are_refused(
    client: FlaskClient, session: Session, query: str, status: int
) -> None:
    council = signed_in(session, given_community(session), Role.COUNCIL)

    assert client.get(f"/api/v1/benefit?{query}", headers=council).status_code == status


@pytest.mark.parametrize(
    ("months", "fault"),
    [
        ("from=2026-12&to=2026-11", "The last month comes before the first."),
        ("from=2016-12&to=2026-12", "At most 120 months are added up."),
    ],
)
def test_it_is_told_what_is_wrong_with_the_months(
    client: FlaskClient, staff: dict[str, str], months: str, fault: str
) -> None:
    found = client.get(f"/api/v1/benefit?{months}", headers=staff).json

    assert found["errors"] == [{"pointer": "/query/to", "detail": fault}]


def test_every_figure_has_its_definition(client: FlaskClient, staff: dict[str, str]) -> None:
    found = client.get(BENEFIT, headers=staff).json

    assert set(found["totals"]) <= set(found["definitions"])


def test_tills_and_other_communities_see_no_figures(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sell(client, till, card.token)
    stranger = signed_in(session, given_community(session), Role.MANAGER)

    assert client.get(BENEFIT, headers=till).status_code == 403
    assert client.get(BENEFIT).status_code == 401
    assert client.get(BENEFIT, headers=stranger).json["totals"]["uses"] == 0
    with time_machine.travel(NOON + timedelta(days=40), tick=False):
        assert client.get(BENEFIT, headers=stranger).status_code == 401

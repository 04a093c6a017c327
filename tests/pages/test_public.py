from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.given import given_community, given_shop
from tests.pages.visits import text_of


def test_the_first_page_has_three_doors(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)

    assert all(f'href="{door}"' in page for door in ("/card", "/shops", "/till", "/staff"))


def test_the_shops_that_take_the_card_are_listed_by_trade(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    given_shop(session, community, name="百味菜铺", category="蔬菜")
    given_shop(session, community, name="停牌店", state="suspended")
    session.commit()

    page = text_of(client.get("/shops"))

    assert "蔬菜" in page
    assert "百味菜铺" in page
    assert "停牌店" not in page


def test_several_communities_are_chosen_from(client: FlaskClient, session: Session) -> None:
    first, second = given_community(session, name="东市"), given_community(session, name="西市")
    given_shop(session, second, name="西市菜铺")
    session.commit()

    assert {"东市", "西市"} <= set(text_of(client.get("/shops")).split())
    assert "西市菜铺" in text_of(client.get(f"/{second.slug}/shops"))
    assert "西市菜铺" not in text_of(client.get(f"/{first.slug}/shops"))


def test_without_a_community_the_page_says_what_to_do(client: FlaskClient) -> None:
    assert "loyalty init" in text_of(client.get("/shops"))


@pytest.mark.parametrize(
    ("state", "word"),
    [
        *(("certified", "已挂牌"), ("warned", "已挂牌"), ("suspended", "暂停打折")),
        *(("withdrawn", "已摘牌"), ("applied", "没有挂牌")),
    ],
)
def test_a_plaque_says_what_it_is_worth_now(
    client: FlaskClient, session: Session, state: str, word: str
) -> None:
    community = given_community(session)
    shop = given_shop(session, community, state=state)
    session.commit()

    answer = client.get(f"/p/{shop.plaque_number}")

    assert word in text_of(answer)
    assert "限期改正" not in text_of(answer)
    assert answer.cache_control.no_store


def test_a_plaque_that_has_lapsed_says_so(client: FlaskClient, session: Session) -> None:
    shop = given_shop(session, given_community(session), certified_until=date(2020, 1, 1))
    session.commit()

    assert "待复查" in text_of(client.get(f"/p/{shop.plaque_number}"))


@pytest.mark.parametrize("number", ["PGY-9999", "'; DROP TABLE shop", "x" * 300])
def test_a_number_that_no_plaque_has_is_told_as_such(
    client: FlaskClient, session: Session, number: str
) -> None:
    given_community(session)
    session.commit()

    answer = client.get(f"/p/{number}")

    assert answer.status_code == 404
    assert "没有这块牌" in text_of(answer)


@pytest.mark.parametrize("path", ["/nowhere", "/nobody/shops", "/nobody/p/PGY-0001"])
def test_what_is_not_there_is_a_page_that_says_so(
    client: FlaskClient, session: Session, path: str
) -> None:
    given_community(session)
    session.commit()

    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "没有这一页" in text_of(answer)


def test_below_the_api_errors_are_problems(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nowhere")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_the_api_is_described_or_the_page_says_how_to_get_the_files(client: FlaskClient) -> None:
    answer = client.get("/api/docs")

    assert answer.status_code == 200
    assert "openapi.json" in text_of(answer)


def test_the_service_says_that_it_lives(client: FlaskClient) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").get_data(as_text=True) == "ready\n"


@pytest.mark.parametrize("slug", ["livez-road", "readyz-lane"])
def test_a_community_may_be_called_as_an_address_of_programs_begins(
    client: FlaskClient, session: Session, slug: str
) -> None:
    given_community(session, slug=slug)
    session.commit()

    page = client.get(f"/{slug}/complaint/status")

    assert page.status_code == 200
    assert 'name="csrf_token"' in page.text
    assert client.get("/livez").headers.get("Set-Cookie") is None

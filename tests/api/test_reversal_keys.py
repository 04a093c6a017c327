"""A void or a return sent again under its key is done once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, CardMonth, Community, Redemption
from loyalty.services.actors import Role
from tests.given import given_card, given_community, given_shop, paired_till, sale_key, signed_in
from tests.given_sales import SALES, sell

GOODS = {"reason": "坏了", "amount_fen": 300}
DEEDS = {"void": {"reason": "打错"}, "returns": GOODS}


@pytest.fixture
def till(session: Session) -> dict[str, str]:
    """A till in a community of its own."""
    return paired_till(session, given_shop(session, given_community(session)))


@pytest.fixture
def sale(client: FlaskClient, session: Session, till: dict[str, str]) -> str:
    """A sale of ten yuan at the till."""
    return new_sale(client, session, till)


def new_sale(client: FlaskClient, session: Session, till: dict[str, str]) -> str:
    community = _community(session)
    card = given_card(session, community)
    session.commit()
    return sell(client, till, card.token)


def _community(session: Session) -> Community:
    return session.scalars(select(Community)).one()


def entries(session: Session, kind: str) -> int:
    wanted = select(func.count()).select_from(Redemption).where(Redemption.kind == kind)
    return session.scalar(wanted) or 0


@pytest.mark.parametrize("deed", DEEDS)
def test_the_same_key_is_replayed(
    client: FlaskClient, session: Session, till: dict[str, str], sale: str, deed: str
) -> None:
    headers = {**till, **sale_key()}
    path = f"{SALES}/{sale}/{deed}"

    first = client.post(path, headers=headers, json=DEEDS[deed])
    second = client.post(path, headers=headers, json=DEEDS[deed])

    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.json == first.json
    assert entries(session, deed.removesuffix("s")) == 1


def test_without_a_key_goods_come_back_each_time(
    client: FlaskClient, session: Session, till: dict[str, str], sale: str
) -> None:
    for _ in range(2):
        assert client.post(f"{SALES}/{sale}/returns", headers=till, json=GOODS).status_code == 201

    assert entries(session, "return") == 2


@pytest.mark.parametrize(
    "other",
    [{**GOODS, "amount_fen": 301}, {**GOODS, "excluded_fen": 0}, {**GOODS, "reason": "变质"}],
)
def test_the_same_key_with_another_body_is_refused(
    client: FlaskClient, session: Session, till: dict[str, str], sale: str, other: dict[str, Any]
) -> None:
    headers, path = {**till, **sale_key()}, f"{SALES}/{sale}/returns"
    client.post(path, headers=headers, json=GOODS)

    answer = client.post(path, headers=headers, json=other)

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/idempotency-key-reused")
    assert entries(session, "return") == 1


def test_a_key_names_one_deed_of_one_sale(
    client: FlaskClient, session: Session, till: dict[str, str], sale: str
) -> None:
    other, headers = new_sale(client, session, till), {**till, **sale_key()}
    client.post(f"{SALES}/{sale}/returns", headers=headers, json=GOODS)

    again = [
        client.post(f"{SALES}/{other}/returns", headers=headers, json=GOODS),
        client.post(f"{SALES}/{sale}/void", headers=headers, json=DEEDS["void"]),
        client.post(SALES, headers=headers, json={"code": _token(session), "total_fen": 100}),
    ]

    assert [answer.status_code for answer in again] == [422, 422, 422]


def _token(session: Session) -> str:
    return session.scalars(select(Card.token)).first() or ""


def test_the_key_of_a_sale_is_no_key_of_its_return(
    client: FlaskClient, session: Session, till: dict[str, str], sale: str
) -> None:
    key = {"Idempotency-Key": str(session.scalars(select(Redemption.idempotency_key)).one())}

    answer = client.post(f"{SALES}/{sale}/returns", headers={**till, **key}, json=GOODS)

    assert answer.status_code == 422


@pytest.mark.parametrize("key", ["", "1", "not-a-uuid"])
def test_a_key_that_is_none_is_named(
    client: FlaskClient, till: dict[str, str], sale: str, key: str
) -> None:
    headers = {**till, "Idempotency-Key": key}

    answer = client.post(f"{SALES}/{sale}/void", headers=headers, json={"reason": "打错"})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/headers/Idempotency-Key"


def test_staff_repeat_under_their_own_key_and_a_stranger_learns_nothing(
    client: FlaskClient, session: Session, till: dict[str, str], sale: str
) -> None:
    staff = {**signed_in(session, _community(session), Role.STAFF), **sale_key()}
    path = f"{SALES}/{sale}/returns"

    answers = [client.post(path, headers=staff, json=GOODS) for _ in range(2)]
    stranger = signed_in(session, given_community(session), Role.MANAGER)
    key = {"Idempotency-Key": staff["Idempotency-Key"]}

    assert [answer.status_code for answer in answers] == [201, 200]
    assert client.post(path, headers={**stranger, **key}, json=GOODS).status_code == 404
    assert client.post(path, headers={**till, **key}, json=GOODS).status_code == 201


def test_eight_at_once_under_one_key_agree(
    app: Flask, session: Session, till: dict[str, str], sale: str
) -> None:
    headers = {**till, **sale_key()}

    def give_back(_: int) -> tuple[int, str]:
        answer = app.test_client().post(f"{SALES}/{sale}/returns", headers=headers, json=GOODS)
        return answer.status_code, answer.json["id"]

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(give_back, range(8)))

    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({entry for _, entry in answers}) == 1
    assert session.scalars(select(CardMonth.saved_fen)).one() == 105


def test_one_key_for_two_sales_at_once_takes_back_one(
    app: Flask, client: FlaskClient, session: Session, till: dict[str, str], sale: str
) -> None:
    headers, sales = {**till, **sale_key()}, [sale, new_sale(client, session, till)]

    def give_back(one: str) -> int:
        path = f"{SALES}/{one}/returns"
        return app.test_client().post(path, headers=headers, json=GOODS).status_code

    with ThreadPoolExecutor(2) as crowd:
        answers = list(crowd.map(give_back, sales))

    assert sorted(answers) == [201, 422]
    assert entries(session, "return") == 1

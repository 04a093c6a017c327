"""What becomes of a sale when the directory does not stand still, or is not there."""

from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from loyalty.cards.keys import derive_public_key, key_id_of
from loyalty.cards.token import read_claims, sign_token
from loyalty.models import DirectoryVersion, Redemption
from loyalty.services.checkout import memory
from loyalty.services.checkout import sale as sale_module
from loyalty.services.checkout.appraisal import ShownCard, appraise
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.sale import RECORD_SALE
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
)
from tests.given_sales import SALES, sell
from tests.kept_database import plain

UNMOVED = "WHERE community_id = %(community)s) = %(version)s"


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("happened_at", [NOON, NOON - timedelta(days=1)])
def test_a_till_is_asked_to_send_again_while_others_keep_changing_the_directory(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch, happened_at: datetime
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = {**paired_till(session, given_shop(session, community)), **sale_key()}
    sale = {"code": card.token, "total_fen": 100, "happened_at": happened_at.isoformat()}
    moved = RECORD_SALE.replace(UNMOVED, UNMOVED.replace(") =", ") <>"))
    assert moved != RECORD_SALE

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sale_module, "RECORD_SALE", moved)
        busy = client.post(SALES, headers=till, json=sale)
    count = session.scalar(select(func.count()).select_from(Redemption))
    settled = client.post(SALES, headers=till, json=sale)

    assert (busy.status_code, busy.headers["Retry-After"], count) == (503, "2", 0)
    assert settled.status_code == 201


@pytest.mark.usefixtures("clock")
def test_a_full_memory_of_cards_is_begun_anew_and_cards_go_on_working(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = given_community(session)
    cards = [given_card(session, community) for _ in range(2)]
    till = paired_till(session, given_shop(session, community))
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 4)

    for card in [*cards, *cards]:
        sell(client, till, card.token)


@pytest.mark.usefixtures("clock")
def test_a_find_signed_by_a_key_that_nobody_here_has_is_unknown(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    private = bytes(range(32))
    elsewhere = replace(read_claims(card.token), key_id=key_id_of(derive_public_key(private)))

    shown = {"code": sign_token(elsewhere, private)}
    answer = client.post("/api/v1/validations", headers=till, json=shown)

    assert answer.json["verdict"] == "unknown"


def test_a_database_without_a_version_of_the_directory_is_not_sold_from(
    session: Session, database: str
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    session.execute(delete(DirectoryVersion))
    session.commit()
    token = till["Authorization"].removeprefix("Bearer ")

    with (
        psycopg.connect(plain(database), autocommit=True) as connection,
        pytest.raises(LookupError, match="run the migrations"),
    ):
        appraise(connection, Directory(), token, ShownCard(card.token), at=NOON)

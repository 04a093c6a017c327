"""When a sale happened: live ones now, late ones by the community's policy."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import CardMonth, Redemption
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    SHANGHAI,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
    signed_in,
)
from tests.given_late_sales import SYNC, LateMarket, late_sale
from tests.given_sales import SALES, given_sales, sell

DAY = timedelta(days=1)


def sell_live(client: FlaskClient, till: dict[str, str], code: str, at: datetime) -> Any:
    sale = {"code": code, "total_fen": 1000, "happened_at": at.isoformat()}
    return client.post(SALES, headers={**till, **sale_key()}, json=sale)


def test_a_live_sale_with_a_clock_set_back_to_june_is_flagged_and_june_does_not_grow(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community, valid_from=date(2026, 6, 1))
    till = paired_till(session, given_shop(session, community))
    staff = signed_in(session, community, Role.STAFF)

    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=SHANGHAI), tick=False):
        june = datetime(2026, 6, 10, 12, tzinfo=SHANGHAI)
        answer = sell_live(client, till, card.token, june)
    months = client.get("/api/v1/benefit?from=2026-06&to=2026-11", headers=staff).json["by_month"]
    cases = client.get("/api/v1/cases?open=true", headers=staff).json["items"]

    assert (answer.status_code, answer.json["verdict"]) == (201, "clock_wrong")
    assert [(month["key"], month["uses"]) for month in months] == [("2026-11", 1)]
    assert [(case["kind"], case["verdict"]) for case in cases] == [("flagged", "clock_wrong")]
    counted = session.scalars(select(CardMonth)).one()
    assert (counted.month, counted.uses["2026-06-10"]) == (date(2026, 6, 1), 1)


def test_a_clock_set_back_day_by_day_mints_no_use(client: FlaskClient, session: Session) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community, valid_from=date(2026, 11, 1), valid_until=NOON.date())
    till = paired_till(session, given_shop(session, community))
    assert sell_live(client, till, card.token, NOON).json["verdict"] == "ok"

    answers = [sell_live(client, till, card.token, NOON - DAY * back) for back in range(82)]

    told = {answer.json.get("verdict") for answer in answers}
    assert "ok" not in told
    assert told == {"over_limit", "clock_wrong", "not_yet_valid"}
    unflagged = session.scalars(select(Redemption).where(Redemption.flag.is_(None))).all()
    assert len(unflagged) == 1


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(minutes=10), (None, False)),
        (timedelta(minutes=10, seconds=1), (None, True)),
        (timedelta(hours=12), (None, True)),
        (timedelta(hours=12, seconds=1), ("clock_wrong", True)),
    ],
)
def test_what_a_till_calls_live_is_late_after_ten_minutes_and_flagged_on_another_day(
    client: FlaskClient, session: Session, ago: timedelta, told: tuple[str | None, bool]
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    assert sell_live(client, till, card.token, NOON - ago).status_code == 201

    sale = session.scalars(select(Redemption)).one()
    assert (sale.flag, sale.offline) == told


def test_a_live_sale_sent_again_the_next_day_is_the_sale_it_was(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    headers = {**till, **sale_key()}
    sale = {"code": card.token, "total_fen": 1000, "happened_at": NOON.isoformat()}
    first = client.post(SALES, headers=headers, json=sale)

    with time_machine.travel(NOON + DAY, tick=False):
        again = client.post(SALES, headers=headers, json=sale)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (7 * DAY, ("recorded", "ok")),
        (7 * DAY + timedelta(seconds=1), ("flagged", "clock_wrong")),
    ],
)
def test_an_upload_may_be_a_week_late(
    market: LateMarket, ago: timedelta, outcome: tuple[str, str]
) -> None:
    item = late_sale(market.card.token, at=NOON - ago)

    assert market.upload(item) == [outcome]
    assert market.upload(item) == [("replayed", outcome[1])]


def test_how_late_is_the_communitys_policy(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    manager = signed_in(session, market.community, Role.MANAGER)
    days = {"late_days": 2, "late_days_on_paper": 3}
    headers = {**manager, "If-Match": '"1"'}

    changed = client.patch("/api/v1/community", headers=headers, json=days)

    assert {name: changed.json[name] for name in days} == days
    item = late_sale(market.card.token, at=NOON - 3 * DAY)
    assert market.upload(item) == [("flagged", "clock_wrong")]
    assert write(client, market, NOON.date() - 3 * DAY) == ("recorded", "ok")
    assert write(client, market, NOON.date() - 4 * DAY) == ("flagged", "clock_wrong")


def write(client: FlaskClient, market: LateMarket, day: date) -> tuple[str, str]:
    """Write a line of a paper sheet down; return what became of it."""
    line = {
        "idempotency_key": str(uuid4()),
        "time": "10:21",
        "code": number_of(market.card.serial),
        "total_fen": 1000,
    }
    path = f"/api/v1/shops/{market.shop.id}/tally"
    sheet = {"day": day.isoformat(), "lines": [line]}
    (result,) = client.post(path, headers=market.staff, json=sheet).json["results"]
    return result["outcome"], result["verdict"]


@pytest.mark.parametrize(
    "days", [{"late_days": 0}, {"late_days_on_paper": 93}, {"late_days": None}]
)
def test_days_that_make_no_sense_are_refused(
    client: FlaskClient, session: Session, market: LateMarket, days: dict[str, Any]
) -> None:
    manager = signed_in(session, market.community, Role.MANAGER)

    answer = client.patch("/api/v1/community", headers={**manager, "If-Match": '"1"'}, json=days)

    assert answer.status_code == 422


def test_what_speaks_against_the_card_goes_before_that_it_is_late(
    session: Session, market: LateMarket
) -> None:
    market.card.state = "revoked"
    session.commit()

    assert market.upload(late_sale(market.card.token, at=NOON - 8 * DAY)) == [
        ("flagged", "revoked")
    ]


def test_a_sheet_of_a_month_whose_figures_are_out_counts_in_the_month_it_arrives(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    community = given_community(session)
    given_sales(client, session, community, 蔬菜=5)
    market_card = given_card(session, community)
    shop = given_shop(session, community)
    staff = signed_in(session, community, Role.STAFF)
    market = LateMarket(client, community, shop, market_card, paired_till(session, shop), staff)
    figures = f"/api/v1/public/{community.slug}/benefit?month=2026-12"

    clock.move_to(datetime(2027, 1, 7, 23, 59, tzinfo=SHANGHAI))
    staff |= signed_in(session, community, Role.STAFF)
    assert client.get(figures).status_code == 404
    assert write(client, market, date(2026, 12, 30)) == ("recorded", "ok")
    clock.move_to(datetime(2027, 1, 8, 0, 0, tzinfo=SHANGHAI))
    before = client.get(figures).json

    assert before["totals"]["uses"] == 6
    assert write(client, market, date(2026, 12, 31)) == ("flagged", "clock_wrong")
    assert client.get(figures).json == before
    sales = session.scalars(select(Redemption).where(Redemption.flag.is_not(None))).all()
    assert [(sale.happened_on, sale.month) for sale in sales] == [
        (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert (
        session.get_one(
            CardMonth, (market_card.community_id, market_card.id, date(2026, 12, 1))
        ).uses["2026-12-31"]
        == 1
    )


def test_a_void_and_a_return_leave_the_month_of_the_sale_as_it_was_published(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    community = given_community(session)
    given_sales(client, session, community, 蔬菜=5)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community, category="超市"))
    voided, returned = sell(client, till, card.token), sell(client, till, card.token)
    figures = f"/api/v1/public/{community.slug}/benefit?month=2026-12"
    clock.move_to(datetime(2027, 1, 8, 0, 0, tzinfo=SHANGHAI))
    staff = signed_in(session, community, Role.STAFF)
    before = client.get(figures).json

    for path, body in (
        (f"{voided}/void", {"reason": "错"}),
        (f"{returned}/returns", {"reason": "退", "amount_fen": 1000}),
    ):
        assert client.post(f"{SALES}/{path}", headers=staff, json=body).status_code == 201

    assert client.get(figures).json == before
    told = client.get("/api/v1/benefit?from=2026-12&to=2027-01", headers=staff).json
    by_month = [
        (month["key"], month["uses"], month["people"], month["saved_fen"])
        for month in told["by_month"]
    ]
    assert by_month == [("2026-12", 7, 6, 1050), ("2027-01", -2, 0, -300)]
    assert (told["totals"]["uses"], told["totals"]["people"]) == (5, 5)


def test_a_use_given_back_is_that_of_the_sales_own_day(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    staff = signed_in(session, community, Role.STAFF)
    with time_machine.travel(NOON - DAY, tick=False):
        sale = sell(client, till, card.token)
    sell(client, till, card.token)

    client.post(f"{SALES}/{sale}/void", headers=staff, json={"reason": "错"})

    uses = session.scalars(select(CardMonth.uses)).one()
    assert (uses["2026-12-08"], uses["2026-12-09"]) == (0, 1)


def test_a_late_sale_taken_back_on_its_device_is_recorded_and_voided(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    item = late_sale(market.card.token)
    (result,) = client.post(SYNC, headers=market.till, json={"items": [item]}).json["results"]

    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        void = client.post(
            f"{SALES}/{result['redemption_id']}/void",
            headers={**market.till, **sale_key()},
            json={"reason": "打错"},
        )

    assert void.status_code == 201
    assert set(session.scalars(select(CardMonth.uses)).one().values()) == {0}

"""The code on a resident's phone at the till: a minute old at most, for one till and one sale."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.rotating import make_rotating_code, make_secret, step_at
from loyalty.models import Card, Community, OwnPage, Redemption, SaleCase
from loyalty.rules.card_number import number_of
from tests.given import NOON, given_card, given_community, given_resident, given_shop, paired_till
from tests.given_own_pages import activated, page_of, rotating_code

Headers = dict[str, str]

SALE = {"total_fen": 1000}


@dataclass
class Market:
    """Two tills, and a resident with a phone."""

    client: FlaskClient
    card: Card
    page: OwnPage
    till: Headers
    other: Headers

    def verdict(self, code: str, till: Headers | None = None) -> str:
        """Return what a till is told of a code."""
        asked = {"code": code, **SALE}
        answer = self.client.post("/api/v1/validations", headers=till or self.till, json=asked)
        return str(answer.json["verdict"])

    def sell(self, code: str, till: Headers | None = None, **values: Any) -> Any:
        """Return the answer to a sale with a code, under a key of its own."""
        key = {"Idempotency-Key": str(values.pop("key", uuid4()))}
        body = {"code": code, **SALE, **values}
        return self.client.post(
            "/api/v1/redemptions", headers={**(till or self.till), **key}, json=body
        )

    def upload(self, code: str, happened_at: datetime) -> Any:
        """Return the outcome of a sale that comes in late."""
        item = {
            "idempotency_key": str(uuid4()),
            "happened_at": happened_at.isoformat(),
            "code": code,
            **SALE,
        }
        answer = self.client.post(
            "/api/v1/redemptions/sync", headers=self.till, json={"items": [item]}
        )
        return answer.json["results"][0]


@pytest.fixture
def market(client: FlaskClient, session: Session, community: Community) -> Market:
    card = given_card(session, community)
    page = activated(session, card)
    tills = [paired_till(session, given_shop(session, community)) for _ in range(2)]
    return Market(client, card, page, *tills)


@pytest.mark.parametrize("age", [0, 29, 30, 59])
def test_a_code_is_taken_for_a_minute(
    market: Market, clock: time_machine.Traveller, age: int
) -> None:
    code = rotating_code(market.page)
    clock.shift(timedelta(seconds=age))

    assert market.verdict(code) == "ok"


@pytest.mark.parametrize("age", [60, 61, 3600])
def test_a_picture_of_it_that_is_older_is_refused(
    market: Market, clock: time_machine.Traveller, age: int
) -> None:
    code = rotating_code(market.page)
    clock.shift(timedelta(seconds=age))

    assert market.verdict(code) == "bad_code"
    assert market.sell(code).json["verdict"] == "bad_code"


def test_a_phone_may_be_half_a_minute_early_and_no_more(market: Market) -> None:
    assert market.verdict(rotating_code(market.page, NOON + timedelta(seconds=30))) == "ok"
    assert market.verdict(rotating_code(market.page, NOON + timedelta(seconds=60))) == "bad_code"


def test_what_the_till_is_told_is_what_it_is_told_of_the_card(market: Market) -> None:
    shown = [
        market.client.post("/api/v1/validations", headers=market.till, json={"code": code, **SALE})
        for code in (rotating_code(market.page), number_of(market.card.serial))
    ]

    assert shown[0].json == shown[1].json


def test_a_code_that_is_too_old_tells_nothing_of_the_card(
    market: Market, clock: time_machine.Traveller
) -> None:
    code = rotating_code(market.page)
    clock.shift(timedelta(minutes=5))

    answer = market.client.post("/api/v1/validations", headers=market.till, json={"code": code})

    assert answer.json == {"verdict": "bad_code"}


def test_a_sale_follows_the_look_at_the_card_with_the_same_code(
    market: Market, clock: time_machine.Traveller, session: Session
) -> None:
    """However long the cashier types; ten minutes is where a sale is no longer live."""
    code = rotating_code(market.page)
    assert market.verdict(code) == "ok"
    clock.shift(timedelta(minutes=9))

    sale = market.sell(code)

    assert (sale.status_code, sale.json["saved_fen"]) == (201, 150)
    assert session.scalars(select(Redemption.card_id)).one() == market.card.id


def test_a_program_sells_without_looking_first(market: Market) -> None:
    assert market.sell(rotating_code(market.page)).status_code == 201


def test_the_same_code_makes_no_second_sale_anywhere(market: Market) -> None:
    code = rotating_code(market.page)
    assert market.sell(code).status_code == 201

    for till in (market.till, market.other):
        refused = market.sell(code, till)
        assert (refused.status_code, refused.json["verdict"]) == (409, "bad_code")
        assert market.verdict(code, till) == "bad_code"


def test_the_next_code_makes_the_next_sale(market: Market, clock: time_machine.Traveller) -> None:
    market.sell(rotating_code(market.page))
    clock.shift(timedelta(seconds=30))

    assert market.sell(rotating_code(market.page, NOON + timedelta(seconds=30))).status_code == 201


def test_a_code_older_than_the_last_one_taken_is_refused(market: Market) -> None:
    before = rotating_code(market.page, NOON - timedelta(seconds=30))
    market.sell(rotating_code(market.page))

    assert market.verdict(before, market.other) == "bad_code"


def test_whoever_looks_first_has_the_code(market: Market) -> None:
    code = rotating_code(market.page)

    assert market.verdict(code) == "ok"
    assert market.verdict(code, market.other) == "bad_code"
    assert market.sell(code, market.other).json["verdict"] == "bad_code"
    assert market.verdict(code) == "ok"
    assert market.sell(code).status_code == 201


def test_a_sale_that_is_sent_again_is_answered_alike_and_counted_once(
    market: Market, clock: time_machine.Traveller, session: Session
) -> None:
    code, key = rotating_code(market.page), uuid4()
    first = market.sell(code, key=key)
    clock.shift(timedelta(minutes=3))

    again = market.sell(code, key=key)

    assert (again.status_code, again.json["receipt"]) == (200, first.json["receipt"])
    assert session.query(Redemption).count() == 1


def test_a_refusal_by_a_limit_uses_no_code_up(
    market: Market, community: Community, session: Session
) -> None:
    community.uses_per_day = 1
    session.commit()
    market.sell(number_of(market.card.serial))
    code = rotating_code(market.page)

    refused = market.sell(code)

    assert refused.json["verdict"] == "over_limit"
    assert page_of(session, market.card).used_up is False


def test_a_sale_that_comes_in_late_is_judged_as_of_its_time(
    market: Market, clock: time_machine.Traveller, session: Session
) -> None:
    """The till took the code, lost the network, and the phone has shown others since."""
    code = rotating_code(market.page)
    assert market.verdict(code) == "ok"
    clock.shift(timedelta(hours=2))
    market.sell(rotating_code(market.page, NOON + timedelta(hours=2)), market.other)

    outcome = market.upload(code, NOON + timedelta(minutes=1))

    assert outcome["outcome"] == "recorded"
    assert session.query(Redemption).count() == 2


def test_a_late_sale_with_a_code_of_another_time_is_shown_to_staff(
    market: Market, clock: time_machine.Traveller, session: Session
) -> None:
    code = rotating_code(market.page)
    clock.shift(timedelta(hours=2))

    outcome = market.upload(code, NOON + timedelta(hours=1))

    assert (outcome["outcome"], outcome["verdict"]) == ("refused", "bad_code")
    assert session.query(SaleCase).count() == 1


@pytest.mark.parametrize("met", [True, False])
def test_a_late_sale_with_a_code_that_has_died_since_is_shown_to_staff_by_every_worker(
    market: Market, session: Session, *, met: bool
) -> None:
    code = rotating_code(market.page, NOON - timedelta(minutes=11))
    if met:
        market.sell(rotating_code(market.page))
    sold = session.query(Redemption).count()
    activated(session, market.card)

    outcome = market.upload(code, NOON - timedelta(minutes=11))

    assert (outcome["outcome"], outcome["verdict"]) == ("refused", "bad_code")
    assert session.query(Redemption).count() == sold


@pytest.mark.parametrize("minutes", [-9, -2, 0, 2, 9])
def test_a_program_whose_clock_is_a_little_off_sells_what_it_was_told(
    market: Market, minutes: int
) -> None:
    code, happened_at = rotating_code(market.page), NOON + timedelta(minutes=minutes)
    assert market.verdict(code) == "ok"

    assert market.sell(code, happened_at=happened_at.isoformat()).status_code == 201


@pytest.mark.parametrize("met", [True, False])
def test_a_picture_of_a_code_grows_no_younger_by_what_a_program_says_of_the_time(
    market: Market, *, met: bool
) -> None:
    if met:
        before = rotating_code(market.page, NOON - timedelta(minutes=10))
        assert market.upload(before, NOON - timedelta(minutes=10))["outcome"] == "recorded"
    taken_at = NOON - timedelta(minutes=9)

    refused = market.sell(rotating_code(market.page, taken_at), happened_at=taken_at.isoformat())

    assert (refused.status_code, refused.json["verdict"]) == (409, "bad_code")


def forged(page: OwnPage) -> str:
    """A code under the handle of a page, made up by somebody who does not know its secret."""
    assert page.handle is not None
    return make_rotating_code(make_secret(), page.handle, step_at(NOON))


@pytest.mark.parametrize("minutes", [0, 10, 11, 60])
def test_a_forged_code_sells_nothing_where_the_card_was_met_before(
    market: Market, session: Session, minutes: int
) -> None:
    market.sell(rotating_code(market.page))
    happened_at = NOON - timedelta(minutes=minutes)

    refused = market.sell(forged(market.page), happened_at=happened_at.isoformat())

    assert (refused.status_code, refused.json["verdict"]) == (409, "bad_code")
    assert session.query(Redemption).count() == 1


def test_a_forged_code_is_not_recorded_from_an_upload_either(
    market: Market, session: Session
) -> None:
    market.sell(rotating_code(market.page))

    outcome = market.upload(forged(market.page), NOON - timedelta(minutes=11))

    assert (outcome["outcome"], outcome["verdict"]) == ("refused", "bad_code")
    assert session.query(Redemption).count() == 1


def test_a_late_sale_with_its_own_code_is_recorded_where_the_card_was_met_before(
    market: Market, session: Session
) -> None:
    """The other side of the edge."""
    market.sell(rotating_code(market.page))
    happened_at = NOON - timedelta(minutes=11)

    sale = market.sell(rotating_code(market.page, happened_at), happened_at=happened_at.isoformat())

    assert sale.status_code == 201
    assert session.query(Redemption).count() == 2


@pytest.mark.parametrize("place", [2, 9, 10, 19, 21])
def test_a_code_with_one_digit_changed_is_refused(market: Market, place: int) -> None:
    code = rotating_code(market.page)
    other = str((int(code[place]) + 1) % 10)

    assert market.verdict(code[:place] + other + code[place + 1 :]) == "bad_code"


def test_the_code_of_a_lost_phone_dies_with_a_new_activation(
    market: Market, session: Session
) -> None:
    old = rotating_code(market.page)
    new = rotating_code(activated(session, market.card))

    assert market.verdict(old) == "bad_code"
    assert market.verdict(new) == "ok"


@pytest.mark.parametrize(
    ("state", "verdict"), [("suspended", "suspended"), ("revoked", "revoked"), ("issued", "ok")]
)
def test_the_state_of_the_card_decides_as_ever(
    market: Market, session: Session, state: str, verdict: str
) -> None:
    market.card.state = state
    session.commit()

    assert market.verdict(rotating_code(market.page)) == verdict


def test_the_card_that_works_goes_before_one_that_does_not(
    market: Market, session: Session, community: Community
) -> None:
    market.card.state = "revoked"
    new = given_card(session, community, resident_id=market.card.resident_id)
    session.commit()

    assert market.sell(rotating_code(market.page)).status_code == 201
    assert session.scalars(select(Redemption.card_id)).one() == new.id


def test_of_two_cards_the_better_rate_counts(
    market: Market, session: Session, community: Community
) -> None:
    better = given_card(
        session,
        community,
        resident_id=market.card.resident_id,
        valid_from=date(2026, 11, 1),
        valid_until=date(2026, 12, 31),
        honour="household_head",
        pay_permille=800,
    )
    session.commit()

    market.sell(rotating_code(market.page))

    assert session.scalars(select(Redemption.card_id)).one() == better.id


def test_next_months_card_appears_by_itself(
    market: Market, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    january = NOON + timedelta(days=31)
    person = market.card.resident_id
    new = given_card(session, community, resident_id=person, valid_from=date(2027, 1, 1))
    session.commit()
    clock.move_to(january)

    assert market.sell(rotating_code(market.page, january)).status_code == 201
    assert session.scalars(select(Redemption.card_id)).one() == new.id


def test_a_till_of_another_community_knows_no_such_code(market: Market, session: Session) -> None:
    """The outsider."""
    elsewhere = given_community(session)
    given_resident(session, elsewhere)
    till = paired_till(session, given_shop(session, elsewhere))
    session.commit()

    assert market.verdict(rotating_code(market.page), till) == "bad_code"


def test_in_public_the_code_is_no_card(market: Market) -> None:
    answer = market.client.post("/api/v1/card-checks", json={"code": rotating_code(market.page)})

    assert answer.json["verdict"] == "bad_code"

"""A month is closed once, in order, and then stays as it is."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from psycopg.errors import IntegrityConstraintViolation
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, Resident, Shop
from loyalty.reports.open_data import make_open_file
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
from tests.given_chains import given_link
from tests.given_late_sales import SYNC, given_case, late_sale
from tests.given_sales import SALES, sell

SETTLED = datetime(2027, 1, 9, 0, 0, tzinfo=SHANGHAI)
"""From when on December may be closed, a day after its figures came out."""
IN_DECEMBER = "/api/v1/benefit?from=2026-12&to=2026-12"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A community that has sold for 50 yuan to five people in December."""

    client: FlaskClient
    session: Session
    community: Community
    till: dict[str, str]
    card: str
    sale: str
    """The id of one of the sales."""

    def close(self, month: str = "2026-12", **headers: str) -> TestResponse:
        manager = signed_in(self.session, self.community, Role.MANAGER)
        return self.client.post(
            f"/api/v1/benefit/months/{month}/close", headers={**manager, **headers}
        )

    @property
    def chain(self) -> bytes:
        """What is published of its closed months."""
        path = f"/api/v1/public/{self.community.slug}/benefit/months"
        return self.client.get(path).get_data()

    @property
    def figures(self) -> bytes:
        """What staff read of December."""
        staff = signed_in(self.session, self.community)
        return self.client.get(IN_DECEMBER, headers=staff).get_data()


@pytest.fixture
def ledger(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> Ledger:
    cards = [given_card(session, community, valid_until=date(2027, 2, 28)).token for _ in range(5)]
    shop = given_shop(session, community, category="蔬菜")
    till = paired_till(session, shop)
    sales = [sell(client, till, card) for card in cards]
    clock.move_to(SETTLED)
    return Ledger(client, session, community, till, cards[0], sales[0])


def missing_of(answer: TestResponse) -> Any:
    assert answer.status_code == 409, answer.text
    assert answer.json["type"] == "/problems/month-state"
    return answer.json["missing"]


def test_a_closed_month_is_told_with_its_head_and_its_figures(ledger: Ledger) -> None:
    answer = ledger.close()

    assert answer.status_code == 201, answer.text
    assert (answer.json["month"], answer.json["previous_head"]) == ("2026-12", None)
    assert answer.json["figures"]["totals"]["payable_fen"] == 5 * 850
    (published,) = json.loads(ledger.chain)["months"]
    assert published["head"] == answer.json["head"]
    assert sha256(published["text"].encode()).hexdigest() == answer.json["head"]
    assert json.loads(published["text"])["totals"]["payable_fen"] == 5 * 850


def test_a_closed_month_holds_the_head_of_what_was_recorded(ledger: Ledger) -> None:
    given_link(ledger.session, ledger.community)
    ledger.session.commit()
    path = f"/api/v1/public/{ledger.community.slug}/audit-head"
    head = ledger.client.get(path).json["head"]

    ledger.close()

    (published,) = json.loads(ledger.chain)["months"]
    held = json.loads(published["text"])["audit_head"]
    assert held == {"number": 1, "head": head["head"]}


def test_each_month_holds_the_head_of_the_one_before(
    ledger: Ledger, clock: time_machine.Traveller
) -> None:
    december = ledger.close()
    clock.move_to(SETTLED.replace(month=2))

    january = ledger.close("2027-01")

    assert january.json["previous_head"] == december.json["head"]
    texts = [json.loads(one["text"]) for one in json.loads(ledger.chain)["months"]]
    assert [one["previous_head"] for one in texts] == [None, december.json["head"]]
    assert texts[1]["totals"] is None


@pytest.mark.parametrize("moment", [NOON, SETTLED - timedelta(seconds=1)])
def test_a_month_is_not_closed_before_a_sale_of_midnight_is_written_down(
    ledger: Ledger, clock: time_machine.Traveller, moment: datetime
) -> None:
    clock.move_to(moment)

    assert missing_of(ledger.close()) == ["figures_not_out"]


def test_a_month_is_closed_once(ledger: Ledger) -> None:
    ledger.close()
    before = ledger.chain

    assert missing_of(ledger.close()) == ["month_closed"]
    assert ledger.chain == before


def test_the_same_request_sent_again_is_answered_as_before(ledger: Ledger) -> None:
    manager = signed_in(ledger.session, ledger.community, Role.MANAGER)
    path, headers = "/api/v1/benefit/months/2026-12/close", {**manager, **sale_key()}

    first, again = (ledger.client.post(path, headers=headers) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json


def test_months_are_closed_in_order(ledger: Ledger, clock: time_machine.Traveller) -> None:
    clock.move_to(SETTLED.replace(month=2))

    assert missing_of(ledger.close("2027-01")) == ["earlier_month_open"]
    assert missing_of(ledger.close("2026-11")) == ["nothing_to_close"]


@pytest.mark.parametrize("month", ["2026-13", "december", "2026-1"])
def test_what_is_no_month_is_not_found(ledger: Ledger, month: str) -> None:
    assert ledger.close(month).status_code == 404


def test_a_month_waits_for_the_cases_of_its_sales(ledger: Ledger) -> None:
    case = given_case(ledger.session, ledger.community, opened_at=NOON)
    staff = signed_in(ledger.session, ledger.community)

    refused = missing_of(ledger.close())
    decided = ledger.client.post(
        f"/api/v1/cases/{case.id}/decision",
        headers=staff,
        json={"decision": "charge_nobody", "reason": "已经核实"},
    )

    assert (refused, decided.status_code) == (["cases_undecided"], 200)
    assert ledger.close().status_code == 201


def test_a_month_waits_for_the_case_of_a_sale_of_the_month_that_was_found_late(
    ledger: Ledger,
) -> None:
    """Opened in January, about a sale that counts in December."""
    given_case(ledger.session, ledger.community, opened_at=SETTLED, redemption_id=UUID(ledger.sale))
    ledger.session.commit()

    assert missing_of(ledger.close()) == ["cases_undecided"]


def test_a_case_of_the_month_after_keeps_nothing_open(ledger: Ledger) -> None:
    given_case(ledger.session, ledger.community, opened_at=SETTLED)
    ledger.session.commit()

    assert ledger.close().status_code == 201


def void_a_sale(ledger: Ledger) -> None:
    staff = signed_in(ledger.session, ledger.community)
    answer = ledger.client.post(
        f"{SALES}/{ledger.sale}/void", headers={**staff, **sale_key()}, json={"reason": "退货"}
    )
    assert answer.status_code == 201


def upload_a_late_sale(ledger: Ledger) -> None:
    late = late_sale(ledger.card, happened_at=NOON.isoformat())
    answer = ledger.client.post(SYNC, headers=ledger.till, json={"items": [late]})
    assert answer.json["results"][0]["outcome"] == "flagged"


def move_a_family(ledger: Ledger) -> None:
    _set(ledger, update(Resident).values(household_key="one"))


def rename_the_shop(ledger: Ledger) -> None:
    _set(ledger, update(Shop).values(name="换了名字", category="水果"))


def _set(ledger: Ledger, statement: Any) -> None:
    ledger.session.execute(statement)
    ledger.session.commit()


@pytest.mark.parametrize("deed", [void_a_sale, upload_a_late_sale, move_a_family, rename_the_shop])
def test_whatever_comes_later_a_closed_month_stays_byte_for_byte(
    ledger: Ledger, deed: Callable[[Ledger], None]
) -> None:
    ledger.close()
    before = ledger.chain, ledger.figures

    deed(ledger)

    assert (ledger.chain, ledger.figures) == before


def test_among_other_months_it_has_the_people_with_whom_it_was_closed(ledger: Ledger) -> None:
    closed = ledger.close().json["figures"]["totals"]

    move_a_family(ledger)

    staff = signed_in(ledger.session, ledger.community)
    url = "/api/v1/benefit?from=2026-12&to=2027-01"
    december = ledger.client.get(url, headers=staff).json["by_month"][0]
    assert closed["households"] == 5
    assert {name: december[name] for name in closed} == closed


def test_before_it_is_closed_a_month_follows_its_records(ledger: Ledger) -> None:
    """The control: what is changed does show in a month that is open."""
    before = ledger.figures

    move_a_family(ledger)

    assert ledger.figures != before


def test_the_database_lets_nobody_change_a_closed_month(ledger: Ledger) -> None:
    ledger.close()

    with pytest.raises(DBAPIError) as refusal:
        ledger.session.execute(
            text("UPDATE closed_month SET text = '{}' WHERE community_id = :community"),
            {"community": ledger.community.id},
        )

    assert isinstance(refusal.value.orig, IntegrityConstraintViolation)
    ledger.session.rollback()


def test_what_is_about_four_people_is_not_published(ledger: Ledger) -> None:
    card = given_card(ledger.session, ledger.community, valid_until=date(2027, 2, 28))
    till = paired_till(
        ledger.session, given_shop(ledger.session, ledger.community, category="理发")
    )
    ledger.session.commit()
    with time_machine.travel(NOON, tick=False):
        sell(ledger.client, till, card.token)

    closed = ledger.close()

    (published,) = json.loads(ledger.chain)["months"]
    shown = json.loads(published["text"])
    assert [one["sums"] for one in shown["by_trade"]] == [None, None]
    assert shown["totals"]["people"] == 6
    assert {one["key"] for one in closed.json["figures"]["by_trade"]} == {"理发", "蔬菜"}


def test_a_closed_month_is_one_communitys(ledger: Ledger) -> None:
    neighbour = given_community(ledger.session)
    ledger.close()
    theirs = signed_in(ledger.session, neighbour, Role.MANAGER)

    path = f"/api/v1/public/{neighbour.slug}/benefit/months"
    assert ledger.client.get(path).json["months"] == []
    answer = ledger.client.post("/api/v1/benefit/months/2026-12/close", headers=theirs)
    assert missing_of(answer) == ["nothing_to_close"]


def test_staff_do_not_close_a_month(ledger: Ledger) -> None:
    for role in (Role.STAFF, Role.COUNCIL):
        headers = signed_in(ledger.session, ledger.community, role)
        answer = ledger.client.post("/api/v1/benefit/months/2026-12/close", headers=headers)
        assert answer.status_code == 403


def open_file(ledger: Ledger, name: str) -> TestResponse:
    return ledger.client.get(f"/api/v1/public/{ledger.community.slug}/open/{name}")


def test_closed_months_are_open_data(ledger: Ledger) -> None:
    ledger.close()

    files = {name: open_file(ledger, name).get_data() for name in ("months.json", "figures.csv")}
    package = open_file(ledger, "datapackage.json").json

    assert json.loads(files["months.json"]) == json.loads(ledger.chain)
    assert files["figures.csv"].startswith("\ufeffcommunity,month,trade,uses,".encode())
    rows = [*csv.DictReader(io.StringIO(files["figures.csv"].decode("utf-8-sig")))]
    assert [(row["trade"], row["payable_fen"]) for row in rows] == [("", "4250"), ("蔬菜", "4250")]
    assert {one["path"]: one["hash"] for one in package["resources"]} == {
        name: f"sha256:{sha256(content).hexdigest()}" for name, content in files.items()
    }
    fields = package["resources"][0]["schema"]["fields"]
    assert [*rows[0]] == [field["name"] for field in fields]


def test_a_trade_that_looks_like_a_formula_is_a_text_in_the_table() -> None:
    told: dict[str, Any] = {"community": "x", "month": "2026-12", "totals": None}
    told["by_trade"] = [{"trade": "=1+1", "sums": None}]
    chain = {"community": "x", "months": [{"text": json.dumps(told)}]}

    assert make_open_file("figures.csv", chain).decode().splitlines()[2] == "x,2026-12,'=1+1,,,,,,,"


def test_another_file_is_not_there(ledger: Ledger) -> None:
    assert open_file(ledger, "secret-key").status_code == 404

"""The till without network: what it says, and that nothing it sells is lost or doubled."""

import json
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Route
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, QuarantinedSale, Redemption, Shop
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from loyalty.services.tills.pairing import revoke_till
from loyalty.services.work import Work
from tests.browser.books import cases, sales
from tests.browser.conftest import Network
from tests.browser.counter import pairing_code, stop_the_clock
from tests.browser.still_till import StillTill
from tests.given import given_staff

pytestmark = pytest.mark.usefixtures("unlimited")

FAULTS: tuple[tuple[int, str] | None, ...] = (
    *((status, "{}") for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)),
    (200, "{}"),
    (200, '{"results": [{"idempotency_key": "other", "outcome": "recorded"}]}'),
    (200, "<html>"),
    None,
)
"""Answers to an upload that are no receipt; None is no answer at all."""


def test_green_needs_a_signature_and_red_needs_to_be_known(till: StillTill, card: Card) -> None:
    till.go_offline()
    number = number_of(card.serial)
    forged = card.token[:-1] + ("A" if card.token[-1] != "A" else "B")

    verdicts = {
        code: till.check(code) for code in (card.token, number, number_of("000000000001"), forged)
    }

    assert [
        [(answer["from"], answer["verdict"], answer["mayRecord"]) for answer in answers]
        for answers in verdicts.values()
    ] == [
        [("device", "ok_offline", True)],
        [("device", "cannot_verify_offline", True)],
        [("device", "cannot_verify_offline", False)],
        [("device", "forged", False)],
    ]


def test_a_card_revoked_meanwhile_is_flagged_and_the_shop_sees_no_error(
    till: StillTill, session: Session, card: Card
) -> None:
    till.go_offline()
    assert till.sell(card.token)["outcome"] == "kept"
    card.state = "revoked"
    session.commit()

    till.go_online()

    till.waits_for("state.waiting === 0")
    assert till.state()["attention"] == 0
    assert session.scalars(select(Redemption.flag)).all() == ["revoked"]
    assert cases(session) == ["flagged"]


def test_no_answer_whatever_loses_or_doubles_a_sale(
    till: StillTill, session: Session, card: Card
) -> None:
    till.go_offline()
    for _ in range(3):
        till.sell(card.token)

    told: list[tuple[int, str] | None] = [None]

    def answer(route: Route) -> None:
        if told[0] is None:
            route.abort()
        else:
            status, body = told[0]
            route.fulfill(status=status, body=body, content_type="application/json")

    till.page.route("**/redemptions/sync", answer)
    till.go_online()
    for fault in FAULTS:
        told[0] = fault
        till.upload()
        state = till.state()
        if state["revoked"]:
            till.reopen()
        assert state["waiting"] + state["attention"] == 3, fault
    assert sales(session) == 0

    till.page.unroute("**/redemptions/sync")
    till.upload()
    assert till.state()["waiting"] + till.state()["attention"] == 0
    assert (sales(session), cases(session)) == (3, [])


def test_a_sale_the_service_could_not_take_is_sent_again_when_the_till_is_opened(
    till: StillTill, session: Session, card: Card
) -> None:
    till.go_offline()
    till.sell(card.token)
    till.page.route(
        "**/redemptions/sync",
        lambda route: route.fulfill(status=400, body="{}", content_type="application/json"),
    )
    till.go_online()
    till.waits_for("state.attention === 1")

    till.page.unroute("**/redemptions/sync")
    till.reopen()

    till.waits_for("state.waiting + state.attention === 0")
    assert (sales(session), cases(session)) == (1, [])


def test_two_tabs_upload_once(till: StillTill, session: Session, card: Card) -> None:
    other = StillTill.open(till.page.context.new_page())
    sent: list[int] = []

    def slowly(route: Route) -> None:
        sent.append(len(json.loads(route.request.post_data or "")["items"]))
        time.sleep(0.3)
        route.continue_()

    till.go_offline()
    for _ in range(5):
        till.sell(card.token)
    # A try without network, at the half minute, is none.
    till.page.context.route("**/redemptions/sync", slowly)

    till.go_online()

    for tab in (till, other):
        tab.upload()
        tab.waits_for("state.waiting === 0")
    assert (sent, sales(session)) == ([5], 5)


def test_an_answer_lost_after_the_commit_makes_one_sale(
    till: StillTill, session: Session, card: Card, network: Network
) -> None:
    network.losing = "/api/v1/redemptions"
    assert till.sell(card.token)["outcome"] == "kept"
    till.upload()
    assert (till.state()["waiting"], sales(session)) == (1, 1)

    network.losing = None
    till.upload()

    assert (till.state()["waiting"], sales(session), cases(session)) == (0, 1, [])


def test_what_waits_is_sent_once_on_focus_and_once_by_the_timer(
    context: BrowserContext, session: Session, shop: Shop, card: Card, network: Network
) -> None:
    page = context.new_page()
    # However long a sale takes here: half a minute is over when the test says so.
    stop_the_clock(page)
    till = StillTill.open(page, pairing_code(session, shop))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url.rpartition("/")[2]))

    def focus() -> None:
        page.evaluate("() => window.dispatchEvent(new Event('focus'))")

    def wait() -> None:
        page.clock.run_for(30_000)

    for number, occasion in enumerate((focus, wait), start=1):
        network.losing = "/api/v1/redemptions"
        assert till.sell(card.token)["outcome"] == "kept"
        network.losing = None
        occasion()
        till.waits_for("state.waiting === 0")
        assert (sent.count("sync"), sales(session)) == (number, number)


def test_a_till_with_a_sale_is_not_signed_out_and_a_revoked_one_hands_its_sales_in(
    till: StillTill, session: Session, shop: Shop, card: Card
) -> None:
    till.go_offline()
    till.sell(card.token)
    assert till.run("till.teller.unpair()") is False
    assert "till_" in till.run("localStorage.getItem('loyalty.till')")
    staff = given_staff(session, session.get_one(Community, shop.community_id), Role.STAFF)
    revoke_till(Work(session, staff, datetime.now(UTC)), till.id())
    session.commit()

    till.go_online()

    till.waits_for("state.revoked && state.attention === 1")
    assert (sales(session), cases(session)) == (0, ["quarantined"])
    assert session.scalar(select(func.count()).select_from(QuarantinedSale)) == 1
    till.page.route("**/api/v1/**", lambda route: route.abort())
    again = StillTill.open(till.page)
    assert again.check(card.token)[0]["verdict"] == "till_revoked"
    assert again.run("till.teller.unpair()") is True


def test_a_clock_eleven_minutes_fast_is_told_and_sells_at_the_right_time(
    context: BrowserContext, session: Session, shop: Shop, card: Card
) -> None:
    page = context.new_page()
    page.add_init_script("{ const now = Date.now; Date.now = () => now() + 11 * 60000; }")
    till = StillTill.open(page, pairing_code(session, shop))

    assert 10 * 60000 < till.state()["clockOffMs"] < 12 * 60000
    till.go_offline()
    assert till.check(card.token)[0]["verdict"] == "clock_wrong"
    till.sell(card.token)
    till.go_online()
    till.waits_for("state.waiting === 0")
    assert session.scalars(select(Redemption.flag)).all() == [None]

"""Cases about sales, and the numbering of tills, at the console."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Redemption, SaleCase, Till
from loyalty.pages.staff.console import PAGE_LENGTH
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import NOON, given_community, given_shop, paired_till
from tests.given_late_sales import (
    SYNC,
    Device,
    LateMarket,
    given_case,
    given_late_market,
    late_sale,
)
from tests.pages.visits import enter, send, text_of

LIST = "/staff/cases"


@pytest.fixture
def market(client: FlaskClient, session: Session) -> LateMarket:
    market = given_late_market(client, session)
    enter(client, session, market.community, Role.STAFF)
    return market


def the_case(session: Session) -> SaleCase:
    session.expire_all()
    return session.scalars(select(SaleCase)).one()


def test_a_case_waits_at_home_is_told_in_words_and_is_decided(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    market.card.state = "revoked"
    session.commit()
    market.upload(late_sale(market.card.token))
    assert "1笔用卡要处理" in text_of(client.get("/staff"))

    page = text_of(client.get(LIST))
    for words in ("本来不该打折", "已停用", market.shop.name, "前台", "09:00", "应收8.50元"):
        assert words in page
    path = f"{LIST}/{the_case(session).id}"
    assert "店铺当时没法核对" in text_of(client.get(path))
    asked = text_of(client.get(f"{path}/charge_nobody"))
    assert "差的钱不向店铺要，也不向持卡人要" in asked
    assert market.shop.name in asked
    assert send(client, f"{path}/charge_nobody", reason="断网时收的").status_code == 302

    case = the_case(session)
    assert (case.decision, case.reason) == ("charge_nobody", "断网时收的")
    assert "没有要处理的" in text_of(client.get(LIST))
    assert "用卡要处理" not in text_of(client.get("/staff"))
    assert "断网时收的" in text_of(client.get(f"{LIST}?state=decided"))
    told = text_of(client.get(path))
    assert "不追究" in told
    assert "李管理" in told


def test_a_decided_case_about_a_sale_without_a_card_is_shown_without_it(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    market.card.state = "revoked"
    session.commit()
    market.upload(late_sale(market.card.token))
    path = f"{LIST}/{the_case(session).id}"
    assert "看这张卡" in text_of(client.get(path))
    send(client, f"{path}/charge_nobody", reason="断网时收的")
    session.scalars(select(Redemption)).one().card_id = None
    session.commit()

    shown = client.get(path)

    assert shown.status_code == 200
    assert "断网时收的" in text_of(shown)
    assert "看这张卡" not in text_of(shown)


def test_many_cases_wait_a_page_at_a_time_the_longest_waiting_first(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    waiting = [
        given_case(session, market.community, shop_id=market.shop.id).id
        for _ in range(PAGE_LENGTH + 1)
    ]
    session.commit()

    first = client.get(LIST).get_data(as_text=True)
    second = client.get(f"{LIST}?after={waiting[-2]}").get_data(as_text=True)

    assert [f"{LIST}/{one}" in first for one in waiting] == [True] * PAGE_LENGTH + [False]
    assert f'name="after" value="{waiting[-2]}"' in first
    assert [f"{LIST}/{one}" in second for one in waiting] == [False] * PAGE_LENGTH + [True]


def test_a_decision_needs_its_reason(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    market.upload(late_sale("nonsense"))
    path = f"{LIST}/{the_case(session).id}"

    assert "请填写这一项。" in text_of(send(client, f"{path}/contact_shop", reason=" "))
    assert the_case(session).decided_at is None


def test_a_case_is_decided_once(client: FlaskClient, session: Session, market: LateMarket) -> None:
    case = given_case(session, market.community)
    session.commit()
    path = f"{LIST}/{case.id}"

    send(client, f"{path}/accept", reason="先到的")
    second = send(client, f"{path}/contact_shop", reason="后到的")

    assert "这件事别人已经处理了。" in text_of(second)
    assert "后到的" in second.text
    assert the_case(session).reason == "先到的"


def test_a_sale_out_of_quarantine_is_recorded_when_it_is_accepted(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    session.scalars(select(Till)).one().revoked_at = NOON
    session.commit()
    item = late_sale(market.card.token)
    assert client.post(SYNC, headers=market.till, json={"items": [item]}).status_code == 401
    path = f"{LIST}/{the_case(session).id}"
    page = text_of(client.get(path))
    assert "设备停用以后才传来" in page
    assert "10.00元" in page
    assert "按设备上的时间记到这家店的账上" in text_of(client.get(f"{path}/accept"))

    send(client, f"{path}/accept", reason="店主拿来了小票")

    sale = session.scalars(select(Redemption)).one()
    assert (sale.shop_id, sale.total_fen) == (market.shop.id, 1000)
    assert "这一天已从纸上记下0笔" in text_of(
        client.get(f"/staff/shops/{market.shop.id}/tally/2026-12-09")
    )


def test_a_sale_in_quarantine_that_names_no_card_cannot_be_accepted(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    session.scalars(select(Till)).one().revoked_at = NOON
    session.commit()
    item = late_sale("nonsense")
    client.post(SYNC, headers=market.till, json={"items": [item]})
    path = f"{LIST}/{the_case(session).id}"

    refused = send(client, f"{path}/accept", reason="看看")

    assert "这一笔没有对上卡，不能补记。" in text_of(refused)
    assert the_case(session).decided_at is None


def test_a_flagged_line_of_paper_is_a_case_without_a_till(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    market.community.uses_per_day = 0
    session.commit()
    line = {
        "idempotency_key": str(uuid4()),
        "time": "10:21",
        "code": number_of(market.card.serial),
        "total_fen": 1290,
    }
    client.post(
        f"/api/v1/shops/{market.shop.id}/tally",
        headers=market.staff,
        json={"day": "2026-12-08", "lines": [line]},
    )

    page = text_of(client.get(LIST))

    assert "次数已满" in page
    assert f"{market.shop.name} · 纸质登记 · " in page


def test_two_shops_at_one_moment_are_told_with_both(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    neighbour = paired_till(session, given_shop(session, market.community))
    moment = NOON - timedelta(hours=3)
    market.upload(late_sale(market.card.token, at=moment))
    market.upload(late_sale(market.card.token, at=moment + timedelta(seconds=59)), till=neighbour)

    page = text_of(client.get(f"{LIST}/{the_case(session).id}"))

    assert "同一张卡一分钟之内在两家店用过" in page
    assert "09:00:00" in page


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_cases_are_for_staff(client: FlaskClient, session: Session, role: Role) -> None:
    community = given_community(session)
    case = given_case(session, community)
    enter(client, session, community, role)

    for path in (LIST, f"{LIST}/{case.id}", f"{LIST}/{case.id}/accept"):
        assert client.get(path).status_code == 403


def test_another_community_has_no_such_case(client: FlaskClient, session: Session) -> None:
    case = given_case(session, given_community(session))
    enter(client, session, given_community(session), Role.MANAGER)

    for path in ("", "/accept"):
        assert client.get(f"{LIST}/{case.id}{path}").status_code == 404
    assert "没有要处理的" in text_of(client.get(LIST))


def test_there_is_no_fourth_decision(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    case = given_case(session, market.community)
    session.commit()

    assert client.get(f"{LIST}/{case.id}/fine_shop").status_code == 404


def numbering(market: LateMarket, till: Till) -> str:
    return f"/staff/shops/{market.shop.id}/tills/{till.id}/numbering"


@pytest.fixture
def till(session: Session, market: LateMarket) -> Till:
    """The market's till, on a device that signs."""
    return session.scalars(select(Till).where(Till.shop_id == market.shop.id)).one()


def test_what_the_numbers_of_a_till_tell_is_said_in_words(
    client: FlaskClient, session: Session, market: LateMarket, till: Till
) -> None:
    device = Device()
    till.device_public_key = device.public_key
    market.community.uses_per_shop_day = None
    session.commit()
    assert "还没有补传过" in text_of(client.get(numbering(market, till)))
    sealed = [device.seal(late_sale(market.card.token)) for _ in range(6)]
    clone = device.copy()

    market.upload(sealed[0], sealed[1])
    assert "编号连着，一笔不少。" in text_of(client.get(numbering(market, till)))
    market.upload(sealed[5], device.seal(late_sale(market.card.token)))
    market.upload(clone.seal(late_sale(market.card.token)))

    page = text_of(client.get(numbering(market, till)))
    assert "第3号到第5号（共3笔）没有收到" in page
    assert "第7号收到两笔不一样的" in page
    assert "第7号接不上" not in page


def test_a_till_of_another_shop_or_community_has_no_numbering_here(
    client: FlaskClient, session: Session, market: LateMarket, till: Till
) -> None:
    other = given_shop(session, market.community)
    stranger = given_shop(session, given_community(session))
    session.commit()

    for shop in (other, stranger):
        path = f"/staff/shops/{shop.id}/tills/{till.id}/numbering"
        assert client.get(path).status_code == 404

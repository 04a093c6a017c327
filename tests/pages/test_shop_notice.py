"""The public notice of shops, objecting to one, and the answer at the console."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop, ShopObjection
from loyalty.services.actors import Role
from tests.given import NOON, given_shop
from tests.pages.visits import enter, receipt_in, send, text_of, token_in


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    """A shop on notice."""
    shop = given_shop(
        session,
        community,
        name="百味菜铺",
        contact="李店主",
        state="notice",
        notice_last=NOON.date(),
        plaque_number=None,
        certified_until=None,
    )
    session.commit()
    return shop


@pytest.mark.usefixtures("shop")
def test_anyone_reads_which_shops_are_on_notice_and_not_whose_they_are(
    client: FlaskClient,
) -> None:
    page = client.get("/shops/notice")

    assert "百味菜铺" in text_of(page)
    assert "李店主" not in text_of(page)
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_an_objection_is_made_answered_and_read_back_with_its_receipt(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    made = send(client, f"/shops/notice/{shop.id}/objection", text="秤少二两", name="赵大力")
    receipt = receipt_in(made.get_data(as_text=True))
    assert "正在核实" in text_of(send(client, "/objection", receipt=receipt))

    enter(client, session, community, Role.MANAGER)
    assert "对百味菜铺的异议" in text_of(client.get("/staff"))
    objection = session.scalars(select(ShopObjection)).one()
    path = f"/staff/shops/objections/{objection.id}"
    refused = send(client, path, upheld="no", reason="赵大力看错了")
    assert "里面不要写人的名字" in text_of(refused)
    assert "赵大力看错了" in text_of(refused)
    assert send(client, path, upheld="no", reason="称了十次，都准").status_code == 302

    assert "称了十次，都准" in text_of(client.get("/shops/notice"))
    assert "赵大力" not in text_of(client.get("/shops/notice"))
    assert "称了十次，都准" in text_of(send(client, "/objection", receipt=receipt))


def test_what_was_written_while_the_notice_ran_out_is_shown_to_be_copied(
    client: FlaskClient, session: Session, shop: Shop, clock: time_machine.Traveller
) -> None:
    path = f"/shops/notice/{shop.id}/objection"
    token = token_in(client.get(path).get_data(as_text=True))
    typed = {"csrf_token": token, "text": "秤少二两"}
    clock.move_to(NOON + timedelta(days=1))

    for values in (typed, typed | {"name": "一" * 300}):
        late = client.post(path, data=values)

        assert late.status_code == 200
        assert "公示已经期满，不能再提异议" in text_of(late)
        assert "秤少二两" in text_of(late)
        assert "/matter" in late.text
    assert client.get(path).status_code == 404
    assert client.post(f"/shops/notice/{uuid4()}/objection", data=typed).status_code == 404
    assert session.scalars(select(ShopObjection)).all() == []


def test_the_receipt_is_read_again_after_the_shop_was_sent_back(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    path = f"/shops/notice/{shop.id}/objection"
    token = token_in(client.get(path).get_data(as_text=True))
    typed = {"csrf_token": token, "text": "秤少二两"}
    receipt = receipt_in(client.post(path, data=typed).get_data(as_text=True))
    shop.state, shop.notice_last = "applied", None
    session.commit()

    assert receipt_in(client.post(path, data=typed).get_data(as_text=True)) == receipt


def test_a_shop_that_is_not_on_notice_has_no_form(
    client: FlaskClient, session: Session, community: Community
) -> None:
    certified = given_shop(session, community)
    session.commit()

    assert client.get(f"/shops/notice/{certified.id}/objection").status_code == 404
    assert "现在没有店铺在公示" in text_of(client.get("/shops/notice"))


def test_whoever_inspected_the_shop_is_told_who_may_answer(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community, state="applied", certified_until=None)
    enter(client, session, community, Role.STAFF)
    for step in ("inspect", "publish"):
        send(client, f"/staff/shops/{shop.id}/certification/{step}")
    send(client, f"/shops/notice/{shop.id}/objection", text="秤少二两")
    objection = session.scalars(select(ShopObjection)).one()

    page = text_of(client.get(f"/staff/shops/objections/{objection.id}"))

    assert "请由别人答复" in page
    assert "提交答复" not in page


def test_the_owner_of_a_shop_is_told_why_somebody_else_answers(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    send(client, f"/shops/notice/{shop.id}/objection", text="秤少二两")
    objection = session.scalars(select(ShopObjection)).one()
    path = f"/staff/shops/objections/{objection.id}"
    owner = enter(client, session, community, Role.STAFF)
    token = token_in(client.get(path).get_data(as_text=True))
    shop.owner_id = owner.id
    session.commit()

    refused = client.post(path, data={"csrf_token": token, "upheld": "no", "reason": "秤准"})

    assert text_of(refused).count("或者您就是店主") == 2
    assert "评过这个人" not in text_of(refused)


def test_nobody_else_reads_an_objection(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    send(client, f"/shops/notice/{shop.id}/objection", text="秤少二两")
    objection = session.scalars(select(ShopObjection)).one()
    path = f"/staff/shops/objections/{objection.id}"
    client.delete_cookie("session")
    assert client.get(path).status_code == 302

    for role in (Role.COUNCIL, Role.PANEL):
        enter(client, session, community, role)
        assert client.get(path).status_code == 403

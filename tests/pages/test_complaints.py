"""Complaining of a shop from its plaque: three taps, a receipt, a limit, an answer by staff."""

import io
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Complaint, Picture, Shop
from loyalty.services.actors import Role
from loyalty.services.pictures.pictures import LARGEST_FILE
from tests.given import NOON, given_community, given_shop
from tests.given_notices import given_complaint
from tests.given_pictures import taken_here
from tests.pages.visits import change, enter, fields_of, receipt_in, send, text_of, token_in


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    shop = given_shop(session, community, name="百味菜铺")
    session.commit()
    return shop


def form_of(shop: Shop, kind: str = "no_discount") -> str:
    return f"/p/{shop.plaque_number}/complaint?kind={kind}"


def complaints_of(session: Session, shop: Shop) -> list[Complaint]:
    query = select(Complaint).where(
        Complaint.community_id == shop.community_id, Complaint.shop_id == shop.id
    )
    return [*session.scalars(query)]


def test_from_the_plaque_one_tap_says_it_and_the_second_sends_it(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    plaque = client.get(f"/p/{shop.plaque_number}").get_data(as_text=True)
    assert "/complaint?kind=no_discount" in plaque

    page = text_of(change(client, form_of(shop)))

    (made,) = complaints_of(session, shop)
    assert (made.kind, made.happened_on, made.text) == ("no_discount", NOON.date(), None)
    assert (made.contact, made.picture_id, made.recorded_by) == (None, None, None)
    assert "最迟2026年12月16日星期三答复" in page
    status = text_of(send(client, "/complaint/status", receipt=receipt_in(page)))
    assert "百味菜铺 · 没给打折" in status
    assert "待答复" in status


def test_how_large_a_photo_may_be_is_said_before_one_is_chosen(
    client: FlaskClient, shop: Shop
) -> None:
    """A body that is too large is not read, and what was typed beside it is lost."""
    told = text_of(client.get(form_of(shop)))

    assert f"不超过{LARGEST_FILE // 2**20}兆" in told


def test_a_photo_is_kept_without_its_place_and_shown_to_staff_alone(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    fields = fields_of(client.get(form_of(shop)))
    sent = {**fields, "pictures": (io.BytesIO(taken_here()), "a.jpg")}
    receipt_in(text_of(client.post(form_of(shop), data=sent)))

    (made,) = complaints_of(session, shop)
    kept = session.get_one(Picture, (shop.community_id, made.picture_id))
    assert b"Camera" not in kept.content
    assert client.get(f"/pictures/{kept.id}").status_code == 404
    enter(client, session, community, Role.STAFF)
    page = client.get(f"/staff/shops/complaints/{made.id}").get_data(as_text=True)
    assert str(kept.id) in page


@pytest.mark.parametrize("file", [b"%PDF-1.7", b"<svg><script/></svg>", b"\xff\xd8damaged"])
def test_what_is_no_photo_is_refused_and_what_was_typed_stays(
    client: FlaskClient, session: Session, shop: Shop, file: bytes
) -> None:
    fields = fields_of(client.get(form_of(shop)))
    sent = {**fields, "text": "收了全价", "pictures": (io.BytesIO(file), "a.jpg")}

    answer = client.post(form_of(shop), data=sent)

    assert "照片要重新选" in text_of(answer)
    assert fields_of(answer)["text"] == ["收了全价"]
    assert complaints_of(session, shop) == []


def test_a_photo_of_forty_megabytes_is_told_how_large_one_may_be(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    answer = client.post(
        form_of(shop),
        data=bytes(40 * 1024 * 1024),
        content_type="multipart/form-data; boundary=part",
    )

    assert answer.status_code == 413
    assert "每个不超过8兆" in text_of(answer)
    assert complaints_of(session, shop) == []


def test_a_day_to_come_is_told_beside_its_field(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    page = text_of(change(client, form_of(shop), happened_on="2026-12-10", text="收了全价"))

    assert "请填今天，或者以前93天里的一天。" in page
    assert "收了全价" in page
    assert complaints_of(session, shop) == []


def test_the_same_form_sent_again_is_the_same_complaint_until_the_next_day(
    client: FlaskClient, session: Session, shop: Shop, clock: time_machine.Traveller
) -> None:
    first, again = (receipt_in(text_of(change(client, form_of(shop)))) for _ in range(2))
    clock.shift(timedelta(days=1))
    later = receipt_in(text_of(change(client, form_of(shop))))

    assert first == again != later
    assert len(complaints_of(session, shop)) == 2


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "applied"])
def test_a_plaque_that_gives_nothing_says_so_instead_and_whoever_wrote_before_is_heard(
    client: FlaskClient, session: Session, shop: Shop, state: str
) -> None:
    fields = fields_of(client.get(form_of(shop)))
    shop.state = state
    session.commit()

    assert client.get(form_of(shop)).location.endswith(f"/p/{shop.plaque_number}")
    assert "/complaint" not in client.get(f"/p/{shop.plaque_number}").get_data(as_text=True)
    assert receipt_in(text_of(client.post(form_of(shop), data=fields)))


def test_sent_on_and_on_it_is_refused_clearly_and_nothing_is_lost(
    reader_of: Callable[..., FlaskClient],
    session: Session,
    shop: Shop,
    clock: time_machine.Traveller,
) -> None:
    client = reader_of(limit_rates=True)
    fields = fields_of(client.get(form_of(shop)))
    statuses = Counter[int]()
    for number in range(30):
        answer = client.post(form_of(shop), data={**fields, "text": f"第{number}次"})
        statuses[answer.status_code] += 1
        clock.shift(timedelta(minutes=2))

    assert statuses == {200: 20, 429: 10}
    assert "请过一会儿再试，或者到社区当面说" in text_of(answer)
    assert len(complaints_of(session, shop)) == 20


def test_staff_see_what_waits_answer_it_and_the_receipt_tells(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    complaint = given_complaint(session, shop, text="收了全价", due_on=NOON.date())
    given_complaint(session, given_shop(session, given_community(session), name="别处的店"))
    enter(client, session, community, Role.STAFF)
    assert "百味菜铺：没给打折" in text_of(client.get("/staff"))
    assert "收了全价" in text_of(client.get(f"/staff/shops/{shop.id}"))
    listed = text_of(client.get("/staff/shops/complaints?state=open"))
    assert "百味菜铺" in listed
    assert "别处的店" not in listed

    change(client, f"/staff/shops/complaints/{complaint.id}", upheld="yes", answer="已退三元")

    assert "没给打折" not in text_of(client.get("/staff"))
    assert "没有这样的事" in text_of(client.get("/staff/shops/complaints?state=open"))
    address = f"/{community.slug}/complaint/status"
    status = text_of(send(client, address, receipt=complaint.receipt))
    assert "属实" in status
    assert "已退三元" in status


def test_what_customers_say_is_looked_at_when_a_shop_is_checked_again(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    account = enter(client, session, community, Role.MANAGER)
    answer = {"upheld": True, "answer": "已退三元", "answered_by": account.id}
    given_complaint(session, shop)
    given_complaint(session, shop, **answer, answered_at=NOON - timedelta(days=365))
    given_complaint(session, shop, **answer, answered_at=NOON - timedelta(days=366))
    given_complaint(session, shop, **answer | {"upheld": False}, answered_at=NOON)
    session.commit()
    steps = f"/staff/shops/{shop.id}/certification"

    check = text_of(client.get(f"{steps}/renew"))

    assert "还有1条顾客意见没有答复。" in check
    assert "一年来1条顾客意见属实。" in check
    assert "顾客意见" not in text_of(client.get(f"{steps}/warn"))


def test_two_who_answer_at_once_are_told_and_the_second_loses_nothing(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    complaint = given_complaint(session, shop)
    account = enter(client, session, community, Role.STAFF)
    address = f"/staff/shops/complaints/{complaint.id}"
    token = token_in(client.get(address).get_data(as_text=True))
    complaint.upheld, complaint.answer = False, "没有这回事"
    complaint.answered_at, complaint.answered_by = NOON, account.id
    session.commit()

    answer = client.post(address, data={"csrf_token": token, "upheld": "yes", "answer": "退了"})

    assert "这件事别人已经处理了" in text_of(answer)
    assert "没有这回事" in text_of(answer)


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_nobody_but_staff_reads_complaints(
    client: FlaskClient, session: Session, community: Community, shop: Shop, role: Role
) -> None:
    complaint = given_complaint(session, shop)
    enter(client, session, community, role)

    for address in ("", f"/{complaint.id}"):
        assert client.get(f"/staff/shops/complaints{address}").status_code == 403


def test_a_complaint_elsewhere_is_not_found(
    client: FlaskClient, session: Session, community: Community
) -> None:
    foreign = given_complaint(session, given_shop(session, given_community(session)))
    enter(client, session, community, Role.MANAGER)

    assert client.get(f"/staff/shops/complaints/{foreign.id}").status_code == 404

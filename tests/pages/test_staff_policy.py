"""What managers decide at the console: the community's policy, and what deeds count."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, DeedKind, ShopTerm
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import given_community, given_shop, honour_of
from tests.given_deeds import given_deed_kind
from tests.pages.visits import enter, fields_of, press, send, text_of

POLICY = "/staff/policy"


@pytest.fixture
def community(client: FlaskClient, session: Session) -> Community:
    """A community at whose console a manager sits."""
    community = given_community(session)
    enter(client, session, community, Role.MANAGER)
    return community


def as_drawn(**typed: object) -> dict[str, object]:
    """The form of the default policy as it is drawn, some of it changed."""
    return {
        "version": "1",
        "band_min_permille": "800",
        "band_max_permille": "850",
        "rounding": "fen",
        "uses_per_shop_day": "3",
        "excluded_categories": [
            "tobacco", "alcohol", "medicine", "infant_formula", "lottery", "top_up", "special",
        ],
        "offline_sales_per_till": "500",
        "offline_saved_per_till_fen": "2000.00",
        "notice_working_days": "5",
        "supplementary_notice_working_days": "3",
        "card_months": "1",
        "undisputed_cards_wait": "y",
        **typed,
    }  # fmt: skip


CHANGES = as_drawn(
    band_min_permille="750",
    rounding="jiao",
    uses_per_shop_day="",
    saved_per_month_fen="200.5",
    offline_saved_per_till_fen="１000",
    excluded_categories=["tobacco"],
    card_months="3",
)
del CHANGES["undisputed_cards_wait"]


def test_the_policy_is_told_with_its_defaults(client: FlaskClient, community: Community) -> None:
    page = client.get(POLICY)

    assert "默认：8折 · 付80%。" in text_of(page)
    assert "空着就是不限。默认：2000.00。" in text_of(page)
    assert "默认：烟和电子烟、酒、药和医保商品" in text_of(page)
    assert 'value="2000.00"' in page.get_data(as_text=True)
    assert community.name in text_of(page)


def test_changes_are_repeated_back_and_made_on_a_yes(
    client: FlaskClient, session: Session, community: Community
) -> None:
    question = text_of(send(client, POLICY, **CHANGES))
    session.refresh(community)
    assert community.version == 1
    assert "优惠最大时，持卡人付：从“8折 · 付80%”改成“7.5折 · 付75%”。" in question
    assert "一张卡在一家店一天用几次：从“3”改成“空着”。" in question
    assert "从“2000.00”改成“1000.00”" in question
    assert "全部的卡都等着：从“是”改成“否”。" in question

    assert send(client, POLICY, sure="1", **CHANGES).headers["Location"] == POLICY

    session.refresh(community)
    assert (community.band_min_permille, community.rounding) == (750, "jiao")
    assert (community.uses_per_shop_day, community.card_months) == (None, 3)
    assert community.saved_per_month_fen == 20_050
    assert community.offline_saved_per_till_fen == 100_000
    assert community.excluded_categories == ["tobacco"]
    assert not community.undisputed_cards_wait
    trace = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "community.changed")
    ).one()
    assert len(trace.detail["members"]) == 8


def test_the_question_sends_along_what_was_typed_once(
    client: FlaskClient, session: Session, community: Community
) -> None:
    asked = fields_of(send(client, POLICY, **CHANGES))

    assert (asked["version"], asked["saved_per_month_fen"]) == (["1"], ["200.5"])
    assert client.post(POLICY, data=asked | {"sure": ["1"]}).headers["Location"] == POLICY
    session.refresh(community)
    assert community.saved_per_month_fen == 20_050


def test_whoever_thinks_again_finds_what_was_typed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page = send(client, POLICY, again="1", **CHANGES).get_data(as_text=True)

    assert 'value="200.5"' in page
    session.refresh(community)
    assert community.version == 1


def test_the_second_of_two_managers_is_told_to_look_again(
    client: FlaskClient, session: Session, community: Community
) -> None:
    send(client, POLICY, sure="1", **as_drawn(notice_working_days="7"))

    second = send(client, POLICY, sure="1", **as_drawn(uses_per_day="9"))

    page = text_of(second)
    assert "别人刚刚改过" in page
    assert "现在存的是：7" in page
    session.refresh(community)
    assert (community.notice_working_days, community.uses_per_day) == (7, None)


FAULTS = {
    "band_min_permille": ("900", "写反了"),
    "rounding": ("yuan", "请从列表中选一项"),
    "uses_per_day": ("0", "请填1到1000的整数"),
    "saved_per_month_fen": ("0", "请填金额"),
    "offline_saved_per_till_fen": ("1.234", "请填金额"),
    "discountable_per_sale_fen": ("100001", "请填金额"),
    "notice_working_days": ("", "请填写这一项"),
    "card_months": ("2", "请从列表中选一项"),
}


@pytest.mark.parametrize("member", FAULTS)
def test_a_fault_is_told_beside_its_field(
    client: FlaskClient, session: Session, community: Community, member: str
) -> None:
    typed, word = FAULTS[member]

    page = send(client, POLICY, sure="1", **as_drawn(**{member: typed})).get_data(as_text=True)

    assert re.findall(rf'id="{member}-wrong" role="alert">[^<]*{word}', page)
    assert page.count('role="alert"') == 1
    session.refresh(community)
    assert community.version == 1


def test_a_band_may_not_leave_a_shop_outside(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    honour = honour_of(session, community)
    session.add(
        ShopTerm(
            community_id=shop.community_id, shop_id=shop.id, honour_id=honour.id, pay_permille=800
        )
    )
    session.commit()

    page = send(client, POLICY, sure="1", **as_drawn(band_min_permille="820"))

    assert "有店铺约定的折数不在这个范围里" in text_of(page)
    session.refresh(community)
    assert community.band_min_permille == 800


def test_goods_of_the_community_s_own_stay_on_the_list(
    client: FlaskClient, session: Session, community: Community
) -> None:
    community.excluded_categories = ["fireworks"]
    session.commit()

    page = client.get(POLICY).get_data(as_text=True)

    assert re.findall(r'<input checked[^>]*value="fireworks"', page)


def test_a_kind_of_deed_is_changed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    ensure_default_kinds(session, community)
    kind = session.scalars(select(DeedKind).where(DeedKind.code == "hygiene")).one()
    session.commit()
    path = f"/staff/deeds/kinds/{kind.id}"
    assert "/staff/deeds/kinds" in client.get("/staff/deeds").get_data(as_text=True)
    assert path in client.get("/staff/deeds/kinds").get_data(as_text=True)

    typed = {"name": "扫街", "points_hundredths": "1.5", "monthly_cap_hundredths": "6"}
    wrong = send(client, path, version="1", **{**typed, "points_hundredths": "0"})
    assert "请填分数" in text_of(wrong)
    send(client, path, version="1", **typed)
    second = send(client, path, version="1", **{**typed, "name": "扫地"})

    assert "现在存的是：扫街" in text_of(second)
    session.refresh(kind)
    assert (kind.name, kind.points_hundredths, kind.monthly_cap_hundredths) == ("扫街", 150, 600)
    assert "扫街" in text_of(client.get("/staff/deeds/kinds"))


@pytest.mark.parametrize("role", [Role.STAFF, Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_an_outsider_decides_nothing(client: FlaskClient, session: Session, role: Role) -> None:
    community = given_community(session)
    kind = given_deed_kind(session, community)
    enter(client, session, community, role)

    for path in (POLICY, "/staff/deeds/kinds", f"/staff/deeds/kinds/{kind.id}"):
        assert client.get(path).status_code == 403
    assert press(client, "/staff/sign-in", POLICY, **CHANGES, sure="1").status_code == 403
    assert POLICY not in client.get("/staff", follow_redirects=True).get_data(as_text=True)
    session.refresh(community)
    assert community.version == 1


@pytest.mark.usefixtures("community")
def test_a_manager_of_another_community_changes_no_kind_of_ours(
    client: FlaskClient, session: Session
) -> None:
    kind = given_deed_kind(session, given_community(session))
    session.commit()

    assert client.get(f"/staff/deeds/kinds/{kind.id}").status_code == 404


def test_how_late_a_sale_may_come_is_decided_here(
    client: FlaskClient, session: Session, community: Community
) -> None:
    later = as_drawn(late_days="10", late_days_on_paper="60")
    assert "晚几天上传照收：从“7”改成“10”。" in text_of(send(client, POLICY, **later))

    send(client, POLICY, sure="1", **later)

    session.refresh(community)
    assert (community.late_days, community.late_days_on_paper) == (10, 60)
    for wrong in ("", "0", "93"):
        typed = as_drawn(version="2", late_days=wrong)
        assert client.post(POLICY, data=typed).status_code != 302
    session.refresh(community)
    assert community.late_days == 10


def test_the_telephone_on_the_cards_is_decided_here(
    client: FlaskClient, session: Session, community: Community
) -> None:
    called = as_drawn(telephone="0991-1234567")
    assert "社区电话：从“空着”改成“0991-1234567”。" in text_of(send(client, POLICY, **called))

    send(client, POLICY, sure="1", **called)

    session.refresh(community)
    assert community.telephone == "0991-1234567"
    too_long = as_drawn(version="2", telephone="0" * 41)
    assert "太长了" in text_of(send(client, POLICY, **too_long))
    send(client, POLICY, sure="1", **as_drawn(version="2", telephone=""))
    session.refresh(community)
    assert community.telephone is None


def test_a_page_from_before_an_update_keeps_what_it_does_not_show(
    client: FlaskClient, session: Session, community: Community
) -> None:
    community.late_days = 20
    community.telephone = "0991-1234567"
    session.commit()

    send(client, POLICY, sure="1", **as_drawn(version="2", card_months="3"))

    session.refresh(community)
    assert (community.late_days, community.card_months) == (20, 3)
    assert community.telephone == "0991-1234567"

"""The console on which a manager adds, renames and retires the community's honours."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour, Shop, ShopTerm
from loyalty.services.actors import Role
from tests.given import given_community, given_honour, honour_of
from tests.pages.visits import change, enter, fields_of, send, text_of

HONOURS = "/staff/policy/honours"
STAR = {
    "name": "院落之星",
    "name_zh_hant": "院落之星",
    "name_en": "Courtyard star",
    "code": "courtyard_star",
    "quota": "12",
    "pay_permille": "820",
    "colour": "green",
}


@pytest.fixture
def community(client: FlaskClient, session: Session) -> Community:
    """A community at whose console a manager sits."""
    community = given_community(session)
    enter(client, session, community, Role.MANAGER)
    return community


@pytest.fixture
def star(session: Session, community: Community) -> Honour:
    """A third honour, which proposes a quota and a rate."""
    star = given_honour(session, community, quota=12, pay_permille=825, name_en="Courtyard star")
    session.commit()
    return star


def test_the_settings_lead_to_the_honours(client: FlaskClient, community: Community) -> None:
    assert f'href="{HONOURS}"' in client.get("/staff/policy").get_data(as_text=True)

    page = text_of(client.get(HONOURS))

    assert community.name in page
    assert "文明居民" in page
    assert "household_head" in page


def test_an_honour_is_added_and_stands_on_the_list(
    client: FlaskClient, session: Session, community: Community
) -> None:
    assert send(client, f"{HONOURS}/new", **STAR).headers["Location"] == HONOURS

    star = honour_of(session, community, "courtyard_star")
    assert (star.number, star.quota, star.pay_permille, star.active) == (3, 12, 820, True)
    page = client.get(HONOURS)
    assert "已添加“院落之星”" in text_of(page)
    assert 'class="honour green">院落之星' in page.get_data(as_text=True)
    assert "8.2折 · 付82%" in text_of(page)


def test_an_honour_needs_a_name_and_a_code_alone(
    client: FlaskClient, session: Session, community: Community
) -> None:
    least = dict.fromkeys(STAR, "") | {"name": "院落之星", "code": "Star", "colour": "blue"}

    send(client, f"{HONOURS}/new", **least)

    star = honour_of(session, community, "star")
    assert (star.name_zh_hant, star.name_en, star.quota, star.pay_permille) == (None,) * 4


@pytest.mark.parametrize(
    "fault",
    [
        ("name", "", "请填写这一项"),
        ("name", "·", "请填写这一项"),
        ("code", "", "请填写这一项"),
        ("code", "院落之星", "请用小写字母"),
        ("code", "a" * 41, "请用小写字母"),
        ("quota", "0", "请填1到10000的整数"),
        ("quota", "10001", "请填1到10000的整数"),
        ("pay_permille", "790", "请从列表中选一项"),
        ("pay_permille", "x", "请从列表中选一项"),
        ("colour", "puce", "请从列表中选一项"),
    ],
)
def test_a_fault_is_told_beside_its_field(
    client: FlaskClient, session: Session, community: Community, fault: tuple[str, str, str]
) -> None:
    member, typed, word = fault

    page = send(client, f"{HONOURS}/new", **{**STAR, member: typed}).get_data(as_text=True)

    assert len(re.findall(rf'role="alert">[^<]*{word}', page)) == page.count('role="alert"') == 1
    of_community = select(Honour).where(Honour.community_id == community.id)
    assert len(session.scalars(of_community).all()) == 2


def test_a_code_that_is_taken_is_refused_and_what_was_typed_stays(
    client: FlaskClient, community: Community
) -> None:
    answer = send(client, f"{HONOURS}/new", **{**STAR, "code": "household_head"})

    assert "已经有这一条了" in text_of(answer)
    assert fields_of(answer)["name"] == ["院落之星"]
    assert fields_of(answer)["colour"] == ["green"]
    assert community.name in text_of(answer)


def test_an_honour_is_renamed_and_every_reader_finds_its_name(
    client: FlaskClient, session: Session, star: Honour
) -> None:
    change(client, f"{HONOURS}/{star.id}", name="和美之星", name_en="Harmony star")

    session.refresh(star)
    assert (star.name, star.name_en, star.pay_permille, star.version) == (
        "和美之星",
        "Harmony star",
        825,
        2,
    )
    assert "和美之星" in text_of(client.get(HONOURS))
    assert "Harmony star" in text_of(client.get(f"{HONOURS}?lang=en"))
    # Where nobody has written it in the reader's script, it is called as in simplified Chinese.
    assert "和美之星" in text_of(client.get(f"{HONOURS}?lang=zh_Hant"))


def test_a_retired_honour_stays_on_the_list_and_leaves_the_forms(
    client: FlaskClient, session: Session, star: Honour
) -> None:
    for form in ("/staff/rounds/new", "/staff/shops/new"):
        assert star.name in text_of(client.get(form))

    retired = fields_of(client.get(f"{HONOURS}/{star.id}"))
    assert retired.pop("active") == ["y"]
    client.post(f"{HONOURS}/{star.id}", data=retired)

    session.refresh(star)
    assert not star.active
    assert "不再评" in text_of(client.get(HONOURS))
    for form in ("/staff/rounds/new", "/staff/shops/new"):
        assert star.name not in text_of(client.get(form))


def test_a_retired_honour_can_be_taken_up_again(
    client: FlaskClient, session: Session, star: Honour
) -> None:
    star.active = False
    session.commit()

    change(client, f"{HONOURS}/{star.id}", active="y")

    session.refresh(star)
    assert star.active


def test_the_second_of_two_managers_is_told_what_is_stored(
    client: FlaskClient, session: Session, star: Honour
) -> None:
    page = f"{HONOURS}/{star.id}"
    opened = fields_of(client.get(page))
    change(client, page, quota="15")

    second = client.post(page, data={**opened, "quota": "20"})

    assert "别人刚刚改过" in text_of(second)
    assert "现在存的是：15" in text_of(second)
    session.refresh(star)
    assert star.quota == 15


def test_quota_and_rate_of_an_honour_are_filled_in_where_it_is_planned_or_agreed(
    client: FlaskClient, star: Honour
) -> None:
    planning = fields_of(client.get("/staff/rounds/new"))
    shop = fields_of(client.get("/staff/shops/new"))

    assert planning[f"{star.code}-quota"] == ["12"]
    assert planning[f"{star.code}-pay_permille"] == ["825"]
    assert shop[f"rate_{star.code}"] == ["825"]
    # An honour that proposes nothing leaves both to whoever plans.
    assert planning["household_head-quota"] == [""]
    assert planning["household_head-pay_permille"] == ["850"]
    assert shop["rate_household_head"] == [""]


def test_a_rate_that_the_band_has_left_is_kept_and_not_proposed(
    client: FlaskClient, session: Session, community: Community, star: Honour
) -> None:
    community.band_min_permille = 830
    session.commit()

    assert fields_of(client.get("/staff/shops/new"))[f"rate_{star.code}"] == [""]
    assert fields_of(client.get("/staff/rounds/new"))[f"{star.code}-pay_permille"] == ["850"]
    change(client, f"{HONOURS}/{star.id}", quota="13")
    session.refresh(star)
    assert (star.quota, star.pay_permille) == (13, 825)


def test_a_shop_is_taken_in_with_what_its_honours_propose(
    client: FlaskClient, session: Session, star: Honour
) -> None:
    given: dict[str, Any] = {"name": "百味菜铺", "series": "蒲公英", "category": "蔬菜"}

    change(client, "/staff/shops/new", **given)

    terms = select(ShopTerm).join(Shop, Shop.id == ShopTerm.shop_id)
    assert [(one.honour_id, one.pay_permille) for one in session.scalars(terms)] == [(star.id, 825)]


def test_another_communitys_honour_is_not_found(
    client: FlaskClient, session: Session, community: Community
) -> None:
    theirs = given_honour(session, given_community(session))
    session.commit()

    assert client.get(f"{HONOURS}/{theirs.id}").status_code == 404
    assert theirs.name not in text_of(client.get(HONOURS))
    assert theirs.community_id != community.id


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_only_managers_come_here(client: FlaskClient, session: Session, role: Role) -> None:
    community = given_community(session)
    star = given_honour(session, community)
    enter(client, session, community, role)

    for page in (HONOURS, f"{HONOURS}/new", f"{HONOURS}/{star.id}"):
        assert client.get(page).status_code == 403

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.given import given_account
from tests.given_tables import act, faults, text, upload, workbook


def test_shops_come_with_what_they_agreed_to(client: FlaskClient, staff: dict[str, str]) -> None:
    headings = ("店名", "系列", "类别", "摊位", "联系人", "文明居民折数", "聯戶長折數")
    row = ("好又多", "超市", "食品", "A-12", "老王", 8.5, "80%")

    answer = upload(client, staff, workbook(headings, row), kind="shops", dry_run=False)

    assert faults(answer) == []
    [shop] = client.get("/api/v1/shops", headers=staff).json["items"]
    assert shop["name"] == "好又多"
    assert sorted(term["pay_permille"] for term in shop["terms"]) == [800, 850]
    assert shop["state"] == "applied"


@pytest.mark.parametrize("rate", ["8.5", "8.5折", "85折", "85%", "850", 850, 0.85, "８．５折"])
def test_one_rate_is_written_in_many_ways(
    client: FlaskClient, session: Session, staff: dict[str, str], rate: object
) -> None:
    headings = ("店名", "系列", "类别", "文明居民折数")

    upload(
        client, staff, workbook(headings, ("甲", "超市", "食品", rate)), kind="shops", dry_run=False
    )

    [shop] = client.get("/api/v1/shops", headers=staff).json["items"]
    assert [term["pay_permille"] for term in shop["terms"]] == [850]
    assert session.scalars(select(Shop)).one().import_id is not None


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        ("15%", "outside_band"),
        ("7.9", "outside_band"),
        ("851", "outside_band"),
        ("八五折", "not_a_rate"),
        ("-8.5", "not_a_rate"),
        ("0", "not_a_rate"),
        ("8.5555", "not_a_rate"),
        ("8.555", "not_a_rate"),
    ],
)
def test_a_rate_that_cannot_be_meant_is_named(
    client: FlaskClient, staff: dict[str, str], rate: str, code: str
) -> None:
    rows = (("店名", "系列", "类别", "文明居民折数"), ("甲", "超市", "食品", rate))

    answer = upload(client, staff, text(*rows), kind="shops")

    assert faults(answer) == [(2, "文明居民折数", code)]


def test_shops_are_taken_back_until_a_till_is_there(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    rows = (("店名", "系列", "类别"), ("甲", "超市", "食品"))
    report = upload(client, staff, workbook(*rows), kind="shops", dry_run=False).json
    undone = act(client, staff, report, "undo")
    assert undone.status_code == 200, undone.json

    second = upload(client, staff, workbook(*rows), kind="shops", dry_run=False).json
    [shop] = client.get("/api/v1/shops", headers=staff).json["items"]
    client.post(f"/api/v1/shops/{shop['id']}/tills", headers=staff, json={"name": "1"})

    refused = act(client, staff, second, "undo")
    assert refused.status_code == 409
    assert "tills" in refused.json["missing"]


def test_shops_are_not_taken_back_once_somebody_has_called_on_one(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    rows = (("店名", "系列", "类别"), ("甲", "超市", "食品"))
    report = upload(client, staff, workbook(*rows), kind="shops", dry_run=False).json
    [shop] = client.get("/api/v1/shops", headers=staff).json["items"]
    address = f"/api/v1/shops/{shop['id']}/visits"
    visit = {"day": "2026-11-01", "kind": "routine"}
    made = client.post(address, headers=staff, json=visit)
    assert made.status_code == 201, made.json

    refused = act(client, staff, report, "undo")

    assert (refused.status_code, refused.json["missing"]) == (409, ["visits"])
    assert len(client.get(address, headers=staff).json["items"]) == 1


SHOP = {"店名": "和平馕店", "系列": "蒲公英", "类别": "馕与面点"}


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("另外打折的类别", "烟", "not_a_choice"),
        ("社区联系人", "没有这个人", "unknown_account"),
        ("承诺书签于", "2999-01-01", "future_date"),
        ("承诺书签于", "去年", "not_a_date"),
        ("每笔最多打折金额", "-5", "not_an_amount"),
        ("每笔最多打折金额", "1000000000", "not_an_amount"),
        ("优惠说明", "最终解释权归本店", "last_word"),
        ("一卡一天最多几次", "0", "not_a_quantity"),
        ("一卡一天最多几次", "1.5", "not_a_quantity"),
        ("一卡一天最多几次", "1001", "not_a_quantity"),
    ],
)
def test_what_a_shop_cannot_have_is_named_beside_its_cell(
    client: FlaskClient, staff: dict[str, str], heading: str, cell: str, code: str
) -> None:
    rows = {**SHOP, heading: cell}

    answer = upload(client, staff, text(tuple(rows), tuple(rows.values())), kind="shops")

    assert faults(answer) == [(2, heading, code)]


def test_an_account_of_an_owner_is_no_contact_of_the_community(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    given_account(session, community, Role.SHOP_OWNER, display_name="王店主")
    session.commit()
    rows = {**SHOP, "社区联系人": "王店主"}

    answer = upload(client, staff, text(tuple(rows), tuple(rows.values())), kind="shops")

    assert faults(answer) == [(2, "社区联系人", "unknown_account")]

import csv

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, CertificationEvent, Community
from loyalty.rules.money import Permille
from loyalty.services.actors import Role, StaffMember
from loyalty.services.community.policy import ChangePolicy, change_policy
from loyalty.services.errors import ValueRefusedError
from loyalty.services.shops.finding import FindShops, find_shops
from loyalty.services.shops.shops import (
    AgreedTerm,
    ChangeShop,
    CreateShop,
    change_shop,
    create_shop,
)
from loyalty.services.work import Work
from tests.conftest import shared_data
from tests.given import NOON, given_staff

NOODLES = CreateShop(name="重庆面馆", series="蒲公英", category="餐饮", contact="李店主")


def test_a_shop_that_is_taken_in_has_applied(session: Session, staff: StaffMember) -> None:
    shop = create_shop(Work(session, staff, NOON), NOODLES)

    step = session.scalars(select(CertificationEvent)).one()
    assert (shop.state, step.shop_id, step.action) == ("applied", shop.id, "apply")
    assert (step.state, step.account_id, step.at) == ("applied", staff.account_id, NOON)


def test_the_trace_of_a_change_names_members_and_no_values(
    session: Session, staff: StaffMember
) -> None:
    shop = create_shop(Work(session, staff, NOON), NOODLES)
    change = ChangeShop(shop.id, shop.version, name="新店名", contact="王店主")

    change_shop(Work(session, staff, NOON), change)

    traced = session.scalars(select(AuditEvent).where(AuditEvent.action == "shop.changed")).one()
    assert traced.subject_id == shop.id
    assert traced.detail == {"members": ["contact", "name"]}


def test_an_agreed_rate_stays_in_a_band_that_has_moved(
    session: Session, community: Community, staff: StaffMember
) -> None:
    manager = given_staff(session, community, Role.MANAGER)
    wider = ChangePolicy(community.version, band_max_permille=900)
    change_policy(Work(session, manager, NOON), wider)
    agreed = CreateShop(
        name="面馆",
        series="蒲公英",
        category="餐饮",
        terms=[AgreedTerm("household_head", Permille(900))],
    )

    create_shop(Work(session, staff, NOON), agreed)

    narrower = ChangePolicy(community.version, band_max_permille=899)
    with pytest.raises(ValueRefusedError) as refused:
        change_policy(Work(session, manager, NOON), narrower)
    assert refused.value.pointer == "/band_min_permille"


def test_real_names_of_shops_are_taken_in_and_sorted(session: Session, staff: StaffMember) -> None:
    with shared_data("shops/shop_like_names.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)][:100]

    for name in names:
        create_shop(
            Work(session, staff, NOON), CreateShop(name=name, series="蒲公英", category="餐饮")
        )

    found = find_shops(Work(session, staff, NOON), FindShops(limit=200)).items
    assert sorted(shop.name for shop in found) == sorted(names)
    assert all(shop.name_pinyin.isascii() for shop in found)
